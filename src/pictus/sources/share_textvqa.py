"""Pictures with text in them that ShareGPT4V describes: a part of TextVQA's."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from pictus.card import Asset, Card
from pictus.reading import sharegpt4v_release
from pictus.reading.loose_pictures import loose_pictures, pictures_in
from pictus.record import Origin, Record, Reject

_FOLDER = "share_textvqa"


@dataclass(frozen=True, slots=True)
class Source:
    """Pictures of TextVQA that ShareGPT4V describes, as its archive has them."""

    card: ClassVar[Card] = Card(
        title="share_textvqa",
        what="Pictures with text in them, a part of TextVQA's, which ShareGPT4V describes.",
        size="not stated",
        stages=("align", "pretrain"),
        picture_licence="per-item",
        text_licence="unknown",
        licence_note="They are of Open Images, which lists them as CC BY 2.0 without a warranty.",
        homepage=sharegpt4v_release.HOME,
        paper=sharegpt4v_release.PAPER,
        code=sharegpt4v_release.CODE,
        data=sharegpt4v_release.PAGE,
        advice="Some that the annotations name were reported to be missing from the archive.",
        citation=sharegpt4v_release.CITATION,
    )
    splits: ClassVar[tuple[str, ...]] = ("train",)
    layout: ClassVar[str] = f"{_FOLDER}/images/…"

    def assets(self) -> tuple[Asset, ...]:
        """List the files to acquire."""
        return sharegpt4v_release.web_pictures(_FOLDER)

    def files(self, root: Path, split: str) -> list[Path]:
        """Give the folder of the pictures."""
        return [pictures_in(root, _FOLDER, mend="`pictus show share_textvqa` says where they are to be had")]

    def records(self, root: Path, split: str) -> Iterator[Record | Reject]:
        """Stream a record a picture, without a text, in the order of the file names."""
        origin = Origin(dataset="share_textvqa", split=split, key="", picture_licence=self.card.picture_licence)
        return loose_pictures(root, self.files(root, split)[0], origin)
