"""LLaVA's rows with calls written as Python: `<function_call>search(item="red shoes")</function_call>`."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, ClassVar

from pictus.plugins import Written
from pictus.reading.calls import Waiting, note_unclear_results, tool_object, tools_in
from pictus.reading.marked_text import parts_of, picture_names, pictures_named, text_of
from pictus.reading.python_calls import python_call, python_calls_in
from pictus.reading.row_kinds import FUNCTION_CALL, kind_of
from pictus.reading.rows import BadRow, file_records, in_order, key_of, list_in, looks_like, names_in, text_in
from pictus.reading.tags import blocks_in, harmless, with_blocks
from pictus.record import Origin, Record, Reject, Role, Tool, Turn, make_record
from pictus.store.row_file import write_array

_ROLES: dict[str, Role] = {"human": "user", "gpt": "assistant"}
_RESULT, _RESULT_END = "<function_result>", "</function_result>"
_IN_CALLS = (FUNCTION_CALL, "</function_call>", "<image>", "<video>", "<audio>")


@dataclass(frozen=True, slots=True)
class Format:
    """A JSON array of `{id, image, conversations, tools}`; results of tools are what human says next, between tags.

    Only human and gpt speak, as LLaVA's loader wants it, so `<function_result>` stands for the role of the tool.
    Arguments are read as literals, never run; those without names take the names of the tool's parameters.
    """

    carries: ClassVar[frozenset[str]] = frozenset({"turns", "media", "tools"})
    suffixes: ClassVar[tuple[str, ...]] = (".json",)

    def sniff(self, path: Path) -> bool:
        """Say whether the first row has a call of this kind, or a list of tools."""
        return looks_like(path, lambda row: kind_of(row) == "function_call")

    def read(self, path: Path, *, pictures: Path | None = None) -> Iterator[Record | Reject]:
        """Stream records; a row with a call that is no plain call is set aside."""
        return file_records(path, pictures, _record)

    def write(self, records: Iterable[Record], path: Path) -> Written:
        """Write an array, a row a line."""
        return write_array(path, records, _row)


def _row(record: Record, lost: set[str]) -> dict[str, Any]:
    images = picture_names(record)
    note_unclear_results(record.turns, lost, named=False)
    messages = []
    for is_tool, group in groupby(record.turns, key=lambda turn: turn.role == "tool"):
        if is_tool:
            results = [_result_text(turn, lost) for turn in group]
            messages.append({"from": "human", "value": "\n".join(results)})
            continue
        for turn in group:
            if turn.role == "system":
                lost.add("turns of the system")
            else:
                messages.append({"from": "human" if turn.role == "user" else "gpt", "value": _turn_text(turn, lost)})
    if not messages:
        raise BadRow("nobody but the system speaks")
    row: dict[str, Any] = {"id": record.id}
    if images:
        row["image"] = images[0] if len(images) == 1 else images
    return {**row, "conversations": messages, "tools": [tool_object(tool) for tool in record.tools]}


def _turn_text(turn: Turn, lost: set[str]) -> str:
    words = text_of(turn, lost)
    if (FUNCTION_CALL if turn.role == "assistant" else _RESULT) in words:
        raise BadRow("a turn holds words that would be taken for a call, or for the result of one")
    calls = [f"{FUNCTION_CALL}{harmless(python_call(call), _IN_CALLS)}</function_call>" for call in turn.calls]
    return with_blocks(words, calls)


def _result_text(turn: Turn, lost: set[str]) -> str:
    text = text_of(turn, lost)
    if _RESULT_END in text or _RESULT in text:
        raise BadRow("the result of a tool holds the tag that would end it")
    return f"{_RESULT}{text}{_RESULT_END}"


def _record(row: Mapping[str, Any], where: str, dataset: str, root: str) -> Record:
    if "conversations" not in row:
        raise BadRow("it has no 'conversations'")
    tools = tools_in(row.get("tools"))
    waiting = Waiting()
    turns = [turn for message in list_in(row, "conversations") for turn in _turns(message, tools, waiting)]
    record = make_record(
        Origin(dataset=dataset, key=key_of(row, where)),
        media=pictures_named(names_in(row, "image"), root, turns),
        turns=turns,
        tools=tools,
    )
    return in_order(record)


def _turns(message: Mapping[str, Any], tools: tuple[Tool, ...], waiting: Waiting) -> Iterator[Turn]:
    role, text = _ROLES.get(message["from"]), text_in(message, "value")
    if role is None:
        raise BadRow(f"unknown role: {message['from']!r:.80}")
    if role == "user":
        words, results = blocks_in(text, "function_result")
        if results and words.strip():
            raise BadRow("a turn holds words beside the result of a tool")
        yield from (waiting.result(parts_of(one)) for one in results)
        if not results:
            yield Turn(role, parts_of(text))
        return
    words, blocks = blocks_in(text, "function_call")
    pairs = [pair for one in blocks for pair in python_calls_in(one, tools)]
    yield Turn(role, parts_of(words) if words or not pairs else (), waiting.calls(pairs))
