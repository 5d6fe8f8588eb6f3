"""What a recipe asks for: the corpora of each stage, and how many samples each gives."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from hashlib import blake2b
from itertools import pairwise
from pathlib import Path

import orjson

from pictus import plugins
from pictus.errors import PictusError, together, unknown_name
from pictus.stages import STAGES, STATED, Model, Part, StageName, Training
from pictus.steps import import_
from pictus.steps.blend.draft import Draft, each_part, placed, read_draft
from pictus.steps.blend.sieve import Sieve, sieve_of
from pictus.steps.import_ import ImportPlan
from pictus.steps.which_format import format_of
from pictus.store.corpus import Corpus, open_corpus


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
    for name in stages:
        if name not in STAGES:
            raise unknown_name("stage", name, STAGES, where="--stage")
    draft = read_draft(recipe, stages, images)
    found = draft.recipe
    for name in stages:
        if name not in draft.parts:
            raise unknown_name("stage", name, list(draft.parts), where=draft.name)
    wanted = [name for name in STAGES if not stages or name in stages]
    chosen_seed = found.seed if seed is None else seed
    sieve = partial(sieve_of, held_out=found.held_out, held_seed=chosen_seed)
    planned, errors = _parts(draft, wanted, Path(to), Path(data), sieve)
    if errors:
        raise together(errors, where=draft.name)
    return BlendPlan(
        recipe=draft.name,
        to=Path(to),
        seed=chosen_seed,
        model=found.model,
        stages=tuple(
            StagePlan(
                name=name,
                seed=_seed_of(name, chosen_seed),
                parts=tuple(planned[name]),
                samples=found.stages[name].samples,
                train=found.stages[name].train,
                held_out=found.held_out,
            )
            for name in wanted
            if name in found.stages
        ),
        held_out=found.held_out,
    )


def _seed_of(stage: StageName, seed: int) -> int:
    """Give each stage a seed of its own, so that a corpus comes with other words and in another order in the next."""
    return len(STAGES) * seed + STAGES.index(stage)


def _parts(
    draft: Draft, stages: Sequence[StageName], to: Path, data: Path, sieve_for: Callable[..., Sieve]
) -> tuple[dict[StageName, list[PartPlan]], list[PictusError]]:
    """Plan the parts of stages; and tell all that is wrong with them, and with the recipe."""
    planned: dict[StageName, list[PartPlan]] = {name: [] for name in stages}
    errors = [*draft.errors]
    for name, number, part in each_part(draft, stages):
        said = draft.recipe.stages[name].captions if name in draft.recipe.stages else None
        captions = said or ("plain" if name == "align" else "asked")
        try:
            sieve = sieve_for(part, name, captions)
        except PictusError as error:
            errors += placed(error, draft.place(name, number))
            sieve = sieve_for(part.model_copy(update={"checks": {}}), name, captions)
        try:
            planned[name].append(_given(part, sieve) if part.corpus is not None else _imported(part, sieve, to, data))
        except PictusError as error:
            errors += placed(error, draft.place(name, number))
    return planned, errors


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
    _refuse_coco(path)
    pictures_folder = None if part.images is None else Path(part.images)
    return format_of(path), path, {"settings": part.settings, "pictures": pictures_folder}


def _refuse_coco(path: Path) -> None:
    """Say how a folder in COCO's layout is named, which a source reads and no format."""
    folder = path.parent.parent if path.parent.name == "annotations" else path
    try:
        plugins.load("sources", "coco").splits_in(folder)
    except PictusError:
        return
    mend = f"name it as a source: `{{ source: coco, at: {folder} }}` in the place of `data: {path}`"
    raise PictusError("this is in COCO's layout, which is no format of conversations", where=str(path), mend=mend)


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
