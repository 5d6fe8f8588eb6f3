"""ALLaVA-Caption-4V: GPT-4V's descriptions of pictures from LAION and from Vision-FLAN."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from pictus.card import Asset, Card
from pictus.reading import allava_release
from pictus.record import Record, Reject
from pictus.store.llava_file import LlavaFile

_FILES = {
    "laion": "allava_laion/ALLaVA-Caption-LAION-4V.json",
    "vflan": "allava_vflan/ALLaVA-Caption-VFLAN-4V.json",
}


@dataclass(frozen=True, slots=True)
class Source:
    """ALLaVA's descriptions. What stood beside a picture from LAION on the web is kept in `extra`.

    That is `{"original_caption": …}`: nobody wrote it as a description of the picture, so it is no caption here.
    """

    card: ClassVar[Card] = Card(
        title="ALLaVA-Caption-4V",
        what="Fine-grained descriptions by GPT-4V of pictures from LAION and from the tasks of Vision-FLAN.",
        size="708,140 descriptions, 505,588 of LAION's pictures and 202,552 of Vision-FLAN's",
        stages=("align", "pretrain"),
        picture_licence="per-item",
        text_licence="Apache-2.0",
        model_terms="openai-output-terms",
        licence_note=allava_release.NOTE,
        homepage=allava_release.CODE,
        paper=allava_release.PAPER,
        code=allava_release.CODE,
        data=allava_release.PAGE,
        needs=("vision_flan",),
        advice=allava_release.ADVICE,
        written_by="llava",
        citation=allava_release.CITATION,
    )
    splits: ClassVar[tuple[str, ...]] = ("laion", "vflan")
    layout: ClassVar[str] = f"""\
allava/allava_laion/ALLaVA-Caption-LAION-4V.json
allava/allava_vflan/ALLaVA-Caption-VFLAN-4V.json
{allava_release.PICTURES}"""

    def assets(self) -> tuple[Asset, ...]:
        """List the files to acquire."""
        return allava_release.assets(_FILES)

    def files(self, root: Path, split: str) -> list[Path]:
        """List the file of a split."""
        return [allava_release.annotations(root, split, _FILES)]

    def records(self, root: Path, split: str) -> Iterator[Record | Reject]:
        """Stream the records of a split, one a row, in the order of its file."""
        return self.table(root, split).records()

    def table(self, root: Path, split: str) -> LlavaFile:
        """Give the rows of a split as several processes can read them."""
        return LlavaFile(self.files(root, split)[0], allava_release.rows(root, self.card, "allava_caption", split))
