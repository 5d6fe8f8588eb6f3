"""Which trainings can run with what lies in a tree, and what each of the others lacks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeAlias

from pictus import plugins
from pictus.engine.events import Events
from pictus.engine.local import default_workers
from pictus.errors import PictusError, unknown_name
from pictus.reading.cut_short import refuse_cut_short
from pictus.steps.arrange import made
from pictus.steps.arrange.trainings import TRAININGS, Need, Training
from pictus.steps.arrange.tree import ALIASES, PLACES, Place, assets_of, place_at, where_to_get
from pictus.steps.arrange.wanted import Lack, lacking, wanted

SAMPLES = 5
Names: TypeAlias = dict[str, set[str]]  # of pictures, by folder


@dataclass(slots=True)
class Gap:
    """Pictures of one place that are not there for one reason."""

    place: str  # a folder of the tree, or another one that annotations name
    source: str  # whose pictures they are, where that is known
    why: Lack
    count: int = 0
    samples: list[str] = field(default_factory=list)
    comes: str = ""  # the archives they come in
    get: str = ""  # where to get these
    known: str = ""  # what is known to be missing everywhere


@dataclass(slots=True)
class Supply:
    """What is there of the data of one source, and what is not."""

    source: str
    rows: int = 0
    unreadable: int = 0
    pictures: int = 0  # that its annotations name
    addresses: int = 0  # pictures that have only an address
    problems: list[str] = field(default_factory=list)  # annotation files that are not there, with where to get them
    links: list[str] = field(default_factory=list)  # other names of folders that its rows use, and that are not there
    gaps: list[Gap] = field(default_factory=list)

    @property
    def missing(self) -> int:
        """Count the pictures that are not there."""
        return sum(gap.count for gap in self.gaps)

    @property
    def is_whole(self) -> bool:
        """Say whether nothing is missing."""
        return not (self.problems or self.links or self.gaps or self.addresses)


@dataclass(frozen=True, slots=True)
class Readiness:
    """What can be trained with a tree."""

    data: Path
    trainings: tuple[Training, ...]
    supplies: dict[str, Supply]  # by source

    def lacks(self, training: Training) -> list[Supply]:
        """Give the sources of which a training lacks something."""
        return [self.supplies[need.source] for need in training.needs if not self.supplies[need.source].is_whole]

    @property
    def is_ready(self) -> bool:
        """Say whether all trainings that were looked at can run."""
        return not any(map(self.lacks, self.trainings))


def is_tree(data: Path) -> bool:
    """Say whether a folder is a tree that several datasets share, and no dataset of its own."""
    there = {place.path.partition("/")[0] for place in PLACES if (data / place.path).is_dir()}
    return made.has_list(data) or len(there) > 1


def readiness(
    data: Path,
    names: Sequence[str] = (),
    *,
    fast: bool = False,
    events: Events | None = None,
    missing: Callable[[str, str], object] = lambda path, why: None,
) -> Readiness:
    """Look for all that trainings need, each source once.

    Args:
        data: the data root.
        names: of trainings; none for all.
        fast: open no picture, and look at names alone.
        events: are sent how many rows were read.
        missing: is told the path of each picture that is not there, and why.
    """
    known = [training.name for training in TRAININGS]
    for name in names:
        if name not in known:
            raise unknown_name("training", name, known, where="pictus check")
    chosen = tuple(training for training in TRAININGS if not names or training.name in names)
    needs: dict[str, Need] = {need.source: need for training in chosen for need in training.needs}
    rows = 0

    def tell(more: int) -> None:
        nonlocal rows
        rows += more
        if events is not None:
            events.send("rows", rows=rows)

    look = partial(_gaps, data, fast=fast, missing=missing)
    return Readiness(data, chosen, {need.source: _supply(need, data, tell, look) for need in needs.values()})


def _supply(need: Need, data: Path, tell: Callable[[int], object], look: Callable[[Names], list[Gap]]) -> Supply:
    supply = Supply(need.source)
    if need.source not in plugins.names("sources"):
        supply.problems.append("this version of pictus does not read it")
        return supply
    splits = [split for split in need.splits if _has_files(need.source, data, split, supply)]
    if not splits:
        supply.gaps = _empty_places(need.source, data)
        return supply
    try:
        found = wanted(need.source, data, splits, workers=default_workers(), tell=tell)
    except PictusError as error:
        supply.problems.append(f"{error.what}, in {error.where}: {error.mend}")
        return supply
    supply.rows, supply.unreadable, supply.addresses = found.rows, found.unreadable, found.addresses
    supply.pictures = found.pictures
    uses = [alias.path for alias in ALIASES if need.source in alias.sources]
    supply.links = [path for path in uses if found.pictures and not (data / path).is_dir()]
    supply.gaps = look(found.names)
    return supply


def _has_files(source: str, data: Path, split: str, supply: Supply) -> bool:
    try:
        for file in plugins.load("sources", source).files(data, split):
            refuse_cut_short(file)
    except PictusError as error:
        mine = [one for one in assets_of(source) if one.kind == "annotations" and one.split in (None, split)]
        if any((data / asset.path).is_file() for asset in mine):
            supply.problems.append(f"{error.what}, in {error.where}: {error.mend}")
        else:
            told = [": ".join(filter(None, (asset.url, asset.by_hand))) for asset in mine]
            supply.problems.extend(told or [f"{error.what}: {error.mend}"])
        return False
    return True


def _empty_places(source: str, data: Path) -> list[Gap]:
    """Find the places without pictures that a source will want, which is known before its annotations are there."""
    wanted_of = {source, *plugins.load_class("sources", source).card.needs}
    places = [place for place in PLACES if place.source in wanted_of and not _has_any(data / place.path)]
    return [_gap(one, "all missing") for one in places]


def _has_any(folder: Path) -> bool:
    return folder.is_dir() and any(folder.iterdir())


def _gap(place: Place, why: Lack) -> Gap:
    return Gap(place.path, place.source, why, comes=place.comes, get=where_to_get(place), known=place.missing)


def _gaps(data: Path, names: Names, *, fast: bool, missing: Callable[[str, str], object]) -> list[Gap]:
    gaps: dict[tuple[str, Lack], Gap] = {}
    for folder, wanted_names in sorted(names.items()):
        place = place_at(folder)
        for name, why, instead in lacking(data, folder, wanted_names, fast=fast):
            path = f"{folder}/{name}" if folder else name
            missing(_shown(path), why)
            name_of_place = place.path if place else _shown(folder)
            gap = gaps.get((name_of_place, why))
            if gap is None:
                gap = gaps[name_of_place, why] = _gap(place, why) if place else Gap(name_of_place, "", why)
            gap.count += 1
            if len(gap.samples) < SAMPLES:
                gap.samples.append(_shown(f"{path} (here: {instead})" if instead else path))
    return sorted(gaps.values(), key=lambda gap: -gap.count)


def _shown(path: str) -> str:
    """Make a path fit for a terminal and a line of text: annotations may name anything."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in path)
