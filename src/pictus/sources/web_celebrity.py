"""Portraits from the web that ShareGPT4V describes: pictures alone, named after who is shown."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from pictus.card import Asset, Card
from pictus.reading import sharegpt4v_release
from pictus.reading.card_origin import origin_of
from pictus.reading.loose_pictures import loose_pictures, pictures_in
from pictus.record import Record, Reject

_FOLDER = "web-celebrity"


@dataclass(frozen=True, slots=True)
class Source:
    """Portraits of ShareGPT4V. Who is shown is told by the file name, and kept in `extra` as `{"name": …}`."""

    card: ClassVar[Card] = sharegpt4v_release.web_card(
        title="web-celebrity",
        what="Portraits of known people from the web, named after them, which ShareGPT4V describes.",
        licence_note="For academic use only, and the likeness of people is involved.",
    )
    splits: ClassVar[tuple[str, ...]] = ("train",)
    layout: ClassVar[str] = f"{_FOLDER}/images/…"

    def assets(self) -> tuple[Asset, ...]:
        """List the files to acquire."""
        return sharegpt4v_release.web_assets(_FOLDER)

    def files(self, root: Path, split: str) -> list[Path]:
        """Give the folder of the pictures."""
        return [pictures_in(root, _FOLDER, dataset="web_celebrity")]

    def records(self, root: Path, split: str) -> Iterator[Record | Reject]:
        """Stream a record a picture, without a text, in the order of the file names."""
        origin = origin_of(self.card, "web_celebrity", split)
        return loose_pictures(root, self.files(root, split)[0], origin, named=True)
