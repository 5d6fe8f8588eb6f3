"""What a benchmark asks, as it is looked for in corpora: pictures with their names and prints, and words as hashes."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import sha256
from itertools import islice
from pathlib import Path

from pictus.engine.local import call_all, default_workers
from pictus.errors import PictusError
from pictus.grade import Item
from pictus.reading.choices import letter, lettered
from pictus.reading.json import read_rows
from pictus.reading.picture_file import picture_bytes
from pictus.reading.places import find_file, home_of
from pictus.reading.rows import BadRow
from pictus.reading.wording import plain
from pictus.record import Media, Record, Reject
from pictus.scoring.overlap.names import kinds_of, names_of, partners_of, with_partners
from pictus.scoring.overlap.nearness import Lookalikes
from pictus.scoring.overlap.prints import Print, pixels_of, prints_both_ways
from pictus.scoring.overlap.texts import LongTexts, question_hash, text_hash
from pictus.steps.sitting import Sitting

_AT_ONCE = 256  # pictures that a process hashes before it tells of them
Ways = tuple[Print, Print]  # of a picture, and of its mirror image


@dataclass(slots=True)
class Picture:
    """A picture of a benchmark."""

    names: tuple[str, ...]
    medium: Media  # without its bytes, where these were in a table
    ways: Ways | None = None
    pixels: bytes | None = None

    def pixel_hash(self) -> bytes:
        """Hash its pixels, once, when somebody asks for it."""
        if self.pixels is None:
            data = picture_bytes(self.medium)
            if data is None:
                raise BadRow("there is no picture")
            self.pixels = pixels_of(data)
        return self.pixels


@dataclass(frozen=True, slots=True)
class Question:
    """An item of a benchmark, by hashes of its words."""

    id: str
    question: int  # 0 where nothing is asked in words, as of captions
    answers: frozenset[int]
    pictures: tuple[int, ...]


@dataclass(slots=True)
class QuestionSet:
    """The questions of a benchmark, and how to look them up; in memory, for benchmarks are small."""

    name: str
    split: str
    questions: list[Question] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    long_texts: LongTexts = field(default_factory=LongTexts)
    by_name: dict[str, list[int]] = field(default_factory=dict)  # pictures
    by_file: dict[bytes, list[int]] = field(default_factory=dict)
    about: dict[int, list[int]] = field(default_factory=dict)  # questions about a picture
    bare: dict[int, list[int]] = field(default_factory=dict)  # those without one, by their words
    lookalikes: Lookalikes = field(default_factory=lambda: Lookalikes([]))

    @property
    def named(self) -> Counter[str]:
        """Count the pictures that have a name, by whose it is."""
        return Counter(kind for picture in self.pictures for kind in kinds_of(picture.names))

    @property
    def hashed(self) -> int:
        """Count the pictures that have a print."""
        return sum(picture.ways is not None for picture in self.pictures)


def read_question_set(
    sitting: Sitting, root: Path, partners: Mapping[str, str], *, only: Collection[str] | None = None
) -> QuestionSet:
    """Read the questions of a benchmark, or only some by id, and hash their pictures."""
    asked = QuestionSet(sitting.name, sitting.split)
    places: dict[object, int] = {}
    embedded: dict[int, Media] = {}
    seen: set[str] = set()
    for record, item in _asked(sitting, root):
        if item.id in seen or (only is not None and item.id not in only):
            continue
        seen.add(item.id)
        numbers = []
        pictures = tuple(medium for medium in item.media if medium.kind == "image")
        for medium, names in zip(pictures, names_of(replace(record, media=pictures)), strict=True):
            where = (medium.root, medium.path) if medium.data is None else sha256(medium.data).digest()
            if where not in places:
                places[where] = len(asked.pictures)
                if medium.data is not None:
                    embedded[places[where]] = medium
                asked.pictures.append(Picture(with_partners(names, partners), replace(medium, data=None)))
            numbers.append(places[where])
        _add(asked, record, item, tuple(dict.fromkeys(numbers)))
        if len(embedded) >= _AT_ONCE:
            _hash(asked, embedded)
            embedded = {}
    _hash(asked, embedded)
    _hash(asked, {number: one.medium for number, one in enumerate(asked.pictures) if one.ways is None})
    _index(asked)
    return asked


def find_partners(root: Path) -> tuple[dict[str, str], Path | None]:
    """Read which pictures of Visual Genome are COCO's, if its list of pictures lies below the data root."""
    for name in ("vg", "visual_genome"):
        try:
            path = find_file(home_of(root, name).folder, ["image_data.json", "image_data_v1_2.json"], mend="")
        except PictusError:
            continue
        rows = (row[1] for row in read_rows(path) if not isinstance(row, Reject))
        return partners_of(row for row in rows if isinstance(row, Mapping)), path
    return {}, None


def _asked(sitting: Sitting, root: Path) -> Iterator[tuple[Record, Item]]:
    for found in sitting.questions(root):
        if not isinstance(found, Reject):
            yield from ((found[0], item) for item in found[1])


def _add(asked: QuestionSet, record: Record, item: Item, pictures: tuple[int, ...]) -> None:
    words = item.turns[-1].text
    # Where there are choices, people answer with their letters too.
    letters = [letter(place) for place, choice in enumerate(record.facts.choices) if choice in item.truth]
    answers = frozenset(text_hash(plain(one)) for one in (*item.truth, *letters)) - {0}
    number = len(asked.questions)
    asked.questions.append(Question(item.id, question_hash(words), answers, pictures))
    asked.long_texts.add(number, _without_choices(words, record.facts.choices))
    for picture in pictures:
        asked.about.setdefault(picture, []).append(number)
    if not pictures and asked.questions[-1].question:
        asked.bare.setdefault(asked.questions[-1].question, []).append(number)


def _without_choices(words: str, choices: Sequence[str]) -> str:
    """Leave out the choices below a question: they may be the same below many, and the longer part of it."""
    for mark in (lettered(0, choices[0]), f"A. {choices[0]}") if choices else ():
        if (at := words.rfind(f"\n{mark}")) >= 0:
            return words[:at]
    return words


def _hash(asked: QuestionSet, media: Mapping[int, Media]) -> None:
    """Hash pictures in all processes; what lies in no file has its pixels hashed too, for its bytes are then let go."""
    left = iter(media.items())
    jobs = (partial(hash_pictures, some) for some in iter(lambda: list(islice(left, _AT_ONCE)), []))
    for found in call_all(jobs, workers=default_workers()):
        for number, ways, pixels in found:
            asked.pictures[number].ways, asked.pictures[number].pixels = ways, pixels


def hash_pictures(media: Sequence[tuple[int, Media]]) -> list[tuple[int, Ways, bytes | None]]:
    """Hash some pictures; those that are not there, or broken, are left out."""
    found = []
    for number, medium in media:
        try:
            data = picture_bytes(medium)
            if data is None:
                continue
            ways = prints_both_ways(data)
            found.append((number, ways, None if medium.data is None else pixels_of(data)))
        except BadRow:
            continue
    return found


def _index(asked: QuestionSet) -> None:
    for number, picture in enumerate(asked.pictures):
        for name in picture.names:
            asked.by_name.setdefault(name, []).append(number)
        if picture.ways is not None:
            asked.by_file.setdefault(picture.ways[0].file, []).append(number)
    asked.lookalikes = Lookalikes([picture.ways for picture in asked.pictures])
