"""What a recipe asks for: the corpora of each stage, and how many samples each gives."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from hashlib import blake2b
from itertools import pairwise
from pathlib import Path

import orjson

from pictus.errors import ManyErrors, PictusError, unknown_name
from pictus.reading.imagebind import is_meta
from pictus.recipe import Recipe, load_recipe
from pictus.stages import STAGES, STATED, Model, Part, Stage, StageName, Training
from pictus.steps import import_
from pictus.steps.blend.sieve import Sieve, sieve_of
from pictus.steps.import_ import ImportPlan
from pictus.steps.which_format import format_of
from pictus.store.corpus import Corpus, open_corpus

PHASES = "imagebind_llm"  # the recipe that says how ImageBind-LLM's META files are trained on


@dataclass(frozen=True, slots=True, kw_only=True)
class PartPlan:
    """A part of a stage: the corpus that it is taken from, or the import that makes one."""

    part: Part
    sieve: Sieve
    corpus: str  # where it is, or will be
    imported: ImportPlan | None = None  # None where the corpus was given

    def opened(self) -> Corpus | None:
        """Open the corpus, if it is finished."""
        try:
            return open_corpus(self.corpus)
        except PictusError:
            if self.imported is None:
                raise
            return None


@dataclass(frozen=True, slots=True, kw_only=True)
class StagePlan:
    """A stage: its parts, and how many samples there are of all."""

    name: StageName
    seed: int
    parts: tuple[PartPlan, ...]
    samples: int | None
    train: Training | None
    held_out: int = 0  # samples that the stage is measured on


@dataclass(frozen=True, slots=True, kw_only=True)
class BlendPlan:
    """All that a blend takes, worked out from its recipe."""

    recipe: str
    to: Path
    seed: int
    model: Model | None
    stages: tuple[StagePlan, ...]
    held_out: int = 0  # rows of each corpus


def plan(
    recipe: str | Path,
    to: str | Path,
    *,
    stages: Sequence[StageName] = (),
    seed: int | None = None,
    data: str | Path = "data",
    images: str | None = None,
) -> BlendPlan:
    """Work out what a recipe asks for; what is missing or misspelled is told now, all of it.

    Args:
        recipe: a file, the name of one that ships, or a META file of ImageBind-LLM, of which one stage is made.
        to: the folder of the blend.
        stages: which ones; none for all.
        seed: another than the recipe's.
        data: where the files of datasets are, unless a part says `at`.
        images: the folder that the pictures of a META file lie below; by default its own.
    """
    where = str(recipe)
    for name in stages:
        if name not in STAGES:
            raise unknown_name("stage", name, STAGES, where="--stage")
    found = _read(recipe, stages, images)
    for name in stages:
        if name not in found.stages:
            raise unknown_name("stage", name, list(found.stages), where=where)
    wanted = [name for name in STAGES if name in found.stages and (not stages or name in stages)]
    errors: list[PictusError] = []
    chosen_seed = found.seed if seed is None else seed
    planned = []
    for name in wanted:
        stage = found.stages[name]
        sieve = partial(sieve_of, held_out=found.held_out, held_seed=chosen_seed)
        parts = _parts(name, stage, Path(to), Path(data), errors, where, sieve)
        planned.append(
            StagePlan(
                name=name,
                seed=_seed_of(name, chosen_seed),
                parts=parts,
                samples=stage.samples,
                train=stage.train,
                held_out=found.held_out,
            )
        )
    if errors:
        raise errors[0] if len(errors) == 1 else ManyErrors(errors, where=where)
    return BlendPlan(
        recipe=where,
        to=Path(to),
        seed=chosen_seed,
        model=found.model,
        stages=tuple(planned),
        held_out=found.held_out,
    )


def _read(recipe: str | Path, stages: Sequence[StageName], images: str | None) -> Recipe:
    if is_meta(Path(recipe)):
        if len(stages) != 1:
            mend = "name one: `--stage pretrain` for captions, `--stage instruct` for conversations"
            raise PictusError("a META file does not say what stage it is for", where=str(recipe), mend=mend)
        return _phase_of(stages[0], str(recipe), images)
    if images is not None:
        mend = "write `images:` beside `data:` or `meta:` in the recipe"
        raise PictusError("a recipe names its own folders of pictures", where="--images", mend=mend)
    found = load_recipe(recipe)
    if not found.stages:
        mend = "name what each is fed with: docs/blend.md shows how"
        raise PictusError("the recipe has no stages", where=str(recipe), mend=mend)
    return found


def _phase_of(stage: StageName, meta: str, images: str | None) -> Recipe:
    """Make of a META file, which says nothing but what is read, the phase of ImageBind-LLM's training as published."""
    published = load_recipe(PHASES)
    phase = published.stages.get(stage)
    if phase is None:
        return Recipe(model=published.model, stages={stage: Stage(data=[Part(meta=meta, images=images)])})
    data = [Part(meta=meta, images=images, epochs=phase.data[0].epochs)]
    return Recipe(model=published.model, stages={stage: phase.model_copy(update={"data": data})})


def _seed_of(stage: StageName, seed: int) -> int:
    """Give each stage a seed of its own, so that a corpus comes with other words and in another order in the next."""
    return len(STAGES) * seed + STAGES.index(stage)


def _parts(
    name: StageName,
    stage: Stage,
    to: Path,
    data: Path,
    errors: list[PictusError],
    where: str,
    sieve_for: Callable[..., Sieve],
) -> tuple[PartPlan, ...]:
    planned = []
    for number, part in enumerate(stage.data, 1):
        try:
            sieve = sieve_for(part, name, stage.captions or ("plain" if name == "align" else "asked"))
            planned.append(_given(part, sieve) if part.corpus is not None else _imported(part, sieve, to, data))
        except PictusError as error:
            place = ", ".join(filter(None, (f"{where}, {name}, part {number}", error.where)))
            errors.append(PictusError(error.what, where=place, mend=error.mend))
    return tuple(planned)


def _given(part: Part, sieve: Sieve) -> PartPlan:
    """Plan to take rows of a corpus that is there."""
    corpus = open_corpus(part.corpus or "")
    where = str(corpus.place)
    if sieve.stage == "align" and not corpus.summary["pictures"]:
        what = "the corpus has no pictures, and to align is to learn what pictures show"
        raise PictusError(what, where=where, mend="move it to a later stage, or take it out of the recipe")
    for table in (name.partition(".")[0] for name in part.scores):
        if table not in corpus.place.names("side"):
            raise unknown_name("side table", table, corpus.place.names("side"), where=where)
    return PartPlan(part=part, sieve=sieve, corpus=part.corpus or "")


def _imported(part: Part, sieve: Sieve, to: Path, data: Path) -> PartPlan:
    """Plan to import what a part names, into the blend."""
    name, root, options = _input(part, data)
    stated = {name: getattr(part, name) for name in STATED}
    draft = import_.plan(name, root, "", splits=tuple(part.splits), **options, **stated)
    identity = blake2b(orjson.dumps(import_.made_of(draft)), digest_size=4).hexdigest()
    corpus = str(to / "corpora" / f"{name}-{identity}")
    return PartPlan(part=part, sieve=sieve, corpus=corpus, imported=replace(draft, to=corpus))


def _input(part: Part, data: Path) -> tuple[str, Path, dict[str, object]]:
    """Give the source or format that reads a part, what it reads, and what else it is told."""
    if part.source is not None:
        root = data if part.at is None else Path(part.at)
        if not root.exists():
            mend = f"put the files of {part.source} there, or name their folder by `--data`, or by `at:` in the recipe"
            raise PictusError("there is no such folder of data", where=str(root), mend=mend)
        return part.source, root, {"settings": part.settings}
    path = Path(part.data or part.meta or "")
    if not path.exists():
        key = "data" if part.data else "meta"
        raise PictusError("this file or folder does not exist", where=str(path), mend=f"check the path after `{key}:`")
    if part.meta is not None:
        pictures = {} if part.images is None else {"pictures": part.images}
        return "imagebind_meta", path, {"settings": {**pictures, **part.settings}}
    pictures_folder = None if part.images is None else Path(part.images)
    return format_of(path), path, {"settings": part.settings, "pictures": pictures_folder}


def draws_of(stage: StagePlan, rows: Sequence[int | None]) -> tuple[int | None, ...]:
    """Work out how many samples each part gives, from the rows that it has; None where that is not known yet."""
    parts = [planned.part for planned in stage.parts]
    if parts[0].weight is None:
        return tuple(_draws(part, have) for part, have in zip(parts, rows, strict=True))
    total = stage.samples or _sum(rows)
    if total is None:
        return tuple(None for _ in parts)
    weights = [Fraction(str(part.weight)) for part in parts]
    edges = [int(total * sum(weights[:number]) / sum(weights)) for number in range(len(weights) + 1)]
    return tuple(end - begin for begin, end in pairwise(edges))


def _draws(part: Part, rows: int | None) -> int | None:
    if part.rows is not None:
        return part.rows
    return None if rows is None else int(Fraction(str(part.epochs or 1)) * rows)


def _sum(rows: Sequence[int | None]) -> int | None:
    known = [count for count in rows if count is not None]
    return sum(known) if len(known) == len(rows) else None
