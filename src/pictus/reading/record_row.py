"""A whole record as one JSON object and back: turns as chat messages, tools in OpenAI's envelope, the rest by name."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import orjson

from pictus.reading.calls import tool_in_envelope, tools_in
from pictus.reading.chat_messages import message_of
from pictus.reading.rows import BadRow, list_in
from pictus.record import Record, Turn

_COLUMNS = frozenset({"id", "messages", "tools", "media", "facts", "origin"})
_PLAIN = (str, int, float, bool, type(None))


def row_of(record: Record, media: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Make the row of a record; `media` says where the bytes of each medium went, beside what the record knows of it.

    What is empty or unknown is left out.
    """
    known = [_lean(replace(one, data=None, root=None)) for one in record.media]
    return {
        "id": record.id,
        "messages": [message_of(turn, _content(turn), lambda call: call.arguments) for turn in record.turns],
        "tools": [tool_in_envelope(tool) for tool in record.tools],
        "media": [{**one, **where} for one, where in zip(known, media, strict=True)],
        "facts": _lean(record.facts),
        "origin": _lean(record.origin),
    }


def is_record_row(row: Any) -> bool:
    """Say whether an object is the row of a record."""
    return isinstance(row, Mapping) and row.keys() >= _COLUMNS


def record_of(row: Mapping[str, Any]) -> Record:
    """Read the row of a record; its media are without bytes and folder."""
    from pydantic import ValidationError  # slow to import

    tools = [
        {"name": tool.name, "description": tool.description, "parameters": tool.parameters}
        for tool in tools_in(list_in(row, "tools"))
    ]
    whole = {name: row[name] for name in _COLUMNS - {"messages"}}
    whole |= {"turns": [_turn(message) for message in list_in(row, "messages")], "tools": tools}
    try:
        # By way of text, where lists are taken for tuples and nothing else is bent into shape.
        record: Record = _adapter().validate_json(orjson.dumps(whole), strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise BadRow(f"it should be a record and is not: `{place}`: {first['msg']}") from None
    return record


def record_set_aside(text: str) -> Record:
    """Read a record out of the row of its reject."""
    record: Record = _adapter().validate_json(text, strict=True)
    return record


def _content(turn: Turn) -> list[dict[str, str]]:
    return [{"type": part.type, **({} if part.text is None else {"text": part.text})} for part in turn.parts]


def _turn(message: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "role": message["role"],
        "parts": message["content"],
        "calls": [{"id": call["id"], **call["function"]} for call in list_in(message, "tool_calls")],
        "call_id": message.get("tool_call_id"),
        "name": message.get("name"),
    }


def _lean(value: Any) -> Any:
    """Make plain values of a dataclass, without what is empty."""
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, tuple):
        return [_lean(one) for one in value]
    told = ((name, getattr(value, name)) for name in value.__dataclass_fields__)
    return {name: _lean(one) for name, one in told if one is not None and one != ()}


@cache
def _adapter() -> Any:
    from pydantic import TypeAdapter

    return TypeAdapter(Record)
