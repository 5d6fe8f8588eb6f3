"""A value fits its schema, or the place and the reason are said; what is not checked is named."""

import pytest

from pictus.json_schema import problems_of_schema, problems_with

SCHEMA = {
    "type": "object",
    "properties": {
        "item": {"type": "string", "minLength": 2, "maxLength": 5, "pattern": "^[a-z]+$"},
        "count": {"type": "integer", "minimum": 1, "exclusiveMaximum": 10},
        "unit": {"enum": ["m", "ft"]},
        "box": {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 4},
        "extra": {"anyOf": [{"type": "null"}, {"type": "boolean"}]},
        "tags": {"type": "array", "uniqueItems": True},
    },
    "required": ["item"],
    "additionalProperties": False,
}


def test_what_fits_has_no_problems():
    value = {"item": "cup", "count": 3.0, "unit": "m", "box": [0, 0.5, 1, 1], "extra": None, "tags": [1, 2]}
    assert list(problems_with(value, SCHEMA)) == []
    assert list(problems_of_schema(SCHEMA)) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"item": "c"}, "`item` has fewer than 2"),
        ({"item": "cupboard"}, "more than 5"),
        ({"item": "C1"}, "does not look like"),
        ({"item": 3}, "`item` is an integer, not string"),
        ({"count": 0}, "less than allowed"),
        ({"count": 10}, "more than allowed"),
        ({"count": 1.5}, "not integer"),
        ({"count": True}, "`count` is a boolean"),
        ({"unit": "km"}, "only 'm', 'ft' are allowed"),
        ({"box": [0, 1]}, "fewer than 4 items"),
        ({"box": [0, 0, 1, "a"]}, "`box[3]` is a string"),
        ({"extra": 1}, "none of the forms"),
        ({"tags": [1, 1]}, "twice"),
        ({"colour": "red"}, "`colour`, which is not allowed"),
    ],
)
def test_each_misfit_is_said_with_its_place(change, words):
    (problem,) = problems_with({"item": "cup", **change}, SCHEMA)
    assert words in problem


def test_what_is_missing_is_said():
    assert list(problems_with({}, SCHEMA)) == ["it lacks `item`"]
    assert list(problems_with([], SCHEMA)) == ["it is an array, not object"]


def test_a_schema_says_what_it_cannot_check():
    schema = {"type": "thing", "properties": {"a": {"oneOf": []}}, "required": ["b"]}
    problems = list(problems_of_schema(schema))
    assert any("thing" in one for one in problems) and any("oneOf" in one for one in problems)
    assert any("`b`" in one for one in problems) and list(problems_of_schema([]))
