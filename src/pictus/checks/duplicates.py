"""Nothing is asked twice about a picture, and no conversation comes again in slightly other words."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from itertools import islice

import numpy as np

from pictus.reading.minhash import Hashes, near_pairs, signatures
from pictus.reading.wording import exchanges, plain
from pictus.record import Record

_AT_ONCE = 512


@dataclass(frozen=True, slots=True)
class Check:
    """Keep the first record by id of those that ask the same about a picture, or say nearly the same.

    Two records say nearly the same when `similarity` of their runs of three words are shared, found by MinHash.
    Conversations of fewer than `across` words are compared only about one picture: "Is there a dog? No." may be said of
    many. Held in memory are hashes alone, about 450 MB for a million records.
    """

    similarity: float = 0.8
    across: int = 40

    def problems_of(self, records: Iterable[Record]) -> Iterator[tuple[str, str]]:
        """Name each record that comes after one like it, in the order of ids."""
        gathered = _Gathered()
        records = (record for record in records if record.turns)
        while some := list(islice(records, _AT_ONCE)):
            gathered.add(some, self.across)
        if not gathered.ids:
            return
        order = sorted(range(len(gathered.ids)), key=gathered.ids.__getitem__)
        ids = [gathered.ids[place] for place in order]
        places = np.array(order)
        same = gathered.first_with_same_questions(places)
        near = _originals(near_pairs(gathered.made[places], gathered.groups[places], least=self.similarity), len(ids))
        for rank, identity in enumerate(ids):
            if same[rank] < rank:
                yield identity, f'the same was asked about this picture before: "{ids[same[rank]]}"'
            elif near[rank] != rank:
                yield identity, f'nearly the same conversation came before: "{ids[near[rank]]}"'


class _Gathered:
    """Hashes of all records, in the order of their coming."""

    def __init__(self) -> None:
        self.ids: list[str] = []
        self._made: list[np.ndarray] = []
        self._groups: list[int] = []
        self._questions: list[int] = []
        self._counts: list[int] = []

    def add(self, records: list[Record], across: int) -> None:
        """Take the hashes of some records."""
        texts = []
        for record in records:
            picture = _picture(record)
            said = list(exchanges(record.turns))
            words = " ".join(f"{plain(one.question)} {plain(one.answer)}" for one in said).split()
            questions = [_hash(f"{picture}\n{plain(one.question)}") for one in said] or [
                _hash(f"{picture}\n{record.id}")
            ]
            texts.append(words)
            self.ids.append(record.id)
            self._groups.append(_hash(picture) if len(words) < across else 0)
            self._questions.extend(questions)
            self._counts.append(len(questions))
        self._made.append(signatures(texts))

    @property
    def made(self) -> np.ndarray:
        """Give the signatures."""
        if len(self._made) > 1:
            self._made = [np.concatenate(self._made)]
        return self._made[0]

    @property
    def groups(self) -> Hashes:
        """Give the picture of each record that is compared only with others of that picture, else 0."""
        return np.array(self._groups, np.uint64)

    def first_with_same_questions(self, order: np.ndarray) -> list[int]:
        """Give for each record the last of the first ones that asked its questions: itself, if one of them is new."""
        ranks = np.empty(len(order), np.int64)
        ranks[order] = np.arange(len(order))
        counts = np.array(self._counts)
        asker = np.repeat(ranks, counts)
        _, which = np.unique(np.array(self._questions, np.uint64), return_inverse=True)
        first = np.full(which.max() + 1, len(order), np.int64)
        np.minimum.at(first, which, asker)
        latest = np.maximum.reduceat(first[which], np.cumsum(counts) - counts)
        found: list[int] = latest[order].tolist()
        return found


def _originals(pairs: Iterable[tuple[int, int]], count: int) -> list[int]:
    """Follow each record to the first of those it is like, directly or through others."""
    originals = list(range(count))

    def first(place: int) -> int:
        while originals[place] != place:
            originals[place] = originals[originals[place]]
            place = originals[place]
        return place

    for one, other in pairs:
        one, other = sorted((first(one), first(other)))
        originals[other] = one
    return [first(place) for place in range(count)]


def _picture(record: Record) -> str:
    """Name the pictures of a record by their content, or by where they are."""
    if not record.media:
        return f"{record.origin.dataset} {record.origin.key}"
    return " ".join(one.sha256 or one.url or f"{record.origin.dataset} {one.path or ''}" for one in record.media)


def _hash(text: str) -> int:
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest())
