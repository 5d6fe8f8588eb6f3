"""ShareGPT4V-PT: a million long descriptions by a captioner that learnt from GPT-4V."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from pictus.card import Asset, Card
from pictus.reading import sharegpt4v_release
from pictus.reading.llava_rows import LlavaRows
from pictus.reading.picture_folders import licence_in
from pictus.reading.places import find_file
from pictus.record import NO_FACTS, Origin, Record, Reject
from pictus.store.llava_file import LlavaFile

_FILES = {
    "train": "share-captioner_coco_lcs_sam_1246k_1107.json",
}


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
        return tuple(sharegpt4v_release.asset(name, split=split) for split, name in _FILES.items())

    def files(self, root: Path, split: str) -> list[Path]:
        """List the file of a split."""
        name = _FILES.get(split, split)
        mend = f"fetch it from {sharegpt4v_release.PAGE}; the splits are {', '.join(_FILES)}"
        return [find_file(root, [f"sharegpt4v/{name}", name], mend=mend)]

    def records(self, root: Path, split: str) -> Iterator[Record | Reject]:
        """Stream the records of a split, one a row, in the order of its file."""
        return self.table(root, split).records()

    def table(self, root: Path, split: str) -> LlavaFile:
        """Give the rows of a split as several processes can read them."""
        return LlavaFile(
            self.files(root, split)[0], LlavaRows(str(root), lambda row: (_origin(split, _licence(row)), NO_FACTS))
        )


def _licence(row: Mapping[str, Any]) -> str:
    """Give the licence of a row's picture, which its folder tells."""
    image = row.get("image")
    return licence_in(image) if isinstance(image, str) else "unknown"


@cache
def _origin(split: str, licence: str) -> Origin:
    card = Source.card
    return Origin(
        dataset="sharegpt4v_pt",
        split=split,
        key="",
        picture_licence=licence,
        text_licence=card.text_licence,
        model_terms=card.model_terms,
        made_by="Share-Captioner",
    )
