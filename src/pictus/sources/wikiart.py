"""Paintings that ShareGPT4V describes: pictures alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from pictus.card import Asset, Card
from pictus.reading import sharegpt4v_release
from pictus.reading.loose_pictures import loose_pictures, pictures_in
from pictus.record import Origin, Record, Reject

_FOLDER = "wikiart"


@dataclass(frozen=True, slots=True)
class Source:
    """Paintings of ShareGPT4V, without their names."""

    card: ClassVar[Card] = Card(
        title="WikiArt (of ShareGPT4V)",
        what="Paintings from the web which ShareGPT4V describes.",
        size="not stated",
        stages=("align", "pretrain"),
        picture_licence="research-only",
        text_licence="unknown",
        licence_note="For academic use only; which paintings are in the public domain is not stated.",
        homepage=sharegpt4v_release.HOME,
        paper=sharegpt4v_release.PAPER,
        code=sharegpt4v_release.CODE,
        data=sharegpt4v_release.PAGE,
        citation=sharegpt4v_release.CITATION,
    )
    splits: ClassVar[tuple[str, ...]] = ("train",)
    layout: ClassVar[str] = f"{_FOLDER}/images/…"

    def assets(self) -> tuple[Asset, ...]:
        """List the files to acquire."""
        return sharegpt4v_release.web_pictures(_FOLDER)

    def files(self, root: Path, split: str) -> list[Path]:
        """Give the folder of the pictures."""
        return [pictures_in(root, _FOLDER, mend="`pictus show wikiart` says where they are to be had")]

    def records(self, root: Path, split: str) -> Iterator[Record | Reject]:
        """Stream a record a picture, without a text, in the order of the file names."""
        origin = Origin(dataset="wikiart", split=split, key="", picture_licence=self.card.picture_licence)
        return loose_pictures(root, self.files(root, split)[0], origin)
