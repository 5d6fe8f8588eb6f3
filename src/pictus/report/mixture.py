"""Write a page that shows what each stage of a training is fed with: shares as bars, counts, and what was left out."""

from dataclasses import dataclass
from pathlib import Path

from pictus.report.page import fill

_TURN = 137.508  # degrees, of the golden angle: however many there are, neighbours look different
_BEGIN = 212


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """What a stage takes of one corpus."""

    name: str
    rows: int
    taken: int  # of these
    epochs: float
    samples: int
    tokens: int
    left_out: tuple[tuple[str, int], ...]  # reasons
    licences: tuple[tuple[str, str, str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StageShown:
    """A stage with its portions."""

    name: str
    told: str  # of how captions become turns, and of the seed
    figures: dict[str, int | str]
    portions: tuple[Portion, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A piece of a bar, as wide as its share."""

    name: str
    hue: float
    percent: float


def write_mixture(path: Path, *, title: str, intro: str, stages: tuple[StageShown, ...]) -> None:
    """Write the page; a corpus has one colour in all stages."""
    names = dict.fromkeys(portion.name for stage in stages for portion in stage.portions)
    hues = {name: round((_BEGIN + number * _TURN) % 360, 1) for number, name in enumerate(names)}
    shown = [
        {
            "stage": stage,
            "bars": {
                "samples": _segments(stage, [portion.samples for portion in stage.portions], hues),
                "tokens": _segments(stage, [portion.tokens for portion in stage.portions], hues),
            },
        }
        for stage in stages
    ]
    fill("mixture.html", path, title=title, intro=intro, stages=shown, hues=hues)


def _segments(stage: StageShown, counts: list[int], hues: dict[str, float]) -> list[Segment]:
    total = sum(counts) or 1
    return [
        Segment(name=portion.name, hue=hues[portion.name], percent=100 * count / total)
        for portion, count in zip(stage.portions, counts, strict=True)
    ]
