"""TextVQA: how many of ten people read the same in the picture."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Literal

from pictus.errors import PictusError
from pictus.grade import Files, Grade, Graded, Item, Official, Paper, Reply
from pictus.reading.json import read_rows
from pictus.reading.questions import rows_under
from pictus.reading.rows import ROW_ERRORS, BadRow, list_in, reason_of
from pictus.record import Record, Reject
from pictus.scoring.agreement import agreement
from pictus.scoring.answers import (
    answers_of,
    id_of,
    refuse_extra,
    refuse_missing,
    refuse_other_than_text,
    refuse_repeated,
)
from pictus.scoring.asking import IN_A_WORD, item_of, official_id
from pictus.scoring.edit_distance import edit_distance
from pictus.scoring.layout import holds_rows
from pictus.scoring.outcome import outcome_of
from pictus.scoring.part import part_of_rows, write_array
from pictus.scoring.vqa_words import m4c_words

_PEOPLE = 10
_NEAR = 0.5  # an answer that is less like the truth than this is worth nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    id: str
    picture: str
    question: str
    answers: tuple[Any, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Benchmark:
    """TextVQA, as the evaluators of M4C score it: by agreement with ten people, or by likeness (`metric=anls`).

    The truth, or the questions, are TextVQA's own file of a split, or rows of `id` and `answers`; the predictions are
    rows of `id` (or `question_id`) and `answer`, or LLaVA's answers, which name the picture and quote the question.
    Each question needs one answer.

    - accuracy: an answer is worth a third for each of the nine other people who gave it, at most one, in the mean of
      ten. All answers are compared in small letters, without punctuation and articles, number words as digits. With
      more or fewer than ten human answers there is no score; the official evaluator stops there.
    - anls: one less the edits by the longer of the two texts, both in small letters, for the likest human answer, and
      nothing below a half. Where a human answer and the prediction are both empty there is no score.
    """

    source: ClassVar[str] = "textvqa"
    needs: ClassVar[tuple[str, ...]] = ()  # one of the two

    metric: Literal["accuracy", "anls"] = "accuracy"

    usual_split: ClassVar[str] = "val"
    instruction: ClassVar[str] = IN_A_WORD
    max_tokens: ClassVar[int] = 32
    predictions: ClassVar[str] = "answers.json"

    def items(self, record: Record) -> Iterator[Item]:
        """Ask the question with its picture; what a program read in the picture is not told."""
        yield item_of(record)

    def write(self, replies: Iterable[Reply], path: Path) -> None:
        """Write the answers as they came, but for the space around them."""
        rows = ({"question_id": official_id(one.item.id), "answer": one.turn.text.strip()} for one in replies)
        write_array(rows, path)

    def official(self, paper: Paper, folder: Path) -> Official | Path:
        """Take the dataset's own file; for a part of it, make one. The answers of the test split are not public."""
        (truth,) = paper.files
        if paper.split == "test":
            return folder / self.predictions
        if not paper.is_whole:
            truth = part_of_rows(
                truth, "data", lambda row: str(row.get("question_id")) in paper.ids, folder / "truth.json"
            )
        return Official(truth=truth)

    def grade(self, files: Files) -> Graded:
        """Grade the answers of a file."""
        truth = files.truth or files.questions
        if truth is None:
            mend = "give TextVQA's own file of the split, or rows of `id` and `answers`"
            raise PictusError("textvqa needs `--truth`", where="the command", mend=mend)
        asked = _asked(truth)
        rows, asked = _named(read_rows(files.predictions), asked)
        answers = answers_of(rows, "id", "answer", files.predictions)
        refuse_repeated(answers.repeated, files.predictions)
        refuse_other_than_text(answers.by_id, files.predictions)
        refuse_missing(answers.by_id, asked, files.predictions)
        refuse_extra(answers.by_id, asked, files.predictions)
        score = _accuracy if self.metric == "accuracy" else _anls
        grades = tuple(_grade(one, answers.by_id[key], score) for key, one in asked.items())
        scores = [grade.score for grade in grades if grade.score is not None]
        return Graded(grades=grades, figures={self.metric: sum(scores) / len(scores) if scores else None})


def _asked(path: Path) -> dict[str, _Asked]:
    """Read the questions with what people answered, by their ids."""
    asked: dict[str, _Asked] = {}
    for item in read_rows(path) if holds_rows(path, "id", "question_id") else rows_under(path, "data"):
        if isinstance(item, Reject):
            raise PictusError(item.reasons[0], where=item.where, mend="fetch or write the file again")
        where, row = item
        try:
            if "answers" not in row:
                raise BadRow("it has no `answers`: the test split has none that are public, so nothing can be scored")
            one = _Asked(
                id=id_of(row["id"] if "id" in row else row["question_id"]),
                picture=str(row.get("image_id", "")),
                question=str(row.get("question", "")),
                answers=tuple(list_in(row, "answers")),
            )
            if one.id in asked:
                raise BadRow(f"the question {one.id} stands twice in the file")
        except ROW_ERRORS as error:
            mend = "give each question one row with its id and the answers of people"
            raise PictusError(reason_of(error), where=where, mend=mend) from None
        asked[one.id] = one
    return asked


def _named(
    rows: Iterable[tuple[str, Any] | Reject], asked: Mapping[str, _Asked]
) -> tuple[Iterator[tuple[str, Any] | Reject], dict[str, _Asked]]:
    """Give the rows of predictions with `id` and `answer`, whatever they are called, and the questions they are to."""
    rows = list(rows)
    if not any(isinstance(row, tuple) and _is_llava(row[1]) for row in rows):
        return map(_renamed, rows), dict(asked)
    by_words: dict[tuple[str, str], list[_Asked]] = {}
    for one in asked.values():
        by_words.setdefault((one.picture, one.question.lower()), []).append(one)
    # Of questions that are the same in words and picture, LLaVA's script knows the last one alone.
    same = {one.id: replace(one, answers=group[-1].answers) for group in by_words.values() for one in group}
    waiting = {words: iter([one.id for one in group]) for words, group in by_words.items()}
    return (_by_words(row, waiting) for row in rows), {key: same[key] for key in asked}


def _is_llava(row: Any) -> bool:
    return isinstance(row, dict) and "text" in row and "prompt" in row and "answer" not in row


def _renamed(item: tuple[str, Any] | Reject) -> tuple[str, Any] | Reject:
    if isinstance(item, Reject) or not isinstance(item[1], dict):
        return item
    where, row = item
    names = {"id": "id" if "id" in row else "question_id", "answer": "answer" if "answer" in row else "text"}
    return where, {name: row[other] for name, other in names.items() if other in row}


def _by_words(
    item: tuple[str, Any] | Reject, waiting: Mapping[tuple[str, str], Iterator[str]]
) -> tuple[str, Any] | Reject:
    """Give a row of LLaVA's answers the id of its question, which it has only the picture and the words of."""
    if isinstance(item, Reject) or not _is_llava(item[1]):
        return item
    where, row = item
    words = (str(row.get("question_id")), _question_in(str(row["prompt"])).lower())
    key = next(waiting.get(words, iter(())), None)
    if key is None:
        what = f"no question that is still open asks this about the picture {words[0]}: {words[1][:80]!r}"
        raise PictusError(what, where=where, mend="give one answer to each question of the same split")
    return where, {"id": key, "answer": row["text"]}


def _question_in(prompt: str) -> str:
    """Find the question in a prompt of LLaVA, which may stand between texts read by a machine and an instruction."""
    if prompt.startswith("OCR tokens: "):
        return prompt.partition("Question: ")[2].partition(" Short answer:")[0]
    return next((line for line in prompt.split("\n") if not line.startswith("Reference OCR token:")), "")


def _grade(one: _Asked, answer: str, score: Any) -> Grade:
    worth, parsed, note = None, answer, ""
    if all(isinstance(given, str) for given in one.answers):
        worth, parsed, note = score(one.answers, answer)
    else:
        note = "an answer of a person is no text"
    return Grade(id=one.id, score=worth, parsed=parsed, note=note, outcome=outcome_of(answer), picture=one.picture)


def _accuracy(given: tuple[str, ...], answer: str) -> tuple[float | None, str, str]:
    parsed = m4c_words(answer)
    if len(given) != _PEOPLE:
        return None, parsed, f"{_PEOPLE} people must have answered; here are {len(given)}"
    return agreement([m4c_words(text) for text in given], parsed), parsed, ""


def _anls(given: tuple[str, ...], answer: str) -> tuple[float | None, str, str]:
    parsed = answer.lower().strip()
    texts = [text.lower().strip() for text in given]
    if not texts:
        return None, parsed, "nobody answered this question"
    if not parsed and "" in texts:
        return None, parsed, "this answer and one of a person are both empty"
    return max(_likeness(parsed, text) for text in texts), parsed, ""


def _likeness(one: str, other: str) -> float:
    longer = max(len(one), len(other))
    if 1 - (longer - min(len(one), len(other))) / longer < _NEAR:
        return 0.0  # whatever their signs: a long text need not be gone through
    likeness = 1 - edit_distance(one, other) / longer
    return likeness if likeness >= _NEAR else 0.0
