"""The user's recipe: a YAML file that says what is made, and how it is checked."""

from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from pictus.typed_yaml import Section, read_yaml, typed


def _one_key(value: Any) -> Any:
    """Read `- answer_length: {minimum: 3}` and `- answer_length` alike."""
    if not isinstance(value, list):
        return value
    named: dict[str, Any] = {}
    for item in value:
        if isinstance(item, str):
            named[item] = {}
        elif isinstance(item, dict) and len(item) == 1:
            named |= {name: settings or {} for name, settings in item.items()}
        else:
            raise ValueError("each item of the recipe's list is a name, or a name with its settings")
    return named


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

    generate: Generate = Generate()
    checks: Annotated[dict[str, dict[str, Any]], BeforeValidator(_one_key)] | None = None


def read_recipe(path: Path) -> Recipe:
    """Read a recipe, or tell all that is wrong with it."""
    data, lines = read_yaml(path, what="recipe")
    return typed(Recipe, data, lines, path)
