"""Compare what two models scored on the same items: by how much, how surely, and which items flipped."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pictus.errors import PictusError
from pictus.reading.json import read_lines
from pictus.record import Reject
from pictus.scoring.difference import Difference, difference_of

ITEMS = "items.jsonl"  # what each item is worth, in the folder that a run has for a benchmark
_SINGLE = "items"  # the name of a comparison of two files


@dataclass(frozen=True, slots=True)
class Scored:
    """What a line says of an item."""

    score: float
    kind: str
    picture: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """How B differs from A on one benchmark."""

    mean_a: float
    mean_b: float
    overall: Difference
    kinds: Mapping[str, Difference]
    better: tuple[str, ...]  # ids of items that B scores higher
    worse: tuple[str, ...]
    only_a: tuple[str, ...]  # ids that one file alone has, or has a score for
    only_b: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparePlan:
    """The two sides, benchmark by benchmark, and how small a difference is one that nobody need care about."""

    a: Path
    b: Path
    pairs: Mapping[str, tuple[Path, Path]]  # the files of items
    margin: float = 0.01
    seed: int = 0
    alone: tuple[str, ...] = field(default=())  # benchmarks that only one side was evaluated on


def plan(before: Path, after: Path, *, margin: float = 0.01, seed: int = 0) -> ComparePlan:
    """Find what the two sides have in common: two files of items, or two runs."""
    if not 0 < margin < 1:
        mend = "give a difference of mean scores, as `--margin 0.01`"
        raise PictusError(f"the margin cannot be {margin!r}", where="--margin", mend=mend)
    # What a run has for one benchmark is compared as its files: they may be of different splits or runs.
    before, after = (path / ITEMS if (path / ITEMS).is_file() else path for path in (before, after))
    if before.is_file() and after.is_file():
        return ComparePlan(a=before, b=after, pairs={_SINGLE: (before, after)}, margin=margin, seed=seed)
    sides = [_benchmarks(path) for path in (before, after)]
    shared = [name for name in sides[0] if name in sides[1]]
    if not shared:
        told = " and ".join(", ".join(side) or "nothing" for side in sides)
        mend = "evaluate both on the same: `pictus evaluate MODEL --on vqav2 …`"
        raise PictusError(f"the runs have no benchmark in common: {told}", where=f"{before} and {after}", mend=mend)
    return ComparePlan(
        a=before,
        b=after,
        pairs={name: (sides[0][name], sides[1][name]) for name in shared},
        margin=margin,
        seed=seed,
        alone=tuple(name for name in sorted({*sides[0], *sides[1]}) if name not in shared),
    )


def run(plan: ComparePlan) -> dict[str, Compared]:
    """Compare benchmark by benchmark."""
    return {name: _compared(plan, *paths) for name, paths in plan.pairs.items()}


def read_items(path: Path) -> dict[str, Scored | None]:
    """Read what each item is worth; None for one that has no score, or is a control."""
    items: dict[str, Scored | None] = {}
    for row in read_lines(path):
        where, line = (row.where, None) if isinstance(row, Reject) else row
        if not isinstance(line, dict) or not isinstance(line.get("id"), str) or "score" not in line:
            mend = "give what `pictus score … --per-item FILE` wrote"
            raise PictusError("this is no line about an item, with `id` and `score`", where=where, mend=mend)
        if line["id"] in items:
            raise PictusError(f"the item {line['id']} stands here twice", where=where, mend="score the answers again")
        items[line["id"]] = _scored(line, where)
    return items


def _scored(line: Mapping[str, Any], where: str) -> Scored | None:
    score = line["score"]
    if score is None or line.get("control"):
        return None
    if not isinstance(score, int | float):
        raise PictusError(f"the score is no number: {score!r}", where=where, mend="score the answers again")
    return Scored(float(score), str(line.get("kind") or ""), str(line.get("picture") or ""))


def _benchmarks(run: Path) -> dict[str, Path]:
    if not run.is_dir():
        what = "this is a file, and the other side is none" if run.is_file() else "there is nothing here"
        mend = "give two files of `pictus score --per-item`, or two folders of `pictus evaluate`"
        raise PictusError(what, where=str(run), mend=mend)
    return {path.parent.name: path for path in sorted(run.glob(f"*/{ITEMS}"))}


def _compared(plan: ComparePlan, a: Path, b: Path) -> Compared:
    old, new = ({key: one for key, one in read_items(path).items() if one is not None} for path in (a, b))
    shared = [key for key in old if key in new]
    if not shared:
        mend = "compare two models on the same questions"
        raise PictusError("no item has a score on both sides", where=f"{a} and {b}", mend=mend)
    groups: dict[str, list[str]] = defaultdict(list)
    for key in shared:
        groups[new[key].kind].append(key)

    def difference(keys: Sequence[str]) -> Difference:
        before, after = ([side[key].score for key in keys] for side in (old, new))
        pictures = [new[key].picture for key in keys]
        return difference_of(before, after, pictures, margin=plan.margin, seed=plan.seed)

    return Compared(
        mean_a=sum(old[key].score for key in shared) / len(shared),
        mean_b=sum(new[key].score for key in shared) / len(shared),
        overall=difference(shared),
        kinds={kind: difference(keys) for kind, keys in sorted(groups.items())} if len(groups) > 1 else {},
        better=tuple(key for key in shared if new[key].score > old[key].score),
        worse=tuple(key for key in shared if new[key].score < old[key].score),
        only_a=tuple(key for key in old if key not in new),
        only_b=tuple(key for key in new if key not in old),
    )
