"""The part of JSON Schema that tools and answers use: types, enums, required keys, bounds, items, patterns.

A validator of the whole standard brings four packages for what takes a page; keywords that it does not know it
names, so that nothing is passed over in silence.
"""

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list, tuple),
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "null": (type(None),),
}
_BOUNDS = frozenset(
    {"minItems", "maxItems", "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}
)
_TOLD = frozenset({"title", "description", "default", "examples", "$schema", "$id", "format", "strict", "$comment"})
_KNOWN = _TOLD | {
    *("type", "enum", "const", "anyOf", "properties", "required", "additionalProperties", "items"),
    *("minItems", "maxItems", "uniqueItems", "minLength", "maxLength", "pattern"),
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
}


def problems_with(value: Any, schema: Mapping[str, Any], *, at: str = "") -> Iterator[str]:
    """Say in words where a JSON value does not fit a schema."""
    name = f"`{at}`" if at else "it"
    if "anyOf" in schema:
        if not any(next(problems_with(value, one, at=at), None) is None for one in schema["anyOf"]):
            yield f"{name} fits none of the forms that are allowed"
        return
    wanted = schema.get("type")
    types = [wanted] if isinstance(wanted, str) else list(wanted or ())
    if types and not any(_is(value, one) for one in types):
        yield f"{name} is {_called(value)}, not {' or '.join(types)}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{name} is {value!r:.60}, and only {', '.join(map(repr, schema['enum']))} are allowed"
    if "const" in schema and value != schema["const"]:
        yield f"{name} is {value!r:.60}, not {schema['const']!r}"
    if isinstance(value, str):
        yield from _of_text(value, schema, name)
    elif isinstance(value, dict):
        yield from _of_object(value, schema, at, name)
    elif isinstance(value, list | tuple):
        yield from _of_array(value, schema, at, name)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield from _of_number(value, schema, name)


def problems_of_schema(schema: Any, *, at: str = "the schema") -> Iterator[str]:
    """Say what is wrong with a schema itself, and which of its keywords are not checked."""
    if not isinstance(schema, Mapping):
        yield f"{at} is no object"
        return
    for key in schema.keys() - _KNOWN:
        yield f"{at} has `{key}`, which is not supported"
    yield from _broken_bounds(schema, at)
    wanted = schema.get("type")
    for one in [wanted] if isinstance(wanted, str) else (wanted if isinstance(wanted, list) else ()):
        if one not in _TYPES:
            yield f"{at} has the unknown type {one!r}"
    properties = schema.get("properties") or {}
    if not isinstance(properties, Mapping):
        yield f"the properties of {at} are no object"
        return
    for name, inner in properties.items():
        yield from problems_of_schema(inner, at=f"{at}, {name}")
    for name in schema.get("required") or ():
        if name not in properties:
            yield f"{at} requires `{name}`, which it does not describe"
    if isinstance(schema.get("items"), Mapping):
        yield from problems_of_schema(schema["items"], at=f"{at}, items")
    for inner in schema.get("anyOf") or ():
        yield from problems_of_schema(inner, at=f"{at}, anyOf")


def _broken_bounds(schema: Mapping[str, Any], at: str) -> Iterator[str]:
    for key in sorted(_BOUNDS & schema.keys()):
        if isinstance(schema[key], bool) or not isinstance(schema[key], int | float):
            yield f"`{key}` of {at} is no number"
    try:
        re.compile(schema.get("pattern", ""))
    except (re.error, TypeError) as error:
        yield f"the pattern of {at} is none: {error}"


def _is(value: Any, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    if isinstance(value, float) and kind == "integer":
        return math.isfinite(value) and value.is_integer()
    return isinstance(value, _TYPES.get(kind, ()))


def _called(value: Any) -> str:
    if isinstance(value, bool):
        return "a boolean"
    name = next(name for name, types in _TYPES.items() if isinstance(value, types))
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def _of_text(value: str, schema: Mapping[str, Any], name: str) -> Iterator[str]:
    if len(value) < schema.get("minLength", 0):
        yield f"{name} has fewer than {schema['minLength']} letters"
    if len(value) > schema.get("maxLength", math.inf):
        yield f"{name} has more than {schema['maxLength']} letters"
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield f"{name} is {value!r:.60}, which does not look like {schema['pattern']}"


def _of_number(value: float, schema: Mapping[str, Any], name: str) -> Iterator[str]:
    if value < schema.get("minimum", -math.inf) or value <= schema.get("exclusiveMinimum", -math.inf):
        yield f"{name} is {value}, less than allowed"
    if value > schema.get("maximum", math.inf) or value >= schema.get("exclusiveMaximum", math.inf):
        yield f"{name} is {value}, more than allowed"


def _of_object(value: Mapping[str, Any], schema: Mapping[str, Any], at: str, name: str) -> Iterator[str]:
    properties = schema.get("properties") or {}
    for key in schema.get("required") or ():
        if key not in value:
            yield f"{name} lacks `{key}`"
    rest = schema.get("additionalProperties", True)
    for key, inner in value.items():
        place = f"{at}.{key}" if at else str(key)
        if key in properties:
            yield from problems_with(inner, properties[key], at=place)
        elif rest is False:
            yield f"{name} has `{key}`, which is not allowed"
        elif isinstance(rest, Mapping):
            yield from problems_with(inner, rest, at=place)


def _of_array(value: list[Any] | tuple[Any, ...], schema: Mapping[str, Any], at: str, name: str) -> Iterator[str]:
    if len(value) < schema.get("minItems", 0):
        yield f"{name} has fewer than {schema['minItems']} items"
    if len(value) > schema.get("maxItems", math.inf):
        yield f"{name} has more than {schema['maxItems']} items"
    if schema.get("uniqueItems") and any(one in value[:place] for place, one in enumerate(value)):
        yield f"{name} has the same item twice"
    if isinstance(schema.get("items"), Mapping):
        for place, inner in enumerate(value):
            yield from problems_with(inner, schema["items"], at=f"{at}[{place}]")
