"""Acquiring: what is missing is fetched, what came is verified and unpacked, and the source says if it reads it."""

import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from zipfile import ZipInfo

from pictus import plugins
from pictus.engine.events import Events
from pictus.engine.local import call_all, default_workers
from pictus.errors import ManyErrors, PictusError
from pictus.steps.acquire.fetching import fetch_all, verify
from pictus.steps.acquire.measure import expanded
from pictus.steps.acquire.memory import Memory, stamp
from pictus.steps.acquire.plan import AcquirePlan, Item, problem
from pictus.store.archives import close_zip, has_listing, opened_zip
from pictus.store.hub import hub_file
from pictus.store.unpacking import Unpacked, Unpacking, missing, remove_leftovers, take, unpack

_PART, _PART_BYTES = 500, 2**26  # that a process takes out of an archive at a time
_STORED = 0.95  # of its size: an archive of pictures, which cannot be packed


@dataclass(slots=True)
class Acquired:
    """What was done."""

    fetched: list[str] = field(default_factory=list)
    unpacked: list[str] = field(default_factory=list)
    files: Unpacked = field(default_factory=Unpacked)
    by_hand: list[Item] = field(default_factory=list)  # what a person has yet to do


def run(plan: AcquirePlan, events: Events, *, workers: int | None = None, keep_archives: bool = True) -> Acquired:
    """Do what was planned, for a source and for those that it needs; running again does what is left."""
    done = Acquired()
    refuse_overflow(plan)
    errors = []
    for one in (*plan.needs, plan):
        errors += _acquire(one, events, done, workers, keep_archives=keep_archives)
    if errors:
        raise errors[0] if len(errors) == 1 else ManyErrors(errors, where=plan.name)
    return done


def refuse_overflow(plan: AcquirePlan) -> None:
    """Refuse what the disk has no room for, before the first byte comes: an archive is unpacked beside itself."""
    needed = sum(item.left_bytes for item in plan.all_items)
    needed += sum(
        item.size_bytes or item.asset.about_bytes or item.here_bytes
        for item in plan.all_items
        if item.asset.unpack is not None and item.is_fetched
    )
    plan.root.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(plan.root).free
    if needed > free:
        what = f"{needed:,} bytes are to be fetched and unpacked, and the disk has room for {free:,}"
        mend = "make room, choose another folder, or fewer splits with `--split`"
        raise PictusError(what, where=str(plan.root), mend=mend)


def _acquire(
    plan: AcquirePlan, events: Events, done: Acquired, workers: int | None, *, keep_archives: bool
) -> list[PictusError]:
    memory = Memory(plan.root, plan.name)
    with memory.held():
        begun = frozenset(_begun(plan))
        memory.begin(begun)
        items, errors = _files(plan)
        fetched = [item for item in items if item.is_fetched]
        errors += fetch_all(fetched, events)
        for item in fetched:
            if item.path.is_file():  # it was verified as it came
                memory.note(item.asset.path, stamp=stamp(item.path))
        for item in items:
            if item.path.is_file():
                try:
                    verify(item, memory)
                    if item.state != "here" and item.asset.unpack is not None:
                        _take_out(item, memory, events, done, workers, keep_archives=keep_archives)
                except PictusError as error:
                    errors.append(error)
        done.fetched += [item.asset.path for item in fetched if item.path.exists() or item.made.exists()]
        by_hand = [item for item in items if item.state == "by hand" and not item.path.exists()]
        done.by_hand += by_hand
        source = plugins.load("sources", plan.name)
        if not errors and not by_hand:
            errors += [found for split in plan.splits if (found := problem(source, plan.root, split))]
        if not errors and not by_hand:
            memory.end(begun)
        return errors


def _files(plan: AcquirePlan) -> tuple[list[Item], list[PictusError]]:
    """List the files of a plan, and those of repositories of the Hub that could not be listed before."""
    items: list[Item] = []
    errors = []
    for item in plan.items:
        try:
            items += expanded(item) if item.is_fetched else [item]
        except PictusError as error:
            errors.append(error)
    return items, errors


def _begun(plan: AcquirePlan) -> Iterator[str]:
    yield from plan.splits
    for item in plan.left:  # a repository becomes a folder, of which some files would look like all
        one = hub_file(item.asset.url)
        if item.part_of or (one and not one.path):
            yield item.part_of or item.asset.path


def _take_out(
    item: Item, memory: Memory, events: Events, done: Acquired, workers: int | None, *, keep_archives: bool
) -> None:
    """Unpack an archive that goes into a folder."""
    asset = item.asset
    assert asset.unpack is not None, "it was chosen for that"
    work = Unpacking(archive=item.path, to=item.root / asset.unpack, flat=asset.flat, nested=asset.nested)
    into = asset.makes or asset.unpack
    if memory.is_into(into):  # a run was killed, or had to be stopped
        remove_leftovers(item.made)
    memory.note(asset.path, into=into)
    found = _unpack(work, events, workers)
    os.sync()  # once, instead of waiting for the disk at each file
    done.files.add(found)
    done.unpacked.append(asset.path)
    if found.refused.counts or found.example is None:
        return  # to be told each time, until somebody mends it
    memory.note(asset.path, example=found.example.relative_to(item.root).as_posix())
    if not keep_archives:
        close_zip()
        item.path.unlink()


def _unpack(work: Unpacking, events: Events, workers: int | None) -> Unpacked:
    name = work.archive.name
    if not has_listing(work.archive) or work.nested:
        return unpack(work, lambda count: events.send("pictures", what=name, done=count, total=None))
    places, done = missing(work)
    infos = opened_zip(work.archive).infolist()
    packed, whole = sum(infos[place].compress_size for place in places), sum(infos[place].file_size for place in places)
    # What is only stored, as pictures are, comes as quickly as the disk takes it: two processes took longer.
    workers = workers or (default_workers() if packed < _STORED * whole else 1)
    total = len(places) + done.there
    for some in call_all((partial(take, work, part) for part in _parts(places, infos)), workers=workers):
        done.add(some)
        events.send("pictures", what=name, done=done.written + done.there, total=total)
    return done


def _parts(places: Iterable[int], infos: Sequence[ZipInfo]) -> Iterator[list[int]]:
    part, size_bytes = [], 0
    for place in places:
        part.append(place)
        size_bytes += infos[place].file_size
        if len(part) == _PART or size_bytes >= _PART_BYTES:
            yield part
            part, size_bytes = [], 0
    if part:
        yield part
