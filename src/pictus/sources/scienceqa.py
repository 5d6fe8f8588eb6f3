"""ScienceQA: questions from science lessons with choices, half of them with a picture, and why the answer is right."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from pictus.card import Asset, Card
from pictus.errors import PictusError
from pictus.reading.card_origin import origin_of
from pictus.reading.choices import choice_question, letter, lettered
from pictus.reading.cut_short import refuse_cut_short
from pictus.reading.files import PACKED
from pictus.reading.json import read_members, read_object
from pictus.reading.members import member_records
from pictus.reading.places import Home, find_file, home_of
from pictus.reading.questions import line_in, notes, question_turns
from pictus.reading.rows import BadRow, list_in, text_in
from pictus.record import Facts, Media, Record, Reject, make_record

_REPOSITORY = "https://github.com/lupantech/ScienceQA"
_RAW = "https://raw.githubusercontent.com/lupantech/ScienceQA/main/data"
_PICTURES = "https://scienceqa.s3.us-west-1.amazonaws.com/images"
_NOTES = ("task", "grade", "subject", "topic", "category", "skill", "hint", "lecture", "solution")
_NAMED = 10  # keys that are named with a count


@dataclass(frozen=True, slots=True)
class Source:
    """ScienceQA. A record is one question: what is asked, `Context:` with the hint, and the choices behind letters.

    The answer is written as the choice stands in the list, "(B) cup B": that needs no word on the form of the answer.
    `facts.choices` and `facts.answers` have the texts without letters; `facts.extra` has the letter of the answer, and
    lecture, solution, hint, topic, skill, grade and subject. Questions without a picture are text alone. Besides the
    splits there are the lists trainval, minitrain, minival and minitest, which name the same questions again. What a
    model said of the pictures, where captions.json is there, stands in `facts.captions`, and its name in `extra`.
    """

    card: ClassVar[Card] = Card(
        title="ScienceQA",
        what="Multiple-choice questions from science lessons, many with a picture, a lecture and a worked solution.",
        size="21,208 questions, 10,332 of them with a picture",
        stages=("instruct", "evaluate"),
        picture_licence="CC-BY-NC-SA-4.0",
        text_licence="CC-BY-NC-SA-4.0",
        licence_note="The code of the repository is under MIT, the data is not.",
        homepage="https://scienceqa.github.io",
        paper="https://arxiv.org/abs/2209.09513",
        code=_REPOSITORY,
        data=_REPOSITORY,
        home="scienceqa",
        advice="Cut copies of problems.json are about; the splits of pid_splits.json overlap by design.",
        checked="pid_splits.json and captions.json of its repository, and 1,773 whole questions of a public copy of "
        "problems.json that is cut short",
        citation="""\
@inproceedings{lu2022learn,
  title     = {Learn to Explain: Multimodal Reasoning via Thought Chains for Science Question Answering},
  author    = {Lu, Pan and Mishra, Swaroop and Xia, Tony and Qiu, Liang and Chang, Kai-Wei and Zhu, Song-Chun and
               Tafjord, Oyvind and Clark, Peter and Kalyan, Ashwin},
  booktitle = {Advances in Neural Information Processing Systems},
  year      = {2022}
}
""",
    )
    splits: ClassVar[tuple[str, ...]] = ("train", "val", "test")
    layout: ClassVar[str] = """\
problems.json, pid_splits.json       (all splits)
captions.json                        (optional: what a model said of the pictures)
images/train/990001/image.png        (or train/990001/image.png)"""

    def assets(self) -> tuple[Asset, ...]:
        """List the files to acquire."""
        texts = (("scienceqa/problems.json", "problems.json"), ("scienceqa/pid_splits.json", "pid_splits.json"))
        return (
            *(Asset(url=f"{_RAW}/{place}", path=name) for place, name in (*texts, ("captions.json", "captions.json"))),
            *(
                Asset(
                    url=f"{_PICTURES}/{split}.zip",
                    path=f"images/{split}.zip",
                    kind="pictures",
                    split=split,
                    unpack="images",
                    makes=f"images/{split}",
                )
                for split in self.splits
            ),
        )

    def splits_in(self, root: Path) -> tuple[str, ...]:
        """Name the lists of questions, of which some name the same questions again."""
        return tuple(_lists(self.files(root, self.splits[0])[1]))

    def files(self, root: Path, split: str) -> list[Path]:
        """Find the files, which are the same for every split; one that was cut short is an error."""
        folder = home_of(root, "scienceqa").folder
        names = ("problems.json", "pid_splits.json")
        mend = f"fetch it from {_REPOSITORY}, folder data/scienceqa"
        files = [refuse_cut_short(find_file(folder, [name], mend=mend)) for name in names]
        told = (place / f"captions.json{ending}" for place in (folder, root) for ending in PACKED)
        return [*files, *[path for path in told if path.is_file()][:1]]

    def records(self, root: Path, split: str) -> Iterator[Record | Reject]:
        """Stream the records of a split, one a question, in the order of problems.json."""
        problems, splits, *described = self.files(root, split)
        wanted = _wanted(splits, split)
        captions, captioner = _captions(described[0]) if described else ({}, None)
        home = home_of(root, "scienceqa")
        images = home.prefix + _folder(home)
        left = set(wanted)

        def make(key: str, row: Mapping[str, Any]) -> Record | None:
            if key not in wanted:
                return None
            left.discard(key)
            caption = captions.get(key)
            told = {name: row.get(name) for name in _NOTES} | {"captioner": captioner if caption else None}
            return self._record(split, key, row, _media(row, root, images, key), caption, told)

        yield from member_records(read_members(problems), make)
        if left:
            yield _missing(problems, wanted, left)

    def _record(
        self,
        split: str,
        key: str,
        row: Mapping[str, Any],
        media: tuple[Media, ...],
        caption: str | None,
        told: Mapping[str, Any],
    ) -> Record:
        choices, answer = _choices(row)
        asked = choice_question(line_in(row, "question"), choices, context=text_in(row, "hint", "").strip())
        said = None if answer is None else lettered(answer, choices[answer])
        return make_record(
            origin_of(self.card, "scienceqa", split, key),
            media=media,
            turns=question_turns(asked, said, images=len(media)),
            facts=Facts(
                captions=(" ".join(caption.split()),) if caption else (),
                choices=tuple(choices),
                answers=() if answer is None else (choices[answer],),
                extra=notes({"letter": None if answer is None else letter(answer), **told}),
            ),
        )


def _wanted(path: Path, split: str) -> dict[str, None]:
    """Read which questions a split has; ids are text."""
    lists = _lists(path)
    if split not in lists:
        known = ", ".join(lists) or "none"
        raise PictusError(f"there is no list `{split}`", where=str(path), mend=f"the lists that are there: {known}")
    return dict.fromkeys(map(str, lists[split]))


def _lists(path: Path) -> dict[str, list[Any]]:
    found = read_object(path)
    return {name: ids for name, ids in found.items() if isinstance(ids, list)} if isinstance(found, dict) else {}


def _captions(path: Path) -> tuple[dict[str, str], str | None]:
    """Read what a model said of the pictures: the texts are a level below the name of the model."""
    file = read_object(path)
    captions = file.get("captions") if isinstance(file, dict) else None
    if not isinstance(captions, dict):
        raise PictusError("there are no `captions`", where=str(path), mend="fetch it again, or take it away")
    return {key: text for key, text in captions.items() if isinstance(text, str) and text.strip()}, file.get("model")


def _folder(home: Home) -> str:
    return "images/" if (home.folder / "images").is_dir() or not (home.folder / "train").is_dir() else ""


def _choices(row: Mapping[str, Any]) -> tuple[list[str], int | None]:
    choices, answer = list_in(row, "choices"), row.get("answer")
    if len(choices) < 2 or not all(isinstance(choice, str) and choice.strip() for choice in choices):
        raise BadRow("it has fewer than two choices, or one that is empty or no text")
    if answer is not None and (type(answer) is not int or not 0 <= answer < len(choices)):
        raise BadRow("its answer is not the number of a choice")
    return choices, answer


def _media(row: Mapping[str, Any], root: Path, images: str, key: str) -> tuple[Media, ...]:
    if row.get("image") is None:
        return ()
    split = text_in(row, "split")  # of the question itself: a list such as minival is no folder
    return (Media(path=f"{images}{split}/{key}/{line_in(row, 'image')}", root=str(root)),)


def _missing(problems: Path, wanted: Iterable[str], left: set[str]) -> Reject:
    keys = [key for key in wanted if key in left]
    shown = ", ".join(keys[:_NAMED]) + (", …" if len(keys) > _NAMED else "")
    return Reject(
        where=problems.name,
        reasons=("questions that the list of the split names are missing",),
        row=f"{len(keys):,} in all: {shown}",
    )
