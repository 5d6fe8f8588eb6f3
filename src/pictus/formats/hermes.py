"""Hermes' conversations: tools in the turn of the system, calls and their results between tags."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, ClassVar

from pictus.plugins import Written
from pictus.reading.calls import (
    Waiting,
    call_object,
    calls_in,
    name_of_result,
    note_unclear_results,
    tool_in_envelope,
    tools_in,
)
from pictus.reading.json_texts import json_texts_in
from pictus.reading.marked_text import parts_of, picture_names, pictures_named, text_of
from pictus.reading.python_calls import python_value
from pictus.reading.row_kinds import HERMES_CALL, HERMES_TOOLS, kind_of
from pictus.reading.rows import BadRow, file_records, in_order, json_of, key_of, list_in, looks_like, names_in, text_in
from pictus.reading.tags import block, blocks_in, harmless, with_blocks
from pictus.record import Call, Origin, Record, Reject, Role, Turn, make_record
from pictus.store.row_file import write_array

_ROLES: dict[str, Role] = {"system": "system", "human": "user", "user": "user", "gpt": "assistant"}
_ROLES |= {"assistant": "assistant", "tool": "tool"}
_NAMES: dict[Role, str] = {"system": "system", "user": "human", "assistant": "gpt"}
_IN_CALLS = ("<tool_call>", "</tool_call>", "<image>", "<video>", "<audio>")
_IN_RESULTS = ("<tool_response>", "</tool_response>")
_IN_TOOLS = ("<tools>", "</tools>", "<image>", "<video>", "<audio>")
_BEFORE = "These tools may be called; each is described by a line of JSON:\n"
_AFTER = (
    '\nCall a tool by writing <tool_call> {"name": ..., "arguments": {...}} </tool_call>, once for each call. '
    "The results follow, each within <tool_response>."
)
# The turn of the system in the files of Nous Research begins so, and says no more than how to call tools.
_OPENINGS = (_BEFORE, "You are a function calling AI model")


@dataclass(frozen=True, slots=True)
class Format:
    """Rows of `{conversations, images}`, with the turns system, human, gpt and tool.

    Pictures are marked by `<image>`. Results of tools are JSON with the tool's name and what it said; the ids of
    calls are not kept. When a file is read, what its system says of the tools becomes tools and no words.
    """

    carries: ClassVar[frozenset[str]] = frozenset({"turns", "media", "tools"})
    suffixes: ClassVar[tuple[str, ...]] = (".json",)

    def sniff(self, path: Path) -> bool:
        """Say whether the first row has tools or calls between tags."""
        return looks_like(path, lambda row: kind_of(row) == "hermes")

    def read(self, path: Path, *, pictures: Path | None = None) -> Iterator[Record | Reject]:
        """Stream records; JSON Lines are read too."""
        return file_records(path, pictures, _record)

    def write(self, records: Iterable[Record], path: Path) -> Written:
        """Write an array, a row a line."""
        return write_array(path, records, _row)


def _row(record: Record, lost: set[str]) -> dict[str, Any]:
    images = picture_names(record)
    turns = list(record.turns)
    messages = []
    if turns[0].role == "system" or record.tools:
        words = text_of(turns.pop(0), lost) if turns[0].role == "system" else ""
        if record.tools and record.turns[0].role == "system" and not words:
            lost.add("an empty turn of the system")
        messages.append({"from": "system", "value": _system_text(words, record)})
    note_unclear_results(turns, lost, named=True)
    calls: Sequence[Call] = ()
    for is_tool, group in groupby(turns, key=lambda turn: turn.role == "tool"):
        if is_tool:
            results = [_result_text(turn, calls, lost) for turn in group]
            messages.append({"from": "tool", "value": "\n".join(results)})
            continue
        for turn in group:
            calls = turn.calls
            messages.append({"from": _NAMES[turn.role], "value": _turn_text(turn, lost)})
    row: dict[str, Any] = {"id": record.id, "conversations": messages}
    return {**row, "images": images} if images else row


def _system_text(words: str, record: Record) -> str:
    if HERMES_TOOLS in words or any(one in words for one in _OPENINGS):
        raise BadRow("the system's words would be taken for a list of tools")
    if not record.tools:
        return words
    tools = "\n".join(harmless(json_of(tool_in_envelope(tool)), _IN_TOOLS) for tool in record.tools)
    told = f"{_BEFORE}{block('tools', tools)}{_AFTER}"
    return f"{words}\n\n{told}" if words else told


def _turn_text(turn: Turn, lost: set[str]) -> str:
    words = text_of(turn, lost)
    if turn.role == "assistant" and HERMES_CALL in words:
        raise BadRow("an answer holds words that would be taken for a tool call")
    calls = [block("tool_call", harmless(json_of(call_object(call)), _IN_CALLS)) for call in turn.calls]
    return with_blocks(words, calls)


def _result_text(turn: Turn, calls: Sequence[Call], lost: set[str]) -> str:
    text, name = text_of(turn, lost), name_of_result(turn, calls)
    content = text if _is_object(text) else json_of(text)
    named = f'"name":{json_of(name)},' if name is not None else ""
    return block("tool_response", harmless(f'{{{named}"content":{content}}}', _IN_RESULTS))


def _is_object(text: str) -> bool:
    """Say whether a result is JSON that is the same text after it was read and written again."""
    if not text.startswith(("{", "[")):
        return False
    try:
        return json_of(json.loads(text)) == text
    except (ValueError, RecursionError):
        return False


def _record(row: Mapping[str, Any], where: str, dataset: str, root: str) -> Record:
    if "conversations" not in row:
        raise BadRow("it has no 'conversations'")
    turns: list[Turn] = []
    tools = tools_in(row.get("tools"))
    waiting = Waiting()
    for message in list_in(row, "conversations"):
        role, text = _ROLES.get(message["from"]), text_in(message, "value")
        if role is None:
            raise BadRow(f"unknown role: {message['from']!r:.80}")
        if role == "system":
            words, described = _words_and_tools(text)
            tools = tools or tools_in(described)
            turns += [] if words is None else [Turn("system", parts_of(words))]
        elif role == "assistant":
            words, blocks = blocks_in(text, "tool_call")
            pairs = [pair for one in blocks for pair in calls_in(_objects_in(one), "")]
            turns.append(Turn(role, parts_of(words) if words or not pairs else (), waiting.calls(pairs)))
        elif role == "tool":
            _, blocks = blocks_in(text, "tool_response")
            turns += [_result(one, waiting) for one in blocks or [text]]
        else:
            turns.append(Turn(role, parts_of(text)))
    media = pictures_named(names_in(row, "images" if "images" in row else "image"), root, turns)
    return in_order(make_record(Origin(dataset=dataset, key=key_of(row, where)), media=media, turns=turns, tools=tools))


def _words_and_tools(text: str) -> tuple[str | None, list[Any]]:
    """Cut what a system says of tools off its own words; None where it has no others."""
    # The same tags stand, empty, in the sentence that explains them.
    found = next((one for one in re.finditer("<tools>(.*?)</tools>", text, re.DOTALL) if one[1].strip()), None)
    if found is None:
        return text, []
    places = [text.find(opening) for opening in _OPENINGS]
    start = min((place for place in places if 0 <= place <= found.start()), default=None)
    words = text[: found.start()] + text[found.end() :] if start is None else text[:start].removesuffix("\n\n")
    return words or None, _objects_in(found[1])


def _objects_in(text: str) -> list[Any]:
    """Read objects in JSON; the files of Nous Research also have them as Python writes them."""
    try:
        return json_texts_in(text)
    except BadRow:
        value = python_value(text)
        return value if isinstance(value, list) else [value]


def _result(text: str, waiting: Waiting) -> Turn:
    """Read a result: JSON with the tool's name, or whatever the tool said."""
    text = text.strip("\n")
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict) or "content" not in value or not value.keys() <= {"name", "content"}:
        return waiting.result(parts_of(text))
    content = value["content"]
    said = content if isinstance(content, str) else json_of(content)
    return waiting.result(parts_of(said), name=text_in(value, "name") if "name" in value else None)
