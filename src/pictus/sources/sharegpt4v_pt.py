"""ShareGPT4V-PT: a million long descriptions by a captioner that learnt from GPT-4V."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from pictus.card import Asset, Card
from pictus.reading import sharegpt4v_release
from pictus.record import Record, Reject
from pictus.store.llava_file import LlavaFile

_FILES = {"train": "share-captioner_coco_lcs_sam_1246k_1107.json"}


@dataclass(frozen=True, slots=True)
class Source:
    """ShareGPT4V-PT, the descriptions of the Share-Captioner: what vision towers and projectors are trained on."""

    card: ClassVar[Card] = Card(
        title="ShareGPT4V-PT",
        what="Long descriptions of pictures from COCO, LAION and SA-1B by a captioner that was trained on GPT-4V's.",
        size="1,246,000 descriptions, 1.49 GB",
        stages=("align", "pretrain"),
        picture_licence="per-item",
        text_licence="CC-BY-NC-4.0",
        model_terms="unknown",
        licence_note="For research only. Whether OpenAI's terms reach a model that learnt from GPT-4V is open.",
        needs=("coco2017", "lcs558k", "sa1b"),
        advice="Of SA-1B the tars 000000 to 000050 are needed, and about half of the pictures named here were reported "
        "to be missing from them.",
        homepage=sharegpt4v_release.HOME,
        paper=sharegpt4v_release.PAPER,
        code=sharegpt4v_release.CODE,
        data=sharegpt4v_release.PAGE,
        written_by="llava",
        citation=sharegpt4v_release.CITATION,
    )
    splits: ClassVar[tuple[str, ...]] = ("train",)
    layout: ClassVar[str] = f"""\
sharegpt4v/share-captioner_coco_lcs_sam_1246k_1107.json
{sharegpt4v_release.LAYOUT}"""

    def assets(self) -> tuple[Asset, ...]:
        """List the files to acquire."""
        return sharegpt4v_release.assets(_FILES)

    def files(self, root: Path, split: str) -> list[Path]:
        """List the file of a split."""
        return [sharegpt4v_release.annotations(root, split, _FILES)]

    def records(self, root: Path, split: str) -> Iterator[Record | Reject]:
        """Stream the records of a split, one a row, in the order of its file."""
        return self.table(root, split).records()

    def table(self, root: Path, split: str) -> LlavaFile:
        """Give the rows of a split as several processes can read them."""
        rows = sharegpt4v_release.rows(root, self.card, "sharegpt4v_pt", split, made_by="Share-Captioner")
        return LlavaFile(self.files(root, split)[0], rows)
