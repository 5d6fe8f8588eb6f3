"""The names of a picture: what collections call it, so that one of another dataset can be known without its pixels.

`coco:123456` is the picture of COCO 2014, 2015 and 2017 alike, `vg:2345678` that of Visual Genome and GQA, and
`openimages:00a1…` that of Open Images and TextVQA. Two collections took half of their pictures from the same shelf of
Flickr, so that `flickr:` names them where their addresses are known.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

import orjson

from pictus.record import Media, Record

# Each needs the words before it as well as the number: a file of somebody's own may be called 000000000012.jpg too.
_COCO_2014 = re.compile(r"COCO_(?:train|val|test)(?:2014|2015)_0*(\d{1,12})\.jpe?g$")
_COCO = re.compile(r"(?:^|/)(?:train|val|test|unlabeled)20(?:14|15|17)/0*(\d{1,12})\.jpe?g$")
_VISUAL_GENOME = re.compile(r"(?:^|/)VG_100K(?:_2)?/(\d+)\.jpe?g$")
_GQA = re.compile(r"(?:^|/)gqa/(?:.*/)?(n?\d+)\.jpe?g$")
_OPEN_IMAGES = re.compile(
    r"(?:^|/)(?:textvqa|openimages|open_images|train_images|test_images)/(?:.*/)?([0-9a-f]{16})\."
)
_OCR_VQA = re.compile(r"(?:^|/)ocr_?vqa/(?:.*/)?(\w{10})\.")
_SCIENCEQA = re.compile(r"(?:^|/)scienceqa/(?:images/)?(?:train|val|test)/(\d+)/(?:image|choice_\d)\.", re.IGNORECASE)
_LONGEST = 4_096  # characters; what is longer is no path of a file, and would take the expressions long
_SA1B = re.compile(r"(?:^|/)sa_(\d+)\.jpe?g$")
_FLICKR = re.compile(r"/(\d{5,})_[0-9a-f]{6,}(?:_[a-z0-9]+)?\.")
_PATHS = {
    "coco": (_COCO_2014, _COCO),
    "vg": (_VISUAL_GENOME,),
    "openimages": (_OPEN_IMAGES,),
    "ocr_vqa": (_OCR_VQA,),
    "scienceqa": (_SCIENCEQA,),
    "sa1b": (_SA1B,),
}
# Datasets whose key is that of the picture, or whose files lie in a folder that says nothing when it is the data root.
_KEYS = {"coco2014": "coco", "coco2017": "coco", "visual_genome": "vg", "openimages_v7": "openimages"}
NAMED_BY_FACTS = frozenset({"visual_genome"})  # datasets whose records say what others call their pictures
_FOLDERS = {"gqa": "gqa/", "textvqa": "textvqa/", "ocr_vqa": "ocr_vqa/", "scienceqa": "scienceqa/"}


def names_of(record: Record) -> list[tuple[str, ...]]:
    """Give the names of each picture of a record, as its path, its address and the record itself tell them."""
    pictures = [medium for medium in record.media if medium.kind == "image"]
    own = dict.fromkeys(_told_by(record)) if len(pictures) == 1 else {}
    folder = _FOLDERS.get(record.origin.dataset, "")
    return [tuple({**dict.fromkeys(_named(medium, folder)), **own}) for medium in pictures]


def with_partners(names: tuple[str, ...], partners: Mapping[str, str]) -> tuple[str, ...]:
    """Add the names that others have for the same picture."""
    more = (partners[name] for name in names if name in partners)
    return tuple(dict.fromkeys((*names, *more)))


def kinds_of(names: tuple[str, ...]) -> set[str]:
    """Tell whose names they are: `coco`, `vg`, …."""
    return {name.partition(":")[0] for name in names}


def _named(medium: Media, folder: str) -> Iterator[str]:
    if medium.path:
        yield from _names_in(folder + medium.path)
    if medium.url:
        try:
            parts = urlsplit(medium.url)
        except ValueError:
            return  # it is no address
        yield from _names_in(unquote(parts.path))
        if "flickr.com" in (parts.hostname or "") and (found := _FLICKR.search(parts.path)):
            yield f"flickr:{found[1]}"


def _names_in(path: str) -> Iterator[str]:
    if len(path) > _LONGEST:
        return
    for kind, patterns in _PATHS.items():
        for pattern in patterns:
            if found := pattern.search(path):
                yield f"{kind}:{found[1]}"
    if found := _GQA.search(path):
        # Those of the test splits begin with n, and are nobody else's.
        yield f"gqa:{found[1]}" if found[1].startswith("n") else f"vg:{found[1]}"


def _told_by(record: Record) -> Iterator[str]:
    kind = _KEYS.get(record.origin.dataset)
    if kind is None:
        return
    key = record.origin.key
    yield f"{kind}:{key.lstrip('0') or '0'}" if key.isdecimal() and kind != "openimages" else f"{kind}:{key}"
    if record.origin.dataset in NAMED_BY_FACTS:
        told = _notes(record.facts.extra)
        yield from (f"{name}:{told[f'{name}_id']}" for name in ("coco", "flickr") if told.get(f"{name}_id"))


def _notes(extra: str | None) -> Mapping[str, Any]:
    try:
        told = orjson.loads(extra or "{}")
    except orjson.JSONDecodeError:
        return {}
    return told if isinstance(told, Mapping) else {}


def partners_of(rows: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Read from Visual Genome's list of pictures which of them are COCO's, to be looked up from either side."""
    partners = {}
    for row in rows:
        coco, genome = row.get("coco_id"), row.get("image_id", row.get("id"))
        if coco not in (None, -1) and genome is not None:
            partners[f"vg:{genome}"], partners[f"coco:{coco}"] = f"coco:{coco}", f"vg:{genome}"
    return partners
