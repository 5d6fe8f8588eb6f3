"""Nothing is asked twice about a picture, and no conversation comes again in slightly other words."""

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from itertools import islice
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from pictus.reading.minhash import PLACES, Signatures, near_pairs, signatures
from pictus.reading.wording import exchanges, plain
from pictus.record import Record

Order: TypeAlias = npt.NDArray[np.int64]

_AT_ONCE = 512


@dataclass(frozen=True, slots=True)
class Check:
    """Keep the first record by id of those that ask the same about a picture, or say nearly the same.

    Two records say nearly the same when `similarity` of their runs of three words are shared, found by MinHash.
    Conversations of fewer than `across` words are compared only about one picture: "Is there a dog? No." may be said of
    many. Held in memory are ids and hashes alone, about 0.8 GB for a million records.
    """

    similarity: float = 0.8
    across: int = 60

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
        groups = np.frombuffer(gathered.groups, np.uint64)[places]
        near = _originals(near_pairs(gathered.take(places), groups, least=self.similarity), len(ids))
        for rank, identity in enumerate(ids):
            if same[rank] < rank:
                yield identity, f'the same was asked about this picture before: "{ids[same[rank]]}"'
            elif near[rank] != rank:
                yield identity, f'nearly the same conversation came before: "{ids[near[rank]]}"'


class _Gathered:
    """Hashes of all records, in the order of their coming."""

    def __init__(self) -> None:
        self.ids: list[str] = []
        self.groups = array("Q")  # the picture of a record that is compared only with others of that picture, else 0
        self._made: list[Signatures] = []
        self._questions = array("Q")
        self._counts = array("I")

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
            self.groups.append(_hash(picture) if len(words) < across else 0)
            self._questions.extend(questions)
            self._counts.append(len(questions))
        self._made.append(signatures(texts))

    def take(self, order: Order) -> Signatures:
        """Give the signatures in an order, and let go of them: both at once would take the memory twice."""
        taken = np.empty((len(order), PLACES), np.uint16)
        ranks = _ranks(order)
        self._made.reverse()
        begin = 0
        while self._made:
            part = self._made.pop()
            taken[ranks[begin : begin + len(part)]] = part
            begin += len(part)
        return taken

    def first_with_same_questions(self, order: Order) -> list[int]:
        """Give for each record the last of the first ones that asked its questions: itself, if one of them is new."""
        counts = np.frombuffer(self._counts, np.uint32).astype(np.int64)
        asker = np.repeat(_ranks(order), counts)
        _, which = np.unique(np.frombuffer(self._questions, np.uint64), return_inverse=True)
        first = np.full(which.max() + 1, len(order), np.int64)
        np.minimum.at(first, which, asker)
        latest = np.maximum.reduceat(first[which], np.cumsum(counts) - counts)
        found: list[int] = latest[order].tolist()
        return found


def _ranks(order: Order) -> Order:
    ranks = np.empty(len(order), np.int64)
    ranks[order] = np.arange(len(order))
    return ranks


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
