"""Answers by the ids of their questions: text all of them, however a file wrote them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pictus.errors import PictusError
from pictus.reading.rows import BadRow
from pictus.reading.wording import count_of
from pictus.record import Reject

_NAMED = 10  # ids that an error names


@dataclass(frozen=True, slots=True)
class Answers:
    """What was answered, the last answer where there are several, and which ids had several."""

    by_id: Mapping[str, Any]
    repeated: tuple[str, ...]


def id_of(value: Any) -> str:
    """Give an id as text: a number and its text are the same id."""
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise BadRow(f"the id is neither text nor a whole number: {value!r}")


def answers_of(rows: Iterable[tuple[str, Any] | Reject], id_key: str, answer_key: str, path: Path) -> Answers:
    """Collect the answers of a file; a row that has none is an error, for a score of the others would mislead."""
    by_id: dict[str, Any] = {}
    repeated: dict[str, None] = {}
    for row in rows:
        if isinstance(row, Reject):
            raise PictusError(row.reasons[0], where=row.where, mend="write the file again; each row is one answer")
        where, value = row
        if not isinstance(value, dict) or id_key not in value or answer_key not in value:
            raise PictusError(
                f"a row has no `{id_key}` or no `{answer_key}`",
                where=where,
                mend="give each answer both, in one object",
            )
        try:
            key = id_of(value[id_key])
        except BadRow as error:
            raise PictusError(str(error), where=where, mend=f"write `{id_key}` as the questions do") from None
        if key in by_id:
            repeated[key] = None
        by_id[key] = value[answer_key]
    return Answers(by_id, tuple(repeated))


def refuse_missing(answers: Collection[str], asked: Iterable[str], where: Path) -> None:
    """Refuse answers that leave questions open."""
    missing = [key for key in asked if key not in answers]
    if missing:
        what = f"{count_of(len(missing), 'question has', 'questions have')} no answer: {_some(missing)}"
        raise PictusError(what, where=str(where), mend="answer all questions, an empty text where there is none")


def refuse_extra(answers: Iterable[str], asked: Collection[str], where: Path) -> None:
    """Refuse answers to questions that were not asked: the file is of another split."""
    extra = [key for key in answers if key not in asked]
    if extra:
        what = f"{count_of(len(extra), 'answer is', 'answers are')} to no question of this file: {_some(extra)}"
        raise PictusError(what, where=str(where), mend="give questions and answers of the same split")


def refuse_repeated(repeated: Sequence[str], where: Path) -> None:
    """Refuse several answers to one question, where no official scorer says which of them counts."""
    if repeated:
        what = f"{count_of(len(repeated), 'question has', 'questions have')} more than one answer: {_some(repeated)}"
        raise PictusError(what, where=str(where), mend="leave one answer to each question")


def refuse_other_than_text(answers: Mapping[str, Any], where: Path) -> None:
    """Refuse answers that are no text, with which official scorers stop."""
    other = [key for key, answer in answers.items() if not isinstance(answer, str)]
    if other:
        what = f"{count_of(len(other), 'answer is', 'answers are')} no text: {_some(other)}"
        raise PictusError(what, where=str(where), mend="write each answer as text, a number in quotes as well")


def _some(keys: Sequence[str]) -> str:
    return ", ".join(keys[:_NAMED]) + (", …" if len(keys) > _NAMED else "")
