"""Score answers to GQA as its evaluation script does: exact answers, and what they say of a model beyond that."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from pictus.errors import PictusError
from pictus.grade import Files, Grade, Graded, Item, Official, Paper, Reply
from pictus.reading.json import read_rows
from pictus.reading.rows import ROW_ERRORS, list_in, reason_of, text_in
from pictus.record import Record
from pictus.scoring.answers import answers_of, id_of, refuse_missing
from pictus.scoring.asking import IN_A_WORD, item_of, short
from pictus.scoring.official import LAST_OF_SEVERAL, members_of
from pictus.scoring.outcome import outcome_of
from pictus.scoring.part import part_of_members, write_array

_WHAT_IS_COMMON = ("color", "material", "shape")  # all that two things can have in common
_AMONG = ("validity", "plausibility")
_NONE: Mapping[str, float] = {}
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

    usual_split: ClassVar[str] = "testdev_balanced"
    instruction: ClassVar[str] = IN_A_WORD
    max_tokens: ClassVar[int] = 16
    predictions: ClassVar[str] = "predictions.json"

    def items(self, record: Record) -> Iterator[Item]:
        """Ask the question with its picture."""
        yield item_of(record)

    def write(self, replies: Iterable[Reply], path: Path) -> None:
        """Write the answers in small letters, without a period at the end: only then can they be equal."""
        write_array(({"questionId": one.item.id, "prediction": short(one.turn.text)} for one in replies), path)

    def official(self, paper: Paper, folder: Path) -> Official | Path:
        """Take the questions of the dataset, which hold the answers; of a part, or of several files, make one."""
        if paper.split.startswith(("test_", "challenge_")):
            return folder / self.predictions
        if paper.is_whole and len(paper.files) == 1:
            return Official(questions=paper.files[0])
        return Official(questions=part_of_members(paper.files, paper.ids, folder / "questions.json"))

    def grade(self, files: Files) -> Graded:
        """Grade the answers to the balanced questions, in the order of the questions."""
        assert files.questions is not None
        answers = answers_of(read_rows(files.predictions), "questionId", "prediction", files.predictions)
        among = None if self.choices is None else _among(self.choices, answers.by_id)
        repeated = frozenset(answers.repeated)
        tally = _Tally(follow=self.consistency)
        grades: list[Grade] = []
        told: dict[str, dict[str, float]] = {}  # figures of the items that others follow from
        missing: list[str] = []
        lacking: list[str] = []
        for where, key, row in members_of(files.questions):
            is_balanced = bool(row.get("isBalanced"))
            if not is_balanced and not self.consistency:
                continue
            if key not in answers.by_id:
                missing.append(key)
                continue
            answer = answers.by_id[key]
            try:
                is_right = tally.add(key, row, answer, is_balanced=is_balanced)
                if not is_balanced:
                    continue
                if among is not None and key not in among:
                    lacking.append(key)
                    continue
                note = LAST_OF_SEVERAL if key in repeated else ""
                figures = _NONE if among is None else _likely(among[key], answer, row)
                if key in tally.following:  # what it is consistent with is known only in the end
                    figures = told[key] = dict(figures)
                grades.append(_grade(key, row, answer, is_right, note, figures))
            except ROW_ERRORS as error:
                mend = "score a split whose answers are public, in its official file"
                raise PictusError(reason_of(error), where=where, mend=mend) from None
        refuse_missing(answers.by_id, missing, files.predictions)
        _refuse_without_choices(lacking, self.choices)
        if not grades:
            mend = "give the questions of a balanced split, or all of a split"
            raise PictusError("there are no balanced questions", where=str(files.questions), mend=mend)
        consistent = tally.consistency(files.questions) if self.consistency else {}
        for key, share in consistent.items():
            told[key]["consistency"] = share
        means = {} if among is None else {name: _mean([one.figures[name] for one in grades]) for name in _AMONG}
        if self.consistency:
            means["consistency"] = _mean(list(consistent.values()))
        return Graded(grades=tuple(grades), figures=tally.figures(means))


@dataclass(slots=True)
class _Tally:
    """Counts as the questions come by, so that none of them has to be kept."""

    follow: bool
    # Right and all answers of the questions that are of the same four kinds.
    counts: dict[tuple[Any, ...], list[int]] = field(default_factory=dict)
    given: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(Counter))
    true: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(Counter))
    right: dict[str, bool] = field(default_factory=dict)
    following: dict[str, tuple[str, ...]] = field(default_factory=dict)  # of questions that were answered rightly

    def add(self, key: str, row: Mapping[str, Any], answer: Any, *, is_balanced: bool) -> bool:
        """Count a question, and say whether its answer is right."""
        truth = text_in(row, "answer")
        is_right: bool = answer == truth
        if self.follow:
            self.right[key] = is_right
        if not is_balanced:
            return is_right
        types, group = row["types"], row["groups"]["global"]
        kinds = (types["structural"], types["semantic"], _steps(row["semantic"]), len(row["question"].split()))
        counts = self.counts.get(kinds)
        if counts is None:
            counts = self.counts[kinds] = [0, 0]
        counts[0] += is_right
        counts[1] += 1
        if group is not None:
            self.true[group][truth] += 1
            if isinstance(answer, str):
                self.given[group][answer] += 1
        if self.follow and is_right:
            others = tuple([other for other in map(id_of, list_in(row, "entailed")) if other != key])
            if others:
                self.following[key] = others
        return is_right

    def consistency(self, questions: Path) -> dict[str, float]:
        """Give, for each right answer with questions that follow from it, the part of those that was right, too."""
        try:
            worth = self.right.__getitem__
            return {key: sum(map(worth, others)) / len(others) for key, others in self.following.items()}
        except KeyError:
            pass
        unknown = {other: None for others in self.following.values() for other in others if other not in self.right}
        raise PictusError(
            f"{len(unknown):,} questions that follow from others are not in this file: {', '.join(list(unknown)[:10])}",
            where=str(questions),
            mend="give the file with all questions, such as val_all_questions.json",
        )

    def figures(self, means: Mapping[str, float]) -> dict[str, Any]:
        """Give the figures that come from counts, with the others among them."""
        every = self._kinds()
        structural = every["accuracyPerStructuralType"]
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
                for name, kinds in every.items()
            },
        }

    def _kinds(self) -> dict[str, dict[Any, list[int]]]:
        """Add up right and all answers of each kind; the mean of zeros and ones is one by the other, exactly."""
        found: dict[str, dict[Any, list[int]]] = {name: {} for name in _KINDS}
        for kinds, (right, everything) in self.counts.items():
            for name, kind in zip(_KINDS, kinds, strict=True):
                counts = found[name].setdefault(kind, [0, 0])
                counts[0] += right
                counts[1] += everything
        return found

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


def _refuse_without_choices(lacking: list[str], path: Path | None) -> None:
    if lacking:
        what = f"{len(lacking):,} questions have no choices: {', '.join(lacking[:10])}"
        raise PictusError(what, where=str(path), mend="give the choices of the same split")


def _likely(among: tuple[bool, bool], answer: Any, row: Mapping[str, Any]) -> dict[str, float]:
    if "Common" in row["types"]["detailed"]:
        among = (answer in _WHAT_IS_COMMON,) * 2
    return dict(zip(_AMONG, map(float, among), strict=True))


def _steps(semantic: list[Mapping[str, Any]]) -> int:
    """Count the steps of reasoning; looking whether something is there, and naming it, are none."""
    count = 0
    for step in semantic:
        text = f"{step['operation']}: {step['argument']}"
        if not ("exist" in text or "query: name" in text or "choose name" in text):
            count += 1
    return count


def _grade(
    key: str, row: Mapping[str, Any], answer: Any, is_right: bool, note: str, figures: Mapping[str, float]
) -> Grade:
    # The official script counts the answers of a group by their texts, and ends where one cannot be a key.
    is_uncounted = isinstance(answer, list | dict) and row["groups"]["global"] is not None
    if not isinstance(answer, str):
        note = "; ".join(filter(None, (note, "the answer is no text")))
    return Grade(
        id=key,
        score=None if is_uncounted else float(is_right),
        parsed=answer,
        note=note,
        outcome=outcome_of(answer) if isinstance(answer, str) else "unreadable",
        kind=row["types"]["structural"],
        picture=str(row.get("imageId", "")),
        figures=figures,
    )


def _mean(values: list[float]) -> float:
    """Give the mean; of nothing it is 0, as officially."""
    return sum(values) / len(values) if values else 0.0


def _share(counts: list[list[int]]) -> float:
    """Give the part that is right; of no questions at all it is 0, as officially."""
    everything = sum(all_ for _, all_ in counts)
    return sum(right for right, _ in counts) / everything if everything else 0.0
