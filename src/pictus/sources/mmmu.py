"""MMMU: questions of college courses about pictures, some with several, from art to engineering."""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from pictus.card import Asset, Card
from pictus.errors import PictusError
from pictus.reading.card_origin import origin_of
from pictus.reading.choices import choice_question, letter, lettered
from pictus.reading.numbered_pictures import placed_pictures, without_marks
from pictus.reading.parquet_files import read_parquet
from pictus.reading.places import home_of
from pictus.reading.questions import line_in, notes
from pictus.reading.rows import BadRow, key_of, record_rows, text_in
from pictus.record import Facts, Media, Record, Reject, Turn, make_record

_HUB = "https://huggingface.co/datasets/MMMU/MMMU"
_SUBJECTS = (
    *("Accounting", "Agriculture", "Architecture_and_Engineering", "Art", "Art_Theory", "Basic_Medical_Science"),
    *("Biology", "Chemistry", "Clinical_Medicine", "Computer_Science", "Design"),
    *("Diagnostics_and_Laboratory_Medicine", "Economics", "Electronics", "Energy_and_Power", "Finance", "Geography"),
    *("History", "Literature", "Manage", "Marketing", "Materials", "Math", "Mechanical_Engineering", "Music"),
    *("Pharmacy", "Physics", "Psychology", "Public_Health", "Sociology"),
)
_AT_ONCE = 16  # rows; each may carry several pictures of megabytes
_PICTURE = re.compile(r"image_(\d+)")
_WITHHELD = ("?", "")


@dataclass(frozen=True, slots=True)
class Source:
    """MMMU. A record is one question, with its choices behind letters, and the pictures where its marks name them.

    The answer of a question with choices is written as the choice stands in the list, "(B) both", or as its letter
    alone where the choice is a picture. An open question may have several accepted answers: all stand in
    `facts.answers`, and the turn gives the first. The answers of the test split are withheld, so its records only ask.
    Choices may be pictures and may be more than four: `facts.choices` has their texts, marks included. The pictures
    are inside the files, and so in the records. `facts.extra` has subject, subfield, difficulty, the kinds of pictures
    and the explanation where there is one.
    """

    card: ClassVar[Card] = Card(
        title="MMMU",
        what="College-level questions about pictures in thirty subjects, most with choices.",
        size="11,550 questions (150 dev, 900 validation, 10,500 test), 3.7 GB",
        stages=("evaluate",),
        picture_licence="third-party-copyright",
        text_licence="Apache-2.0",
        licence_note="Apache-2.0 is the tag on its card; pictures and questions were collected from the web and from "
        "textbooks.",
        homepage="https://mmmu-benchmark.github.io",
        paper="https://arxiv.org/abs/2311.16502",
        code="https://github.com/MMMU-Benchmark/MMMU",
        data=_HUB,
        home="mmmu",
        advice="A benchmark: what it asks does not belong into training.",
        citation="""\
@inproceedings{yue2023mmmu,
  title     = {{MMMU}: A Massive Multi-discipline Multimodal Understanding and Reasoning Benchmark for Expert {AGI}},
  author    = {Yue, Xiang and Ni, Yuansheng and Zhang, Kai and Zheng, Tianyu and Liu, Ruoqi and Zhang, Ge and others},
  booktitle = {Proceedings of the IEEE/CVF Conference on Computer Vision and Pattern Recognition},
  year      = {2024}
}
""",
    )
    splits: ClassVar[tuple[str, ...]] = ("dev", "validation", "test")
    layout: ClassVar[str] = """\
Accounting/dev-00000-of-00001.parquet        (and validation-…, test-…)
Sociology/…                                  (thirty subjects; those that are there are read)"""

    def assets(self) -> tuple[Asset, ...]:
        """List the files to acquire, one a subject and split; the test split of some subjects may be in more."""
        return tuple(
            Asset(url=f"{_HUB}/resolve/main/{path}", path=path, split=split)
            for split in self.splits
            for subject in _SUBJECTS
            for path in (f"{subject}/{split}-00000-of-00001.parquet",)
        )

    def files(self, root: Path, split: str) -> list[Path]:
        """List the files of a split, subject by subject."""
        folder = home_of(root, "mmmu").folder
        found = sorted(folder.glob(f"*/{split}-*.parquet"))
        if not found:
            raise PictusError(
                f"there is no file such as {_SUBJECTS[0]}/{split}-00000-of-00001.parquet",
                where=str(folder),
                mend=f"fetch the subjects from {_HUB}",
            )
        return found

    def records(self, root: Path, split: str) -> Iterator[Record | Reject]:
        """Stream the records of a split, one a question, subject by subject."""
        for path in self.files(root, split):
            subject = path.parent.name

            def make(row: Mapping[str, Any], where: str, subject: str = subject) -> Record:
                return self._record(split, subject, row, where)

            yield from record_rows(read_parquet(path, name=f"{path.parent.name}/{path.name}"), make)

    def _record(self, split: str, subject: str, row: Mapping[str, Any], where: str) -> Record:
        choices = _texts(row["options"], "options")
        answers, place = _answers(text_in(row, "answer", "").strip(), choices)
        asked = choice_question(line_in(row, "question"), choices)
        parts, media = placed_pictures(asked, _pictures(row))
        turns = [Turn("user", parts)]
        if answers:
            turns.append(Turn.of("assistant", answers[0] if place is None else _said(place, choices)))
        return make_record(
            origin_of(self.card, "mmmu", split, key_of(row, where)),
            media=media,
            turns=turns,
            facts=Facts(
                choices=tuple(choices),
                answers=tuple(answers),
                extra=notes(
                    {
                        "subject": subject,
                        "letter": None if place is None else letter(place),
                        **{name: row.get(name) for name in ("question_type", "subfield", "topic_difficulty")},
                        "img_type": _texts(row.get("img_type"), "img_type"),
                        "explanation": row.get("explanation"),
                    }
                ),
            ),
        )


def _texts(value: Any, name: str) -> list[str]:
    """Read a list that is written as Python writes it; some copies have turned it into a real one."""
    if isinstance(value, str) and value.strip():
        try:
            value = ast.literal_eval(value.strip())
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            raise BadRow(f"`{name}` is no list as Python writes it") from None
    texts = [str(one) if type(one) in (int, float) else one for one in value or ()]
    if not all(isinstance(one, str) and one.strip() for one in texts):
        raise BadRow(f"something in `{name}` is empty or no text")
    return texts


def _answers(answer: str, choices: list[str]) -> tuple[list[str], int | None]:
    """Give the accepted answers as texts, and which choice the first of them is; none where they are withheld."""
    if answer in _WITHHELD:
        return [], None
    # An open question may have an interval as its answer, such as [0, 1]: only texts in brackets are a list.
    told = _texts(answer, "answer") if answer.startswith(("['", '["')) else [answer]
    if not choices:
        return told, None
    places = [ord(one) - ord("A") if len(one) == 1 else -1 for one in told]
    if not all(0 <= place < len(choices) for place in places):
        raise BadRow("its answer is not the letter of a choice")
    return [choices[place] for place in places], places[0]


def _said(place: int, choices: list[str]) -> str:
    return lettered(place, without_marks(choices[place])).strip()


def _pictures(row: Mapping[str, Any]) -> dict[int, Media]:
    pictures = {}
    for name, value in row.items():
        number = _PICTURE.fullmatch(name)
        if number is None or value is None:
            continue
        data = value.get("bytes") if isinstance(value, Mapping) else None
        if not data:
            raise BadRow("a picture of it has no bytes")
        pictures[int(number[1])] = Media(data=data)
    return pictures
