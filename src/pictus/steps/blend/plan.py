"""What a recipe asks for: the corpora of each stage, and how many samples each gives."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from hashlib import blake2b
from itertools import pairwise
from pathlib import Path

import orjson

from pictus import plugins
from pictus.errors import ManyErrors, PictusError, unknown_name
from pictus.recipe import load_recipe
from pictus.stages import STAGES, CaptionStyle, Model, Part, Stage, StageName, Training
from pictus.steps import import_
from pictus.steps.import_ import ImportPlan
from pictus.store.corpus import Corpus, open_corpus


@dataclass(frozen=True, slots=True, kw_only=True)
class PartPlan:
    """A part of a stage: the corpus that it is taken from, or the import that makes one."""

    part: Part
    corpus: str  # where it is, or will be
    imported: ImportPlan | None = None  # None where the corpus is there

    @property
    def is_there(self) -> bool:
        """Say whether the corpus is finished."""
        return self.opened() is not None

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
    """A stage: its parts, and how captions become turns."""

    name: StageName
    seed: int
    parts: tuple[PartPlan, ...]
    captions: CaptionStyle
    samples: int | None
    train: Training | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BlendPlan:
    """All that a blend takes, worked out from its recipe."""

    recipe: str
    to: Path
    seed: int
    model: Model | None
    stages: tuple[StagePlan, ...]


def plan(recipe: str | Path, to: str | Path, *, stages: Sequence[StageName] = (), seed: int | None = None) -> BlendPlan:
    """Work out what a recipe asks for; what is missing or misspelled is told now, all of it."""
    found = load_recipe(recipe)
    if not found.stages:
        raise PictusError(
            "the recipe has no stages", where=str(recipe), mend="name what each is fed with: see docs/blend.md"
        )
    for name in stages:
        if name not in found.stages:
            raise unknown_name("stage", name, list(found.stages), where=str(recipe))
    wanted = [name for name in STAGES if name in found.stages and (not stages or name in stages)]
    errors: list[PictusError] = []
    chosen_seed = found.seed if seed is None else seed
    planned = [
        replace(_stage(name, found.stages[name], Path(to), errors, str(recipe)), seed=_seed_of(name, chosen_seed))
        for name in wanted
    ]
    if errors:
        raise errors[0] if len(errors) == 1 else ManyErrors(errors, where=str(recipe))
    return BlendPlan(recipe=str(recipe), to=Path(to), seed=chosen_seed, model=found.model, stages=tuple(planned))


def _seed_of(stage: StageName, seed: int) -> int:
    """Give each stage a seed of its own, so that a corpus comes with other words and in another order in the next."""
    return len(STAGES) * seed + STAGES.index(stage)


def _stage(name: StageName, stage: Stage, to: Path, errors: list[PictusError], where: str) -> StagePlan:
    parts = []
    for number, part in enumerate(stage.data, 1):
        try:
            parts.append(_part(part, to))
        except PictusError as error:
            errors.append(
                PictusError(error.what, where=f"{where}, {name}, part {number}: {error.where}", mend=error.mend)
            )
    style: CaptionStyle = stage.captions or ("plain" if name == "align" else "asked")
    return StagePlan(name=name, seed=0, parts=tuple(parts), captions=style, samples=stage.samples, train=stage.train)


def _part(part: Part, to: Path) -> PartPlan:
    for check, settings in part.checks.items():
        if not hasattr(plugins.load("checks", check, settings), "problems"):
            what = f"the check `{check}` needs all rows at once, and a blend looks at each alone"
            raise PictusError(what, where="checks", mend="judge the corpus with it before, and blend what stands")
    if part.corpus is not None:
        open_corpus(part.corpus)
        return PartPlan(part=part, corpus=part.corpus)
    name, root, options = _input(part)
    draft = import_.plan(name, root, "", splits=tuple(part.splits), settings=part.settings, **options)
    identity = blake2b(orjson.dumps(import_.made_of(draft)), digest_size=4).hexdigest()
    corpus = str(to / "corpora" / f"{name}-{identity}")
    return PartPlan(
        part=part,
        corpus=corpus,
        imported=import_.plan(name, root, corpus, splits=tuple(part.splits), settings=part.settings, **options),
    )


def _input(part: Part) -> tuple[str, Path, dict[str, Path | None]]:
    """Give the source or format that reads a part, what it reads, and where the pictures are."""
    pictures = None if part.images is None else Path(part.images)
    if part.source is not None:
        return part.source, Path(part.at or ""), {}
    if part.meta is not None:
        return "imagebind", Path(part.meta), {"pictures": pictures}
    path = Path(part.data or "")
    if not path.exists():
        raise PictusError("this file or folder does not exist", where=str(path), mend="check the path after `data:`")
    names = [name for name in plugins.names("formats") if plugins.load("formats", name).sniff(path)]
    if not names:
        known = ", ".join(plugins.names("formats"))
        raise PictusError("no format knows this file", where=str(path), mend=f"known formats: {known}")
    return names[0], path, {"pictures": pictures}


def draws_of(stage: StagePlan, rows: Sequence[int]) -> tuple[int, ...]:
    """Work out how many samples each part gives, from the rows that it has."""
    parts = [planned.part for planned in stage.parts]
    if parts[0].weight is None:
        return tuple(_draws(part, have) for part, have in zip(parts, rows, strict=True))
    weights = [Fraction(str(part.weight)) for part in parts]
    total = stage.samples or sum(rows)
    edges = [int(total * sum(weights[:number]) / sum(weights)) for number in range(len(weights) + 1)]
    return tuple(end - begin for begin, end in pairwise(edges))


def _draws(part: Part, rows: int) -> int:
    if part.rows is not None:
        return part.rows
    return int(Fraction(str(part.epochs)) * rows) if part.epochs is not None else rows
