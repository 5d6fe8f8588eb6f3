"""The tree of folders that LLaVA, ShareGPT4V and ConvLLaVA share, and how its pictures are told when they come.

A picture is placed by its own name and those of the folders around it, in an archive or on the disk alike: several
archives are all called `images.zip`, so the name of an archive says little.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import PurePosixPath

from pictus import plugins
from pictus.card import Asset, Card
from pictus.reading.picture_folders import FOLDERS
from pictus.steps.arrange.trainings import TRAININGS

_PICTURE = r"\.(?i:jpe?g|png|gif|webp|bmp|tiff?)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A folder of pictures below the data root."""

    path: str
    comes: str  # the archives it comes in, as a person knows them
    members: str = ""  # pattern of the ends of paths that belong here; its group is the path below the folder
    inside: tuple[str, str] | None = None  # one that counts only in an archive or folder of such a name
    as_jpeg: bool = False  # whatever they come as, trainers look for JPEG files
    missing: str = ""  # what is known to be missing everywhere

    @property
    def source(self) -> str:
        """Name the source whose pictures they are; its card says where to get them."""
        return next(folder.source for folder in FOLDERS if folder.path == self.path)

    @property
    def aside(self) -> str:
        """Name the folder for originals whose names their JPEG files take."""
        return f"{self.path.rpartition('/')[0]}/originals"


PLACES = (
    Place(
        path="coco/train2017",
        comes="train2017.zip",
        members=r"train2017/([^/]+\.jpg)",  # masks of the same pictures come as PNG in such a folder
    ),
    Place(
        path="gqa/images",
        comes="images.zip (20 GB)",
        inside=(r"images.*\.zip|gqa.*", r"images/(n?\d{1,7}\.jpg)"),
    ),
    Place(
        path="ocr_vqa/images",
        comes="what its loadDataset.py downloads, or an archive of it",
        inside=(r"images.*\.zip|ocr.?vqa.*", rf"([0-9A-Z]{{10}}{_PICTURE})"),
        as_jpeg=True,
        missing="355 pictures of mix665k are no longer to be had from the addresses in dataset.json",
    ),
    Place(
        path="textvqa/train_images",
        comes="train_val_images.zip",
        members=r"train_images/([0-9a-f]{16}\.jpg)",
    ),
    Place(
        path="vg/VG_100K",
        comes="images.zip (of VG_100K)",
        members=r"VG_100K/(\d+\.jpg)",
    ),
    Place(
        path="vg/VG_100K_2",
        comes="images2.zip",
        members=r"VG_100K_2/(\d+\.jpg)",
        missing="about 170 pictures come out empty for some: unpack images2.zip again, and empty files are replaced",
    ),
    Place(
        path="llava/llava_pretrain/images",
        comes="images.zip (27 GB)",
        # Whatever img2dataset downloads has such names.
        inside=(r"images.*\.zip|llava.?pretrain.*|.*lcs.?558k.*", r"(\d{5}/\d{9}\.jpg)"),
    ),
    Place(
        path="sam/images",
        comes="sa_000000.tar to sa_000050.tar, or the zip of 9,000 for the instruction mix",
        members=r"(sa_\d+\.jpg)",
        missing="about half of the pictures that ShareGPT4V-PT names are in none of the 51 tars",
    ),
    Place(
        path="web-celebrity/images",
        comes="the web-data archive of ShareGPT4V",
        missing="Choi_Min-sik.jpg is in no archive",
    ),
    Place(
        path="web-landmark/images",
        comes="the web-data archive of ShareGPT4V",
    ),
    Place(
        path="wikiart/images",
        comes="the web-data archive of ShareGPT4V",
    ),
    Place(
        path="share_textvqa/images",
        comes="the web-data archive of ShareGPT4V",
        missing="some are in no archive",
    ),
    Place(
        path="allava/allava_laion/images",
        comes="image_chunks/images_0.zip to images_9.zip",
        inside=(r"images_\d.*\.zip|allava_laion.*", r"(\d+\.jpeg)"),
    ),
    Place(
        path="vflan/images_191task_1k",
        comes="image_191-task_1k.zip",
        members=rf"images?_191-?task_1k/([^/]+{_PICTURE})",
        inside=(r"images?_191-?task_1k.*", rf"([^/]+{_PICTURE})"),
    ),
)


@dataclass(frozen=True, slots=True)
class Alias:
    """Another name of a place, which some annotations use."""

    path: str
    place: str
    sources: tuple[str, ...]  # whose annotations use it


ALIASES = (
    Alias(
        "allava/allava_vflan/images/images_191task_1k",
        "vflan/images_191task_1k",
        ("allava_caption", "allava_instruct"),
    ),
)


def place_of(path: str, *, archive: str = "") -> tuple[Place, str] | None:
    """Say in which place a picture belongs, and its path there, from its path in an archive or folder.

    Args:
        path: with forward slashes.
        archive: the name of the archive it is in.
    """
    if path.rpartition("/")[2].startswith("."):
        return None  # macOS puts a twin beside each file of an archive, `._1.jpg`, which is no picture
    for place, pattern in _patterns():
        if found := pattern.fullmatch(path):
            return place, found[1]
    around = [archive, *PurePosixPath(path).parts[:-1]]
    for place, name, pattern in _patterns_inside():
        if any(map(name.fullmatch, around)) and (found := pattern.fullmatch(path)):
            return place, found[1]
    return None


def place_at(folder: str) -> Place | None:
    """Find the place that a folder below the data root is, or is in."""
    for alias in ALIASES:
        if folder == alias.path or folder.startswith(f"{alias.path}/"):
            folder = alias.place + folder.removeprefix(alias.path)
    return next((one for one in PLACES if folder == one.path or folder.startswith(f"{one.path}/")), None)


@cache
def annotation_files() -> dict[str, str]:
    """Give the annotation files that trainings need by their names, and their paths below the data root."""
    found = {}
    for need in dict.fromkeys(need for training in TRAININGS for need in training.needs):
        for asset in assets_of(need.source):
            if asset.kind == "annotations":
                found[PurePosixPath(asset.path).name] = asset.path
    return found


def assets_of(source: str) -> tuple[Asset, ...]:
    """Give the files of a source; none where this version of pictus does not know it."""
    if source not in plugins.names("sources"):
        return ()
    assets: tuple[Asset, ...] = plugins.load("sources", source).assets()
    return assets


def where_to_get(place: Place) -> str:
    """Say where the pictures of a place are to be had."""
    assets = [asset for asset in assets_of(place.source) if asset.kind == "pictures"]
    told = [asset for asset in assets if _is_of(place, asset)] or assets
    if told:
        return ": ".join(filter(None, (told[0].url, told[0].by_hand)))
    if place.source not in plugins.names("sources"):
        return ""
    card: Card = plugins.load_class("sources", place.source).card
    return card.data or card.homepage


def _is_of(place: Place, asset: Asset) -> bool:
    """Say whether an archive is the one of a place: of a source with several, the one whose name the place tells."""
    return PurePosixPath(asset.path).name in place.comes


@cache
def _patterns() -> list[tuple[Place, re.Pattern[str]]]:
    """Give patterns of paths; first of those with a folder of the tree in them, for nothing says it more plainly."""
    paths = [(place, place.path) for place in PLACES]
    paths += [(place, alias.path) for alias in ALIASES for place in PLACES if place.path == alias.place]
    ends = [(place, rf"{re.escape(path)}/(.+{_PICTURE})") for place, path in paths]
    ends += [(place, place.members) for place in PLACES if place.members]
    return [(place, _ending(end)) for place, end in ends]


@cache
def _patterns_inside() -> list[tuple[Place, re.Pattern[str], re.Pattern[str]]]:
    pairs = [(place, place.inside) for place in PLACES if place.inside]
    return [(place, re.compile(name, re.IGNORECASE), _ending(end)) for place, (name, end) in pairs]


def _ending(pattern: str) -> re.Pattern[str]:
    return re.compile(f"(?:.*/)?{pattern}")
