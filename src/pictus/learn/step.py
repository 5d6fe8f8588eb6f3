"""What one step of the optimiser sees: samples, the rows that they are laid in, and what was set aside."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

IGNORED = -100  # the label of a token that nothing is learned from: torch's own word for it

Tokens: TypeAlias = npt.NDArray[np.int64]
Marks: TypeAlias = npt.NDArray[np.bool_]
Pixels: TypeAlias = npt.NDArray[np.uint8]  # of a picture: 3, height, width


@dataclass(frozen=True, slots=True)
class Sample:
    """A record as tokens: each picture has its places among them, and labels stand where the assistant speaks."""

    id: str  # of the record
    tokens: Tokens
    labels: Tokens  # as many; IGNORED where nothing is learned
    pictures: tuple[Pixels, ...] = ()  # in the order of their places

    @property
    def supervised(self) -> int:
        """Count the tokens that are learned from: a token's label is what its predecessor should have said."""
        return int((self.labels[1:] != IGNORED).sum())


@dataclass(frozen=True, slots=True)
class Broken:
    """A sample that could not be read; the run goes on without it."""

    id: str
    position: int  # in the order of the stage
    reason: str


@dataclass(frozen=True, slots=True)
class Row:
    """What goes through the model at once: one packed row of several samples, or several samples padded to one length.

    A packed row has positions, which begin again with each sample, and no mask; a padded one has a mask and no
    positions. The first label of each sample is IGNORED.
    """

    tokens: Tokens  # rows, length
    labels: Tokens
    pictures: Pixels  # pictures, 3, height, width: of all samples, in the order of their places
    samples: tuple[str, ...]  # ids of the records
    positions: Tokens | None = None
    mask: Tokens | None = None

    @property
    def supervised(self) -> int:
        """Count the tokens that are learned from."""
        return int((self.labels[:, 1:] != IGNORED).sum())


@dataclass(frozen=True, slots=True)
class Step:
    """What one process sees of a step: its rows, and where the next step begins.

    All processes have equally many rows, for they must go through the model together; one that has none left gets a
    row from which nothing is learned.
    """

    number: int
    cursor: int  # samples of the stage before the next step, of all processes together
    rows: tuple[Row, ...]
    broken: tuple[Broken, ...] = ()
