"""OCR-VQA: questions about book covers, whose answers stand on them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, ClassVar
from urllib.parse import urlsplit

from pictus.card import Asset, Card
from pictus.reading.card_origin import origin_of
from pictus.reading.cut_short import refuse_cut_short
from pictus.reading.json import read_members
from pictus.reading.members import member_records
from pictus.reading.places import Home, find_file, home_of
from pictus.reading.questions import address_in, notes, question_turns
from pictus.reading.rows import BadRow, list_in
from pictus.record import Facts, Media, Record, Reject, Turn, make_record

_DRIVE = "https://drive.google.com/drive/folders/1_GYPY5UkUy7HIcR0zq3ZCFgeZN7BAfm_"
_NUMBERS = {1: "train", 2: "val", 3: "test"}
_ENDINGS = (".jpg", ".png", ".gif", ".jpeg")


@dataclass(frozen=True, slots=True)
class Source:
    """OCR-VQA. A record is one book cover with all its questions, each followed by its answer.

    The answers stand in `facts.answers` in the order of the questions; title, author and genre, as the shop lists
    them, in `facts.extra`. A picture is named by the key of its book. Its ending is that of its address, yet trainers
    name every cover `.jpg`: what is in the folder counts, and `.jpg` where nothing is.
    """

    card: ClassVar[Card] = Card(
        title="OCR-VQA",
        what="Questions about book covers: who wrote it, what it is called, what kind of book it is.",
        size="207,572 book covers with about a million questions and answers",
        stages=("instruct", "evaluate"),
        picture_licence="third-party-copyright",
        text_licence="unknown",
        licence_note="The covers belong to their publishers. No licence of the questions is stated on their page; that "
        "it is Apache-2.0 is the claim of somebody else's loader.",
        homepage="https://ocr-vqa.github.io",
        paper="https://anandmishra22.github.io/files/mishra-OCR-VQA.pdf",
        data=_DRIVE,
        home="ocr_vqa",
        by_address=True,
        advice="Many addresses of covers are dead: 355 of the 80,000 that LLaVA's mix uses are missing, and "
        "1437717772.jpg is corrupt. Covers that came as GIF decode under the name `.jpg` too.",
        citation="""\
@inproceedings{mishra2019ocrvqa,
  title     = {{OCR-VQA}: Visual Question Answering by Reading Text in Images},
  author    = {Mishra, Anand and Shekhar, Shashank and Singh, Ajeet Kumar and Chakraborty, Anirban},
  booktitle = {International Conference on Document Analysis and Recognition},
  year      = {2019}
}
""",
    )
    splits: ClassVar[tuple[str, ...]] = tuple(_NUMBERS.values())
    layout: ClassVar[str] = """\
dataset.json                 (all splits)
images/0009900017.jpg"""

    def assets(self) -> tuple[Asset, ...]:
        """List the one file; the covers are fetched from the addresses in it."""
        by_hand = "open the folder in a browser, and download dataset.json"
        return (Asset(url=_DRIVE, path="dataset.json", by_hand=by_hand),)

    def files(self, root: Path, split: str) -> list[Path]:
        """Find the file, which is the same for every split."""
        folder = home_of(root, "ocr_vqa").folder
        return [refuse_cut_short(find_file(folder, ["dataset.json"], mend=f"fetch it from {self.card.data}"))]

    def records(self, root: Path, split: str) -> Iterator[Record | Reject]:
        """Stream the records of a split, one a book, in the order of the file."""
        (path,) = self.files(root, split)
        home = home_of(root, "ocr_vqa")

        def make(key: str, row: Mapping[str, Any]) -> Record | None:
            if _split(row) != split:
                return None
            pairs, address = _pairs(row), address_in(row, "imageURL")
            return make_record(
                origin_of(self.card, "ocr_vqa", split, key, address=address),
                media=(Media(path=home.prefix + _picture(home, key, address), root=str(root), url=address),),
                turns=_turns(pairs),
                facts=Facts(
                    answers=tuple(answer for _, answer in pairs),
                    extra=notes({name: row.get(name) for name in ("title", "authorName", "genre")}),
                ),
            )

        return member_records(read_members(path), make)


def _split(row: Mapping[str, Any]) -> str:
    number: Any = row["split"]
    if type(number) is not int or number not in _NUMBERS:
        raise BadRow("its split is not 1, 2 or 3")
    return _NUMBERS[number]


def _pairs(row: Mapping[str, Any]) -> list[tuple[str, str]]:
    questions, answers = list_in(row, "questions"), list_in(row, "answers")
    if len(questions) != len(answers):
        raise BadRow("it has not as many answers as questions")
    if not questions:
        raise BadRow("it has no questions")
    if not all(isinstance(text, str) and text.strip() for text in (*questions, *answers)):
        raise BadRow("a question or an answer is empty or no text")
    return [(question.strip(), answer.strip()) for question, answer in zip(questions, answers, strict=True)]


def _turns(pairs: list[tuple[str, str]]) -> Iterator[Turn]:
    for place, (question, answer) in enumerate(pairs):
        yield from question_turns(question, answer, images=1 if place == 0 else 0)


def _picture(home: Home, key: str, address: str | None) -> str:
    """Name the file of a cover: one that is there, else as the trainers' trees have it."""
    own = PurePosixPath(urlsplit(address or "").path).suffix.lower()
    names = [f"images/{key}{ending}" for ending in dict.fromkeys((own, *_ENDINGS)) if ending in _ENDINGS]
    return next((name for name in names if (home.folder / name).is_file()), f"images/{key}.jpg")
