"""Yes and no are about as frequent, so that a model cannot learn to agree."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b

from pictus.reading.wording import exchanges, words_of
from pictus.record import Record


@dataclass(frozen=True, slots=True)
class Check:
    """Keep records until one of yes and no is more than `share` of such answers; the surplus is chosen by id.

    Only a record of nothing but the more frequent answer can be set aside. With fewer than `least` such answers
    there is no verdict.
    """

    share: float = 0.6
    least: int = 50

    def problems_of(self, records: Iterable[Record]) -> Iterator[tuple[str, str]]:
        """Name the records that are too many."""
        totals = {"yes": 0, "no": 0}
        alike: dict[str, list[tuple[bytes, str, int]]] = {"yes": [], "no": []}  # records of only one answer
        for record in records:
            said = [_polarity(exchange.answer) for exchange in exchanges(record.turns)]
            for answer in said:
                if answer:
                    totals[answer] += 1
            if said and said[0] and len(set(said)) == 1:
                alike[said[0]].append((_order(record.id), record.id, len(said)))
        more = max(totals, key=totals.__getitem__)
        most, every = totals[more], sum(totals.values())
        if every < self.least:
            return
        for _, identity, count in sorted(alike[more]):
            if most <= self.share * every:
                return
            most, every = most - count, every - count
            yield identity, f'more than {self.share:.0%} of the answers are: "{more}"'


def _polarity(answer: str) -> str:
    first = words_of(answer[:12])[:1]
    return first[0] if first in (["yes"], ["no"]) else ""


def _order(identity: str) -> bytes:
    return blake2b(identity.encode("utf-8", "surrogatepass"), digest_size=8).digest()
