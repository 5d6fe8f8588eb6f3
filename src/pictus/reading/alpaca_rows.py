"""Alpaca's rows, `{instruction, input, output}`: one question, which the input completes, and one answer."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pictus.card import Card
from pictus.errors import unknown_name
from pictus.reading.card_origin import origin_of
from pictus.reading.json import read_rows
from pictus.reading.places import find_file, home_of
from pictus.reading.rows import BadRow, key_of, record_rows, text_in
from pictus.record import Record, Reject, Turn, make_record


def alpaca_turns(row: Mapping[str, Any]) -> tuple[Turn, Turn]:
    """Make the question and the answer of a row; one of them alone teaches nothing."""
    parts = (text_in(row, "instruction"), text_in(row, "input", ""))
    question = "\n".join(part for part in parts if part.strip())
    answer = text_in(row, "output")
    if not question:
        raise BadRow("the instruction is empty")
    if not answer.strip():
        raise BadRow("the output is empty")
    return Turn.of("user", question), Turn.of("assistant", answer)


def alpaca_file(root: Path, split: str, dataset: str, name: str, *, mend: str) -> Path:
    """Find the one file of a dataset, in its own folder or where its repository has it."""
    if split != "train":
        raise unknown_name("split", split, ["train"], where=dataset)
    return find_file(home_of(root, dataset).folder, (name, f"data/{name}"), mend=mend)


def alpaca_records(path: Path, card: Card, *, dataset: str, split: str) -> Iterator[Record | Reject]:
    """Stream the records of a file; its rows have no ids, so file and number are the key."""

    def record(row: Mapping[str, Any], where: str) -> Record:
        return make_record(origin_of(card, dataset, split, key_of(row, where)), turns=alpaca_turns(row))

    return record_rows(read_rows(path), record)
