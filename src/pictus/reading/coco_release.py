"""What the releases of COCO have in common: the card, the addresses, the names of the files."""

from collections.abc import Iterator
from pathlib import Path

from pictus.card import Asset, Card
from pictus.errors import PictusError
from pictus.reading.coco import coco_records, find_annotations
from pictus.reading.places import Home, home_of
from pictus.record import Record, Reject

SPLITS = ("train", "val")
# The certificate of this server is not for its name, so the addresses are plain http.
_SITE = "http://images.cocodataset.org"
_ABOUT_BYTES = {"train2014": 13 * 10**9, "val2014": 6 * 10**9, "train2017": 18 * 10**9, "val2017": 10**9}
_CITATION = """\
@inproceedings{lin2014microsoft,
  title     = {Microsoft {COCO}: Common Objects in Context},
  author    = {Lin, Tsung-Yi and Maire, Michael and Belongie, Serge and Hays, James and Perona, Pietro and
               Ramanan, Deva and Doll{\\'a}r, Piotr and Zitnick, C. Lawrence},
  booktitle = {European Conference on Computer Vision},
  year      = {2014}
}
@article{chen2015microsoft,
  title   = {Microsoft {COCO} Captions: Data Collection and Evaluation Server},
  author  = {Chen, Xinlei and Fang, Hao and Lin, Tsung-Yi and Vedantam, Ramakrishna and Gupta, Saurabh and
             Doll{\\'a}r, Piotr and Zitnick, C. Lawrence},
  journal = {arXiv:1504.00325},
  year    = {2015}
}
"""


def coco_card(year: int, *, pictures: str) -> Card:
    """Give the card of a release."""
    return Card(
        title=f"COCO {year}",
        what="Everyday scenes, each with about five captions and with boxes for 80 kinds of objects.",
        size=f"{pictures} pictures, 19 GB; annotations 0.25 GB",
        stages=("align", "generate"),
        picture_licence="per-item",
        text_licence="CC-BY-4.0",
        licence_note="The pictures are from Flickr under eight licences, many of them NonCommercial; "
        "each record carries its own.",
        homepage="https://cocodataset.org",
        paper="https://arxiv.org/abs/1405.0312",
        code="https://github.com/cocodataset/cocoapi",
        data="https://cocodataset.org/#download",
        home="coco",
        citation=_CITATION,
    )


def coco_assets(year: int) -> tuple[Asset, ...]:
    """List the files of a release."""
    annotations = f"annotations_trainval{year}.zip"
    pictures = (
        Asset(
            url=f"{_SITE}/zips/{name}.zip",
            path=f"{name}.zip",
            about_bytes=_ABOUT_BYTES[name],
            kind="pictures",
            split=split,
            unpack=".",
            makes=name,
        )
        for split in SPLITS
        for name in (f"{split}{year}",)
    )
    told = Asset(url=f"{_SITE}/annotations/{annotations}", path=annotations, unpack=".", makes="annotations")
    return (told, *pictures)


def coco_layout(year: int, *, prefix: str = "") -> str:
    """Draw the folders of a release."""
    lines = [f"annotations/{kind}_{split}{year}.json" for kind in ("instances", "captions") for split in SPLITS]
    pictures = [f"{split}{year}/{prefix.format(split=split)}000000000042.jpg" for split in SPLITS]
    return "\n".join([*lines, *pictures])


def release_files(root: Path, year: int, split: str, *, captions: bool, instances: bool) -> list[Path]:
    """Find the annotation files of a split."""
    kinds = [kind for kind, wanted in (("instances", instances), ("captions", captions)) if wanted]
    try:
        return find_annotations(_home(root).folder, [f"annotations/{kind}_{split}{year}.json" for kind in kinds])
    except PictusError as error:
        one = "`pictus import` can leave one kind out: `--set captions=false` or `--set instances=false`"
        mend = f"{error.mend}; {one}" if len(kinds) > 1 else error.mend
        raise PictusError(error.what, where=error.where, mend=mend) from None


def release_records(
    files: list[Path], root: Path, year: int, split: str, *, text_licence: str
) -> Iterator[Record | Reject]:
    """Stream the records of a split, one a picture, in the order of its annotation files."""
    folder = f"{_home(root).prefix}{split}{year}"
    dataset = f"coco{year}"
    return coco_records(files, dataset=dataset, split=split, root=root, folder=folder, text_licence=text_licence)


def _home(root: Path) -> Home:
    """Find the release's folder; where `coco/` holds pictures alone, the annotations lie in the data root itself."""
    home = home_of(root, "coco")
    return home if (home.folder / "annotations").is_dir() else Home(root, "")
