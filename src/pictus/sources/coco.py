"""A dataset of your own in COCO's layout, as annotation tools write it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from pictus.card import Asset, Card
from pictus.errors import PictusError
from pictus.reading.coco import coco_records, find_annotations
from pictus.reading.files import PACKED
from pictus.reading.rows import dataset_of
from pictus.record import Record, Reject


@dataclass(frozen=True, slots=True)
class Source:
    """Annotations in COCO's layout: `annotations/instances_<split>.json`, `captions_<split>.json`, or one.

    The pictures are looked for in the folder of the split's name, else in `images/`, else beside the file.
    Every object of the listed categories is taken to be marked, so that what is not marked is absent;
    where a file lists `neg_category_ids`, as LVIS does, only these are.
    """

    annotations: str = ""  # one annotation file, relative to the data root; empty: find them by their names
    pictures: str = ""  # folder of the pictures, relative to the data root; empty: find it

    card: ClassVar[Card] = Card(
        title="Your own dataset in COCO's layout",
        what="Pictures with captions, boxes, or both, as Label Studio, CVAT and others export them.",
        size="yours",
        stages=("align", "generate"),
        picture_licence="per-item",
        text_licence="unknown",
        licence_note="The licence of a picture is read from the file; state that of the annotations with "
        "`--text-licence`.",
        homepage="https://cocodataset.org/#format-data",
    )
    splits: ClassVar[tuple[str, ...]] = ()
    layout: ClassVar[str] = """\
annotations/instances_train.json
annotations/captions_train.json
train/one.jpg"""

    def assets(self) -> tuple[Asset, ...]:
        """Nothing is to be fetched: the files are yours."""
        return ()

    def splits_in(self, root: Path) -> tuple[str, ...]:
        """Find the splits that a data root has annotation files for."""
        if self.annotations:
            return (dataset_of(Path(self.annotations)).partition("_")[2] or "all",)
        names = {dataset_of(path).partition("_")[2] for path in self._found(root)}
        if not names:
            raise PictusError(
                "no annotation files: looked for annotations/instances_*.json and annotations/captions_*.json",
                where=str(root),
                mend="name the file, relative to this folder: `--set annotations=FILE`",
            )
        return tuple(sorted(names))

    def files(self, root: Path, split: str) -> list[Path]:
        """List the annotation files of a split."""
        if self.annotations:
            return find_annotations(root, [self.annotations])
        files = [path for path in self._found(root) if dataset_of(path).partition("_")[2] == split]
        if not files:
            raise PictusError(
                f"no annotation files of the split `{split}`",
                where=str(root / "annotations"),
                mend="name the file: `--set annotations=FILE`",
            )
        return files

    def records(self, root: Path, split: str) -> Iterator[Record | Reject]:
        """Stream the records of a split, one a picture, in the order of the annotation files."""
        return coco_records(
            self.files(root, split),
            dataset=root.resolve().name or "coco",
            split=split,
            root=root,
            folder=self.pictures or self._folder(root, split),
            text_licence=self.card.text_licence,
        )

    def _found(self, root: Path) -> list[Path]:
        folder = root / "annotations"
        kinds = ("instances_", "captions_")
        found = [path for kind in kinds for packed in PACKED for path in folder.glob(f"{kind}*.json{packed}")]
        return sorted(found, reverse=True)

    def _folder(self, root: Path, split: str) -> str:
        return next((name for name in (split, "images") if (root / name).is_dir()), "")
