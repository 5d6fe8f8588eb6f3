"""Yes and no are about as frequent, so that a model cannot learn to agree; and kinds of instructions as wanted."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b

from pictus.errors import PictusError
from pictus.reading.wording import exchanges, words_of
from pictus.record import Record


@dataclass(frozen=True, slots=True)
class Check:
    """Keep records until one of yes and no is more than `share` of such answers; the surplus is chosen by id.

    Only a record of nothing but the more frequent answer can be set aside. With fewer than `least` such answers
    there is no verdict. `types` gives the wanted mix of kinds, as LLaVA's `{conversation: 58, detail: 23,
    reasoning: 77}`: of a kind that has more than its part, the surplus is set aside; kinds that are not named stay.
    """

    share: float = 0.6
    least: int = 50
    types: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if any(weight <= 0 for weight in self.types.values()):
            raise PictusError("a weight is not above 0", where="check balance, types", mend="leave that kind out")

    def problems_of(self, records: Iterable[Record]) -> Iterator[tuple[str, str]]:
        """Name the records that are too many."""
        totals = {"yes": 0, "no": 0}
        alike: dict[str, list[tuple[bytes, str, int]]] = {"yes": [], "no": []}  # records of only one answer
        of_type: dict[str, list[tuple[bytes, str]]] = {kind: [] for kind in self.types}
        for record in records:
            if record.origin.kind in of_type:
                of_type[record.origin.kind].append((_order(record.id), record.id))
            said = [_polarity(exchange.answer) for exchange in exchanges(record.turns)]
            for answer in said:
                if answer:
                    totals[answer] += 1
            if said and said[0] and len(set(said)) == 1:
                alike[said[0]].append((_order(record.id), record.id, len(said)))
        yield from self._of_other_types(of_type)
        yield from self._agreeing(totals, alike)

    def _of_other_types(self, found: Mapping[str, list[tuple[bytes, str]]]) -> Iterator[tuple[str, str]]:
        """Name the records of kinds that have more than their part, measured by the kind that is scarcest."""
        unit = min((len(rows) / self.types[kind] for kind, rows in found.items() if rows), default=0.0)
        for kind, rows in found.items():
            wanted = round(unit * self.types[kind])
            for _, identity in sorted(rows)[wanted:]:
                yield identity, f'more than its part is of the kind: "{kind}"'

    def _agreeing(
        self, totals: dict[str, int], alike: Mapping[str, list[tuple[bytes, str, int]]]
    ) -> Iterator[tuple[str, str]]:
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
