"""What a training left in its folder, as far as its files tell; torch is not needed for it."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pictus.learn.train.log import EVALUATIONS, STEPS
from pictus.reading.json import read_lines
from pictus.record import Reject
from pictus.stages import STAGES


@dataclass(frozen=True, slots=True, kw_only=True)
class StageLeft:
    """A stage that was trained, or begun."""

    stage: str
    steps: int
    loss: float | None  # of the last step
    held_out: float | None  # the last one measured
    folder: Path
    model: Path | None  # None where the stage is not finished


def stages_left(folder: Path) -> list[StageLeft]:
    """List the stages that were trained in a folder, in their order; none where it is no training's."""
    if (folder / STEPS).is_file():
        return [_stage_left(folder)]
    return [_stage_left(folder / name) for name in STAGES if (folder / name / STEPS).is_file()]


def _stage_left(folder: Path) -> StageLeft:
    kept = deque(_lines(folder / STEPS), maxlen=1)
    last = kept[0] if kept else {}
    measured = [line["loss"] for line in _lines(folder / EVALUATIONS) if "loss" in line]
    model = folder / "model"
    return StageLeft(
        stage=folder.resolve().name,
        steps=last.get("step", 0),
        loss=last.get("loss"),
        held_out=measured[-1] if measured else None,
        folder=folder,
        model=model if model.is_dir() else None,
    )


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    """Read the lines of a log; a process that was killed may have left half of the last one."""
    for row in read_lines(path) if path.is_file() else ():
        if not isinstance(row, Reject) and isinstance(row[1], dict):
            yield row[1]
