"""Rows of datasets on the Hub: pictures in columns of their own, and a conversation in one of several ways."""

import math
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any, Literal, TypeAlias

import pyarrow as pa

from pictus.reading.calls import tools_in
from pictus.reading.chat_messages import turns_of
from pictus.reading.marked_text import MARK, check_places, parts_of, picture_named, shown_first
from pictus.reading.rows import BadRow, in_order, json_of, list_in, text_in
from pictus.record import Facts, Media, Origin, Part, Record, make_record

Talk: TypeAlias = Literal["messages", "conversations", "texts"]

_TALKS: dict[Talk, tuple[set[str], ...]] = {  # columns, and the fields that one of their messages must have
    "messages": ({"role", "content"}, {"from", "value"}),
    "conversations": ({"role", "content"}, {"from", "value"}),
    "texts": ({"user", "assistant"},),
}
_PICTURES = ("images", "image")
_ROLES = {"human": "user", "gpt": "assistant", "model": "assistant", "observation": "tool"}


def talk_of(schema: pa.Schema) -> Talk | None:
    """Say which column of a file holds conversations; None where there is none, or the file is a corpus's."""
    if b"pictus" in (schema.metadata or {}):
        return None
    for name, shapes in _TALKS.items():
        found = _fields(schema.field(name).type) if name in schema.names else set()
        if any(shape <= found for shape in shapes):
            return name
    return None


def other_columns(schema: pa.Schema, talk: Talk) -> tuple[str, ...]:
    """Name the columns of texts, numbers and lists of them, which `facts.extra` keeps."""
    known = {talk, *_PICTURES, "tools", "id"}
    return tuple(field.name for field in schema if field.name not in known and _is_plain(field.type))


def wanted_columns(schema: pa.Schema, talk: Talk) -> tuple[str, ...]:
    """Name all columns to read."""
    known = (talk, *_PICTURES, "tools", "id")
    return (*(name for name in known if name in schema.names), *other_columns(schema, talk))


def hub_record(row: Mapping[str, Any], origin: Origin, root: str, *, talk: Talk, others: Sequence[str]) -> Record:
    """Make the record of a row, with its pictures where it marks them, else before the first question."""
    named = _named(row)
    messages = _messages(row[talk], talk)
    places: list[Mapping[str, Any]] = []  # what a row says of each picture that it shows
    turns = turns_of([_with_parts(message, places, bool(named)) for message in messages], lambda part: Part("image"))
    inner = [one for part in places if (one := part.get("image") or _address(part)) is not None]
    if inner and not named:
        named = inner
        check_places(len(named), len(places))
    elif not places:
        turns = shown_first(turns, len(named))
    else:
        named = _by_place(named, places)
    media = [picture_of(one, root) for one in named]
    extra = _extra(row, others, talk)
    made = make_record(origin, media=media, turns=turns, tools=tools_in(row.get("tools")), facts=Facts(extra=extra))
    return in_order(made)


def picture_of(value: Any, root: str) -> Media:
    """Make the picture that a cell holds: bytes, `{bytes, path}` as `datasets` stores it, an address, or a path."""
    data, name = (value.get("bytes"), value.get("path")) if isinstance(value, Mapping) else (value, None)
    if isinstance(data, bytes):
        if not data:
            raise BadRow("a picture has no bytes")
        return Media(data=data, path=PurePath(name).name or None if isinstance(name, str) else None)
    return picture_named(name if isinstance(value, Mapping) else value, root)


def _named(row: Mapping[str, Any]) -> list[Any]:
    """List the pictures of a row; a null in a column of single pictures is no picture."""
    for name in _PICTURES:
        value = row.get(name)
        if value is not None:
            return value if isinstance(value, list) else [value]
    return []


def _messages(value: Any, talk: Talk) -> list[Mapping[str, Any]]:
    """List the messages of a row with roles as chat templates name them."""
    if isinstance(value, Mapping):  # `datasets` once stored a sequence of objects as an object of sequences
        value = [dict(zip(value, one, strict=True)) for one in zip(*value.values(), strict=True)]
    if not isinstance(value, list) or not all(isinstance(one, Mapping) for one in value):
        raise BadRow(f"`{talk}` is no list of messages")
    if talk == "texts":
        return [{"role": role, "content": text_in(pair, role)} for pair in value for role in ("user", "assistant")]
    return [_message(one) for one in value]


def _message(message: Mapping[str, Any]) -> Mapping[str, Any]:
    role = message["from"] if message.get("role") is None else message["role"]
    content = message.get("value") if message.get("content") is None else message["content"]
    calls = _without_nulls(message.get("tool_calls"))
    return {**message, "role": _ROLES.get(role, role), "content": content, "tool_calls": calls}


def _without_nulls(value: Any) -> Any:
    """Leave out what a column of one type adds: the arguments of all other calls, as nulls."""
    if isinstance(value, Mapping):
        return {key: _without_nulls(one) for key, one in value.items() if one is not None}
    return [_without_nulls(one) for one in value] if isinstance(value, list) else value


def _with_parts(message: Mapping[str, Any], places: list[Mapping[str, Any]], has_marks: bool) -> Mapping[str, Any]:
    """Give a message whose content is parts, and note what it says of its pictures."""
    content = message["content"]
    if isinstance(content, str):
        if not has_marks or MARK not in content:
            return message
        content = [{"type": part.type, "text": part.text} for part in parts_of(content)]
    elif content is None:
        return message
    for part in content:
        if part["type"] in ("image", "image_url"):
            places.append(part)
        elif part["type"] != "text":
            raise BadRow(f"unknown part: {part['type']!r:.80}")
    return {**message, "content": content}


def _address(part: Mapping[str, Any]) -> Any:
    address = part.get("image_url")
    return address.get("url") if isinstance(address, Mapping) else address


def _by_place(named: Sequence[Any], places: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Bring pictures into the order in which they are shown, which `index` may say."""
    numbers = [number for part in places if isinstance(number := part.get("index"), int)]
    if len(numbers) < len(places):
        check_places(len(named), len(places))
        return list(named)
    if sorted(numbers) != list(range(len(named))):
        raise BadRow("the numbers of its places do not name each picture once")
    return [named[number] for number in numbers]


def _extra(row: Mapping[str, Any], others: Sequence[str], talk: Talk) -> str | None:
    """Keep what no field covers: the other columns, and where the pairs of a row are from."""
    kept = {name: row[name] for name in others if row[name] not in (None, "", [])}
    if talk == "texts":
        sources = dict.fromkeys(pair["source"] for pair in list_in(row, talk) if pair.get("source"))
        kept |= {"sources": list(sources)} if sources else {}
    return json_of(_finite(kept)) if kept else None


def _fields(kind: pa.DataType) -> set[str]:
    """Name the fields of a message, in a list of objects or an object of lists."""
    inner = kind.value_type if pa.types.is_list(kind) or pa.types.is_large_list(kind) else kind
    return {inner.field(number).name for number in range(inner.num_fields)} if pa.types.is_struct(inner) else set()


def _is_plain(kind: pa.DataType) -> bool:
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        kind = kind.value_type
    tests = (pa.types.is_string, pa.types.is_large_string, pa.types.is_integer, pa.types.is_floating)
    return any(test(kind) for test in (*tests, pa.types.is_boolean))


def _finite(value: Any) -> Any:
    """Say null for a number that JSON cannot say."""
    if isinstance(value, Mapping):
        return {key: _finite(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_finite(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
