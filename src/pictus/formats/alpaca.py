"""Alpaca's rows: an instruction, what it is about, and an answer; with LLaMA-Factory's columns for more than that."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from pictus.errors import PictusError
from pictus.plugins import Written
from pictus.reading.calls import tools_text
from pictus.reading.dataset_info import AlpacaColumns, alpaca_columns_for
from pictus.reading.factory_rows import FACTORY_MARKS, factory_record, take_system
from pictus.reading.marked_text import parts_of, picture_names, text_of
from pictus.reading.rows import BadRow, file_records, list_in, looks_like, text_in
from pictus.record import Record, Reject, Role, Turn
from pictus.store.factory_file import write_with_entry


@dataclass(frozen=True, slots=True)
class Format:
    """Rows of `{instruction, input, output, system, history, images, tools}`, as LLaMA-Factory trains on them.

    The last question is the instruction, those before it are pairs in `history`, and `<image>` marks the place of a
    picture. A question is written whole into `instruction`; when read, instruction and input are the question, a line
    each. Beside the file goes `dataset_info.json`. Tools may be offered; rows in which they are called do not fit.
    LLaMA-Factory leaves out a row whose `output` is null: a question that nobody answered.
    """

    carries: ClassVar[frozenset[str]] = frozenset({"turns", "media", "tools"})
    suffixes: ClassVar[tuple[str, ...]] = (".json",)

    def sniff(self, path: Path) -> bool:
        """Say whether `dataset_info.json` names the file, or its first row has an instruction and an output."""
        try:
            if alpaca_columns_for(path) is not None:
                return True
        except PictusError:
            return False
        return looks_like(path, lambda row: "instruction" in row and "output" in row)

    def read(self, path: Path, *, pictures: Path | None = None) -> Iterator[Record | Reject]:
        """Stream records of an array or of JSON Lines; a row without an output is a question nobody answered."""
        return file_records(path, pictures, partial(_record, columns=alpaca_columns_for(path) or AlpacaColumns()))

    def write(self, records: Iterable[Record], path: Path) -> Written:
        """Write an array, and the entry in `dataset_info.json`."""
        return write_with_entry(path, records, _row, "alpaca")


def _row(record: Record, lost: set[str]) -> dict[str, Any]:
    if any(turn.calls or turn.role == "tool" for turn in record.turns):
        raise BadRow("it calls tools, which this format cannot hold")
    images = picture_names(record)
    turns = list(record.turns)
    system = take_system(turns, lost)
    if not turns:
        raise BadRow("nobody but the system speaks")
    said: list[str | None] = [text_of(turn, lost, marks=FACTORY_MARKS) for turn in turns]
    if len(said) % 2:
        said.append(None)  # the last question has no answer
    pairs = [[question, answer] for question, answer in zip(said[::2], said[1::2], strict=True)]
    question, answer = pairs.pop()
    return {
        "id": record.id,
        "instruction": question,
        "input": "",
        "output": answer,
        "system": system,
        "history": pairs,
        "images": images,
        "tools": tools_text(record.tools),
    }


def _record(row: Mapping[str, Any], where: str, dataset: str, root: str, columns: AlpacaColumns) -> Record:
    return factory_record(row, where, dataset, root, _turns(row, columns), columns)


def _turns(row: Mapping[str, Any], columns: AlpacaColumns) -> list[Turn]:
    turns: list[Turn] = []
    if system := text_in(row, columns.system, ""):
        turns.append(Turn.of("system", system))
    for pair in list_in(row, columns.history):
        if not isinstance(pair, list) or len(pair) != 2:
            raise BadRow("the history is not made of pairs of question and answer")
        turns += [_turn("user", pair[0]), _turn("assistant", pair[1])]
    question = [text_in(row, columns.prompt), text_in(row, columns.query, "")]
    turns.append(_turn("user", "\n".join(text for text in question if text)))
    if row.get(columns.response) is not None:
        turns.append(_turn("assistant", row[columns.response]))
    return turns


def _turn(role: Role, text: Any) -> Turn:
    if not isinstance(text, str):
        raise BadRow(f"what the {role} says is no text")
    return Turn(role, parts_of(text))
