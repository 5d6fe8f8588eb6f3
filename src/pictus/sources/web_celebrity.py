"""Portraits from the web that ShareGPT4V describes: pictures alone, named after who is shown."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from pictus.card import Asset, Card
from pictus.reading import sharegpt4v_release
from pictus.reading.loose_pictures import loose_pictures, pictures_in
from pictus.record import Origin, Record, Reject

_FOLDER = "web-celebrity"


@dataclass(frozen=True, slots=True)
class Source:
    """Portraits of ShareGPT4V. Who is shown is told by the file name, and kept in `extra` as `{"name": …}`."""

    card: ClassVar[Card] = Card(
        title="web-celebrity",
        what="Portraits of known people from the web, named after them, which ShareGPT4V describes.",
        size="not stated",
        stages=("align", "pretrain"),
        picture_licence="research-only",
        text_licence="unknown",
        licence_note="For academic use only, and the likeness of people is involved.",
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
        return [pictures_in(root, _FOLDER, mend="`pictus show web_celebrity` says where they are to be had")]

    def records(self, root: Path, split: str) -> Iterator[Record | Reject]:
        """Stream a record a picture, without a text, in the order of the file names."""
        origin = Origin(dataset="web_celebrity", split=split, key="", picture_licence=self.card.picture_licence)
        return loose_pictures(root, self.files(root, split)[0], origin, named=True)
