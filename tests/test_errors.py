"""An error says what, where and the mend, also after it crossed to another process."""

import pickle

from pictus.errors import ManyErrors, PictusError, unknown_name


def test_it_reads_as_three_lines():
    error = unknown_name("key", "temprature", ["temperature", "seed"], where="recipe.yaml, line 14, generate")
    assert str(error) == (
        "error: unknown key `temprature`\nwhere: recipe.yaml, line 14, generate\nmend:  did you mean `temperature`?"
    )
    assert unknown_name("key", "zzz", ["b", "a"], where="x").mend == "known: a, b"


def test_errors_cross_processes_whole():
    error = PictusError("what", where="where", mend="mend")
    many = ManyErrors([error, error], where="file")
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
    assert str(pickle.loads(pickle.dumps(many))) == str(many)
    assert str(many).count("error: what") == 2
