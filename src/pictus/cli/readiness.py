"""How `pictus check` tells of a tree that many datasets share: which trainings can run, and what the others lack."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pictus.cli import output
from pictus.reading.wording import count_of

if TYPE_CHECKING:
    from pictus.steps.arrange.readiness import Gap, Readiness, Supply


def check_tree(data: Path, trainings: tuple[str, ...], *, fast: bool, missing: Path | None, as_json: bool) -> None:
    """Look for all that trainings need, and end with 0 when they can run."""
    from pictus.steps.arrange.readiness import readiness

    with ExitStack() as stack:
        write = None if missing is None else stack.enter_context(missing.open("w", encoding="utf-8")).write
        seen: set[str] = set()

        def note(path: str, why: str) -> None:
            if write is not None and path not in seen:
                seen.add(path)
                write(f"{path}\t{why}\n")

        events = stack.enter_context(output.progress())
        found = readiness(data, trainings, fast=fast, events=events, missing=note)
    if as_json:
        states = [
            {"name": one.name, "title": one.title, "needs": [need.source for need in one.needs]}
            | {"ready": not found.lacks(one), "lacks": [supply.source for supply in found.lacks(one)]}
            for one in found.trainings
        ]
        supplies = [{**asdict(supply), "missing": supply.missing} for supply in found.supplies.values()]
        output.result({"data": data, "trainings": states, "sources": supplies})
    else:
        _tell(found)
    sys.exit(output.DONE if found.is_ready else output.SET_ASIDE)


def _tell(found: "Readiness") -> None:
    from pictus.cli.terminal import table

    rows = [[one.name, "no" if found.lacks(one) else "yes", _what(found.lacks(one))] for one in found.trainings]
    table(("training", "ready", "lacks"), rows, firm=2)
    lacking = [supply for supply in found.supplies.values() if not supply.is_whole]
    for line in _mends(lacking):
        click.echo(line)
    for supply in found.supplies.values():
        if supply.unreadable:
            how = f"`pictus check {found.data} --as {supply.source}` tells which"
            output.say(f"{supply.source}: {count_of(supply.unreadable, 'row')} cannot be read; {how}")
    if lacking:
        output.next_command(f"pictus arrange {found.data} --from DOWNLOADS")
    else:
        name = found.trainings[0].needs[0].source
        output.next_command(f"pictus import {name} --from {found.data} --to corpora/{name}")


def _what(lacking: "list[Supply]") -> str:
    """Say in a few words what a training lacks."""
    texts = [supply.source for supply in lacking if supply.problems]
    told = [f"annotations of {', '.join(texts)}"] if texts else []
    for supply in lacking:
        if supply.links:
            told.append(f"the link {' and '.join(supply.links)}")
        if supply.missing:
            told.append(f"{supply.missing:,} of {count_of(supply.pictures, 'picture')} of {supply.source}")
        if supply.addresses:
            told.append(f"{count_of(supply.addresses, 'picture')} of {supply.source} with only an address")
    return "; ".join(told) or "nothing"


def _mends(lacking: "list[Supply]") -> Iterator[str]:
    """Tell each thing that is missing once, with where to get it."""
    from pictus.cli.terminal import paragraph

    problems = {(supply.source, problem): None for supply in lacking for problem in supply.problems}
    if problems:
        yield "\nannotations to get:"
    for source, problem in problems:
        yield paragraph(f"{source}: {problem}", first="  ", rest="    ")
    gaps: dict[tuple[str, str], Gap] = {}
    for gap in (gap for supply in lacking for gap in supply.gaps):
        known = gaps.setdefault((gap.place, gap.why), gap)
        if gap.count > known.count:
            gaps[gap.place, gap.why] = gap
    if gaps:
        yield "\npictures to get:"
    for gap in sorted(gaps.values(), key=lambda gap: -gap.count):
        what = f"{gap.count:,} {gap.why}, such as {gap.samples[0]}" if gap.samples else gap.why
        yield paragraph(f"{gap.place}: {what}", first="  ", rest="    ")
        if gap.get and gap.why != "named otherwise":
            yield paragraph(f"{gap.comes}, from {gap.get}", first="    ")
        if gap.known:
            yield paragraph(f"known: {gap.known}", first="    ")
