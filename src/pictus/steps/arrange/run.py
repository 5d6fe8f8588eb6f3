"""Arranging: folders, links, annotation files, pictures; whatever was done once is not done again."""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TypeAlias, TypeVar

from pictus.engine.events import Events
from pictus.engine.local import call_all, default_workers
from pictus.steps.arrange import made
from pictus.steps.arrange.covers import Cover
from pictus.steps.arrange.finding import goal_of
from pictus.steps.arrange.plan import ArrangePlan, Pictures, Unpack, refuse_overflow, wanted_members
from pictus.steps.arrange.taking import By, Taken, bring, convert, take_file, take_members
from pictus.steps.arrange.tree import PLACES, annotation_files
from pictus.store.archives import has_listing

_PART = 500  # pictures that a process takes at a time
Job: TypeAlias = Callable[[], Taken]
Item = TypeVar("Item")


@dataclass(slots=True)
class Arranged:
    """What was done."""

    folders: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    annotations: tuple[str, ...] = ()
    archives: tuple[str, ...] = ()
    pictures: Taken = field(default_factory=Taken)


def run(plan: ArrangePlan, events: Events, *, workers: int | None = None) -> Arranged:
    """Do what was planned."""
    plan.data.mkdir(parents=True, exist_ok=True)
    refuse_overflow(plan)
    done = Arranged()
    done.pictures.add(Taken(left=plan.left))
    workers = workers or default_workers()
    with made.running(plan.data) as was_killed:
        if was_killed:
            _remove_leftovers(plan.data)
        done.folders, done.aliases = plan.folders, tuple(plan.aliases)
        _make_folders(plan)
        done.annotations = _bring_annotations(plan)
        for one in plan.pictures:
            taken = _work(_loose_jobs(one, plan.data, plan.by), workers, events, str(one.folder), one.count)
            made.note(plan.data, plan.by, folder=one.folder, place=one.place, pictures=taken.written)
            done.pictures.add(taken)
        for archive in plan.archives:
            done.pictures.add(_unpack(archive, plan.data, workers, events))
            done.archives = (*done.archives, archive.archive.name)
        if plan.covers:
            jobs = (partial(_convert_part, part, plan.data) for part in _parts(plan.covers))
            taken = _work(jobs, workers, events, "covers", len(plan.covers))
            made.note(plan.data, "convert", pictures=taken.converted)
            done.pictures.add(taken)
    return done


def _make_folders(plan: ArrangePlan) -> None:
    for path in plan.folders:
        (plan.data / path).mkdir(parents=True, exist_ok=True)
        made.note(plan.data, "folder", path=path)
    for alias, path in plan.aliases.items():
        link = plan.data / alias
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(os.path.relpath(plan.data / path, link.parent))
        made.note(plan.data, "alias", path=alias, leads_to=path)


def _bring_annotations(plan: ArrangePlan) -> tuple[str, ...]:
    for one in plan.annotations:
        bring(one.file, plan.data / one.target, plan.by)
        made.note(plan.data, plan.by, file=one.file, path=one.target)
    return tuple(one.target for one in plan.annotations)


def _unpack(one: Unpack, data: Path, workers: int, events: Events) -> Taken:
    stamp = made.stamp(one.archive)
    if has_listing(one.archive):
        names = (name for name, _ in wanted_members(one.archive, data))
        jobs: Iterable[Job] = (partial(take_members, one.archive, data, part) for part in _parts(names))
    else:
        jobs = [partial(take_members, one.archive, data, None)]
    taken = _work(jobs, workers, events, one.archive.name, one.pictures)
    os.sync()  # once, instead of waiting for the disk at each picture
    if taken.is_whole:
        facts = {"archive": stamp[0], "size": stamp[1], "changed": stamp[2], "places": one.places}
        made.note(data, "unpack", **facts, pictures=taken.written)
    return taken


def _loose_jobs(one: Pictures, data: Path, by: By) -> Iterator[Job]:
    with os.scandir(one.folder) as entries:
        files = sorted(Path(entry.path) for entry in entries if entry.is_file())
    mine = (file for file in files if (goal := goal_of(file, one.top)) and goal[0].path == one.place)
    for part in _parts(mine):
        yield partial(_take_part, part, one.top, data, by)


def _take_part(files: list[Path], top: Path, data: Path, by: By) -> Taken:
    taken = Taken()
    for file in files:
        goal = goal_of(file, top)
        assert goal is not None, "it was chosen by its goal"
        take_file(file, data / goal[1], goal[0], by, taken)
    return taken


def _convert_part(covers: list[Cover], data: Path) -> Taken:
    taken = Taken()
    for cover in covers:
        file = data / cover.file
        if cover.aside:
            aside = data / cover.aside
            aside.parent.mkdir(parents=True, exist_ok=True)
            file = file.rename(aside)
        convert(file, data / cover.target, taken)
    return taken


def _work(jobs: Iterable[Job], workers: int, events: Events, what: str, total: int | None) -> Taken:
    taken = Taken()
    for some in call_all(iter(jobs), workers=workers):
        taken.add(some)
        events.send("pictures", what=what, done=taken.written + taken.there + taken.left.counts.total(), total=total)
    return taken


def _parts(items: Iterable[Item]) -> Iterator[list[Item]]:
    rest = iter(items)
    while part := list(islice(rest, _PART)):
        yield part


def _remove_leftovers(data: Path) -> None:
    """Remove the half-written files of a run that was killed, which no other run writes to."""
    for place in PLACES:
        for folder, _, names in os.walk(data / place.path):
            for name in names:
                if name.startswith(".") and name.endswith(".part"):
                    (Path(folder) / name).unlink(missing_ok=True)
    for parent in {(data / path).parent for path in annotation_files().values()}:
        for path in parent.glob(".*.json*.part"):
            path.unlink(missing_ok=True)
