"""The user's YAML as typed models; every mistake in it is told at once, with its line and the mend."""

from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from pictus.errors import ManyErrors, PictusError, unknown_name


def _one_key(value: Any) -> Any:
    """Read `- answer_length: {minimum: 3}` and `- answer_length` alike."""
    if isinstance(value, list):
        pairs = [(item, {}) if isinstance(item, str) else next(iter(item.items())) for item in value if item]
        return {name: settings or {} for name, settings in pairs}
    return value


class Section(BaseModel):
    """A part of a recipe; a key that it does not know is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Generate(Section):
    """What is asked of whom."""

    backend: str = "program"
    settings: dict[str, Any] = Field(default_factory=dict)
    kinds: list[str] = ["conversation", "detail", "reasoning"]
    seed: int = 0
    limit: int | None = Field(default=None, ge=1)
    workers: int | None = Field(default=None, ge=1)


class Recipe(Section):
    """All that a recipe may hold."""

    generate: Generate = Generate()
    checks: Annotated[dict[str, dict[str, Any]], BeforeValidator(_one_key)] | None = None


def read_recipe(path: Path) -> Recipe:
    """Read a recipe, or tell all that is wrong with it."""
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise PictusError(f"cannot read the recipe: {error.strerror}", where=str(path), mend="check the path") from None
    except UnicodeDecodeError as error:
        raise PictusError(
            f"the recipe is no UTF-8 text: {error.reason}", where=str(path), mend="save it as UTF-8"
        ) from None
    try:
        data, lines = yaml.safe_load(text), _lines(yaml.compose(text))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}, line {mark.line + 1}" if mark else str(path)
        raise PictusError(
            f"not valid YAML: {getattr(error, 'problem', error)}",
            where=where,
            mend="check the indentation and the colons there",
        ) from None
    try:
        return Recipe.model_validate(data or {})
    except (ValidationError, AttributeError, TypeError, ValueError) as error:
        problems = error.errors() if isinstance(error, ValidationError) else []
        errors = [error for _, error in sorted((_explain(p, lines, path) for p in problems), key=lambda pair: pair[0])]
        errors = errors or [PictusError("this is no recipe", where=str(path), mend="begin with `generate:`")]
        raise errors[0] if len(errors) == 1 else ManyErrors(errors, where=str(path)) from None


def _lines(node: yaml.Node | None, at: tuple[str, ...] = ()) -> dict[tuple[str, ...], int]:
    """Note on which line each key stands."""
    lines: dict[tuple[str, ...], int] = {}
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            place = (*at, str(key.value))
            lines[place] = key.start_mark.line + 1
            lines |= _lines(value, place)
    elif isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            lines[*at, str(number)] = item.start_mark.line + 1
            lines |= _lines(item, (*at, str(number)))
    return lines


def _explain(problem: Any, lines: dict[tuple[str, ...], int], path: Path) -> tuple[int, PictusError]:
    place = tuple(str(part) for part in problem["loc"])
    line = next((lines[place[:n]] for n in range(len(place), 0, -1) if place[:n] in lines), 1)
    where = f"{path}, line {line}, {'.'.join(place[:-1]) or 'top'}"
    if problem["type"] == "extra_forbidden":
        section = Generate if place[0] == "generate" and len(place) > 1 else Recipe
        return line, unknown_name("key", place[-1], list(section.model_fields), where=where)
    return line, PictusError(
        f"`{place[-1] if place else 'recipe'}`: {problem['msg']}", where=where, mend=f"you wrote `{problem['input']!r}`"
    )
