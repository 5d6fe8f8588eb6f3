"""What a training is made of: the model, what it is fed with, and how it is run."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol, TypeAlias

from pictus.engine.events import Listener
from pictus.learn.model.pictures import Pictures
from pictus.learn.step import Step
from pictus.learn.train.forward import Forward
from pictus.stages import Module, Training

Precision: TypeAlias = Literal["float32", "mixed", "bfloat16"]
Evaluate: TypeAlias = Callable[[Forward, int], Mapping[str, float]]  # after so many steps; all processes call it
Save: TypeAlias = Callable[[Mapping[str, Any], Path], object]  # weights by name, to a folder that appears when whole


class Feed(Protocol):
    """Gives what a process sees of each step."""

    def steps(self, first: int, *, rank: int, world: int) -> Iterator[Step]:
        """Give the steps from number `first` on, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How a training is run: none of it changes what is learned, save `precision`."""

    precision: Precision = "mixed"  # mixed: what is trained is kept in float32, and multiplied in bfloat16
    recompute: bool = False  # gradient checkpointing: less memory, a third more work
    checkpoint_every: int = 500  # steps
    evaluate_every: int = 500  # steps; and after the last one


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """All that `train` needs."""

    model: Any  # on the CPU, of the first process; others may have read nothing; what is trained requires gradients
    module_of: Callable[
        [str], Module
    ]  # the name of a parameter to that of its module: projector, vision, language, lora
    pictures: Pictures
    training: Training
    feed: Feed
    steps: int  # of the whole training
    folder: Path  # of the run
    made_of: Mapping[str, str]  # hashes of the recipe, the blend and the start model: a run goes on only with the same
    save: Save
    seed: int = 0
    settings: Settings = field(default_factory=Settings)
    evaluate: Evaluate | None = None
    listeners: tuple[Listener, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """How a training ended."""

    steps: int  # done
    cursor: int  # samples of the stage seen
    loss: float | None  # of the last step; None where none was left to do
    held_out: float | None  # the last loss on what is not learned from; None where nothing was measured
    model: Path | None  # the folder of the trained model; None after a signal
    stopped: str = ""  # the signal that ended it

    @property
    def exit_code(self) -> int:
        """Give what a program that did nothing else ends with."""
        return 130 if self.stopped else 0
