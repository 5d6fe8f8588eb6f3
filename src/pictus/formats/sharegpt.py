"""LLaMA-Factory's sharegpt rows, with the `dataset_info.json` that names their columns."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import orjson

from pictus.errors import PictusError
from pictus.plugins import Written
from pictus.reading.calls import Waiting, call_text, calls_in, tools_text
from pictus.reading.dataset_info import Columns, Layout, Speaker, Tags, layout_for
from pictus.reading.factory_rows import FACTORY_MARKS, factory_record, take_system
from pictus.reading.marked_text import parts_of, picture_names, text_of
from pictus.reading.row_kinds import kind_of
from pictus.reading.rows import BadRow, file_records, json_of, list_in, looks_like, text_in
from pictus.reading.tags import harmless
from pictus.record import Call, Record, Reject, Turn
from pictus.store.factory_file import write_with_entry

# Without a dataset_info.json, both usual spellings are read; none of these names means two things.
_SPEAKERS: dict[str, Speaker] = {
    "human": "user",
    "user": "user",
    "gpt": "assistant",
    "assistant": "assistant",
    "system": "system",
    "observation": "tool",
    "tool": "tool",
    "function_call": "call",
}
_FROM_VALUE, _ROLE_CONTENT = Tags(), Tags(role_tag="role", content_tag="content")


@dataclass(frozen=True, slots=True)
class Format:
    """Rows of `{conversations, images, system, tools}`, as LLaMA-Factory trains on them.

    Beside the file goes `dataset_info.json`, and entries of other files stay in it. A tool's result belongs to
    the call before it; the results of several calls stand together as one JSON list. Ids of calls are not kept.
    LLaMA-Factory leaves out a row that does not end with an answer.
    """

    carries: ClassVar[frozenset[str]] = frozenset({"turns", "media", "tools"})
    suffixes: ClassVar[tuple[str, ...]] = (".json",)

    def sniff(self, path: Path) -> bool:
        """Say whether `dataset_info.json` names the file, or its first row has these columns."""
        try:
            if layout_for(path) is not None:
                return True
        except PictusError:
            return False
        return looks_like(path, lambda row: kind_of(row) == "sharegpt")

    def read(self, path: Path, *, pictures: Path | None = None) -> Iterator[Record | Reject]:
        """Stream records, with the columns and tags that a `dataset_info.json` beside the file names."""
        return file_records(path, pictures, partial(_record, layout=layout_for(path)))

    def write(self, records: Iterable[Record], path: Path) -> Written:
        """Write an array, and the entry in `dataset_info.json`."""
        return write_with_entry(path, records, _row, "sharegpt")


def _row(record: Record, lost: set[str]) -> dict[str, Any]:
    images = picture_names(record)
    turns = list(record.turns)
    system = take_system(turns, lost)
    messages: list[dict[str, str]] = []
    calls: Sequence[Call] = ()
    while turns:
        turn = turns.pop(0)
        if turn.role == "tool":
            results = [turn]
            while turns and turns[0].role == "tool":
                results.append(turns.pop(0))
            messages.append({"from": "observation", "value": _results_text(results, calls, lost)})
        elif turn.calls:
            calls = turn.calls
            if turn.text.strip():
                lost.add("words beside a tool call")
            messages.append({"from": "function_call", "value": _calls_text(calls)})
        else:
            name = "human" if turn.role == "user" else "gpt"
            messages.append({"from": name, "value": text_of(turn, lost, marks=FACTORY_MARKS)})
    if not messages:
        raise BadRow("nobody but the system speaks")
    return {
        "id": record.id,
        "conversations": messages,
        "images": images,
        "system": system,
        "tools": tools_text(record.tools),
    }


def _calls_text(calls: Sequence[Call]) -> str:
    objects = [call_text(call) for call in calls]
    text = objects[0] if len(objects) == 1 else f"[{','.join(objects)}]"
    return harmless(text, FACTORY_MARKS)


def _results_text(results: Sequence[Turn], calls: Sequence[Call], lost: set[str]) -> str:
    """Write what tools gave back as one message, since two of them in a row would break the alternation."""
    texts = [text_of(result, lost, marks=FACTORY_MARKS) for result in results]
    wanted = [call.id for call in calls]
    given = [result.call_id for result in results]
    if len(texts) > 1 and len(texts) != len(calls):
        raise BadRow("the results of tools are fewer or more than the calls")
    if any(one is not None for one in given) and given != wanted[: len(given)]:
        lost.add("which result belongs to which call")
    if len(texts) > 1:
        return json_of(texts)
    if _texts_in(texts[0], len(calls)) is not None:
        raise BadRow("the one result of several calls looks like a list of several")
    return texts[0]


def _texts_in(text: str, count: int) -> list[str] | None:
    """Take the results of several calls out of one message; None where they are not written so."""
    if count < 2 or not text.startswith("["):
        return None
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    is_list = isinstance(value, list) and len(value) == count and all(isinstance(one, str) for one in value)
    return value if is_list else None


def _record(row: Mapping[str, Any], where: str, dataset: str, root: str, layout: Layout | None) -> Record:
    columns = layout.columns if layout else Columns(messages=_messages_name(row))
    if columns.messages not in row:
        raise BadRow(f"it has no {columns.messages!r}")
    turns = _turns(list_in(row, columns.messages), layout)
    if system := text_in(row, columns.system, ""):
        turns.insert(0, Turn.of("system", system))
    return factory_record(row, where, dataset, root, turns, columns)


def _messages_name(row: Mapping[str, Any]) -> str:
    return "messages" if "messages" in row and "conversations" not in row else "conversations"


def _turns(messages: Iterable[Mapping[str, Any]], layout: Layout | None) -> list[Turn]:
    speakers = layout.speakers if layout else _SPEAKERS
    turns: list[Turn] = []
    waiting = Waiting()
    calls: tuple[Call, ...] = ()
    for message in messages:
        tags = layout.tags if layout else _FROM_VALUE if "from" in message else _ROLE_CONTENT
        speaker, text = speakers.get(message[tags.role_tag]), message[tags.content_tag]
        if speaker is None:
            raise BadRow(f"unknown role: {message[tags.role_tag]!r:.80}")
        if speaker == "call":
            calls = waiting.calls(calls_in(text, "a tool call is no valid JSON"))
            if not calls:
                raise BadRow("a message calls no tool")
            turns.append(Turn("assistant", (), calls))
        elif not isinstance(text, str):
            raise BadRow(f"`{tags.content_tag}` is no text")
        elif speaker == "tool":
            turns += _results(text, calls)
        else:
            turns.append(Turn(speaker, parts_of(text)))
    return turns


def _results(text: str, calls: Sequence[Call]) -> Iterator[Turn]:
    texts = _texts_in(text, len(calls)) or [text]
    if len(texts) == len(calls):
        for one, call in zip(texts, calls, strict=True):
            yield Turn("tool", parts_of(one), call_id=call.id, name=call.name)
    else:
        yield Turn("tool", parts_of(text))  # of no call or of several: nobody can say which
