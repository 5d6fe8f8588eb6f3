"""A course: the stages of a recipe one after the other, each beginning with the model that the one before left.

All mistakes that configs and files can tell of are found by `plan`, before a weight is loaded.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import torch

from pictus.engine.events import Events, Listener
from pictus.errors import PictusError
from pictus.learn import model as models
from pictus.learn.feed.loader import steps_from
from pictus.learn.feed.opening import open_feed
from pictus.learn.feed.pictures import framing_of
from pictus.learn.feed.stage import Laying, StageFeed
from pictus.learn.model.planning import Attention
from pictus.learn.pack.isolation import find_leak, known_leak
from pictus.learn.step import Step
from pictus.learn.tokens import Talk
from pictus.learn.train.evaluation import held_out
from pictus.learn.train.job import Job, Precision, Result, Settings
from pictus.learn.train.loop import train
from pictus.learn.train.processes import Processes, joined
from pictus.reading.imagebind import is_meta
from pictus.reading.json import read_object
from pictus.recipe import load_recipe
from pictus.stages import STAGES, Model, StageName, Training
from pictus.steps.blend import BLEND
from pictus.steps.blend import plan as planning
from pictus.steps.blend import run as blending
from pictus.steps.blend.blended import BlendedStage, open_stage
from pictus.steps.blend.plan import BlendPlan

MODEL = "model"  # folder of what a stage leaves


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """How a course is run on this machine: what is learned hangs on none of it but `precision` and `is_packed`."""

    precision: Precision | Literal["auto"] = "auto"  # auto: mixed on a GPU, float32 without one
    attention: Attention = "auto"
    recompute: bool = False  # gradient checkpointing
    is_packed: bool = True
    row_tokens: int | None = None  # the most that a row may have; by default the longest sample
    row_pictures: int = 64
    workers: int = 2  # processes that prepare steps, for each process that trains
    cache: Path | None = None  # folder of caches; by default in the folder of the course
    is_direct: bool = False  # read the shards themselves, and make no cache
    checkpoint_every: int = 500
    evaluate_every: int | None = None  # steps; by default whenever a checkpoint is written

    def in_precision(self) -> Precision:
        """Say in which precision it is run here."""
        if self.precision == "auto":
            return "mixed" if torch.cuda.is_available() else "float32"
        return self.precision


@dataclass(frozen=True, slots=True, kw_only=True)
class StageCourse:
    """A stage: how it is trained, and the model as far as configs tell."""

    name: StageName
    training: Training
    model: models.Plan
    folder: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """All that is trained, and where."""

    recipe: str
    to: Path
    section: Model
    blend: BlendPlan
    stages: tuple[StageCourse, ...]
    start: Path | None  # the model that the first stage begins with; None for the parts of the recipe
    running: Running
    awaited: StageName | None = None  # that has to be trained before the first stage; only where nothing is run


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """A stage that was trained, or stopped."""

    name: StageName
    folder: Path
    result: Result


def plan(
    recipe: str | Path,
    to: Path,
    *,
    stages: Sequence[StageName] = (),
    start: Path | None = None,
    language: str | None = None,
    vision: str | None = None,
    data: str | Path = "data",
    images: str | None = None,
    seed: int | None = None,
    running: Running | None = None,
    is_dry: bool = False,
) -> Course:
    """Work out a course, or tell what is wrong with it.

    Args:
        recipe: a file, the name of one that ships, or a META file of ImageBind-LLM.
        to: the folder of the course.
        stages: which ones; none for all.
        start: a saved stage, or any model of pictures and texts; instead of the parts in the recipe.
        language: a language model instead of the recipe's, or a whole model to begin with.
        vision: a vision tower instead of the recipe's.
        data: where the files of datasets are.
        images: the folder that the pictures of a META file lie below.
        seed: another than the recipe's.
        running: how it is run here.
        is_dry: it is only looked at, so that the stage before may still have to be trained.
    """
    running = running or Running()
    blend = planning.plan(recipe, to / BLEND, stages=stages, seed=seed, data=data, images=images)
    if running.evaluate_every is not None and not blend.held_out:
        mend = "write `held_out: 256` beside `stages` in the recipe, to keep so many rows of each corpus to measure by"
        raise PictusError("nothing is held out that a model could be measured on", where=str(recipe), mend=mend)
    section = _section(blend.model, language, vision)
    awaited: StageName | None = None
    begin = model_in(start) if start is not None else None
    if start is None and (before := _stage_before(recipe, blend)) is not None:
        begin = to / before / MODEL
        if not begin.is_dir():
            if not is_dry:
                raise _untrained(blend.stages[0].name, before, begin)
            awaited, begin = before, None
    if begin is None and not (section.start or (section.vision and section.language)):
        mend = "name `vision` and `language` below `model:`, or begin with a model: `--from FOLDER`"
        raise PictusError("the recipe names no model", where=str(recipe), mend=mend)
    planned = []
    for number, stage in enumerate(blend.stages):
        with _told_of(f"{recipe}, {stage.name}"):
            training = stage.train or _stated(stage.train, stage.name)
            found = models.plan(
                section,
                training,
                start=None if begin is None else str(begin),
                precision=running.in_precision(),
                attention=running.attention,
                is_aligned=number > 0 or awaited is not None,
            )
            if running.is_packed:
                _refuse_leak(known_leak(found.config))
        planned.append(StageCourse(name=stage.name, training=training, model=found, folder=to / stage.name))
    return Course(
        recipe=str(recipe),
        to=to,
        section=section,
        blend=blend,
        stages=tuple(planned),
        start=begin,
        running=running,
        awaited=awaited,
    )


def run(course: Course, *, events: Events, listeners: Sequence[Listener] = ()) -> Iterator[Passed]:
    """Train stage after stage, giving each when it is done; what is done already is not done again.

    Every process of the training calls it: those of torchrun, of `srun`, of Ray Train, or this one alone.
    """
    with joined() as processes:
        if processes.rank == 0:
            blending.run(course.blend, events)
        processes.wait()
        start = course.start
        for stage in course.stages:
            result = train(_job(course, stage, start, processes, events, listeners))
            yield Passed(name=stage.name, folder=stage.folder, result=result)
            if result.model is None:
                return
            start = result.model


@contextmanager
def _told_of(place: str) -> Iterator[None]:
    """Let a mistake name the recipe and the stage that it is in."""
    try:
        yield
    except PictusError as error:
        raise PictusError(error.what, where=f"{place}: {error.where}", mend=error.mend) from None


def _section(said: Model | None, language: str | None, vision: str | None) -> Model:
    """Put the parts that the command names in the place of the recipe's; what sees pictures already is no part."""
    given: dict[str, Any] = {
        name: value for name, value in (("language", language), ("vision", vision)) if value is not None
    }
    if language is not None and vision is None and _sees(Path(language)):
        given = {"start": language}
    elif said is not None and not said.start:
        given = said.model_dump(exclude_unset=True) | given
    return Model(**given) if given else said or Model()


def _sees(folder: Path) -> bool:
    """Say whether a folder holds a model of pictures and texts."""
    config = folder / "config.json"
    return config.is_file() and "vision_config" in read_object(config)


def model_in(folder: Path) -> Path:
    """Find the model in what `--from` names: a model, or a folder that a stage was trained in."""
    return folder / MODEL if (folder / MODEL).is_dir() else folder


def _stage_before(recipe: str | Path, blend: BlendPlan) -> StageName | None:
    """Name the stage whose model the first one begins with, where the recipe has one."""
    if is_meta(Path(recipe)):
        return None
    first = STAGES.index(blend.stages[0].name)
    before = [name for name in load_recipe(recipe).stages if STAGES.index(name) < first]
    return before[-1] if before else None


def _untrained(first: StageName, before: StageName, left: Path) -> PictusError:
    return PictusError(
        f"the stage {first} begins with what {before} leaves, and that is not there",
        where=str(left),
        mend=f"train it before: `--stage {before}`; or begin with another model: `--from FOLDER`",
    )


def _stated(training: Training | None, name: StageName) -> Training:
    """Refuse a stage of which nobody says how it is trained."""
    if training is None:
        mend = f"say how below `stages: {name}: train:`, as `pictus show recipes/llava15` does"
        raise PictusError(f"nothing says how the stage {name} is trained", where="train", mend=mend)
    return training


def _refuse_leak(reason: str | None) -> None:
    if reason is not None:
        mend = "train without packing: `--padded`"
        raise PictusError(f"this model cannot take packed rows: {reason}", where="the model", mend=mend)


def _job(
    course: Course,
    stage: StageCourse,
    start: Path | None,
    processes: Processes,
    events: Events,
    listeners: Sequence[Listener],
) -> Job:
    """Load what a stage begins with, and open what it is fed with."""
    running = course.running
    begins = str(start) if start is not None else None
    planned = models.plan(
        course.section,
        stage.training,
        start=begins,
        precision=running.in_precision(),
        attention=running.attention,
    )
    built = models.build(planned, is_empty=processes.rank > 0)
    if running.is_packed:
        picture = [built.pictures.image_id] * built.pictures.tokens
        leak = find_leak(built.model, picture=picture, pixels=built.pictures.side) if processes.rank == 0 else None
        _refuse_leak(processes.gathered(leak)[0])
    blended, held = (open_stage(course.blend.to, stage.name, is_held_out) for is_held_out in (False, True))
    feed = _feed(course, stage, built, blended, processes, events)
    measured = _feed(course, stage, built, held, processes, events) if len(held) else None

    def save(weights: Mapping[str, Any], folder: Path) -> None:
        models.save(built, folder, state=weights)

    return Job(
        model=built.model,
        module_of=built.owners.__getitem__,
        pictures=built.pictures,
        training=stage.training,
        feed=_Feed(feed, running.workers),
        steps=len(feed),
        folder=stage.folder,
        made_of={
            "blend": feed.fingerprint,
            **{f"corpus {part.name}": part.corpus.fingerprint for part in blended.parts},
            "model": _fingerprint(start) if start is not None else course.section.model_dump_json(exclude={"note"}),
            "rows": "packed" if running.is_packed else "padded",
        },
        save=save,
        seed=blended.seed,
        settings=Settings(
            precision=running.in_precision(),
            recompute=running.recompute,
            checkpoint_every=running.checkpoint_every,
            evaluate_every=running.evaluate_every or running.checkpoint_every,
        ),
        evaluate=None if measured is None else held_out(_Feed(measured, running.workers), len(measured)),
        listeners=tuple(listeners),
    )


def _feed(
    course: Course,
    stage: StageCourse,
    built: models.Built,
    blended: BlendedStage,
    processes: Processes,
    events: Events,
) -> StageFeed:
    running, pictures, most = course.running, built.pictures, stage.training.max_tokens
    talk = Talk(
        built.tokenizer,
        image_id=pictures.image_id,
        image_tokens=pictures.tokens,
        max_tokens=most,
        plain=blended.captions == "plain",
    )
    pad = built.tokenizer.pad_token_id
    caches = None if running.is_direct else running.cache or course.to / "cache"
    return open_feed(
        blended,
        caches=caches,
        talk=talk,
        framing=framing_of(pictures.settings, where=built.plan.where),
        laying=Laying(
            max_tokens=max(running.row_tokens or most, most),
            max_pictures=running.row_pictures,
            is_packed=running.is_packed,
            pad=0 if pad is None else pad,
        ),
        batch=stage.training.batch,
        rank=processes.rank,
        world=processes.world,
        events=events,
    )


@dataclass(frozen=True, slots=True)
class _Feed:
    """The steps of a stage, prepared by other processes."""

    stage: StageFeed
    workers: int

    def steps(self, first: int, *, rank: int, world: int) -> Iterator[Step]:
        """Give the steps from number `first` on, in order."""
        feed = replace(self.stage, rank=rank, world=world)
        yield from steps_from(feed, first, workers=self.workers, pinned=torch.cuda.is_available())


_HEAD_BYTES = 2**20  # of each file of weights: where it says what it holds, and the first values


def _fingerprint(folder: Path) -> str:
    """Name the model in a folder by the sizes and the beginnings of its files: to read all of them takes minutes."""
    hashed = hashlib.sha256()
    for path in sorted(folder.glob("*")):
        if path.is_file():
            with path.open("rb") as file:
                hashed.update(f"{path.name}\0{path.stat().st_size}\0".encode() + file.read(_HEAD_BYTES))
    return hashed.hexdigest()[:32]
