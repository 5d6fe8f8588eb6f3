"""Visual Genome: pictures with all that people marked in them, from objects and relations to questions."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, ClassVar, Literal
from urllib.parse import urlsplit

from pictus.card import Asset, Card
from pictus.errors import PictusError
from pictus.reading.card_origin import origin_of
from pictus.reading.cut_short import refuse_cut_short
from pictus.reading.files import PACKED
from pictus.reading.in_step import Partner
from pictus.reading.json import read_rows
from pictus.reading.places import Home, find_file, home_of
from pictus.reading.questions import address_in, each_once, question_turns, side_in
from pictus.reading.rows import ROW_ERRORS, BadRow, reason_of, row_text
from pictus.reading.scene_graph import SceneGraph
from pictus.reading.visual_genome import PARTS, Told, image_key
from pictus.record import Media, Record, Reject, Turn, make_record

_SITE = "https://homes.cs.washington.edu/~ranjay/visualgenome"
_FILES = f"{_SITE}/data/dataset"
_MIRROR = "https://visualgenome.org/static/data/dataset"
_PICTURES = "https://cs.stanford.edu/people/rak248/VG_100K_2"


@dataclass(frozen=True, slots=True)
class Source:
    """Visual Genome. A record is one picture, joined from those of its files that are there.

    Objects become boxes with attributes, and relations that name boxes by id; predicates are in lower case. A box is
    cut off where its picture ends; those of which nothing is left are counted in `extra` under "boxless". A phrase
    about a region is no object, which could be counted, and seldom speaks of the whole picture: the regions stand in
    `extra`, as `{"regions": [{"id", "box", "phrase"}]}`, and only what covers nine tenths of the picture is a caption
    too. Questions with answers stand in `extra`, or are the turns of the record with `questions`. What nobody marked
    is not known to be absent. Files of several editions may be mixed: `edition` chooses, else the newest counts.
    """

    questions: bool = False  # make turns of the questions and answers
    edition: Literal["", "1.0", "1.2", "1.4"] = ""  # of the files, where several are there

    card: ClassVar[Card] = Card(
        title="Visual Genome",
        what="Pictures with objects, attributes, relations, phrases about regions, and questions with answers.",
        size="108,077 pictures, 15 GB; 3.8 million objects, 2.3 million relations, 5.4 million region phrases",
        stages=("generate", "pretrain", "instruct"),
        picture_licence="per-item",
        text_licence="CC-BY-4.0",
        licence_note="The pictures are from COCO and YFCC, on Flickr, each under a licence of its own.",
        homepage=_SITE,
        paper="https://arxiv.org/abs/1602.07332",
        code="https://github.com/ranjaykrishna/visual_genome_python_driver",
        data=f"{_SITE}/api.html",
        home="vg",
        advice="The archive images.zip unpacks to VG_100K and images2.zip to VG_100K_2; which of them has a picture is "
        "told by its address alone. One thing may be marked twice; edition 1.4 of the objects has merged many. "
        "Half of the pictures are COCO's too: mind them when you test on COCO.",
        citation="""\
@article{krishnavisualgenome,
  title   = {Visual Genome: Connecting Language and Vision Using Crowdsourced Dense Image Annotations},
  author  = {Krishna, Ranjay and Zhu, Yuke and others},
  journal = {International Journal of Computer Vision},
  volume  = {123},
  pages   = {32--73},
  year    = {2017}
}
""",
    )
    splits: ClassVar[tuple[str, ...]] = ("train",)
    layout: ClassVar[str] = """\
image_data.json
objects.json, attributes.json, relationships.json        (any of them, also with _v1_2 or _v1_4)
region_descriptions.json, question_answers.json
VG_100K/990001.jpg, VG_100K_2/990002.jpg                 (below vg/, where trainers share one tree)"""

    def assets(self) -> tuple[Asset, ...]:
        """List the files to acquire."""
        names = (f"{name}.json.zip" for name in ("image_data", *PARTS))
        return (
            *(
                Asset(
                    url=f"{_FILES}/{name}",
                    mirrors=(f"{_MIRROR}/{name}",),
                    path=name,
                    unpack=".",
                    makes=name.removesuffix(".zip"),
                )
                for name in names
            ),
            *(
                Asset(url=f"{_PICTURES}/{name}", path=name, kind="pictures", unpack=".", makes=makes)
                for name, makes in (("images.zip", "VG_100K"), ("images2.zip", "VG_100K_2"))
            ),
        )

    def files(self, root: Path, split: str) -> list[Path]:
        """Find the list of pictures, and those of the other files that are there; none of them is an error."""
        folder, mend = _home(root).folder, f"fetch it from {self.card.data}"
        pictures = find_file(folder, ["image_data.json", "image_data_v1_2.json"], mend=mend)
        found = [path for path in (self._find(folder, part) for part in PARTS) if path is not None]
        if not found:
            raise PictusError(
                f"there is nothing but the list of pictures: none of {', '.join(f'{part}.json' for part in PARTS)}",
                where=str(folder),
                mend=mend,
            )
        return [refuse_cut_short(path) for path in (pictures, *found)]

    def records(self, root: Path, split: str) -> Iterator[Record | Reject]:
        """Stream the records, one a picture, in the order of the list of pictures."""
        pictures, *others = self.files(root, split)
        prefix = _home(root).prefix
        with ExitStack() as stack:
            partners = {
                _part(path): stack.enter_context(Partner(path.name, read_rows(path), image_key)) for path in others
            }
            for item in each_once(read_rows(pictures), image_key):
                if isinstance(item, Reject):
                    yield item
                    continue
                where, key, row = item
                rows = {}
                for part, partner in partners.items():
                    rows[part] = yield from partner.row_of(key)
                yield from self._picture(root, split, prefix, where, key, row, rows)
            for partner in partners.values():
                yield from partner.rest("picture")

    def _find(self, folder: Path, part: str) -> Path | None:
        endings = [f"_v{self.edition.replace('.', '_')}"] if self.edition else ["", "_v1_4", "_v1_2", "_v1_0"]
        # The edition 1.0 may lie beside newer ones without a number of its own, and some files have no other.
        names = [f"{part}{ending}.json{packed}" for ending in (*endings, "") for packed in PACKED]
        return next((folder / name for name in names if (folder / name).is_file()), None)

    def _picture(
        self, root: Path, split: str, prefix: str, where: str, key: str, row: Mapping[str, Any], rows: Mapping[str, Any]
    ) -> Iterator[Record | Reject]:
        """Give the record of a picture, and what cannot be used of what is told of it."""
        try:
            medium = _medium(row, root, prefix)
            told = Told(SceneGraph((medium.width or 0, medium.height or 0)))
        except ROW_ERRORS as error:
            yield Reject(where=where, reasons=(reason_of(error),), row=row_text(row))
            return
        # Half of the pictures are not COCO's: their number there is null, or -1.
        told.notes |= {name: row[name] for name in ("coco_id", "flickr_id") if row.get(name) not in (None, -1)}
        for part, placed in rows.items():
            if placed is not None:
                try:
                    told.take(part, *placed)
                except ROW_ERRORS as error:
                    yield Reject(where=placed[0], reasons=(reason_of(error),), row=row_text(placed[1]))
        yield from told.rejects
        yield make_record(
            origin_of(self.card, "visual_genome", split, key, address=medium.url),
            media=(medium,),
            turns=_turns(told.pairs) if self.questions else (),
            facts=told.facts(asked=self.questions),
        )


def _home(root: Path) -> Home:
    return home_of(root, "vg" if (root / "vg").is_dir() else "visual_genome")


def _part(path: Path) -> str:
    return path.name.partition(".")[0].partition("_v1")[0]


def _medium(row: Mapping[str, Any], root: Path, prefix: str) -> Media:
    """Name the file of a picture: which of two folders it is in is told by its address alone."""
    address = address_in(row, "url")
    parts = PurePosixPath(urlsplit(address or "").path).parts
    if address is None or len(parts) < 3:
        raise BadRow("it has no address, which alone tells where the picture lies")
    width, height = side_in(row, "width"), side_in(row, "height")
    if width is None or height is None:
        raise BadRow("the size of the picture is missing")
    return Media(path=prefix + "/".join(parts[-2:]), root=str(root), url=address, width=width, height=height)


def _turns(pairs: list[tuple[str, str]]) -> Iterator[Turn]:
    for place, (question, answer) in enumerate(pairs):
        yield from question_turns(question, answer, images=1 if place == 0 else 0)
