"""Open Images V7: nine million pictures with boxes, verified labels, relations, masks and spoken descriptions."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from pictus.card import Asset, Card
from pictus.reading.openimages import release
from pictus.reading.openimages.join import openimages_records
from pictus.record import Record, Reject


@dataclass(frozen=True, slots=True)
class Source:
    """Open Images V7. Of its files, those that are there are joined by picture; the largest split fits into 2 GB.

    A label that people looked for and did not find is absent; of all other labels nothing is known. Labels that only
    a machine gave are left out unless `machine_confidence` says from which confidence on they count as present.
    Labels are in lower case. A mask is noted in `extra`, with its file and its box. Boxes are counted from 1 in each
    picture. Of several lists of pictures the widest counts. The records come in the order of the pictures' ids.
    """

    machine_confidence: float | None = None  # 0 to 1; None: without the labels that only a machine gave

    card: ClassVar[Card] = release.CARD
    splits: ClassVar[tuple[str, ...]] = release.SPLITS
    layout: ClassVar[str] = release.LAYOUT

    def __post_init__(self) -> None:
        if self.machine_confidence is not None and not 0 <= self.machine_confidence <= 1:
            raise ValueError("the confidence of a machine is between 0 and 1")

    def assets(self) -> tuple[Asset, ...]:
        """List the files to acquire."""
        return release.assets(guessed=self.machine_confidence is not None)

    def files(self, root: Path, split: str) -> list[Path]:
        """List the files of a split that are there; no file at all is an error, and labels without names are."""
        return self._files(root, split).all()

    def records(self, root: Path, split: str) -> Iterator[Record | Reject]:
        """Stream the records of a split, one a picture, in the order of their ids."""
        return openimages_records(
            self._files(root, split),
            split=split,
            root=root,
            text_licence=self.card.text_licence,
            least_confidence=self.machine_confidence or 0.0,
        )

    def _files(self, root: Path, split: str) -> release.SplitFiles:
        return release.find_files(root, split, guessed=self.machine_confidence is not None)
