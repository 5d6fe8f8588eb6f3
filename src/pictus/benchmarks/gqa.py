"""Score answers to GQA as its evaluation script does: exact answers, and what they say of a model beyond that."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from pictus.errors import PictusError
from pictus.grade import Files, Grade, Graded
from pictus.reading.json import read_rows
from pictus.reading.rows import ROW_ERRORS, list_in, reason_of, text_in
from pictus.scoring.answers import Answers, answers_of, id_of, refuse_missing
from pictus.scoring.official import LAST_OF_SEVERAL, members_of
from pictus.scoring.outcome import outcome_of

# What is no step of reasoning, wherever it stands in "operation: argument".
_NO_STEPS = ("exist", "query: name", "choose name")
_WHAT_IS_COMMON = ("color", "material", "shape")  # all that two things can have in common
_KINDS = ("accuracyPerStructuralType", "accuracyPerSemanticType", "accuracyPerSteps", "accuracyPerLength")


@dataclass(frozen=True, slots=True)
class Benchmark:
    """GQA. An answer is right when it equals the true one letter by letter: give it in lower case, without a period.

    Only balanced questions are scored, and each must have an answer; of several answers to one question the last
    counts, and answers to others are left out. `binary` is the accuracy of all questions that are not of the kind
    `query`, `open` that of those. `distribution` tells how far the answers of each group are from the true ones
    (chi square by a hundred, lower is better); it is null where no question has a group.

    With `choices`, the file of that name, `validity` and `plausibility` tell whether answers are among those that a
    question can have and those that make sense. With `consistency`, right answers are followed to the questions that
    follow from them, so that every question of the file must have an answer, the unbalanced ones too.
    """

    choices: Path | None = None  # val_choices.json, or that of another split
    consistency: bool = False  # also over the questions that follow: take the file with all questions

    source: ClassVar[str] = "gqa"
    needs: ClassVar[tuple[str, ...]] = ("questions",)

    def grade(self, files: Files) -> Graded:
        """Grade the answers to the balanced questions, in the order of the questions."""
        assert files.questions is not None
        answers = answers_of(read_rows(files.predictions), "questionId", "prediction", files.predictions)
        among = None if self.choices is None else _among(self.choices, answers.by_id)
        tally = _Tally(follow=self.consistency)
        asked: list[_Asked] = []
        missing: list[str] = []
        for where, key, row in members_of(files.questions):
            is_balanced = bool(row.get("isBalanced"))
            if not is_balanced and not self.consistency:
                continue
            if key not in answers.by_id:
                missing.append(key)
                continue
            try:
                one = tally.add(key, row, answers.by_id[key], is_balanced=is_balanced)
            except ROW_ERRORS as error:
                mend = "score a split whose answers are public, in its official file"
                raise PictusError(reason_of(error), where=where, mend=mend) from None
            if one is not None:
                asked.append(one)
        refuse_missing(answers.by_id, missing, files.predictions)
        if not asked:
            mend = "give the questions of a balanced split, or all of a split"
            raise PictusError("there are no balanced questions", where=str(files.questions), mend=mend)
        if among is not None:
            assert self.choices is not None
            _refuse_without_choices(asked, among, self.choices)
        consistent = tally.consistency(files.questions) if self.consistency else None
        repeated = frozenset(answers.repeated)
        grades = tuple(_grade(one, answers, repeated, among, consistent) for one in asked)
        return Graded(grades=grades, figures=tally.figures(_means(grades, among, consistent)))


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is kept of a balanced question until all have been read."""

    key: str
    picture: str
    structural: str
    is_right: bool
    is_common: bool
    is_grouped: bool


@dataclass(slots=True)
class _Tally:
    """Counts as the questions come by, so that none of them has to be kept."""

    follow: bool
    # Right and all answers of each kind of question; the mean of zeros and ones is one by the other, exactly.
    kinds: dict[str, dict[Any, list[int]]] = field(default_factory=lambda: {name: {} for name in _KINDS})
    given: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(Counter))
    true: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(Counter))
    right: dict[str, bool] = field(default_factory=dict)
    following: dict[str, tuple[str, ...]] = field(default_factory=dict)  # of questions that were answered rightly

    def add(self, key: str, row: Mapping[str, Any], answer: Any, *, is_balanced: bool) -> _Asked | None:
        """Count a question and its answer."""
        truth = text_in(row, "answer")
        is_right = answer == truth
        if self.follow:
            self.right[key] = is_right
        if not is_balanced:
            return None
        types, group = row["types"], row["groups"]["global"]
        structural = text_in(types, "structural")
        kinds = (structural, text_in(types, "semantic"), _steps(row), len(text_in(row, "question").split()))
        for name, kind in zip(_KINDS, kinds, strict=True):
            counts = self.kinds[name].setdefault(kind, [0, 0])
            counts[0] += is_right
            counts[1] += 1
        if group is not None:
            self.true[group][truth] += 1
            if isinstance(answer, str):
                self.given[group][answer] += 1
        if self.follow and is_right:
            self.following[key] = tuple(other for other in map(id_of, list_in(row, "entailed")) if other != key)
        is_common = "Common" in text_in(types, "detailed")
        return _Asked(key, str(row.get("imageId", "")), structural, is_right, is_common, group is not None)

    def consistency(self, questions: Path) -> dict[str, float]:
        """Give, for each right answer with questions that follow from it, the part of those that was right, too."""
        unknown = {other: None for others in self.following.values() for other in others if other not in self.right}
        if unknown:
            some = ", ".join(list(unknown)[:10])
            raise PictusError(
                f"{len(unknown):,} questions that follow from others are not in this file: {some}",
                where=str(questions),
                mend="give the file with all questions, such as val_all_questions.json",
            )
        return {
            key: sum(self.right[other] for other in others) / len(others)
            for key, others in self.following.items()
            if others
        }

    def figures(self, means: Mapping[str, float]) -> dict[str, Any]:
        """Give the figures that come from counts, with the others among them."""
        structural = self.kinds["accuracyPerStructuralType"]
        opened = [counts for kind, counts in structural.items() if kind == "query"]
        binary = [counts for kind, counts in structural.items() if kind != "query"]
        return {
            "accuracy": _share([*opened, *binary]),
            "binary": _share(binary),
            "open": _share(opened),
            **means,
            "distribution": self._distribution(),
            **{
                name: {str(kind): _share([counts]) for kind, counts in sorted(kinds.items())}
                for name, kinds in self.kinds.items()
            },
        }

    def _distribution(self) -> float | None:
        total, size = 0.0, 0
        for group, true in self.true.items():
            given = self.given[group]
            apart = 0.0
            for answer, count in true.items():
                apart += (given.get(answer, 0) - count) ** 2 / count
            total += apart * sum(true.values())
            size += sum(true.values())
        return total / size / 100 if size else None


def _among(path: Path, answers: Mapping[str, Any]) -> dict[str, tuple[bool, bool]]:
    """Tell of each answer whether it is a valid and whether it is a plausible one."""
    told = {}
    for where, key, row in members_of(path):
        if key in answers:
            try:
                told[key] = (answers[key] in list_in(row, "valid"), answers[key] in list_in(row, "plausible"))
            except ROW_ERRORS as error:
                raise PictusError(reason_of(error), where=where, mend="give the official file of choices") from None
    return told


def _refuse_without_choices(asked: Iterable[_Asked], among: Mapping[str, Any], path: Path) -> None:
    lacking = [one.key for one in asked if one.key not in among]
    if lacking:
        what = f"{len(lacking):,} questions have no choices: {', '.join(lacking[:10])}"
        raise PictusError(what, where=str(path), mend="give the choices of the same split")


def _steps(row: Mapping[str, Any]) -> int:
    """Count the steps of reasoning; looking whether something is there, and naming it, are none."""
    count = 0
    for step in row["semantic"]:
        text = f"{step['operation']}: {step['argument']}"
        count += not any(words in text for words in _NO_STEPS)
    return count


def _grade(
    one: _Asked,
    answers: Answers,
    repeated: frozenset[str],
    among: Mapping[str, tuple[bool, bool]] | None,
    consistent: Mapping[str, float] | None,
) -> Grade:
    answer = answers.by_id[one.key]
    figures: dict[str, float] = {}
    if among is not None:
        valid, plausible = among[one.key] if not one.is_common else (answer in _WHAT_IS_COMMON,) * 2
        figures |= {"validity": float(valid), "plausibility": float(plausible)}
    if consistent is not None and one.key in consistent:
        figures["consistency"] = consistent[one.key]
    # The official script counts the answers of a group by their texts, and ends where one cannot be a key.
    is_counted = isinstance(answer, list | dict) and one.is_grouped
    note = LAST_OF_SEVERAL if one.key in repeated else ""
    return Grade(
        id=one.key,
        score=None if is_counted else float(one.is_right),
        parsed=answer,
        note=note if isinstance(answer, str) else "; ".join(filter(None, (note, "the answer is no text"))),
        outcome=outcome_of(answer) if isinstance(answer, str) else "unreadable",
        kind=one.structural,
        picture=one.picture,
        **({"figures": figures} if figures else {}),
    )


def _means(
    grades: tuple[Grade, ...], among: Mapping[str, Any] | None, consistent: Mapping[str, float] | None
) -> dict[str, float]:
    figures = {}
    for name in ("validity", "plausibility") if among is not None else ():
        figures[name] = sum(grade.figures[name] for grade in grades) / len(grades)
    if consistent is not None:
        figures["consistency"] = sum(consistent.values()) / len(consistent) if consistent else 0.0
    return figures


def _share(counts: list[list[int]]) -> float:
    """Give the part that is right; of no questions at all it is 0, as officially."""
    everything = sum(all_ for _, all_ in counts)
    return sum(right for right, _ in counts) / everything if everything else 0.0
