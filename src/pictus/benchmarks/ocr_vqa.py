"""OCR-VQA: whether the answer about a book cover is the one in the catalogue."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

from pictus.errors import PictusError
from pictus.grade import Files, Grade, Graded, Item, Official, Paper, Reply
from pictus.reading.json import read_members, read_rows
from pictus.reading.rows import ROW_ERRORS, BadRow, list_in, reason_of
from pictus.record import Record, Reject, Turn
from pictus.scoring.answers import (
    answers_of,
    id_of,
    refuse_extra,
    refuse_missing,
    refuse_other_than_text,
    refuse_repeated,
)
from pictus.scoring.asking import IN_A_WORD
from pictus.scoring.layout import holds_rows
from pictus.scoring.outcome import outcome_of
from pictus.scoring.part import write_array

_NUMBERS = {"train": 1, "val": 2, "test": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    answers: tuple[Any, ...]
    picture: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Benchmark:
    """OCR-VQA: accuracy by the same text, in small letters and without the space around it.

    The authors published no scorer; this is the rule of the evaluation scripts in wide use. The truth is rows of `id`
    and `answer` (or `answers`, of which one is enough), or the dataset's own file, of which `split` says the part. In
    that file a question has the key of its book, an underscore and its number from 0 for an id: `0009900017_0`. The
    predictions are rows of `id` (or `question_id`) and `answer`; each question needs one.
    """

    source: ClassVar[str] = "ocr_vqa"
    needs: ClassVar[tuple[str, ...]] = ("truth",)

    split: Literal["train", "val", "test"] = "test"

    usual_split: ClassVar[str] = "test"
    instruction: ClassVar[str] = IN_A_WORD
    max_tokens: ClassVar[int] = 64
    predictions: ClassVar[str] = "answers.json"

    def items(self, record: Record) -> Iterator[Item]:
        """Ask each question about a book for itself, with the cover."""
        asked = (turn for turn in record.turns if turn.role == "user")
        for number, (turn, answer) in enumerate(zip(asked, record.facts.answers, strict=True)):
            question = Turn.of("user", turn.text, images=len(record.media))
            key = f"{record.origin.key}_{number}"
            yield Item(id=key, turns=(question,), media=record.media, truth=(answer,))

    def write(self, replies: Iterable[Reply], path: Path) -> None:
        """Write the answers without a period at the end, as LLaVA's scripts do."""
        write_array(({"id": one.item.id, "answer": one.turn.text.strip().rstrip(".")} for one in replies), path)

    def official(self, paper: Paper, folder: Path) -> Official:
        """Take the dataset's own file; for a part of it, make rows of ids and answers."""
        options = {"split": paper.split}
        if paper.is_whole:
            return Official(truth=paper.files[0], options=options)
        items = (item for record in paper.records() for item in self.items(record) if item.id in paper.ids)
        write_array(({"id": item.id, "answers": item.truth} for item in items), folder / "truth.json")
        return Official(truth=folder / "truth.json", options=options)

    def grade(self, files: Files) -> Graded:
        """Grade the answers of a file."""
        assert files.truth is not None
        asked = _asked(files.truth, self.split)
        id_key = "id" if holds_rows(files.predictions, "id") else "question_id"
        answers = answers_of(read_rows(files.predictions), id_key, "answer", files.predictions)
        refuse_repeated(answers.repeated, files.predictions)
        refuse_other_than_text(answers.by_id, files.predictions)
        refuse_missing(answers.by_id, asked, files.predictions)
        refuse_extra(answers.by_id, asked, files.predictions)
        grades = tuple(_grade(key, one, answers.by_id[key]) for key, one in asked.items())
        scores = [grade.score for grade in grades if grade.score is not None]
        return Graded(grades=grades, figures={"accuracy": sum(scores) / len(scores) if scores else None})


def _asked(path: Path, split: str) -> dict[str, _Asked]:
    """Read what is true, by the ids of the questions."""
    asked: dict[str, _Asked] = {}
    found = _from_rows(path) if holds_rows(path, "id") else _from_release(path, split)
    for where, key, one in found:
        if key in asked:
            raise PictusError(f"the question {key} stands twice", where=where, mend="give each question one row")
        asked[key] = one
    if not asked:
        raise PictusError(f"there are no questions of the split {split}", where=str(path), mend="see `--option split=`")
    return asked


def _from_rows(path: Path) -> Iterator[tuple[str, str, _Asked]]:
    for item in read_rows(path):
        where, row = _row_of(item)
        try:
            answers = list_in(row, "answers") if "answers" in row else [row["answer"]]
            yield where, id_of(row["id"]), _Asked(answers=tuple(answers), picture=str(row.get("image_id", "")))
        except ROW_ERRORS as error:
            mend = "give each question one row with its `id` and `answer`"
            raise PictusError(reason_of(error), where=where, mend=mend) from None


def _from_release(path: Path, split: str) -> Iterator[tuple[str, str, _Asked]]:
    for item in read_members(path):
        if isinstance(item, Reject):
            raise PictusError(item.reasons[0], where=item.where, mend="fetch the file again")
        where, key, book = item
        try:
            if book["split"] != _NUMBERS[split]:
                continue
            questions, answers = list_in(book, "questions"), list_in(book, "answers")
            if len(questions) != len(answers):
                raise BadRow("it has not as many answers as questions")
        except ROW_ERRORS as error:
            raise PictusError(reason_of(error), where=where, mend="give the file as it was published") from None
        for number, answer in enumerate(answers):
            yield where, f"{key}_{number}", _Asked(answers=(answer,), picture=key)


def _row_of(item: tuple[str, Any] | Reject) -> tuple[str, Mapping[str, Any]]:
    if isinstance(item, Reject):
        raise PictusError(item.reasons[0], where=item.where, mend="fetch or write the file again")
    return item


def _grade(key: str, one: _Asked, answer: str) -> Grade:
    parsed = answer.strip().lower()
    score, note = None, "the truth of this question is no text"
    if one.answers and all(isinstance(text, str) for text in one.answers):
        score, note = float(parsed in [text.strip().lower() for text in one.answers]), ""
    return Grade(id=key, score=score, parsed=parsed, note=note, outcome=outcome_of(answer), picture=one.picture)
