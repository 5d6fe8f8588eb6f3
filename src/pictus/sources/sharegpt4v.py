"""ShareGPT4V: long descriptions of pictures that GPT-4V wrote."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from pictus.card import Asset, Card
from pictus.reading import sharegpt4v_release
from pictus.record import Record, Reject
from pictus.store.llava_file import LlavaFile

_FILES = {
    "train": "sharegpt4v_instruct_gpt4-vision_cap100k.json",
    "mix": "sharegpt4v_mix665k_cap23k_coco-ap9k_lcs3k_sam9k_div2k.json",
}


@dataclass(frozen=True, slots=True)
class Source:
    """ShareGPT4V's descriptions by GPT-4V.

    The split `mix` is LLaVA's mix665k in which 23,000 captions were exchanged for these; its other rows have the
    licences of ten datasets, which `llava_mix665k` tells apart and this source does not.
    """

    card: ClassVar[Card] = Card(
        title="ShareGPT4V",
        what="Long descriptions that GPT-4V wrote of pictures from COCO, LAION, SA-1B and the web.",
        size="102,000 descriptions, 0.13 GB",
        stages=("pretrain", "instruct"),
        picture_licence="per-item",
        text_licence="CC-BY-NC-4.0",
        model_terms="openai-output-terms",
        licence_note="For research only. The pictures come from several datasets, and those from the web are for "
        "academic use only: each record carries what its folder says.",
        needs=("coco2017", "lcs558k", "sa1b", "web_celebrity", "web_landmark", "wikiart", "share_textvqa"),
        advice="One picture of a celebrity, Choi_Min-sik.jpg, and some of share_textvqa are missing from the archive.",
        homepage=sharegpt4v_release.HOME,
        paper=sharegpt4v_release.PAPER,
        code=sharegpt4v_release.CODE,
        data=sharegpt4v_release.PAGE,
        written_by="llava",
        citation=sharegpt4v_release.CITATION,
    )
    splits: ClassVar[tuple[str, ...]] = ("train",)
    layout: ClassVar[str] = f"""\
sharegpt4v/sharegpt4v_instruct_gpt4-vision_cap100k.json
{sharegpt4v_release.LAYOUT}
{sharegpt4v_release.WEB_LAYOUT}"""

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
        rows = sharegpt4v_release.rows(root, self.card, "sharegpt4v", split, made_by="gpt-4-vision")
        return LlavaFile(self.files(root, split)[0], rows)
