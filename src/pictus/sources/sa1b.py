"""SA-1B: photographs with the masks of everything in them, and no names."""

from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from os import scandir
from pathlib import Path
from typing import Any, ClassVar

import orjson

from pictus import licence
from pictus.card import Asset, Card
from pictus.errors import PictusError
from pictus.reading.card_origin import origin_of
from pictus.reading.pixel_boxes import box_of
from pictus.reading.places import Home, home_of
from pictus.reading.questions import notes, side_in
from pictus.reading.rows import ROW_ERRORS, BadRow, list_in, reason_of
from pictus.reading.tar_pairs import TarPairs
from pictus.record import Facts, Media, Record, Reject, make_record

_PAGE = licence.find("sa-1b-research").url  # the terms are accepted where the files are fetched


@dataclass(frozen=True, slots=True)
class Source:
    """SA-1B. A record is one picture; nobody named what is in it, so there is no label, and no box in the facts.

    `facts.extra` has the masks, as `{"masks": [{"id", "box", "area", "points", "crop", "iou", "stability"}]}`, all
    places in fractions of the picture; with `outlines` also "counts", the mask itself in COCO's packed form. Tars are
    read as they are, and the records carry the pictures; where there are none, the pictures and JSON files that lie
    side by side are, of which either may be missing.
    """

    outlines: bool = False  # also the masks themselves, ten times as much as the rest

    card: ClassVar[Card] = Card(
        title="SA-1B",
        what="Photographs with about a hundred masks each, without captions and without names.",
        size="11 million pictures and 1.1 billion masks in 1,000 tars of 11 GB",
        stages=("align", "pretrain", "generate"),
        picture_licence="sa-1b-research",
        text_licence="sa-1b-research",
        licence_note="For research only; the terms are accepted on the page of the download.",
        homepage="https://segment-anything.com",
        paper="https://arxiv.org/abs/2304.02643",
        code="https://github.com/facebookresearch/segment-anything",
        data=_PAGE,
        home="sam",
        advice="ShareGPT4V and ConvLLaVA use only the tars 000000 to 000050, with all their files in one folder, "
        "sam/images. The number of a tar is not that of its pictures.",
        citation="""\
@article{kirillov2023segany,
  title   = {Segment Anything},
  author  = {Kirillov, Alexander and Mintun, Eric and Ravi, Nikhila and Mao, Hanzi and Rolland, Chloe and
             Gustafson, Laura and Xiao, Tete and Whitehead, Spencer and Berg, Alexander C. and Lo, Wan-Yen and
             Doll{\\'a}r, Piotr and Girshick, Ross},
  journal = {arXiv:2304.02643},
  year    = {2023}
}
""",
    )
    splits: ClassVar[tuple[str, ...]] = ("train",)
    layout: ClassVar[str] = """\
sa_000000.tar … sa_000999.tar              (below sam/ or sa1b/, where trainers share one tree)
images/sa_990001.jpg, sa_990001.json       (or these, without tars; the JSON may be missing)"""

    def assets(self) -> tuple[Asset, ...]:
        """List the first of the tars: the others are named like it."""
        by_hand = (
            "accept the terms on the page, save the list of names and links that it gives, and run `pictus acquire "
            "sa1b --links LIST --tars 000000-000050` with your folder: the links expire. Or fetch the tars by hand"
        )
        # They are read as they are; `pictus arrange` takes the pictures out.
        return (
            Asset(
                url=_PAGE, path="sa_000000.tar", about_bytes=11 * 10**9, kind="pictures", by_hand=by_hand, listed=True
            ),
        )

    def files(self, root: Path, split: str) -> list[Path]:
        """List the tars, or the folder of the pictures and JSON files."""
        home = _home(root)
        if tars := sorted(home.folder.glob("sa_*.tar")):
            return tars
        folder = home.folder / "images" if (home.folder / "images").is_dir() else home.folder
        if not folder.is_dir() or not any(_numbers(folder, first=True)):
            raise PictusError(
                "there are neither tars of SA-1B nor files such as sa_1.jpg or sa_1.json",
                where=str(folder),
                mend=f"fetch them from {_PAGE}",
            )
        return [folder]

    def records(self, root: Path, split: str) -> Iterator[Record | Reject]:
        """Stream the records, one a picture: tar after tar in their order, or by number in a folder."""
        home = _home(root)
        for path in self.files(root, split):
            yield from self._in_folder(root, split, path) if path.is_dir() else self._in_tar(root, split, home, path)

    def _in_folder(self, root: Path, split: str, folder: Path) -> Iterator[Record | Reject]:
        prefix = f"{folder.relative_to(root).as_posix()}/" if folder != root else ""
        for number in sorted(set(_numbers(folder))):
            file = folder / f"sa_{number}.json"
            medium = Media(path=f"{prefix}sa_{number}.jpg", root=str(root))
            try:
                yield self._record(split, f"sa_{number}", medium, file.read_bytes() if file.is_file() else None)
            except ROW_ERRORS as error:
                yield Reject(where=file.name, reasons=(reason_of(error),))

    def _in_tar(self, root: Path, split: str, home: Home, path: Path) -> Iterator[Record | Reject]:
        with TarPairs(path) as archive:
            for name, files in archive.names():
                where = f"{path.name}, {name}"
                if ".jpg" not in files:
                    yield Reject(where=where, reasons=("the archive has no picture of that name",))
                    continue
                try:
                    told = archive.read(files[".json"]) if ".json" in files else None
                    unpacked = f"images/{name}.jpg"
                    if (home.folder / unpacked).is_file():
                        medium = Media(path=home.prefix + unpacked, root=str(root))
                    else:
                        medium = Media(data=archive.read(files[".jpg"]))
                    yield self._record(split, name, medium, told)
                except ROW_ERRORS as error:
                    yield Reject(where=where, reasons=(reason_of(error),))

    def _record(self, split: str, name: str, medium: Media, told: bytes | None) -> Record:
        masks, picture = self._masks(told)
        return make_record(
            origin_of(self.card, "sa1b", split, name),
            media=(replace(medium, width=picture[0], height=picture[1]) if picture else medium,),
            facts=Facts(extra=notes({"masks": masks})),
        )

    def _masks(self, told: bytes | None) -> tuple[list[dict[str, Any]], tuple[int, int] | None]:
        if told is None:
            return [], None
        try:
            row = orjson.loads(told)
        except orjson.JSONDecodeError:
            raise BadRow("what is told of it is not valid JSON") from None
        if not isinstance(row, Mapping) or not isinstance(row.get("image"), Mapping):
            raise BadRow("it does not say of which image it is")
        width, height = side_in(row["image"], "width"), side_in(row["image"], "height")
        if width is None or height is None:
            raise BadRow("the size of the picture is missing")
        picture = width, height
        return [self._mask(one, picture) for one in list_in(row, "annotations")], picture

    def _mask(self, row: Mapping[str, Any], picture: tuple[int, int]) -> dict[str, Any]:
        width, height = picture
        mask = {
            "id": row["id"],
            "box": _fractions(row["bbox"], picture),
            "area": round(row["area"] / (width * height), 8),
            "points": [[round(x / width, 6), round(y / height, 6)] for x, y in list_in(row, "point_coords")],
            "crop": _fractions(row["crop_box"], picture) if row.get("crop_box") else None,
            "iou": row.get("predicted_iou"),
            "stability": row.get("stability_score"),
        }
        if self.outlines:
            mask["counts"] = row["segmentation"]["counts"]
        return {name: value for name, value in mask.items() if value is not None}


def _home(root: Path) -> Home:
    return home_of(root, "sam" if (root / "sam").is_dir() else "sa1b")


def _numbers(folder: Path, *, first: bool = False) -> "array[int]":
    """Read the numbers of the pictures from the names in a folder: of eleven million, they take 90 megabytes."""
    numbers = array("q")
    with scandir(folder) as entries:
        for entry in entries:
            stem, dot, ending = entry.name.partition(".")
            if dot and ending in ("jpg", "json") and stem.startswith("sa_") and stem[3:].isdecimal():
                numbers.append(int(stem[3:]))
                if first:
                    break
    return numbers


def _fractions(box: Any, picture: tuple[int, int]) -> list[float] | None:
    x, y, wide, high = box
    found = box_of("mask", (x, y), (wide, high), picture=picture)
    return None if found is None else [round(side, 6) for side in (found.left, found.top, found.right, found.bottom)]
