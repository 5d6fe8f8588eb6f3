"""Conceptual 12M: addresses of pictures with their alt texts, hardly cleaned."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from pictus.card import Asset, Card
from pictus.licence.table import CONCEPTUAL_12M
from pictus.reading.card_origin import origin_of
from pictus.reading.places import find_file, home_of
from pictus.record import Record, Reject
from pictus.store.pair_batches import PairFile

_FILE = "cc12m.tsv"
_ADDRESS = f"https://storage.googleapis.com/conceptual_12m/{_FILE}"


@dataclass(frozen=True, slots=True)
class Source:
    """Conceptual 12M. A record is one address with its caption, as it was written, and named by its row.

    Names of persons are masked as `<PERSON>`, which stays. No picture comes with the list.
    """

    card: ClassVar[Card] = Card(
        title="Conceptual 12M (CC12M)",
        what="Addresses of pictures on the web with their English alt texts, cleaned far less than those of CC3M.",
        size="12,423,374 rows in one file of 2.5 GB",
        stages=("align", "pretrain"),
        picture_licence="third-party-copyright",
        text_licence="conceptual-captions-free-use",
        licence_note="The list may be used for any purpose. The pictures belong to their owners.",
        homepage=CONCEPTUAL_12M,
        paper="https://arxiv.org/abs/2102.08981",
        home="cc12m",
        by_address=True,
        advice="Address first, then caption: CC3M has it the other way round. A reader of CSV takes a quote in a "
        "caption for the beginning of a cell and loses rows without a word; here quotes are letters. Some addresses "
        "are also in CC3M.",
        citation="""\
@inproceedings{changpinyo2021cc12m,
  title     = {{Conceptual 12M}: Pushing Web-Scale Image-Text Pre-Training To Recognize Long-Tail Visual Concepts},
  author    = {Changpinyo, Soravit and Sharma, Piyush and Ding, Nan and Soricut, Radu},
  booktitle = {Proceedings of the IEEE/CVF Conference on Computer Vision and Pattern Recognition},
  year      = {2021}
}
""",
    )
    splits: ClassVar[tuple[str, ...]] = ("train",)
    layout: ClassVar[str] = "cc12m.tsv   (also below cc12m/; also .gz or .zst)"

    def assets(self) -> tuple[Asset, ...]:
        """List the files to acquire."""
        return (Asset(url=_ADDRESS, path=_FILE, about_bytes=2_500 * 10**6),)

    def files(self, root: Path, split: str) -> list[Path]:
        """Give the file."""
        return [find_file(home_of(root, "cc12m").folder, (_FILE,), mend=f"fetch it from {_ADDRESS}")]

    def records(self, root: Path, split: str) -> Iterator[Record | Reject]:
        """Stream the rows in the order of the file."""
        return self.table(root, split).records()

    def table(self, root: Path, split: str) -> PairFile:
        """Give the rows of a split as several processes can read them."""
        (path,) = self.files(root, split)
        origin = origin_of(self.card, "cc12m", split)
        return PairFile(path, ("url", "caption"), origin)
