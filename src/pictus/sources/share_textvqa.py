"""Pictures with text in them that ShareGPT4V describes: a part of TextVQA's."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from pictus.card import Asset, Card
from pictus.reading import sharegpt4v_release
from pictus.reading.card_origin import origin_of
from pictus.reading.loose_pictures import loose_pictures, pictures_in
from pictus.record import Record, Reject

_FOLDER = "share_textvqa"


@dataclass(frozen=True, slots=True)
class Source:
    """Pictures of TextVQA that ShareGPT4V describes, as its archive has them."""

    card: ClassVar[Card] = sharegpt4v_release.web_card(
        title="share_textvqa",
        what="Pictures with text in them, a part of TextVQA's, which ShareGPT4V describes.",
        picture_licence="per-item",
        licence_note="They are of Open Images, which lists them as CC BY 2.0 without a warranty.",
        advice="Some that the annotations name were reported to be missing from the archive.",
    )
    splits: ClassVar[tuple[str, ...]] = ("train",)
    layout: ClassVar[str] = f"{_FOLDER}/images/…"

    def assets(self) -> tuple[Asset, ...]:
        """List the files to acquire."""
        return sharegpt4v_release.web_assets(_FOLDER)

    def files(self, root: Path, split: str) -> list[Path]:
        """Give the folder of the pictures."""
        return [pictures_in(root, _FOLDER, dataset="share_textvqa")]

    def records(self, root: Path, split: str) -> Iterator[Record | Reject]:
        """Stream a record a picture, without a text, in the order of the file names."""
        origin = origin_of(self.card, "share_textvqa", split)
        return loose_pictures(root, self.files(root, split)[0], origin)
