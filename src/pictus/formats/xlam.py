"""xLAM's rows: a query, the tools and the calls that answer it, the last two as JSON text."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

from pictus.plugins import Written
from pictus.reading.calls import Waiting, call_object, calls_in, schema_of, tools_in
from pictus.reading.exchange import exchange_of
from pictus.reading.flat_schema import from_flat, to_flat
from pictus.reading.marked_text import parts_of, picture_names, pictures_named, text_of
from pictus.reading.rows import BadRow, file_records, in_order, json_of, key_of, looks_like, names_in, text_in
from pictus.record import Origin, Record, Reject, Tool, Turn, make_record
from pictus.store.row_file import write_array


@dataclass(frozen=True, slots=True)
class Format:
    """A JSON array of `{id, query, tools, answers, images}`; no answers where no tool helps.

    Parameters are described as in xLAM's own file, a flat object with Python's names of types; a schema that this
    cannot say to the letter is named as lost. Rows hold one question and its calls, not what comes of them.
    """

    carries: ClassVar[frozenset[str]] = frozenset({"turns", "media", "tools"})
    suffixes: ClassVar[tuple[str, ...]] = (".json",)

    def sniff(self, path: Path) -> bool:
        """Say whether the first row has a query and answers."""
        return looks_like(path, lambda row: "query" in row and "answers" in row)

    def read(self, path: Path, *, pictures: Path | None = None) -> Iterator[Record | Reject]:
        """Stream records; JSON Lines are read too, and lists in place of their text."""
        return file_records(path, pictures, _record)

    def write(self, records: Iterable[Record], path: Path) -> Written:
        """Write an array, a row a line."""
        return write_array(path, records, _row)


def _row(record: Record, lost: set[str]) -> dict[str, Any]:
    images = picture_names(record)
    exchange = exchange_of(record, lost)
    *earlier, question = exchange.before
    if any(turn.role != "system" for turn in earlier):
        raise BadRow("it has several questions, and a row of xLAM holds one")
    if earlier:
        lost.add("turns of the system")
    row = {
        "id": record.id,
        "query": text_of(question, lost),
        "tools": json_of([_tool(tool, lost) for tool in record.tools]),
        "answers": json_of([call_object(call) for call in exchange.calls]),
    }
    return {**row, "images": images} if images else row


def _tool(tool: Tool, lost: set[str]) -> dict[str, Any]:
    schema = schema_of(tool)
    flat = to_flat(schema)
    if from_flat(flat) != schema:
        lost.add("the exact schema of a tool")
    return {"name": tool.name, "description": tool.description, "parameters": flat}


def _record(row: Mapping[str, Any], where: str, dataset: str, root: str) -> Record:
    turns = [Turn("user", parts_of(text_in(row, "query")))]
    if calls := Waiting().calls(calls_in(row["answers"] or [], "the answers are no JSON")):
        turns.append(Turn("assistant", (), calls))
    record = make_record(
        Origin(dataset=dataset, key=key_of(row, where)),
        media=pictures_named(names_in(row, "images"), root, turns),
        turns=turns,
        tools=[replace(tool, parameters=json_of(from_flat(schema_of(tool)))) for tool in tools_in(row.get("tools"))],
    )
    return in_order(record)
