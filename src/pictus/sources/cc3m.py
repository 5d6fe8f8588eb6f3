"""Conceptual Captions 3M: addresses of pictures with alt texts in which names became kinds of things."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from pictus.card import Asset, Card
from pictus.errors import PictusError
from pictus.reading.card_origin import origin_of
from pictus.reading.label_lines import labelled_rows
from pictus.reading.places import find_file, home_of
from pictus.record import Origin, Record, Reject
from pictus.store.pair_batches import PairFile

_PAGE = "https://ai.google.com/research/ConceptualCaptions"
_FILES = {  # as a browser saves them, and as the bucket has them
    "train": ("Train_GCC-training.tsv", "GCC-training.tsv"),
    "validation": ("Validation_GCC-1.1.0-Validation.tsv", "GCC-1.1.0-Validation.tsv"),
    "labelled": ("Image_Labels_Subset_Train_GCC-Labels-training.tsv", "Train_GCC-Labels-training.tsv"),
}


@dataclass(frozen=True, slots=True)
class Source:
    """Conceptual Captions 3M. A record is one address with its caption, named by its row.

    Besides train and validation there is the list `labelled`: rows of train again, those for which a model named what
    is to be seen. They hold these labels as `facts.present`; the other cells of a line stand in `facts.extra`, as
    `{"mids": …, "confidences": …}`. No picture comes with the lists.
    """

    card: ClassVar[Card] = Card(
        title="Conceptual Captions 3M (CC3M)",
        what="Addresses of pictures on the web with English alt texts, cleaned, in lower case, names made general.",
        size="3,318,333 rows, and 15,840 to validate; labels for about 2 million",
        stages=("align", "pretrain"),
        picture_licence="third-party-copyright",
        text_licence="conceptual-captions-free-use",
        licence_note="The lists may be used for any purpose. The pictures belong to their owners.",
        homepage=_PAGE,
        paper="https://aclanthology.org/P18-1238/",
        code="https://github.com/google-research-datasets/conceptual-captions",
        home="cc3m",
        by_address=True,
        advice="Caption first, then address: CC12M has it the other way round. Many addresses answer no longer.",
        checked="the real Validation_GCC-1.1.0-Validation.tsv (15,833 rows)",
        citation="""\
@inproceedings{sharma-etal-2018-conceptual,
  title     = {Conceptual Captions: A Cleaned, Hypernymed, Image Alt-text Dataset For Automatic Image Captioning},
  author    = {Sharma, Piyush and Ding, Nan and Goodman, Sebastian and Soricut, Radu},
  booktitle = {Proceedings of the 56th Annual Meeting of the Association for Computational Linguistics},
  pages     = {2556--2565},
  year      = {2018}
}

@article{ng2020understanding,
  title   = {Understanding Guided Image Captioning Performance across Domains},
  author  = {Ng, Edwin G. and Pang, Bo and Sharma, Piyush and Soricut, Radu},
  journal = {arXiv preprint arXiv:2012.02339},
  year    = {2020}
}
""",
    )
    splits: ClassVar[tuple[str, ...]] = ("train", "validation")
    layout: ClassVar[str] = """\
Train_GCC-training.tsv                (also GCC-training.tsv; all also below cc3m/, and as .gz or .zst)
Validation_GCC-1.1.0-Validation.tsv   (also GCC-1.1.0-Validation.tsv)
Image_Labels_Subset_Train_GCC-Labels-training.tsv   (the list `labelled`)"""

    def assets(self) -> tuple[Asset, ...]:
        """List the files to acquire."""
        return tuple(
            Asset(
                url=f"{_PAGE}/download",
                path=names[0],
                split=split,
                by_hand=f"open the page in a browser and save {names[0]}",
            )
            for split, names in _FILES.items()
        )

    def files(self, root: Path, split: str) -> list[Path]:
        """Give the file of a split."""
        if split not in _FILES:
            mend = f"choose one of {', '.join(_FILES)} with `--split`"
            raise PictusError(f"there is no split `{split}`", where="cc3m", mend=mend)
        return [find_file(home_of(root, "cc3m").folder, _FILES[split], mend=f"save it from {self.card.homepage}")]

    def records(self, root: Path, split: str) -> Iterator[Record | Reject]:
        """Stream the rows of a split in the order of its file."""
        table = self.table(root, split)
        if table is None:
            return labelled_rows(self.files(root, split)[0], self._origin(split))
        return table.records()

    def table(self, root: Path, split: str) -> PairFile | None:
        """Give the rows of a split as several processes can read them; None for the labelled ones."""
        if split == "labelled":
            return None
        return PairFile(self.files(root, split)[0], ("caption", "url"), self._origin(split))

    def _origin(self, split: str) -> Origin:
        return origin_of(self.card, "cc3m", split)
