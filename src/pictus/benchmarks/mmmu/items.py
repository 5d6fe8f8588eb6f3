"""MMMU's files: questions with what is true and what was answered, in the order in which they are scored."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pictus.benchmarks.mmmu.choice import letters
from pictus.benchmarks.mmmu.figures import SUBJECTS, subject_of
from pictus.errors import PictusError
from pictus.grade import Files
from pictus.reading.json import read_members, read_rows
from pictus.reading.python_calls import python_value
from pictus.reading.rows import ROW_ERRORS, BadRow, reason_of
from pictus.record import Reject
from pictus.scoring.answers import answers_of, id_of, refuse_extra

CHOICE = "multiple-choice"
_NO_CHOICES: Mapping[str, Any] = {}
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Item:
    """A question with its true answer, and with what was answered, whatever that is."""

    key: str
    kind: str
    truth: Any  # a text or a list of them
    choices: Mapping[str, Any]  # texts by their letters
    response: Any


def items_of(files: Files, *, with_choices: bool) -> Iterator[Item]:
    """Read the official files; choices only where letters are read from responses."""
    truth_file = _given(files.truth, "truth", "the official answers by id")
    truth = _by_id(read_members(truth_file), truth_file, lambda row: (row["question_type"], row["ground_truth"]))
    answers = _by_id(read_members(files.predictions), files.predictions, lambda value: value)
    refuse_extra(answers, truth, files.predictions)
    asked: dict[str, Mapping[str, Any]] = {}
    if with_choices:
        mend = "its choices tell the letters; with `--option answers_only=true` answers are letters"
        asked = _choices(_given(files.questions, "questions", mend))
        refuse_extra([key for key in answers if truth[key][0] == CHOICE], asked, files.predictions)
    order = [key for key in asked if key in answers] + [key for key in answers if key not in asked]
    for key in by_subject(order):
        kind, true = truth[key]
        yield Item(key, kind, true, asked.get(key, _NO_CHOICES), answers[key])


def pro_items_of(files: Files) -> Iterator[Item]:
    """Read MMMU-Pro's files, which may be one: they stand in the order of the predictions."""
    answers = answers_of(read_rows(files.predictions), "id", "response", files.predictions).by_id
    truth_file = files.truth or files.predictions
    truth = _by_id(_rows(truth_file), truth_file, lambda row: row["answer"])
    asked = _choices(files.questions or files.predictions)
    refuse_extra(answers, truth, files.predictions)
    refuse_extra(answers, asked, files.predictions)
    for key, response in answers.items():
        # The scorer takes an object, which a failed request left, for an empty answer.
        yield Item(key, CHOICE, truth[key], asked[key], "" if isinstance(response, dict) else response)


def by_subject(keys: Iterable[str]) -> list[str]:
    """Put ids in the official order; those of no subject are left out."""
    places = {subject: number for number, subject in enumerate(SUBJECTS)}
    known = [key for key in keys if subject_of(key) in places]
    return sorted(known, key=lambda key: places[subject_of(key)])


def _given(path: Path | None, name: str, what: str) -> Path:
    if path is None:
        raise PictusError(f"mmmu needs `--{name}`", where="the command", mend=f"give the file: {what}")
    return path


def _choices(path: Path) -> dict[str, Mapping[str, Any]]:
    return _by_id(_rows(path), path, lambda row: letters(_options(row.get("options"))))


def _options(value: Any) -> list[Any]:
    """Give the choices, which some copies write as Python writes a list."""
    if isinstance(value, str):
        value = python_value(value) if value.strip() else []
    if value is not None and not isinstance(value, list):
        raise BadRow("`options` is no list")
    return value or []


def _rows(path: Path) -> Iterator[tuple[str, str, Any] | Reject]:
    for row in read_rows(path):
        if isinstance(row, Reject):
            yield row
            continue
        where, value = row
        try:
            yield where, id_of(value["id"]), value
        except ROW_ERRORS as error:
            yield Reject(where=where, reasons=(reason_of(error),), row="")


def _by_id(rows: Iterable[tuple[str, str, Any] | Reject], path: Path, take: Callable[[Any], T]) -> dict[str, T]:
    """Collect what is needed by its id; what is not as it should be is an error, for all scores depend on it."""
    found: dict[str, T] = {}
    for row in rows:
        if isinstance(row, Reject):
            raise PictusError(row.reasons[0], where=row.where, mend="write the file again, in the official layout")
        where, key, value = row
        if key in found:
            raise PictusError(f"the id {key} stands twice", where=where, mend="leave one of them")
        try:
            found[key] = take(value)
        except ROW_ERRORS as error:
            raise PictusError(reason_of(error), where=where, mend="write it as the official file does") from None
    if not found:
        raise PictusError("there is nothing in it", where=str(path), mend="give the official file")
    return found
