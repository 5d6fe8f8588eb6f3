"""LCS-558K: pictures from LAION, CC3M and SBU with short captions, on which LLaVA's projector is trained."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from pictus.card import Asset, Card
from pictus.reading import llava_release
from pictus.reading.card_origin import origin_of
from pictus.reading.hub import hub_assets, hub_page
from pictus.reading.llava_rows import rows_in
from pictus.reading.places import find_file
from pictus.record import Record, Reject
from pictus.store.llava_file import LlavaFile

_REPOSITORY = "liuhaotian/LLaVA-Pretrain"
_PAGE = hub_page(_REPOSITORY)
_FILE = "blip_laion_cc_sbu_558k.json"
_FOLDER = "llava/llava_pretrain"


@dataclass(frozen=True, slots=True)
class Source:
    """LLaVA-Pretrain. Each picture has a request and a caption; the request is there to be left out in training."""

    card: ClassVar[Card] = Card(
        title="LLaVA-Pretrain (LCS-558K)",
        what="Pictures from LAION, CC3M and SBU with the short captions of BLIP, balanced over what they show.",
        size="558,128 pictures with a caption, 27.4 GB; annotations 0.18 GB",
        stages=("align",),
        picture_licence="third-party-copyright",
        text_licence="unknown",
        model_terms="unknown",
        licence_note="Its card asks to comply with the terms of CC3M, and of BLIP where its captions are used.",
        homepage=llava_release.HOME,
        paper=llava_release.PAPER,
        code=llava_release.CODE,
        data=_PAGE,
        advice="Its archive images.zip has a name that many others have. ShareGPT4V needs these pictures under "
        "llava/llava_pretrain/images, which trainers' own drawings of the tree leave out.",
        written_by="llava",
        citation=llava_release.CITATION,
    )
    splits: ClassVar[tuple[str, ...]] = ("train",)
    layout: ClassVar[str] = """\
llava/llava_pretrain/blip_laion_cc_sbu_558k.json   (or beside images/)
llava/llava_pretrain/images/00042/000000042.jpg"""

    def assets(self) -> tuple[Asset, ...]:
        """List the files to acquire."""
        sizes = (181 * 10**6, 27_400 * 10**6)
        return hub_assets(_REPOSITORY, _FOLDER, _FILE, "images.zip", unpack=f"{_FOLDER}/images", about_bytes=sizes)

    def files(self, root: Path, split: str) -> list[Path]:
        """List the file of annotations."""
        return [
            find_file(root, [f"{_FOLDER}/{_FILE}", f"llava/{_FILE}", _FILE], mend=f"fetch it from {self.card.data}")
        ]

    def records(self, root: Path, split: str) -> Iterator[Record | Reject]:
        """Stream the records of a split, one a row, in the order of its file."""
        return self.table(root, split).records()

    def table(self, root: Path, split: str) -> LlavaFile:
        """Give the rows of a split as several processes can read them."""
        origin = origin_of(self.card, "lcs558k", split)
        rows = rows_in(root, [f"{_FOLDER}/images", "images"], origin, url="url")
        return LlavaFile(self.files(root, split)[0], rows)
