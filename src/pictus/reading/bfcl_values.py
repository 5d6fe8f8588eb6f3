"""BFCL's own words for JSON Schema's types, and its lists of the values that an argument may have."""

from collections.abc import Callable, Mapping
from typing import Any

from pictus.reading.rows import BadRow

_TO_BFCL = {"object": "dict", "number": "float"}
_TO_JSON = {
    **dict.fromkeys(("dict", "object", "HashMap", "Hashtable"), "object"),
    **dict.fromkeys(("array", "tuple", "list", "Array", "ArrayList", "Queue", "Stack", "Set"), "array"),
    **dict.fromkeys(("float", "double", "number"), "number"),
    **dict.fromkeys(("integer", "int", "byte", "short", "long", "Bigint"), "integer"),
    **dict.fromkeys(("string", "String", "char"), "string"),
    **dict.fromkeys(("boolean", "Boolean", "bool"), "boolean"),
}
_ANY = "any"
_LEFT_OUT = object()
_OF_SEVERAL = ("anyOf", "oneOf", "allOf", "not", "$ref", "prefixItems", "patternProperties")


def to_bfcl(schema: Any) -> dict[str, Any]:
    """Make the description of parameters out of a tool's schema.

    The evaluation looks for types, properties and required names, so they are there even when they say nothing.
    """
    made = _translated(schema, _type_in_bfcl)
    if made.setdefault("type", "dict") != "dict":
        raise BadRow("the parameters of a tool are no object")
    made.setdefault("properties", {})
    made.setdefault("required", [])
    return made


def from_bfcl(schema: Any) -> dict[str, Any]:
    """Make a tool's schema out of a description of parameters."""
    made = _translated(schema, _type_in_json)
    if made.get("required") == []:
        del made["required"]
    return made


def only(value: Any) -> list[Any]:
    """Make the list that allows one value and no other."""
    if value == "":
        raise BadRow("an argument is an empty text, which for BFCL means that it may be left out")
    return [_wrapped(value)]


def first_allowed(allowed: Any) -> tuple[bool, Any]:
    """Give whether an argument is there, and the first value that is allowed for it."""
    if not isinstance(allowed, list):
        raise BadRow("the allowed values of an argument are no list")
    if not allowed:
        raise BadRow("no value at all is allowed for an argument")
    first = _first(allowed)
    return first is not _LEFT_OUT, None if first is _LEFT_OUT else _unwrapped(first)


def is_only_one(allowed: Any) -> bool:
    """Say whether a list allows one value and no other, at every depth."""
    if not isinstance(allowed, list) or len(allowed) != 1 or allowed[0] == "":
        return False
    items = allowed[0] if isinstance(allowed[0], list) else allowed
    inside = [inner for one in items if isinstance(one, dict) for inner in one.values()]
    return all(isinstance(inner, list) and len(inner) == 1 and inner != [""] for inner in inside)


def _translated(schema: Any, name_of: Callable[[Any], str | None]) -> dict[str, Any]:
    if not isinstance(schema, Mapping):
        raise BadRow("the schema of a tool is no object")
    if name_of is _type_in_bfcl:
        _refuse_unknown_words(schema)
    made: dict[str, Any] = {}
    for key, value in schema.items():
        if key == "type":
            made |= {key: name} if (name := name_of(value)) is not None else {}
        elif key == "properties":
            if not isinstance(value, Mapping):
                raise BadRow("the properties of a tool's schema are no object")
            made[key] = {name: _inner(one, name_of) for name, one in value.items()}
        elif key == "items" or (key == "additionalProperties" and isinstance(value, Mapping)):
            made[key] = _inner(value, name_of)
        else:
            made[key] = value
    return made


def _refuse_unknown_words(schema: Mapping[str, Any]) -> None:
    if other := next((key for key in _OF_SEVERAL if key in schema), None):
        raise BadRow(f"the schema of a tool has `{other}`, which BFCL does not know")
    if isinstance(schema.get("additionalProperties"), Mapping):
        raise BadRow("the schema of a tool has `additionalProperties`, which BFCL does not know")


def _inner(schema: Any, name_of: Callable[[Any], str | None]) -> dict[str, Any]:
    made = _translated(schema, name_of)
    return {"type": _ANY, **made} if name_of is _type_in_bfcl and "type" not in made else made


def _type_in_bfcl(kind: Any) -> str | None:
    if kind is None:
        return None
    if not isinstance(kind, str) or _TO_JSON.get(_TO_BFCL.get(kind, kind)) != kind:
        raise BadRow("the schema of a tool has a type that BFCL does not know")
    return _TO_BFCL.get(kind, kind)


def _type_in_json(kind: Any) -> str | None:
    if kind in (None, _ANY, ""):  # a file of 2024 has one empty name
        return None
    if not isinstance(kind, str) or kind not in _TO_JSON:
        raise BadRow(f"the schema of a tool has an unknown type: {kind!r:.80}")
    return _TO_JSON[kind]


def _wrapped(value: Any) -> Any:
    # Only the objects nearest to the argument have lists of allowed values; below them values are compared as they are.
    if isinstance(value, list):
        return [_listed(one) if isinstance(one, dict) else one for one in value]
    return _listed(value) if isinstance(value, dict) else value


def _listed(value: dict[str, Any]) -> dict[str, list[Any]]:
    if "" in value.values():
        raise BadRow("a value inside an argument is an empty text, which for BFCL means that it may be left out")
    return {key: [one] for key, one in value.items()}


def _unwrapped(value: Any) -> Any:
    if isinstance(value, list):
        return [_picked(one) if isinstance(one, dict) else one for one in value]
    return _picked(value) if isinstance(value, dict) else value


def _picked(value: dict[str, Any]) -> dict[str, Any]:
    picked = {}
    for key, allowed in value.items():
        if isinstance(allowed, str):  # one row of Java's has the text as it is
            allowed = [allowed]
        if not isinstance(allowed, list) or not allowed:
            raise BadRow("no value at all is allowed for a part of an argument")
        if (first := _first(allowed)) is not _LEFT_OUT:
            picked[key] = first
    return picked


def _first(allowed: list[Any]) -> Any:
    """Pick a value; null, which most schemas do not allow, only where the argument may not be left out instead."""
    values = [value for value in allowed if value != ""]
    return values[0] if values and (values[0] is not None or len(values) == len(allowed)) else _LEFT_OUT
