"""Short ways to write the schemas of arguments, and the one convention for boxes."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

Schema: TypeAlias = Mapping[str, Any]


def box(what: str) -> Schema:
    """Describe a region of the picture, in fractions of it."""
    return {
        "type": "array",
        "description": f"{what}, as [left, top, right, bottom] in fractions of the picture from 0 to 1",
        "items": {"type": "number", "minimum": 0, "maximum": 1},
        "minItems": 4,
        "maxItems": 4,
    }


def text(what: str, *, most: int = 120) -> Schema:
    """Describe some words."""
    return {"type": "string", "description": what, "minLength": 1, "maxLength": most}


def number(what: str, low: float, high: float) -> Schema:
    """Describe a number between two bounds."""
    return {"type": "number", "description": what, "minimum": low, "maximum": high}


def integer(what: str, low: int, high: int) -> Schema:
    """Describe a whole number between two bounds."""
    return {"type": "integer", "description": what, "minimum": low, "maximum": high}


def choice(what: str, options: Sequence[str]) -> Schema:
    """Describe one of a few words."""
    return {"type": "string", "description": what, "enum": list(options)}


def many(what: str, item: Schema, *, least: int = 1, most: int = 10) -> Schema:
    """Describe a list."""
    return {"type": "array", "description": what, "items": item, "minItems": least, "maxItems": most}


def takes(*, optional: Sequence[str] = (), **arguments: Schema) -> Schema:
    """Describe the arguments of a function: those named and no others."""
    return {
        "type": "object",
        "properties": arguments,
        "required": [name for name in arguments if name not in optional],
        "additionalProperties": False,
    }
