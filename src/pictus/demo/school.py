"""Train a tiny LLaVA on drawn shapes, stage after stage, and examine it with pictures that it never saw."""

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from pictus.demo.exam import examine
from pictus.demo.lessons import words, write_lessons
from pictus.demo.shapes import FORMS, HUES, PLACES, SIDE
from pictus.demo.syllabus import command, recipe
from pictus.demo.tiny import write_parts
from pictus.demo.tour import Stop
from pictus.engine.events import Events, Listener
from pictus.errors import PictusError
from pictus.recipe import load_recipe
from pictus.report.learned import Mark, Sheet, StageLearned, write_learned
from pictus.store.whole_file import whole_file

if TYPE_CHECKING:
    from pictus.learn.course import Passed

STEPS = 600  # about two minutes on two cores
PICTURES = 3000
HELD_OUT = 200
_ELSEWHERE = 1_000_003  # added to the seed: pictures that no lesson has
_SHOWN = 12
_TOLD = {
    "align": "What is in a picture: “A red circle in the top left.”",
    "instruct": "Three questions about each picture.",
    "tools": "To call a function instead of answering, and to go on answering.",
}
_INTRO = (
    "A vision tower, a projector and a language model, all of them tiny and all of them random at first, were trained "
    f"together on {PICTURES:,} drawn shapes. Then the model was asked about {HELD_OUT} pictures that it had never "
    "seen, each drawn a little differently. Given an empty picture, or marked by another picture than it was given, it "
    "should do no better than by guessing: what it gets right beyond that, it sees."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schooled(Stop):
    """The last stop: what the model has learned."""

    model: Path
    marks: tuple[Mark, ...]


def school(
    folder: Path, *, steps: int | None = None, seed: int = 0, events: Events, listeners: Sequence[Listener] = ()
) -> Iterator[Stop]:
    """Draw, write, train, examine, and show, giving each stop as it is done.

    Args:
        folder: everything is written below it; it must be new, or an earlier school's.
        steps: of all stages together; by default what the recipe there says, or 600.
        seed: of the pictures, their order and the first weights.
        events: told of the progress of the data.
        listeners: told of each step.
    """
    plan, to, page = folder / "recipe.yaml", folder / "trained", folder / "index.html"
    _prepare(folder, plan, to, steps=steps, seed=seed)
    yield Stop(f"drew {PICTURES:,} pictures into {folder / 'lessons'}", "with captions, questions and calls about them")
    yield Stop(f"less {shlex.quote(str(plan))}", "how it is trained: align, instruct, tools")

    passed = _train(plan, to, events, listeners)
    model = passed[-1].result.model
    if model is None:
        raise PictusError("the training was stopped", where=str(to), mend="the same command goes on from here")
    stages = [_learned(one) for one in passed]
    seconds = sum(stage.seconds for stage in stages)
    told = ", ".join(f"{stage.name} {len(stage.losses)}" for stage in stages)
    yield Stop(command(plan, to), f"steps: {told}; {seconds:.0f} seconds")

    marks, sheets = examine(model, count=HELD_OUT, seed=seed + _ELSEWHERE)
    _save_marks(folder / "marks.json", marks)
    _show(page, stages, marks, sheets, commands=[command(plan, to), _ask(folder, model)])
    yield Schooled(command=_ask(folder, model), result=_told(marks), model=model, marks=tuple(marks))
    yield Stop(f"open {shlex.quote(str(page))}", "losses, marks and examples")


def _prepare(folder: Path, plan: Path, to: Path, *, steps: int | None, seed: int) -> None:
    """Write the lessons, the parts and the recipe, which comes last; a recipe that is there stays as it is."""
    if folder.exists() and any(folder.iterdir()) and not (folder / "lessons").is_dir():
        mend = "choose another: `pictus demo --train --to NEW`"
        raise PictusError("the folder is not empty", where=str(folder), mend=mend)
    lessons, parts = folder / "lessons", folder / "parts"
    if plan.is_file():
        _check_same(plan, recipe(lessons, parts, steps=steps or STEPS, seed=seed), is_all=steps is not None)
        return
    write_lessons(lessons, count=PICTURES, seed=seed)
    write_parts(parts, words(), apart=(*HUES, *FORMS, *PLACES), side=SIDE)
    with whole_file(plan) as file:
        file.write(recipe(lessons, parts, steps=steps or STEPS, seed=seed).encode())


def _check_same(plan: Path, wanted: str, *, is_all: bool) -> None:
    """Refuse to go on with a recipe that is not what was asked for; changed by hand it may be."""
    there = load_recipe(plan)
    told = f"seed: {there.seed}\n"
    if told not in wanted or (is_all and plan.read_text("utf-8") != wanted):
        mend = f"choose another folder: `--to NEW`; or train with this one: `pictus demo --train --seed {there.seed}`"
        raise PictusError("the recipe there says something else", where=str(plan), mend=mend)


def _train(plan: Path, to: Path, events: Events, listeners: Sequence[Listener]) -> "list[Passed]":
    from pictus.learn import course
    from pictus.learn.threads import one_thread

    with one_thread():
        return list(course.run(course.plan(plan, to), events=events, listeners=listeners))


def _ask(folder: Path, model: Path) -> str:
    picture = folder / "lessons/pictures/00000.png"
    return f'pictus ask {shlex.quote(str(model))} {shlex.quote(str(picture))} "What colour is the shape?"'


def _told(marks: Sequence[Mark]) -> str:
    """Say the marks, and behind them what shows that they come from looking."""
    ways = {
        "right": [mark.right for mark in marks],
        "of an empty picture": [mark.blank for mark in marks],
        "of another picture": [mark.swapped for mark in marks],
        "by guessing": [mark.chance for mark in marks],
    }
    subjects = [mark.subject for mark in marks]
    lines = [
        f"{way}: {', '.join(f'{name} {share:.0%}' for name, share in zip(subjects, shares, strict=True))}"
        for way, shares in ways.items()
    ]
    return "\n    ".join(lines)


def _save_marks(path: Path, marks: Sequence[Mark]) -> None:
    with whole_file(path) as file:
        file.write(orjson.dumps(marks, option=orjson.OPT_INDENT_2))


def _learned(passed: "Passed") -> StageLearned:
    lines = [orjson.loads(line) for line in (passed.folder / "steps.jsonl").read_bytes().splitlines()]
    return StageLearned(
        name=passed.name,
        told=_TOLD.get(passed.name, ""),
        seconds=sum(line["seconds"] for line in lines),
        losses=tuple(line["loss"] for line in lines if line["loss"] is not None),
    )


def _show(
    path: Path, stages: Sequence[StageLearned], marks: Sequence[Mark], sheets: Sequence[Sheet], *, commands: list[str]
) -> None:
    figures: dict[str, str | int] = {f"{mark.subject} right": f"{100 * mark.right:.0f} %" for mark in marks}
    figures |= {
        "steps": sum(len(stage.losses) for stage in stages),
        "seconds of training": round(sum(stage.seconds for stage in stages)),
    }
    write_learned(
        path,
        title="A model that learned to see",
        intro=_INTRO,
        figures=figures,
        stages=stages,
        marks=marks,
        sheets=sheets[:_SHOWN],
        commands=commands,
    )
