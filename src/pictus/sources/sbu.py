"""SBU Captioned Photo Dataset: a million photographs of Flickr with what their owners wrote below them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from pictus.card import Asset, Card
from pictus.errors import PictusError
from pictus.reading.card_origin import origin_of
from pictus.reading.files import PACKED
from pictus.reading.places import find_file, home_of
from pictus.reading.sbu import array_rows, line_rows
from pictus.record import Record, Reject

_PAGE = "https://www.cs.rice.edu/~vo9/sbucaptions/"
_ARCHIVE = "sbu-captions-all.tar.gz"
_ARRAYS = "sbu-captions-all.json"
_URLS, _CAPTIONS = (f"SBU_captioned_photo_dataset_{name}.txt" for name in ("urls", "captions"))


@dataclass(frozen=True, slots=True)
class Source:
    """SBU Captioned Photos. A record is one address with its caption, named by its row; no picture comes with the list.

    The list comes as one JSON object of three arrays, or as two text files of which the lines belong together. HTML
    entities in captions are turned into the signs that they mean. In the arrays the owner of a photograph is named, who
    becomes `origin.author`.
    """

    card: ClassVar[Card] = Card(
        title="SBU Captioned Photo Dataset",
        what="Addresses of photographs on Flickr with the captions that their owners wrote.",
        size="1,000,000 rows",
        stages=("align", "pretrain"),
        picture_licence="third-party-copyright",
        text_licence="unknown",
        licence_note="No licence is stated for the list. Photographs and captions belong to those who put them on "
        "Flickr.",
        homepage=_PAGE,
        paper="https://papers.nips.cc/paper/4470-im2text-describing-images-using-1-million-captioned-photographs",
        home="sbu",
        by_address=True,
        advice="Unpack the archive first. The two text files have to be cut at line feeds alone: captions hold other "
        "signs that many programs take for the end of a line, after which all captions stand beside wrong pictures. "
        "About one address in seven answers no longer.",
        citation="""\
@inproceedings{ordonez2011im2text,
  title     = {{Im2Text}: Describing Images Using 1 Million Captioned Photographs},
  author    = {Ordonez, Vicente and Kulkarni, Girish and Berg, Tamara L.},
  booktitle = {Advances in Neural Information Processing Systems},
  volume    = {24},
  year      = {2011}
}
""",
    )
    splits: ClassVar[tuple[str, ...]] = ("train",)
    layout: ClassVar[str] = """\
sbu-captions-all.json                    (also below sbu/; or both of)
SBU_captioned_photo_dataset_urls.txt     (also below dataset/)
SBU_captioned_photo_dataset_captions.txt"""

    def assets(self) -> tuple[Asset, ...]:
        """List the files to acquire."""
        return (Asset(url=f"{_PAGE}{_ARCHIVE}", path=_ARCHIVE, unpack=".", makes=_ARRAYS),)

    def files(self, root: Path, split: str) -> list[Path]:
        """Give the file of arrays, or the two of lines."""
        home = home_of(root, "sbu").folder
        folder = home_of(home, "dataset").folder
        if any((folder / f"{_URLS}{suffix}").exists() for suffix in PACKED):
            mend = "put both text files into one folder"
            return [find_file(folder, (name,), mend=mend) for name in (_URLS, _CAPTIONS)]
        if (home / _ARCHIVE).exists() and not (home / _ARRAYS).exists():
            raise PictusError(
                f"{_ARCHIVE} is not unpacked", where=str(home), mend=f"`tar -xzf {_ARCHIVE}` in that folder"
            )
        return [find_file(home, (_ARRAYS,), mend=f"fetch {_ARCHIVE} from {_PAGE} and unpack it")]

    def records(self, root: Path, split: str) -> Iterator[Record | Reject]:
        """Stream the rows in the order of the files."""
        origin = origin_of(self.card, "sbu", split)
        files = self.files(root, split)
        return array_rows(files[0], origin) if len(files) == 1 else line_rows(files[0], files[1], origin)
