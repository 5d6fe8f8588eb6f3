"""ms-swift's rows as JSON Lines: `messages` with `<image>` in their words, `images`, and `tools` as JSON text."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any, ClassVar

from pictus.plugins import Written
from pictus.reading.calls import Waiting, call_text, calls_in, note_unclear_results, tool_in_envelope, tools_in
from pictus.reading.data_address import medium_at
from pictus.reading.marked_text import MARK, check_places, parts_of, picture_names, shown_first, text_of
from pictus.reading.row_kinds import kind_of
from pictus.reading.rows import BadRow, file_records, in_order, json_of, key_of, list_in, looks_like, text_in
from pictus.record import NO_FACTS, Facts, Media, Origin, Record, Reject, Role, Turn, make_record
from pictus.store.row_file import write_lines

_ROLES: dict[str, Role] = {"system": "system", "user": "user", "assistant": "assistant", "tool_call": "assistant"}
_ROLES |= {"tool": "tool", "tool_response": "tool"}  # two names for the same
_MARKS = (MARK, "<video>", "<audio>")  # the loader counts each of these
_UNREADABLE = {
    "videos": "it has videos, and this format knows pictures only",
    "audios": "it has audios, and this format knows pictures only",
    "objects": "it has objects, whose places among the words are not read here",
    "rejected_response": "it has a rejected answer beside the chosen one, and a record holds one",
    "rejected_messages": "it has a rejected answer beside the chosen one, and a record holds one",
}
_WEIGHTS = ("loss", "loss_scale")  # of a message
_ASIDE = ("label", "channel")  # of a row


@dataclass(frozen=True, slots=True)
class Format:
    """A line `{messages, images, tools}` for each record; a call and a result is a message each.

    ms-swift looks for pictures where it was started, or below `ROOT_IMAGE_DIR`. Ids of calls are not kept: a result
    belongs to the call at its place. What a file says of the weight of messages, and its labels, are in
    `facts.extra` when it is read, and are not written.
    """

    carries: ClassVar[frozenset[str]] = frozenset({"turns", "media", "tools"})
    suffixes: ClassVar[tuple[str, ...]] = (".jsonl",)

    def sniff(self, path: Path) -> bool:
        """Say whether the first line has messages with roles or weights of ms-swift, or tools as text."""
        return looks_like(path, lambda row: kind_of(row) == "ms_swift")

    def read(self, path: Path, *, pictures: Path | None = None) -> Iterator[Record | Reject]:
        """Stream records; pictures that no mark places come before the first question, as in ms-swift."""
        return file_records(path, pictures, _record)

    def write(self, records: Iterable[Record], path: Path) -> Written:
        """Write a line a record, all with the same columns."""
        return write_lines(path, records, _row)


def _row(record: Record, lost: set[str]) -> dict[str, Any]:
    images = picture_names(record)
    note_unclear_results(record.turns, lost, named=False)
    tools = [tool_in_envelope(tool) for tool in record.tools]
    return {
        "id": record.id,
        "messages": [message for turn in record.turns for message in _messages(turn, lost)],
        "images": images,
        "tools": _unmarked(json_of(tools)),  # ms-swift takes an empty text for one tool, which it then cannot read
    }


def _messages(turn: Turn, lost: set[str]) -> Iterator[dict[str, str]]:
    words = text_of(turn, lost, marks=_MARKS)
    if words or not turn.calls:
        yield {"role": "tool_response" if turn.role == "tool" else turn.role, "content": words}
    for call in turn.calls:
        yield {"role": "tool_call", "content": _unmarked(call_text(call))}


def _unmarked(text: str) -> str:
    """Refuse JSON that has a mark in it: ms-swift parses and writes it again before it looks for places."""
    for mark in _MARKS:
        if mark in text:
            raise BadRow(
                f"its tools or calls hold the text {mark}, which ms-swift would take for the place of a medium"
            )
    return text


def _record(row: Mapping[str, Any], where: str, dataset: str, root: str) -> Record:
    if "messages" not in row:
        raise BadRow("it has no 'messages'")
    for name, reason in _UNREADABLE.items():
        if row.get(name):
            raise BadRow(reason)
    messages = list_in(row, "messages")
    media = _pictures(row, root)
    turns = _turns(messages)
    if (system := text_in(row, "system", "")) and not (turns and turns[0].role == "system"):
        turns.insert(0, Turn.of("system", system))
    turns = shown_first(turns, len(media) - _places(turns))
    check_places(len(media), _places(turns))
    record = make_record(
        Origin(dataset=dataset, key=key_of(row, where)),
        media=media,
        turns=turns,
        tools=tools_in(row.get("tools")),
        facts=_aside(row, messages),
    )
    return in_order(record)


def _places(turns: Iterable[Turn]) -> int:
    return sum(part.type == "image" for turn in turns for part in turn.parts)


def _pictures(row: Mapping[str, Any], root: str) -> list[Media]:
    images = row["images"] if row.get("images") is not None else row.get("image")
    names = [images] if isinstance(images, str | Mapping) else list_in({"images": images}, "images")
    return [medium_at(name["path"] if isinstance(name, Mapping) else name, root) for name in names]


def _turns(messages: Iterable[Mapping[str, Any]]) -> list[Turn]:
    turns: list[Turn] = []
    waiting = Waiting()
    for is_call, group in groupby(messages, key=lambda message: message["role"] == "tool_call"):
        if is_call:
            pairs = [_call(message["content"]) for message in group]
            calls = waiting.calls(pairs)
            # What the assistant said just before belongs to the same turn.
            if turns and turns[-1].role == "assistant" and not turns[-1].calls:
                turns[-1] = replace(turns[-1], calls=calls)
            else:
                turns.append(Turn("assistant", (), calls))
            continue
        turns += [_turn(message, waiting) for message in group]
    return turns


def _call(content: Any) -> tuple[str, str]:
    pairs = calls_in(content, "a tool call is no valid JSON")
    if len(pairs) != 1:
        raise BadRow("a message calls no tool, or several")
    return pairs[0]


def _turn(message: Mapping[str, Any], waiting: Waiting) -> Turn:
    role = _ROLES.get(message["role"])
    if role is None:
        raise BadRow(f"unknown role: {message['role']!r:.80}")
    content = message["content"]
    if role == "tool":
        return waiting.result(parts_of(content if isinstance(content, str) else json_of(content)))
    return Turn(role, parts_of(text_in(message, "content")))


def _aside(row: Mapping[str, Any], messages: list[Any]) -> Facts:
    """Keep what no turn says: which messages weigh how much in training, and labels."""
    kept = {name: row[name] for name in _ASIDE if row.get(name) is not None}
    for name in _WEIGHTS:
        weights = [message.get(name) for message in messages]
        if any(weight is not None for weight in weights):
            kept[name] = weights
    return Facts(extra=json_of(kept)) if kept else NO_FACTS
