"""Score answers in a benchmark's official files: a line for each item, and the official figures."""

import gc
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import orjson

from pictus import plugins
from pictus.errors import PictusError
from pictus.grade import Files, Grade, Graded
from pictus.scoring.intervals import Interval, clusters_of, mean_interval
from pictus.scoring.overlap.levels import REMAINDERS
from pictus.store.whole_file import whole_file


@dataclass(frozen=True, slots=True, kw_only=True)
class ScorePlan:
    """What is scored, by what, and where the items' grades go."""

    benchmark: str
    files: Files
    options: Mapping[str, Any]
    per_item: Path | None = None
    seen: Mapping[str, Any] | None = None  # by the id of an item: how it was found in training data, and where


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """The figures, and how many items they are of."""

    figures: Mapping[str, Any]
    items: int
    unscored: int  # where the official scorer ends with an error
    outcomes: Mapping[str, int]
    pictures: int  # that the items are about
    interval: Interval | None  # of the mean of the items' scores
    controls: Mapping[str, Interval]  # likewise, of items asked without their pictures; they count in none else
    # Without those that were found in training data: how many items are left, and their mean.
    remainders: Mapping[str, tuple[int, Interval | None]] = field(default_factory=dict)

    @property
    def honest(self) -> dict[str, Any]:
        """Say what the figures do not: how sure the mean is, and how the answers were come by."""
        return {
            "items": self.items,
            "pictures": self.pictures,
            "unscored": self.unscored,
            "mean": None if self.interval is None else asdict(self.interval),
            "outcomes": dict(self.outcomes),
            **({"controls": {name: asdict(one) for name, one in self.controls.items()}} if self.controls else {}),
            **{
                name: {"items": items, "mean": mean and asdict(mean)} for name, (items, mean) in self.remainders.items()
            },
        }


def plan(
    benchmark: str,
    files: Files,
    *,
    options: Mapping[str, Any] | None = None,
    per_item: Path | None = None,
    seen: Mapping[str, Any] | None = None,
) -> ScorePlan:
    """Check that the benchmark is there with its options, and has its files."""
    grader = plugins.load("benchmarks", benchmark, options)
    for name in ("predictions", "questions", "truth"):
        path = getattr(files, name)
        if path is None and name in ("predictions", *grader.needs):
            raise PictusError(
                f"{benchmark} needs `--{name}`", where="the command", mend=f"see `pictus show benchmarks/{benchmark}`"
            )
        if path is not None and not path.is_file():
            what = "this is a folder, and a file is meant" if path.is_dir() else "this file does not exist"
            raise PictusError(what, where=str(path), mend=f"check the path after `--{name}`")
    return ScorePlan(benchmark=benchmark, files=files, options=dict(options or {}), per_item=per_item, seen=seen)


def run(plan: ScorePlan) -> Scored:
    """Score, and write the grades."""
    with _no_search_for_cycles():
        graded: Graded = plugins.load("benchmarks", plan.benchmark, plan.options).grade(plan.files)
        if plan.per_item is not None:
            with whole_file(plan.per_item) as file:
                file.writelines(_lines(graded.grades, plan.seen or {}))
        return _scored(graded, plan.seen)


def _scored(graded: Graded, seen: Mapping[str, Any] | None) -> Scored:
    groups: dict[str, list[Grade]] = {"": []}
    for grade in graded.grades:
        groups.setdefault(grade.control, []).append(grade)
    items = groups.pop("")
    return Scored(
        figures=graded.figures,
        items=len(items),
        unscored=sum(grade.score is None for grade in graded.grades),
        outcomes=Counter(grade.outcome for grade in items),
        pictures=len({grade.picture for grade in items if grade.picture}),
        interval=_interval(items),
        controls={name: found for name, some in sorted(groups.items()) if (found := _interval(some)) is not None},
        remainders={} if seen is None else _remainders(items, seen),
    )


@contextmanager
def _no_search_for_cycles() -> Iterator[None]:
    """Keep Python from looking for cycles among rows and grades, which have none: that takes a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _lines(grades: Iterable[Grade], seen: Mapping[str, Any]) -> Iterator[bytes]:
    for grade in grades:
        line = {
            "id": grade.id,
            "score": grade.score,
            "parsed": grade.parsed,
            "note": grade.note,
            "outcome": grade.outcome,
            "kind": grade.kind,
            "picture": grade.picture,
        }
        if grade.control:
            line["control"] = grade.control
        if grade.figures:
            line |= grade.figures
        if grade.id in seen:
            line["seen"] = seen[grade.id]
        yield orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)


def _remainders(grades: Sequence[Grade], seen: Mapping[str, Any]) -> dict[str, tuple[int, Interval | None]]:
    """Give the means of those items that were not found in training data, not with their words, not with answers."""
    found = {}
    for name, levels in REMAINDERS.items():
        left = [one for one in grades if one.id not in seen or not levels.intersection(seen[one.id]["levels"])]
        found[name] = (len(left), _interval(left))
    return found


def _interval(grades: Sequence[Grade]) -> Interval | None:
    """Give the mean of the items' scores and its interval, by picture; None where no item has a score."""
    counted = [(grade.score, grade.picture) for grade in grades if grade.score is not None]
    if not counted:
        return None
    scores, pictures = zip(*counted, strict=True)
    return mean_interval(clusters_of(scores, pictures), unbounded=not 0 <= min(scores) <= max(scores) <= 1)
