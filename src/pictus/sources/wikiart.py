"""Paintings that ShareGPT4V describes: pictures alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from pictus.card import Asset, Card
from pictus.reading import sharegpt4v_release
from pictus.reading.card_origin import origin_of
from pictus.reading.loose_pictures import loose_pictures, pictures_in
from pictus.record import Record, Reject

_FOLDER = "wikiart"


@dataclass(frozen=True, slots=True)
class Source:
    """Paintings of ShareGPT4V, without their names."""

    card: ClassVar[Card] = sharegpt4v_release.web_card(
        title="WikiArt (of ShareGPT4V)",
        what="Paintings from the web which ShareGPT4V describes.",
        licence_note="For academic use only; which paintings are in the public domain is not stated.",
    )
    splits: ClassVar[tuple[str, ...]] = ("train",)
    layout: ClassVar[str] = f"{_FOLDER}/images/…"

    def assets(self) -> tuple[Asset, ...]:
        """List the files to acquire."""
        return sharegpt4v_release.web_assets(_FOLDER)

    def files(self, root: Path, split: str) -> list[Path]:
        """Give the folder of the pictures."""
        return [pictures_in(root, _FOLDER, dataset="wikiart")]

    def records(self, root: Path, split: str) -> Iterator[Record | Reject]:
        """Stream a record a picture, without a text, in the order of the file names."""
        origin = origin_of(self.card, "wikiart", split)
        return loose_pictures(root, self.files(root, split)[0], origin)
