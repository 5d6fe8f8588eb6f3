"""LAION-400M: addresses of pictures with the alt texts that pages gave them, found by CLIP to agree."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import ClassVar

from pictus.card import Asset, Card
from pictus.reading.card_origin import origin_of
from pictus.reading.laion import Tag, asked_for, columns_of
from pictus.reading.places import home_of, parquet_parts
from pictus.record import Record, Reject
from pictus.store.list_batches import ListParts

_FILES = "https://the-eye.eu/public/AI/cah/laion400m-met-release/laion400m-meta/"
_FOLDER = "laion400m-meta"


@dataclass(frozen=True, slots=True)
class Source:
    """LAION-400M. A record is one address with its caption; no picture comes with the list.

    The settings choose rows before anything is made of them, so what is not chosen is not counted as set aside. Of a
    row whose value is not known, nothing is assumed: it is not chosen. Tags other than UNLIKELY, UNSURE and NSFW count
    as UNTAGGED. A Creative Commons licence that the page named becomes the licence of the picture.
    """

    nsfw: tuple[Tag, ...] = ()  # which tags to keep; all where none is named
    min_similarity: float | None = None  # of picture and text, as CLIP saw it: from 0.3 on
    min_width: int | None = None
    min_height: int | None = None
    min_pixels: int | None = None
    keep_scores: bool = False  # all other columns in `facts.extra`, as JSON; takes half as long again

    card: ClassVar[Card] = Card(
        title="LAION-400M",
        what="Addresses of pictures on the web with their English alt texts, kept where CLIP found that the two agree.",
        size="about 413 million rows in 32 Parquet files",
        stages=("align", "pretrain"),
        picture_licence="third-party-copyright",
        text_licence="CC-BY-4.0",
        licence_note="CC BY 4.0 covers the list. The pictures belong to their owners, and the page of the dataset "
        "warns against use in products.",
        homepage="https://laion.ai/blog/laion-400-open-dataset/",
        paper="https://arxiv.org/abs/2111.02114",
        data=_FILES,
        home="laion400m",
        by_address=True,
        advice="LAION withdrew its first releases in December 2023, after links to suspected child abuse were found in "
        "LAION-5B, and asks everybody who holds one to change to Re-LAION-5B (source laion5b), from which known ones "
        "are removed. The tags NSFW are guesses of a model.",
        citation="""\
@article{schuhmann2021laion400m,
  title   = {{LAION-400M}: Open Dataset of {CLIP}-Filtered 400 Million Image-Text Pairs},
  author  = {Schuhmann, Christoph and Vencu, Richard and Beaumont, Romain and Kaczmarczyk, Robert and Mullis, Clayton
             and Katta, Aarush and Coombes, Theo and Jitsev, Jenia and Komatsuzaki, Aran},
  journal = {arXiv preprint arXiv:2111.02114},
  year    = {2021}
}
""",
    )
    splits: ClassVar[tuple[str, ...]] = ("train",)
    layout: ClassVar[str] = "part-00000-5b54c5d5-c000.snappy.parquet, part-00001-…   (also below laion400m-meta/)"

    def assets(self) -> tuple[Asset, ...]:
        """List the files to acquire: none, for the list was withdrawn."""
        return ()

    def files(self, root: Path, split: str) -> list[Path]:
        """List the parts."""
        return parquet_parts(home_of(root, _FOLDER).folder)

    def notes(self, root: Path, split: str) -> tuple[str, ...]:
        """Say what whoever reads these files should know."""
        return (self.card.advice,)

    def records(self, root: Path, split: str) -> Iterator[Record | Reject]:
        """Stream the chosen rows, in the order of the files."""
        return self.table(root, split).records()

    def table(self, root: Path, split: str) -> ListParts:
        """Give the rows of a split as several processes can read them."""
        origin = origin_of(self.card, "laion400m", split)
        columns = partial(columns_of, wanted=asked_for(self), keep_scores=self.keep_scores)
        return ListParts(self.files(root, split), origin, columns)
