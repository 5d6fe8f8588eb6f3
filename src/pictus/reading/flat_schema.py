"""xLAM's description of parameters: a flat object of names, each with Python's name of its type.

`{"city": {"type": "str", "description": "…"}, "days": {"type": "int, optional", "default": 3}}`
"""

import re
from collections.abc import Mapping
from typing import Any

from pictus.reading.rows import BadRow

_TYPES = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "array": "list", "object": "dict"}
_NAMES = {name: kind for kind, name in _TYPES.items()}
_NAMES |= {"List": "array", "tuple": "array", "Tuple": "array", "set": "array", "Set": "array", "Dict": "object"}
_OF_LIKE_ITEMS = ("list", "List", "set", "Set")  # a tuple has a type for each place
_OPTIONAL = ", optional"
_UNKNOWN = "$comment"  # keeps the words of a type that JSON Schema has none for, such as Callable


def to_flat(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Make the flat object of a schema; what it has no place for is left out."""
    properties = schema.get("properties", {})
    if not isinstance(properties, Mapping) or not all(isinstance(one, Mapping) for one in properties.values()):
        raise BadRow("a tool's schema does not describe its parameters one by one")
    required = schema.get("required")
    names = required if isinstance(required, list) else []
    return {name: _parameter(one, name in names) for name, one in properties.items()}


def from_flat(flat: Mapping[str, Any]) -> dict[str, Any]:
    """Make the schema of a flat object; a file that has a schema already gives it as it is."""
    if isinstance(flat.get("type"), str):  # a parameter of that name is an object
        return dict(flat)
    if not all(isinstance(one, Mapping) for one in flat.values()):
        raise BadRow("a parameter of a tool is no object")
    schema: dict[str, Any] = {"type": "object", "properties": {name: _property(one) for name, one in flat.items()}}
    required = [name for name, one in flat.items() if not _is_optional(one)]
    return {**schema, "required": required} if required else schema


def _parameter(schema: Mapping[str, Any], is_required: bool) -> dict[str, Any]:
    rest = dict(schema)
    kind = rest.pop("type", None)
    if kind is None and isinstance(rest.get(_UNKNOWN), str):
        name = rest.pop(_UNKNOWN)
    else:
        name = "Any" if kind is None else _TYPES.get(kind) if isinstance(kind, str) else None
    if name is None:
        raise BadRow("a parameter of a tool has no single type, and xLAM's have")
    items = rest.get("items")
    for inner, inner_name in _TYPES.items():
        if name == "list" and items == {"type": inner}:
            del rest["items"]
            name = f"List[{inner_name}]"
    return {"type": name if is_required else name + _OPTIONAL, **rest}


def _is_optional(parameter: Mapping[str, Any]) -> bool:
    kind = parameter.get("type")
    return isinstance(kind, str) and (kind.endswith(_OPTIONAL) or kind.startswith("Optional["))


def _property(parameter: Mapping[str, Any]) -> dict[str, Any]:
    kind = parameter.get("type", "Any")
    if not isinstance(kind, str):
        raise BadRow("the type of a parameter is no text")
    rest = {key: value for key, value in parameter.items() if key != "type"}
    return {**_schema_of(kind.removesuffix(_OPTIONAL)), **rest}


def _schema_of(kind: str) -> dict[str, Any]:
    """Translate the name of a type; what stands in its brackets is kept for items of lists."""
    if kind in ("Any", ""):
        return {}
    if kind in _NAMES or kind in _TYPES:
        return {"type": _NAMES.get(kind, kind)}
    if found := re.fullmatch(r"(\w+)\[(.*)\]", kind, re.DOTALL):
        outer, inner = found.groups()
        if outer == "Optional":
            return _schema_of(inner)
        if outer in _OF_LIKE_ITEMS and (items := _schema_of(inner)):
            return {"type": "array", "items": items}
        if outer in _NAMES:
            return {"type": _NAMES[outer]}
    return {_UNKNOWN: kind}
