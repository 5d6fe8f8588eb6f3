"""Look through a corpus for what a benchmark asks: shard by shard, first by names and hashes, then by words."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from pictus.reading.picture_file import picture_bytes
from pictus.reading.rows import BadRow
from pictus.record import Record
from pictus.scoring.overlap.levels import LEVELS, STRENGTH, Level
from pictus.scoring.overlap.names import kinds_of
from pictus.scoring.overlap.nearness import are_unlike
from pictus.scoring.overlap.prints import pixels_of
from pictus.scoring.overlap.texts import said_in
from pictus.steps.contamination.hashing import Hashed, hashes_of
from pictus.steps.contamination.question_set import QuestionSet
from pictus.store.corpus import Corpus
from pictus.store.shards import read_shard


@dataclass(slots=True)
class Seen:
    """How a question was found in corpora, and the record that has most of it."""

    levels: set[Level]
    corpus: str
    record: str
    strength: int

    def plain(self) -> dict[str, Any]:
        """Give it as JSON has it."""
        return {
            "levels": [level for level in LEVELS if level in self.levels],
            "corpus": self.corpus,
            "record": self.record,
        }


@dataclass(slots=True)
class Overlap:
    """What a corpus and a benchmark have in common, and what could be compared at all."""

    corpus: str
    seen: dict[int, Seen] = field(default_factory=dict)  # by the question's number
    pictures: set[int] = field(default_factory=set)  # of the benchmark
    records: int = 0  # of the corpus that have something of it
    refuted: int = 0  # pictures of the same id that look quite different
    of_records: int = 0
    of_pictures: int = 0  # in records: one that two records have counts twice
    named: Counter[str] = field(default_factory=Counter)
    hashed: int = 0
    unhashed: Counter[str] = field(default_factory=Counter)

    def counts(self) -> dict[Level, int]:
        """Count the questions that were found at each level; most are found at several."""
        found = Counter(level for one in self.seen.values() for level in one.levels)
        return {level: found[level] for level in LEVELS}


Matches: TypeAlias = dict[int, set[Level]]  # by the number of the benchmark's picture


def find_overlap(asked: QuestionSet, corpus: Corpus, name: str) -> Overlap:
    """Compare a hashed corpus, which goes by a name, with a benchmark."""
    found = Overlap(name)
    reads_all = bool(asked.bare or asked.long_texts)
    for number in corpus.shards:
        matches = _matches(asked, corpus, number, found)
        if not matches and not reads_all:
            continue
        wants_pixels = any("near" in levels for one in matches.values() for levels in one.values())
        fields = {"turns", *(["media"] if wants_pixels else [])}
        for record in read_shard(corpus.place, number, roots=corpus.roots, fields=fields):
            if record.id in matches or reads_all:
                _take(asked, record, matches.get(record.id, {}), found)
    return found


def merged(overlaps: list[Overlap]) -> dict[int, Seen]:
    """Bring together what was found in several corpora: all levels, and the record that has most."""
    whole: dict[int, Seen] = {}
    for overlap in overlaps:
        for number, one in overlap.seen.items():
            _add(whole, number, one.levels, one.corpus, one.record, one.strength)
    return whole


def _matches(asked: QuestionSet, corpus: Corpus, number: int, found: Overlap) -> dict[str, Matches]:
    """Find the pictures of a shard that the benchmark has too, by the ids of records."""
    matches: dict[str, Matches] = {}
    nears: dict[tuple[int, bytes], list[str]] = {}
    for identity, pictures in hashes_of(corpus, number):
        found.of_records += 1
        for one in pictures:
            _count(one, found)
            for picture, level in _same(asked, one, found):
                matches.setdefault(identity, {}).setdefault(picture, set()).add(level)
            if one.print is not None and one.print.near is not None:
                nears.setdefault((one.print.near, one.print.detail), []).append(identity)
    prints = list(nears)
    for place, picture in asked.lookalikes.like(prints):
        for identity in nears[prints[place]]:
            matches.setdefault(identity, {}).setdefault(picture, set()).add("near")
    return matches


def _count(one: Hashed, found: Overlap) -> None:
    found.of_pictures += 1
    found.named.update(kinds_of(one.names))
    found.hashed += one.print is not None
    if one.why is not None:
        found.unhashed[one.why] += 1


def _same(asked: QuestionSet, one: Hashed, found: Overlap) -> Iterator[tuple[int, Level]]:
    for picture in {picture for name in one.names for picture in asked.by_name.get(name, ())}:
        ways = asked.pictures[picture].ways
        if one.print is not None and ways is not None and are_unlike(one.print, ways):
            found.refuted += 1  # somebody's own files may be numbered as COCO's are
        else:
            yield picture, "id"
    if one.print is not None:
        yield from ((picture, "file") for picture in asked.by_file.get(one.print.file, ()))


def _take(asked: QuestionSet, record: Record, matches: Matches, found: Overlap) -> None:
    """Note what a record has of the benchmark."""
    _compare_pixels(asked, record, matches)
    said = said_in(record.turns)
    levels_of: dict[int, set[Level]] = {}
    for picture, levels in matches.items():
        found.pictures.add(picture)
        for number in asked.about.get(picture, ()):
            levels_of.setdefault(number, set()).update(levels)
    if not any(part.type != "text" for turn in record.turns for part in turn.parts):
        for question in said.questions:
            for number in asked.bare.get(question, ()):
                levels_of.setdefault(number, set())
    for number, levels in levels_of.items():
        one = asked.questions[number]
        answered = said.answers if not one.question else {text for asks, text in said.pairs if asks == one.question}
        if one.question and one.question in said.questions:
            levels.add("question")
        if answered & one.answers:
            levels.add("answer")
    for number in asked.long_texts.covered_by(turn.text for turn in record.turns) if asked.long_texts else ():
        levels_of.setdefault(number, set()).add("long_text")
    found.records += bool(levels_of)
    for number, levels in levels_of.items():
        _add(found.seen, number, levels, found.corpus, record.id, sum(STRENGTH[level] for level in levels))


def _compare_pixels(asked: QuestionSet, record: Record, matches: Matches) -> None:
    """Look whether a picture that is near, or the same file, has the very same pixels."""
    own: set[bytes] | None = None
    for picture, levels in matches.items():
        if "file" in levels:
            levels.add("pixels")
        elif "near" in levels:
            if own is None:
                own = set(_pixels(record))
            try:
                if asked.pictures[picture].pixel_hash() in own:
                    levels.add("pixels")
            except BadRow:
                continue  # it was there when it was hashed


def _pixels(record: Record) -> Iterator[bytes]:
    for medium in record.media:
        try:
            data = picture_bytes(medium) if medium.kind == "image" else None
            if data is not None:
                yield pixels_of(data)
        except BadRow:
            continue


def _add(whole: dict[int, Seen], number: int, levels: set[Level], corpus: str, record: str, strength: int) -> None:
    before = whole.get(number)
    if before is None:
        whole[number] = Seen(set(levels), corpus, record, strength)
        return
    before.levels |= levels
    if strength > before.strength:
        before.corpus, before.record, before.strength = corpus, record, strength
