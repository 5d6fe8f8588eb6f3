"""What a source has to say of files is said before they are read, and never among the results."""

from pathlib import Path

DATA = Path(__file__).parent.parent / "data/sources"


def test_it_is_said_once_and_apart_from_the_results(run, tmp_path):
    out, err = run("import", "laion400m", "--from", DATA / "laion400m", "--to", tmp_path / "to")
    assert err.count("note: LAION withdrew") == 1
    assert "note" not in out and "3 records" in out


def test_nothing_is_said_of_files_that_are_as_they_should_be(run, tmp_path):
    _, err = run("import", "laion5b", "--from", DATA / "laion5b", "--split", "en", "--to", tmp_path / "to")
    assert "note:" not in err
