"""What the files of ShareGPT4V have in common: addresses, the folders of pictures, how rows are read, the citation."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pictus.card import Asset, Card
from pictus.reading.card_origin import origin_of
from pictus.reading.hub import hub_file, hub_page
from pictus.reading.llava_rows import LlavaRows, Row
from pictus.reading.picture_folders import licence_in
from pictus.reading.places import find_file
from pictus.record import NO_FACTS, Facts, Origin

HOME = "https://sharegpt4v.github.io"
CODE = "https://github.com/ShareGPT4Omni/ShareGPT4V"
PAPER = "https://arxiv.org/abs/2311.12793"
_REPOSITORY = "Lin-Chen/ShareGPT4V"
PAGE = hub_page(_REPOSITORY)
_ABOUT_BYTES = {
    "sharegpt4v_instruct_gpt4-vision_cap100k.json": 134 * 10**6,
    "sharegpt4v_mix665k_cap23k_coco-ap9k_lcs3k_sam9k_div2k.json": 1_230 * 10**6,
    "share-captioner_coco_lcs_sam_1246k_1107.json": 1_490 * 10**6,
}
_DRIVE = "https://drive.google.com/drive/folders/1tCUQ-sq6vdshZVkF0ZeF3K4eztkXJgax"
CITATION = """\
@article{chen2023sharegpt4v,
  title   = {{ShareGPT4V}: Improving Large Multi-Modal Models with Better Captions},
  author  = {Chen, Lin and Li, Jinsong and Dong, Xiaoyi and Zhang, Pan and He, Conghui and Wang, Jiaqi and
             Zhao, Feng and Lin, Dahua},
  journal = {arXiv:2311.12793},
  year    = {2023}
}
"""
LAYOUT = """\
coco/train2017/000000000042.jpg
llava/llava_pretrain/images/00042/000000042.jpg
sam/images/sa_42.jpg"""
WEB_LAYOUT = """\
web-celebrity/images/Ada_Lovelace.jpg
web-landmark/images/Old_Bridge.jpg
wikiart/images/42.jpg
share_textvqa/images/000000000000002a.jpg"""


def assets(files: Mapping[str, str]) -> tuple[Asset, ...]:
    """List the annotation files."""
    return tuple(
        Asset(
            url=hub_file(_REPOSITORY, name),
            path=f"sharegpt4v/{name}",
            about_bytes=_ABOUT_BYTES[name],
            split=split,
        )
        for split, name in files.items()
    )


def annotations(root: Path, split: str, files: Mapping[str, str]) -> Path:
    """Find the annotation file of a split, or the one of that name."""
    name = files.get(split, split)
    mend = f"fetch it from {PAGE}; the splits are {', '.join(files)}"
    return find_file(root, [f"sharegpt4v/{name}", name], mend=mend)


def rows(root: Path, card: Card, dataset: str, split: str, *, made_by: str) -> LlavaRows:
    """Say how the rows of a split become records: the licence of a picture is that of its folder."""

    @cache
    def origin(licence: str) -> Origin:
        return origin_of(card, dataset, split, picture_licence=licence, made_by=made_by)

    def about(row: Row) -> tuple[Origin, Facts]:
        image = row.get("image")
        return origin(licence_in(image) if isinstance(image, str) else "unknown"), NO_FACTS

    return LlavaRows(str(root), about)


def web_card(
    *, title: str, what: str, licence_note: str, picture_licence: str = "research-only", advice: str = ""
) -> Card:
    """Make the card of a folder of pictures from the web."""
    return Card(
        title=title,
        what=what,
        size="not stated",
        stages=("align", "pretrain"),
        picture_licence=picture_licence,
        text_licence="unknown",
        licence_note=licence_note,
        homepage=HOME,
        paper=PAPER,
        code=CODE,
        data=PAGE,
        advice=advice,
        citation=CITATION,
    )


def web_assets(folder: str) -> tuple[Asset, ...]:
    """Give the one place where pictures from the web are to be had."""
    hand = f"for academic use: fetch the archive of {folder} from this folder, and give it to `pictus arrange`"
    return (Asset(url=_DRIVE, path=f"{folder}/images", kind="pictures", by_hand=hand),)
