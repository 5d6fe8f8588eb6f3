"""One question with its answer, and the claim that the answer makes, so that it can be checked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, TypeAlias, TypeVar

from pictus.scene import Scene

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and its answer about a scene or a motion."""

    question: str
    answer: str
    claim: tuple[Any, ...]  # what is said, as data: ("count", "dog", 3)
    about: tuple[str, ...]  # the names that question and answer give away


Family: TypeAlias = Callable[[Scene, Random], Exchange | None]


def pick(random: Random, options: Sequence[T]) -> T:
    """Choose one of several; much cheaper than `random.choice`, and here it is called all the time."""
    return options[int(random.random() * len(options))]


def some(random: Random, options: Sequence[T], count: int) -> list[T]:
    """Choose several different ones, in random order."""
    left = list(options)
    return [left.pop(int(random.random() * len(left))) for _ in range(min(count, len(left)))]


def sentence(text: str) -> str:
    """Begin with a capital and end with a period."""
    return text[0].upper() + text[1:] + ("" if text[-1] in ".!?" else ".")
