"""BFCL's two files: questions with their functions, and beside them the calls that count as right."""

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any, ClassVar

import orjson

from pictus.plugins import Written
from pictus.reading.bfcl_rows import answers_in, first_call, tool_of, turn_of
from pictus.reading.bfcl_values import from_bfcl, is_only_one, only, to_bfcl
from pictus.reading.calls import Waiting, arguments_object, json_value, schema_of
from pictus.reading.exchange import exchange_of
from pictus.reading.files import packed_or_not
from pictus.reading.json import read_rows
from pictus.reading.rows import (
    ROW_ERRORS,
    BadRow,
    dataset_of,
    in_order,
    json_of,
    key_of,
    list_in,
    looks_like,
    record_rows,
)
from pictus.record import NO_FACTS, Call, Facts, Origin, Record, Reject, Tool, Turn, make_record
from pictus.store.row_file import write_lines
from pictus.store.whole_file import whole_file

_ANSWERS = "possible_answer"
_BUFFER_BYTES = 2**24


@dataclass(frozen=True, slots=True)
class Format:
    """JSON Lines `{id, question, function}`, and in `possible_answer/` under the same name `{id, ground_truth}`.

    A question without an entry there is one that no function answers. Files allow several values for an argument:
    a record takes the first, and keeps the others in its facts, from where they are written again. Pictures and
    several rounds of calls have no place.
    """

    carries: ClassVar[frozenset[str]] = frozenset({"turns", "tools", "facts"})  # of facts: what BFCL's files said
    suffixes: ClassVar[tuple[str, ...]] = (".json",)

    def sniff(self, path: Path) -> bool:
        """Say whether the first line has a question and functions."""
        return looks_like(path, lambda row: "function" in row and isinstance(row.get("question"), list))

    def read(self, path: Path, *, pictures: Path | None = None) -> Iterator[Record | Reject]:
        """Stream the records of a file of questions, each with its answer; the answers are held in memory."""
        dataset, beside = dataset_of(path), packed_or_not(path.parent / _ANSWERS / path.name)
        answers, rejects = answers_in(beside) if beside else ({}, [])
        yield from rejects
        rows = read_rows(path, lines=True)
        yield from record_rows(rows, lambda row, where: _record(row, where, dataset, answers))

    def write(self, records: Iterable[Record], path: Path) -> Written:
        """Write both files; that of the answers only where there are some."""
        beside = path.parent / _ANSWERS / path.name
        with tempfile.SpooledTemporaryFile(_BUFFER_BYTES) as held:

            def and_then_the_answers() -> Iterator[Record]:
                yield from records
                # Now all rows are made, and the questions have no name yet: without answers they mean something else.
                if held.tell():
                    _keep(held, beside)
                else:
                    beside.unlink(missing_ok=True)

            written = write_lines(path, and_then_the_answers(), lambda record, lost: _row(record, lost, held))
        return replace(written, files=(path, beside)) if beside.exists() else written


def _keep(held: IO[bytes], path: Path) -> None:
    held.seek(0)
    with whole_file(path) as file:
        for line in held:
            file.write(line)


def _row(record: Record, lost: set[str], answers: IO[bytes]) -> dict[str, Any]:
    if record.media or any(part.type != "text" for turn in record.turns for part in turn.parts):
        raise BadRow("it has pictures, which BFCL's questions have no place for")
    exchange = exchange_of(record, lost)
    said = _said(record)
    truth = _truth(exchange.calls, said.get("ground_truth"))
    row = {
        "id": record.id,
        "question": [[{"role": turn.role, "content": turn.text} for turn in exchange.before]],
        "function": _functions(record.tools, said.get("function"), lost),
    }
    kept = {"ground_truth": truth, "function": row["function"]}
    if replace(record.facts, extra=None) != NO_FACTS or any(value != kept.get(key) for key, value in said.items()):
        lost.add("facts (captions, boxes, labels)")
    try:
        orjson.dumps(row)  # what cannot be written must not leave an answer behind
        answer = orjson.dumps({"id": record.id, "ground_truth": truth}, option=orjson.OPT_APPEND_NEWLINE)
    except TypeError as error:
        raise BadRow(f"readers of JSON would not take it: {error}") from None
    if truth:
        answers.write(answer)
    return row


def _said(record: Record) -> Mapping[str, Any]:
    """Give what the files said from which a record was read, as far as it was kept."""
    try:
        value = json_value(record.facts.extra or "{}")
    except BadRow:
        value = record.facts.extra
    return value if isinstance(value, Mapping) else {"": value}


def _truth(calls: Sequence[Call], said: Any) -> list[Any]:
    """Give the right calls with all values that were allowed, where these are still the calls of the record."""
    made = [(call.name, arguments_object(call)) for call in calls]
    if said:
        if not isinstance(said, list) or not all(isinstance(one, Mapping) for one in said):
            raise BadRow("what counts as right is no list of calls, and the file of answers holds those alone")
        if not made or _first(said) == made:
            return said
    return [{name: {key: only(one) for key, one in arguments.items()}} for name, arguments in made]


def _first(truth: Sequence[Any]) -> list[tuple[str, Any]] | None:
    try:
        return [(name, json_value(arguments)) for name, arguments in map(first_call, truth)]
    except BadRow:
        return None


def _functions(tools: Sequence[Tool], said: Any, lost: set[str]) -> list[Any]:
    """Describe the tools, in the words of the file that they came from where they still mean the same."""
    if isinstance(said, list) and len(said) == len(tools):
        try:
            if list(map(tool_of, said)) == list(tools):
                return said
        except ROW_ERRORS:
            pass
    return [_function(tool, lost) for tool in tools]


def _function(tool: Tool, lost: set[str]) -> dict[str, Any]:
    schema = schema_of(tool)
    parameters = to_bfcl(schema)
    if from_bfcl(parameters) != schema:
        lost.add("the exact schema of a tool")
    return {"name": tool.name, "description": tool.description, "parameters": parameters}


def _record(row: Mapping[str, Any], where: str, dataset: str, answers: Mapping[str, Mapping[str, Any]]) -> Record:
    if "involved_classes" in row:
        raise BadRow("its functions are those of simulated classes, which stand in other files")
    key = key_of(row, where)
    rounds = list_in(row, "question")
    if len(rounds) != 1 or not isinstance(rounds[0], list):
        raise BadRow("it has several rounds of questions, or none")
    turns = [turn_of(message) for message in rounds[0]]
    truth = answers[key]["ground_truth"] if key in answers else []
    if not isinstance(truth, list):
        raise BadRow("the right calls are no list")
    if calls := Waiting().calls(first_call(one) for one in truth):
        turns.append(Turn("assistant", (), calls))
    facts = NO_FACTS if all(_is_only_one(one) for one in truth) else Facts(extra=json_of({"ground_truth": truth}))
    tools = [tool_of(function) for function in list_in(row, "function")]
    return in_order(make_record(Origin(dataset=dataset, key=key), turns=turns, tools=tools, facts=facts))


def _is_only_one(call: Mapping[str, Mapping[str, Any]]) -> bool:
    return all(is_only_one(allowed) for arguments in call.values() for allowed in arguments.values())
