"""COCO 2014: everyday scenes with captions and boxes, in the division that VQAv2 asks about."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from pictus.card import Asset, Card
from pictus.reading.coco_release import SPLITS, coco_assets, coco_card, coco_layout, release_files, release_records
from pictus.record import Record, Reject


@dataclass(frozen=True, slots=True)
class Source:
    """COCO 2014. Captions and instances are joined by picture; either may be left out."""

    captions: bool = True
    instances: bool = True

    card: ClassVar[Card] = coco_card(2014, pictures="82,783 + 40,504")
    splits: ClassVar[tuple[str, ...]] = SPLITS
    layout: ClassVar[str] = coco_layout(2014, prefix="COCO_{split}2014_")

    def assets(self) -> tuple[Asset, ...]:
        """List the files to acquire."""
        return coco_assets(2014)

    def files(self, root: Path, split: str) -> list[Path]:
        """List the annotation files of a split."""
        return release_files(root, 2014, split, captions=self.captions, instances=self.instances)

    def records(self, root: Path, split: str) -> Iterator[Record | Reject]:
        """Stream the records of a split, one a picture, in the order of the annotation files."""
        files = self.files(root, split)
        return release_records(files, root, 2014, split, text_licence=self.card.text_licence)
