"""A recipe as it is written: what it asks for, where each part of it stands, and all that is wrong with it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pictus.errors import PictusError, apart
from pictus.reading.imagebind import is_meta
from pictus.recipe import Recipe, load_recipe, recipe_path, shipped_names
from pictus.stages import STAGES, Part, Stage, StageName
from pictus.typed_yaml import Lines, read_yaml, told_place, typed

PHASES = "imagebind_llm"  # the recipe that says how ImageBind-LLM's META files are trained on
_DATA = ("corpus", "source", "data", "meta", "at", "images", "splits", "settings")  # keys that say what a part reads


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A recipe, or what can be read of one that is wrong."""

    name: str  # as the user gave it
    recipe: Recipe  # without stages where it is wrong
    errors: tuple[PictusError, ...] = ()
    parts: Mapping[StageName, Mapping[int, Part]] = field(default_factory=dict)  # those that can be read, by number
    lines: Lines = field(default_factory=dict)

    def place(self, stage: StageName, number: int) -> str:
        """Say where a part stands; parts are counted from 1."""
        place = ("stages", stage, "data", str(number - 1))
        return told_place(self.name, self.lines, place, (stage, "data", f"part {number}"))


def read_draft(recipe: str | Path, stages: Sequence[StageName], images: str | None) -> Draft:
    """Read a recipe that trains, or make one of a META file.

    Args:
        recipe: a file, the name of one that ships, or a META file of ImageBind-LLM.
        stages: which ones are wanted; of a META file one is made.
        images: the folder that the pictures of a META file lie below; by default its own.
    """
    name = str(recipe)
    if is_meta(Path(recipe)):
        if len(stages) != 1:
            mend = "name one: `--stage pretrain` for captions, `--stage instruct` for conversations"
            raise PictusError("a META file does not say what stage it is for", where=name, mend=mend)
        made = _phase_of(stages[0], name, images)
        return Draft(name=name, recipe=made, parts=_parts(made))
    if images is not None:
        mend = "write `images:` beside `data:` or `meta:` in the recipe"
        raise PictusError("a recipe names its own folders of pictures", where="--images", mend=mend)
    draft = draft_of(recipe_path(recipe, only="stages"), name)
    if not draft.errors and not draft.recipe.stages:
        raise _no_stages(draft.recipe, name)
    return draft


def draft_of(path: Path, name: str) -> Draft:
    """Read a recipe of any kind, of which errors are told under the name that it was given by."""
    data, lines = read_yaml(path, what="recipe")
    try:
        found = typed(Recipe, data, lines, Path(name))
    except PictusError as error:
        return Draft(name=name, recipe=Recipe(), errors=apart(error), parts=_readable(data), lines=lines)
    return Draft(name=name, recipe=found, parts=_parts(found), lines=lines)


def _no_stages(found: Recipe, name: str) -> PictusError:
    training = ", ".join(shipped_names(only="stages"))
    if "generate" in found.model_fields_set:
        what = "this recipe is for `pictus generate`: it has no stages, and trains nothing"
        mend = f"make data with it: `pictus generate CORPUS --recipe {name}`; these train: {training}"
        return PictusError(what, where=name, mend=mend)
    mend = f"name what each is fed with, as `pictus show {PHASES}` does; these ship with stages: {training}"
    return PictusError("the recipe has no stages", where=name, mend=mend)


def _parts(recipe: Recipe) -> dict[StageName, dict[int, Part]]:
    return {name: dict(enumerate(stage.data, 1)) for name, stage in recipe.stages.items()}


def _readable(data: Any) -> dict[StageName, dict[int, Part]]:
    """Read the parts of a recipe that is wrong, so that what is missing of them is told with the rest."""
    stages = data.get("stages") if isinstance(data, dict) else None
    found: dict[StageName, dict[int, Part]] = {}
    for name in STAGES:
        stage = stages.get(name) if isinstance(stages, dict) else None
        listed = stage.get("data") if isinstance(stage, dict) else None
        read = ((number, _part(part)) for number, part in enumerate(listed if isinstance(listed, list) else (), 1))
        found[name] = {number: part for number, part in read if part is not None}
    return found


def _part(written: Any) -> Part | None:
    """Read a part without those of its keys that are wrong, unless they say what it reads."""
    try:
        return Part.model_validate(written)
    except ValidationError as error:
        wrong = {str(next(iter(problem["loc"]), "data")) for problem in error.errors()}
    if wrong & {*_DATA}:
        return None
    try:
        return Part.model_validate({key: value for key, value in written.items() if str(key) not in wrong})
    except ValidationError:
        return None


def _phase_of(stage: StageName, meta: str, images: str | None) -> Recipe:
    """Make of a META file, which says nothing but what is read, the phase of ImageBind-LLM's training as published."""
    published = load_recipe(PHASES)
    phase = published.stages.get(stage)
    if phase is None:
        return Recipe(model=published.model, stages={stage: Stage(data=[Part(meta=meta, images=images)])})
    data = [Part(meta=meta, images=images, epochs=phase.data[0].epochs)]
    return Recipe(model=published.model, stages={stage: phase.model_copy(update={"data": data})})


def each_part(draft: Draft, stages: Sequence[StageName]) -> Iterator[tuple[StageName, int, Part]]:
    """Give the parts of some stages, each with its number."""
    for name in stages:
        for number, part in draft.parts.get(name, {}).items():
            yield name, number, part


def placed(error: PictusError, place: str) -> Iterator[PictusError]:
    """Tell of each mistake of a part where the part stands."""
    for one in apart(error):
        yield PictusError(one.what, where=", ".join(filter(None, (place, one.where))), mend=one.mend)
