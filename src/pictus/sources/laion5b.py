"""LAION-5B and Re-LAION-5B: addresses of pictures in three parts, by the language of their alt texts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import ClassVar

from pictus.card import Asset, Card
from pictus.errors import PictusError
from pictus.reading.card_origin import origin_of
from pictus.reading.laion import Tag, asked_for, columns_of
from pictus.reading.places import parquet_parts
from pictus.record import Record, Reject
from pictus.store.list_batches import ListParts

_NAMES = {"en": "laion2B-en", "multi": "laion2B-multi", "nolang": "laion1B-nolang"}
_HUB = "https://huggingface.co/datasets/laion/"
_EDITION = "research-safe"
_RENEWED = "re"  # stands before the old name


@dataclass(frozen=True, slots=True)
class Source:
    """LAION-5B or Re-LAION-5B. A record is one address with its caption; no picture comes with the list.

    The lists come plain, with md5 sums, with the scores of models beside them (`-joined`), or chosen by an aesthetic
    score; which columns are there decides what can be asked for. Only plain lists have tags for `nsfw`, the others
    `max_punsafe`. The settings choose rows before anything is made of them, so what is not chosen is not counted as set
    aside. Of a row whose value is not known, nothing is assumed: it is not chosen. Tags other than UNLIKELY, UNSURE and
    NSFW count as UNTAGGED. A Creative Commons licence that the page named becomes the licence of the picture.
    """

    nsfw: tuple[Tag, ...] = ()  # which tags to keep; all where none is named
    max_punsafe: float | None = None  # probability that the picture is not safe for work
    max_pwatermark: float | None = None  # probability that there is a watermark
    min_similarity: float | None = None  # of picture and text, as CLIP saw it
    min_aesthetic: float | None = None
    languages: tuple[str, ...] = ()  # of `multi`, as the list names them: de, fr, …
    min_width: int | None = None
    min_height: int | None = None
    min_pixels: int | None = None
    keep_scores: bool = False  # all other columns in `facts.extra`, as JSON; takes half as long again

    card: ClassVar[Card] = Card(
        title="LAION-5B and Re-LAION-5B",
        what="Addresses of pictures on the web with their alt texts in English, in other languages and in none known.",
        size="5.85 billion rows, 5,526,641,167 of them in Re-LAION-5B; each of three parts is 128 Parquet files",
        stages=("align", "pretrain"),
        picture_licence="third-party-copyright",
        text_licence="CC-BY-4.0",
        licence_note="CC BY 4.0 covers the list. The pictures belong to their owners.",
        homepage="https://laion.ai/blog/relaion-5b/",
        paper="https://arxiv.org/abs/2210.08402",
        data=f"{_HUB}re{_NAMES['en']}-{_EDITION}",
        home="laion5b",
        by_address=True,
        advice="LAION withdrew the first release (laion2B-en, laion2B-multi, laion1B-nolang) in December 2023, after "
        "links to suspected child abuse were found in it, and asks everybody who holds it to change to Re-LAION-5B of "
        "August 2024, from which 2,236 links are removed: relaion2B-en-research and so on, or `research-safe`, which "
        "leaves out more.",
        citation="""\
@inproceedings{schuhmann2022laion5b,
  title     = {{LAION-5B}: An open large-scale dataset for training next generation image-text models},
  author    = {Schuhmann, Christoph and Beaumont, Romain and Vencu, Richard and Gordon, Cade and Wightman, Ross
               and Cherti, Mehdi and others},
  booktitle = {Advances in Neural Information Processing Systems, Datasets and Benchmarks},
  year      = {2022}
}
""",
    )
    splits: ClassVar[tuple[str, ...]] = tuple(_NAMES)
    layout: ClassVar[str] = """\
relaion2B-en-research-safe/part-00000-….snappy.parquet     (also as the data root itself; also laion2B-en,
relaion2B-multi-research-safe/part-00000-….snappy.parquet   laion2B-en-joined, laion2B-en-md5, …)
relaion1B-nolang-research-safe/part-00000-….snappy.parquet"""

    def assets(self) -> tuple[Asset, ...]:
        """List the folders to acquire, of the edition that leaves out most."""
        names = {split: f"re{name}-{_EDITION}" for split, name in _NAMES.items()}
        return tuple(Asset(url=f"{_HUB}{name}", path=name, split=split) for split, name in names.items())

    def files(self, root: Path, split: str) -> list[Path]:
        """List the parts of a split."""
        return parquet_parts(_folder(root, split))

    def notes(self, root: Path, split: str) -> tuple[str, ...]:
        """Warn of the release that was withdrawn."""
        return () if _folder(root, split).name.lower().startswith(_RENEWED) else (self.card.advice,)

    def records(self, root: Path, split: str) -> Iterator[Record | Reject]:
        """Stream the chosen rows of a split, in the order of the files."""
        return self.table(root, split).records()

    def table(self, root: Path, split: str) -> ListParts:
        """Give the rows of a split as several processes can read them."""
        origin = origin_of(self.card, "laion5b", split)
        columns = partial(columns_of, wanted=asked_for(self), keep_scores=self.keep_scores)
        return ListParts(self.files(root, split), origin, columns)


def _folder(root: Path, split: str) -> Path:
    """Find the folder of a split by its name: what is in it does not tell an English list from another."""
    if split not in _NAMES:
        raise PictusError(
            f"there is no split `{split}`", where="laion5b", mend=f"choose one of {', '.join(_NAMES)} with `--split`"
        )
    name = _NAMES[split]
    pattern = re.compile(rf"(?:re)?{re.escape(name)}(?:[-_].*)?|{split}", re.IGNORECASE)
    if re.fullmatch(rf"(?:re)?{re.escape(name)}(?:[-_].*)?", root.name, re.IGNORECASE):
        return root
    found = sorted(path for path in root.glob("*") if path.is_dir() and pattern.fullmatch(path.name))
    if len(found) > 1:
        names = ", ".join(path.name for path in found)
        raise PictusError(
            f"several folders hold the split `{split}`: {names}", where=str(root), mend="give one of them as data root"
        )
    if not found:
        mend = f"name the folder of its Parquet files {name}, re{name} or {split}"
        raise PictusError(f"the split `{split}` is missing", where=str(root), mend=mend)
    return found[0]
