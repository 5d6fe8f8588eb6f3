"""ALLaVA-Instruct-4V: questions that GPT-4V asked about pictures and answered itself, and text alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from pictus.card import Asset, Card
from pictus.reading import allava_release
from pictus.record import Record, Reject
from pictus.store.llava_file import LlavaFile

_FILES = {
    "laion": "allava_laion/ALLaVA-Instruct-LAION-4V.json",
    "vflan": "allava_vflan/ALLaVA-Instruct-VFLAN-4V.json",
    "text": "allava_text/Evol-Instruct-GPT4-Turbo-143K.json",
}


@dataclass(frozen=True, slots=True)
class Source:
    """ALLaVA's questions and answers. The split `text` has no pictures: GPT-4 Turbo answers evolved instructions.

    What stood beside a picture from LAION on the web is kept in `extra`, as `{"original_caption": …}`.
    """

    card: ClassVar[Card] = Card(
        title="ALLaVA-Instruct-4V",
        what="Questions that need reasoning, asked and answered by GPT-4V about the pictures of ALLaVA-Caption.",
        size="708,653 conversations with a picture, 143,000 without",
        stages=("pretrain", "instruct"),
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
    splits: ClassVar[tuple[str, ...]] = ("laion", "vflan", "text")
    layout: ClassVar[str] = f"""\
allava/allava_laion/ALLaVA-Instruct-LAION-4V.json
allava/allava_vflan/ALLaVA-Instruct-VFLAN-4V.json
allava/allava_text/Evol-Instruct-GPT4-Turbo-143K.json
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
        return LlavaFile(self.files(root, split)[0], allava_release.rows(root, self.card, "allava_instruct", split))
