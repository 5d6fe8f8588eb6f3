"""A user's own tools are read in both forms, and each error says where."""

import json

import pytest

from pictus.errors import ManyErrors, PictusError
from pictus.record import Tool
from pictus.tools.own import read_tools

RING = {
    "name": "ring",
    "description": "Ring a bell.",
    "parameters": {"type": "object", "properties": {"times": {"type": "integer"}}},
}


def write(tmp_path, value):
    path = tmp_path / "tools.json"
    path.write_text(value if isinstance(value, str) else json.dumps(value))
    return path


def test_bare_and_wrapped_functions_are_the_same(tmp_path):
    wrapped = {"type": "function", "function": {**RING, "name": "knock", "strict": True}}
    ring, knock, still = read_tools(write(tmp_path, [RING, wrapped, {"name": "still"}]))
    assert (ring.name, ring.description) == ("ring", "Ring a bell.")
    assert json.loads(ring.parameters) == RING["parameters"] == json.loads(knock.parameters)
    assert still == Tool("still", "", '{"type":"object","properties":{}}')


def test_all_errors_are_told_each_with_its_place(tmp_path):
    rows = [
        RING,
        RING,
        "ring",
        {"description": "Nameless."},
        {"name": "a", "params": {}},
        {"name": "b", "parameters": {"type": "object", "properties": {"x": {"type": "integr"}}}},
        {"name": "c", "parameters": {"type": "array"}},
        {"name": "d", "parameters": {"oneOf": []}},
        {"name": "e", "parameters": []},
    ]
    with pytest.raises(ManyErrors) as caught:
        read_tools(write(tmp_path, rows))
    told = [(error.where.rpartition(", ")[2], error.what) for error in caught.value.errors]
    assert told == [
        ("tool 2", "the name `ring` is taken"),
        ("tool 3", "this is no function"),
        ("tool 4", "the tool has no name"),
        ("tool 5 (`a`)", "unknown key `params`"),
        ("tool 6 (`b`)", "the schema, x has the unknown type 'integr'"),
        ("tool 7 (`c`)", "the parameters are no object"),
        ("tool 8 (`d`)", "the schema has `oneOf`, which is not supported"),
        ("tool 9 (`e`)", "the schema is no object"),
    ]
    assert caught.value.errors[3].mend == "did you mean `parameters`?"


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ('[{"name": "a"},\n {"name" "b"}]', "line 2", "no JSON"),
        ('{"name": "a"}', "tools.json", "no list"),
        ("[]", "tools.json", "no list"),
    ],
)
def test_a_file_that_is_no_list_says_so(tmp_path, text, where, what):
    with pytest.raises(PictusError, match=what) as caught:
        read_tools(write(tmp_path, text))
    assert caught.value.where.endswith(where)


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(PictusError, match="cannot be read"):
        read_tools(tmp_path / "none.json")
