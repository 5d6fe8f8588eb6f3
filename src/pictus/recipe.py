"""Recipes: YAML files that say what is made of which source by what, and how it is checked; some ship."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from pictus.errors import unknown_name
from pictus.stages import Model, Stage, StageName, in_order, is_source, one_key
from pictus.typed_yaml import Section, read_yaml, typed

_SHIPPED = Path(__file__).parent / "recipes"


class Generate(Section):
    """What is asked of whom."""

    backend: str = "program"
    settings: dict[str, Any] = Field(default_factory=dict)
    prompts: str | None = None
    kinds: list[str] | None = None
    seed: int = 0
    limit: int | None = Field(default=None, ge=1)
    target: int | None = Field(default=None, ge=1)
    budget: Annotated[float | None, BeforeValidator(lambda v: float(v) if type(v) is int else v)] = None
    price: str | None = None
    workers: int | None = Field(default=None, ge=1)


class Recipe(Section):
    """All that a recipe may hold."""

    what: str = ""  # for people, as `pictus list recipes` shows it
    source: Annotated[str, AfterValidator(is_source)] | None = (
        None  # that it is meant for; its licences tell what comes
    )
    generate: Generate = Generate()
    checks: Annotated[dict[str, dict[str, Any]], BeforeValidator(one_key)] | None = None
    seed: int = 0  # of the order in which training sees the data
    held_out: int = Field(default=0, ge=0)  # rows of each corpus that no stage learns from, to measure by
    model: Model | None = None
    stages: Annotated[dict[StageName, Stage], AfterValidator(in_order)] = Field(default_factory=dict)


def shipped_names(*, only: Literal["stages", "generate"] | None = None) -> tuple[str, ...]:
    """List the recipes that ship; only those that say something of one thing, if you like."""
    names = tuple(sorted(path.stem for path in _SHIPPED.glob("*.yaml")))
    return names if only is None else tuple(name for name in names if only in load_recipe(name).model_fields_set)


def shipped_path(name: str) -> Path:
    """Give the file of a recipe that ships."""
    return _SHIPPED / f"{name}.yaml"


def load_recipe(name: str | Path) -> Recipe:
    """Read a recipe by its path, or by its name where it ships; tell all that is wrong with it."""
    return read_recipe(recipe_path(name))


def recipe_path(name: str | Path, *, only: Literal["stages", "generate"] | None = None) -> Path:
    """Find the file of a recipe by its path, or by its name where it ships; `only` says which ones are meant."""
    path = Path(name)
    if path.is_file() or path.suffix in (".yaml", ".yml"):
        return path
    wanted = str(name).replace("-", "_")
    if wanted not in shipped_names():
        raise unknown_name("recipe", str(name), shipped_names(only=only), where="the recipes")
    return shipped_path(wanted)


def read_recipe(path: Path) -> Recipe:
    """Read a recipe, or tell all that is wrong with it."""
    data, lines = read_yaml(path, what="recipe")
    return typed(Recipe, data, lines, path)
