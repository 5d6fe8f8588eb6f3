"""LLaVA-CC3M-Pretrain-595K: the part of CC3M on which the first LLaVA's projector was trained."""

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

_REPOSITORY = "liuhaotian/LLaVA-CC3M-Pretrain-595K"
_PAGE = hub_page(_REPOSITORY)
_FOLDER = "llava/llava_cc3m_595k"


@dataclass(frozen=True, slots=True)
class Source:
    """LLaVA-CC3M-Pretrain-595K. The answers are CC3M's captions, tokenised and in lower case as CC3M has them."""

    card: ClassVar[Card] = Card(
        title="LLaVA-CC3M-Pretrain-595K",
        what="A part of CC3M, balanced over what the captions name, each with a request for its caption.",
        size="595,375 pictures with a caption, 6.5 GB; annotations 0.21 GB",
        stages=("align",),
        picture_licence="research-only",
        text_licence="conceptual-captions-free-use",
        licence_note="Its card says that the pictures must not be used for anything but to reproduce the research.",
        homepage=llava_release.HOME,
        paper=llava_release.PAPER,
        code=llava_release.CODE,
        data=_PAGE,
        advice="Its archive images.zip is flat: unpack it into a folder of its own.",
        written_by="llava",
        citation=llava_release.CITATION,
    )
    splits: ClassVar[tuple[str, ...]] = ("train",)
    layout: ClassVar[str] = """\
llava/llava_cc3m_595k/chat.json
llava/llava_cc3m_595k/images/GCC_train_000000042.jpg"""

    def assets(self) -> tuple[Asset, ...]:
        """List the files to acquire."""
        sizes = (211 * 10**6, 6_460 * 10**6)
        return hub_assets(
            _REPOSITORY, _FOLDER, "chat.json", "images.zip", unpack=f"{_FOLDER}/images", about_bytes=sizes
        )

    def files(self, root: Path, split: str) -> list[Path]:
        """List the file of annotations."""
        return [find_file(root, [f"{_FOLDER}/chat.json", "chat.json"], mend=f"fetch it from {self.card.data}")]

    def records(self, root: Path, split: str) -> Iterator[Record | Reject]:
        """Stream the records of a split, one a row, in the order of its file."""
        return self.table(root, split).records()

    def table(self, root: Path, split: str) -> LlavaFile:
        """Give the rows of a split as several processes can read them."""
        origin = origin_of(self.card, "llava_cc3m_595k", split)
        rows = rows_in(root, [f"{_FOLDER}/images", "images"], origin)
        return LlavaFile(self.files(root, split)[0], rows)
