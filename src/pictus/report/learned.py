"""Write a page that shows what a model has learned: its losses, its marks beside chance, and what it answers."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log
from pathlib import Path

from pictus.report.page import fill

WIDTH, HEIGHT = 320, 150  # of the drawing of a curve
_MOST = 300  # points: more are finer than a pixel
_KEEPS = 0.75  # of the running mean
_LEVELS = (10, 3, 1, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001, 0.0003)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a model said to a question, and what is true."""

    subject: str
    question: str
    said: str
    truth: str

    @property
    def is_right(self) -> bool:
        """Compare it with the truth."""
        return self.said == self.truth


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A picture as PNG, with all that was asked about it."""

    picture: bytes
    replies: tuple[Reply, ...]

    @property
    def address(self) -> str:
        """Give the picture as an address that a page can hold."""
        return f"data:image/png;base64,{b64encode(self.picture).decode()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Which share of the answers about one subject is right."""

    subject: str
    right: float
    swapped: float  # with another of the pictures in the place of each
    blank: float  # with an empty picture in the place of each
    chance: float  # by guessing among the possible answers


@dataclass(frozen=True, slots=True, kw_only=True)
class StageLearned:
    """A stage: what it was about, and its loss at each step."""

    name: str
    told: str
    seconds: float
    losses: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """A stage's losses as points of two lines, on a scale of their logarithms."""

    stage: StageLearned
    each: str
    mean: str
    levels: tuple[tuple[str, float], ...]  # a loss, and how far down its line is


def write_learned(
    path: Path,
    *,
    title: str,
    intro: str,
    figures: Mapping[str, str | int],
    stages: Sequence[StageLearned],
    marks: Sequence[Mark],
    sheets: Sequence[Sheet],
    commands: Sequence[str],
) -> None:
    """Write the page: one file, which loads nothing and runs nothing."""
    fill(
        "learned.html",
        path,
        title=title,
        intro=intro,
        figures=figures,
        curves=[curve(stage) for stage in stages if stage.losses],
        marks=marks,
        sheets=sheets,
        commands=commands,
        width=WIDTH,
        height=HEIGHT,
    )


def curve(stage: StageLearned) -> Curve:
    """Work out the lines of a stage; a loss of 0.01 is as far below 0.1 as that is below 1."""
    each = _thinned(stage.losses)
    least, most = max(min(each), 1e-4), max(*each, 1e-3)
    low, high = log(least), log(max(most, least * 1.01))

    def down(loss: float) -> float:
        return HEIGHT * (high - log(min(max(loss, least), most))) / (high - low)

    def line(losses: Sequence[float]) -> str:
        across = WIDTH / max(len(losses) - 1, 1)
        return " ".join(f"{number * across:.1f},{down(loss):.1f}" for number, loss in enumerate(losses))

    levels = tuple((f"{level:g}", down(level)) for level in _LEVELS if least < level < most)
    return Curve(stage=stage, each=line(each), mean=line(_smoothed(each)), levels=levels)


def _thinned(losses: Sequence[float]) -> list[float]:
    """Let neighbours stand together for their mean where there are too many."""
    group = -(-len(losses) // _MOST)
    parts = [losses[at : at + group] for at in range(0, len(losses), group)]
    return [sum(part) / len(part) for part in parts]


def _smoothed(losses: Sequence[float]) -> list[float]:
    smooth, total, weight = [], 0.0, 0.0
    for loss in losses:
        total, weight = _KEEPS * total + loss, _KEEPS * weight + 1
        smooth.append(total / weight)
    return smooth
