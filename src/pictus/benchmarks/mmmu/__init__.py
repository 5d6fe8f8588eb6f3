"""Score answers to MMMU as its evaluation scripts do: letters read from responses, and open answers."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, ClassVar

from pictus.benchmarks.mmmu import open_answer, paper
from pictus.benchmarks.mmmu.choice import letter_of, official_dice, pro_letter_of
from pictus.benchmarks.mmmu.figures import figures_of, subject_of
from pictus.benchmarks.mmmu.items import CHOICE, Item, items_of, pro_items_of
from pictus.errors import PictusError
from pictus.grade import Files, Grade, Graded, Official, Outcome, Paper, Reply
from pictus.grade import Item as Asked
from pictus.record import Record
from pictus.scoring.asking import BY_LETTER
from pictus.scoring.outcome import outcome_of
from pictus.scoring.part import write_members


@dataclass(frozen=True, slots=True)
class Benchmark:
    """MMMU. Choices are read as letters, in brackets or alone, else by what they say; the last of several counts.

    Where no choice can be read, the official scorer takes one at random. So does this one, with the same seed and in
    the same order (subjects by the alphabet, questions as they stand in their file): the same letter is drawn, the
    note says "fallback", and such items are counted apart. All questions that are not `multiple-choice` are open: an
    open answer is right when one of its numbers, to two decimals, equals a true one, or when a true text stands in it.

    Questions are JSON Lines with `id`, `question_type` and `options`; the truth is an object with `question_type` and
    `ground_truth` by id; predictions are an object with the response by id. As in the official scorer, only what was
    answered is scored, and ids of no subject of MMMU are passed over. An answer with which the official scorer stops,
    such as one that is no text, has no score and is left out of the figures.

    With `answers_only`, answers to choices are letters and compared as they are, as a submission has them: no questions
    are needed, and nothing is drawn. With `pro`, letters are read as MMMU-Pro does, all questions have choices, and
    each of the files is JSON Lines, or one is all three: `id`, `response`; `id`, `options`; `id`, `answer`. Its scorer
    draws without a seed, so that only this one gives the same letters again; `accuracy` is its figure.
    """

    answers_only: bool = False
    pro: bool = False

    source: ClassVar[str] = "mmmu"
    needs: ClassVar[tuple[str, ...]] = ()

    usual_split: ClassVar[str] = "validation"
    instruction: ClassVar[str] = BY_LETTER  # of open questions: in a word
    max_tokens: ClassVar[int] = 512
    predictions: ClassVar[str] = "responses.json"

    def items(self, record: Record) -> Iterator[Asked]:
        """Ask with the choices behind letters in brackets, the pictures where the question names them."""
        yield paper.item(record)

    def write(self, replies: Iterable[Reply], path: Path) -> None:
        """Write the responses as they came: the scorer reads them."""
        write_members(((one.item.id, one.turn.text) for one in replies), path)

    def official(self, asked: Paper, folder: Path) -> Official | Path:
        """Make the files of choices and answers, which the dataset has in other ones; or what its server takes."""
        found = paper.official(asked, folder)
        return found or paper.submission(asked, folder / self.predictions, folder / "submission.json")

    def grade(self, files: Files) -> Graded:
        """Grade the answers, subject by subject."""
        items = list(pro_items_of(files) if self.pro else items_of(files, with_choices=not self.answers_only))
        if not items:
            mend = "ids are such as validation_Art_Theory_3: a split, a subject and a number"
            raise PictusError("no answer is to a question of MMMU", where=str(files.predictions), mend=mend)
        dice = official_dice()
        grades = tuple(self._grade(item, dice) for item in items)
        right = _right(grades)
        figures = figures_of(right)
        if self.pro:
            scored = [one for ones in right.values() for one in ones]
            figures["accuracy"] = sum(scored) / len(scored) if scored else 0.0
        return Graded(grades=grades, figures=figures)

    def _grade(self, item: Item, dice: Random) -> Grade:
        if item.kind != CHOICE:
            return _open_grade(item)
        return _given_grade(item) if self.answers_only else self._read_grade(item, dice)

    def _read_grade(self, item: Item, dice: Random) -> Grade:
        if not isinstance(item.response, str):
            return _unscored(item, "the answer is no text")
        try:
            letter = (pro_letter_of if self.pro else letter_of)(item.response, item.choices)
        except AttributeError:
            return _unscored(item, "a choice is no text")
        if letter is not None:
            return _choice_grade(item, letter, outcome_of(item.response))
        if not item.choices:
            return _unscored(item, "the question has no choices")
        return _choice_grade(item, dice.choice(list(item.choices)), "fallback", "random fallback: no choice was read")


def _right(grades: Iterable[Grade]) -> dict[str, list[bool]]:
    right: defaultdict[str, list[bool]] = defaultdict(list)
    for grade in grades:
        if grade.score is not None:
            right[subject_of(grade.id)].append(bool(grade.score))
    return right


def _open_grade(item: Item) -> Grade:
    truth = item.truth if isinstance(item.truth, list) else [item.truth]
    if not isinstance(item.response, str):
        return _unscored(item, "the answer is no text")
    if not all(isinstance(one, str) for one in truth):
        return _unscored(item, "the true answer is no text")
    meant = open_answer.parsed(item.response)
    is_right = open_answer.agrees(meant, [normal for one in truth for normal in open_answer.normal(one)])
    return Grade(id=item.key, score=float(is_right), parsed=meant, outcome=outcome_of(item.response), kind=item.kind)


def _given_grade(item: Item) -> Grade:
    is_text = isinstance(item.response, str)
    return _choice_grade(item, item.response, outcome_of(item.response) if is_text else "unreadable")


def _choice_grade(item: Item, letter: Any, outcome: Outcome, note: str = "") -> Grade:
    truth = item.truth if isinstance(item.truth, list) else [item.truth]
    score = float(letter in truth)
    return Grade(id=item.key, score=score, parsed=letter, note=note, outcome=outcome, kind=item.kind)


def _unscored(item: Item, note: str) -> Grade:
    return Grade(id=item.key, score=None, note=note, outcome="unreadable", kind=item.kind)
