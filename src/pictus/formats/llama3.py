"""Llama 3's messages as JSON Lines: calls as `{"name", "parameters"}`, results under the role ipython."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from pictus.plugins import Written
from pictus.reading.calls import (
    Waiting,
    call_object,
    name_and_arguments,
    note_unclear_results,
    tool_in_envelope,
    tools_in,
)
from pictus.reading.json_texts import json_texts_from, json_texts_in
from pictus.reading.marked_text import parts_of, picture_names, pictures_named, text_of
from pictus.reading.row_kinds import IPYTHON, kind_of
from pictus.reading.rows import BadRow, file_records, in_order, json_of, key_of, list_in, looks_like, names_in, text_in
from pictus.reading.tags import harmless
from pictus.record import Origin, Record, Reject, Role, Turn, make_record
from pictus.store.row_file import write_lines

_ROLES: dict[str, Role] = {
    "system": "system",
    "user": "user",
    "assistant": "assistant",
    IPYTHON: "tool",
    "tool": "tool",
}
_CALL_KEYS = {"name", "parameters"}
_MARKS = ("<image>", "<video>", "<audio>")
_BEFORE = "These functions may be called; each is described by a line of JSON:\n"
_AFTER = (
    '\nTo call one, answer with nothing but {"name": its name, "parameters": {each argument: its value}}; '
    "between several calls stands a semicolon."
)
# Meta's template says this before the functions, in the turn of the system or of the first question.
_OPENINGS = (_BEFORE, "Given the following functions, please respond with a JSON for a function call")


@dataclass(frozen=True, slots=True)
class Format:
    """A line `{messages, images}` for each record, every content a text; pictures are marked by `<image>`.

    Several calls of one turn are parted by semicolons. Words beside a call and ids of calls are not kept.
    """

    carries: ClassVar[frozenset[str]] = frozenset({"turns", "media", "tools"})
    suffixes: ClassVar[tuple[str, ...]] = (".jsonl",)

    def sniff(self, path: Path) -> bool:
        """Say whether the first line has calls or results in Llama's form."""
        return looks_like(path, lambda row: kind_of(row) == "llama3")

    def read(self, path: Path, *, pictures: Path | None = None) -> Iterator[Record | Reject]:
        """Stream records; functions described before a question become tools, as those in a system's turn."""
        return file_records(path, pictures, _record)

    def write(self, records: Iterable[Record], path: Path) -> Written:
        """Write a line a record."""
        return write_lines(path, records, _row)


def _row(record: Record, lost: set[str]) -> dict[str, Any]:
    images = picture_names(record)
    turns = list(record.turns)
    messages = []
    if turns[0].role == "system" or record.tools:
        has_words = turns[0].role == "system"
        words = _words(turns.pop(0), lost) if has_words else ""
        if record.tools and has_words and not words:
            lost.add("an empty turn of the system")
        messages.append({"role": "system", "content": _system_text(words, record)})
    note_unclear_results(turns, lost, named=False)
    for turn in turns:
        role = IPYTHON if turn.role == "tool" else turn.role
        messages.append({"role": role, "content": _calls_text(turn, lost) if turn.calls else _words(turn, lost)})
    row: dict[str, Any] = {"id": record.id, "messages": messages}
    return {**row, "images": images} if images else row


def _words(turn: Turn, lost: set[str]) -> str:
    text = text_of(turn, lost)
    if turn.role == "assistant" and _calls_in(text) is not None:
        raise BadRow("an answer holds words that would be taken for a tool call")
    if turn.role in ("system", "user") and any(opening in text for opening in _OPENINGS):
        raise BadRow("a turn holds words that would be taken for a list of tools")
    return text


def _system_text(words: str, record: Record) -> str:
    if not record.tools:
        return words
    tools = "\n".join(harmless(json_of(tool_in_envelope(tool)), _MARKS) for tool in record.tools)
    return f"{words}\n\n{_BEFORE}{tools}{_AFTER}" if words else f"{_BEFORE}{tools}{_AFTER}"


def _calls_text(turn: Turn, lost: set[str]) -> str:
    if turn.text.strip():
        lost.add("words beside a tool call")
    calls = [json_of(call_object(call, arguments="parameters")) for call in turn.calls]
    return harmless("; ".join(calls), _MARKS)


def _record(row: Mapping[str, Any], where: str, dataset: str, root: str) -> Record:
    if "messages" not in row:
        raise BadRow("it has no 'messages'")
    turns: list[Turn] = []
    tools = tools_in(row.get("tools"))
    waiting = Waiting()
    for message in list_in(row, "messages"):
        role, text = _ROLES.get(message["role"]), text_in(message, "content")
        if role is None:
            raise BadRow(f"unknown role: {message['role']!r:.80}")
        if role == "tool":
            turns.append(waiting.result(parts_of(text)))
        elif role == "assistant":
            pairs = _calls_in(text)
            turns.append(Turn(role, parts_of(text)) if pairs is None else Turn(role, (), waiting.calls(pairs)))
        else:
            words, described = _words_and_tools(text)
            tools = tools or tools_in(described)
            turns += [] if role == "system" and described and not words else [Turn(role, parts_of(words))]
    media = pictures_named(names_in(row, "images"), root, turns)
    return in_order(make_record(Origin(dataset=dataset, key=key_of(row, where)), media=media, turns=turns, tools=tools))


def _calls_in(text: str) -> list[tuple[str, str]] | None:
    """Read the calls that an answer consists of; None where it is words."""
    text = text.strip().removeprefix("<|python_tag|>").lstrip()
    if not text.startswith(("{", "[")):
        return None
    try:
        values = json_texts_in(text)
    except BadRow:
        return None
    is_call = all(isinstance(one, dict) and one.keys() >= _CALL_KEYS for one in values)
    return [name_and_arguments(one) for one in values] if values and is_call else None


def _words_and_tools(text: str) -> tuple[str, list[Any]]:
    """Cut what is said of functions off the words before and after it."""
    start = min((place for opening in _OPENINGS if (place := text.find(opening)) >= 0), default=-1)
    # The opening may go on for some lines, with an example that is no JSON.
    for line in re.finditer(r"^[\[{]", text[max(start, 0) :] if start >= 0 else "", re.MULTILINE):
        described, end = json_texts_from(text, start + line.start())
        if described:
            rest = text[end:].removeprefix(_AFTER.lstrip())
            inner = described[0] if len(described) == 1 and isinstance(described[0], list) else described
            return text[:start].removesuffix("\n\n") + rest, inner
    return text, []
