"""No id stands twice in a corpus."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pictus.record import Record


@dataclass(frozen=True, slots=True)
class Check:
    """Keep the first record of an id; the ids of all records are held in memory, 100 MB a million."""

    def problems_of(self, records: Iterable[Record]) -> Iterator[tuple[str, str]]:
        """Name each id that came before."""
        seen: set[str] = set()
        for record in records:
            if record.id in seen:
                yield record.id, "the same id came before"
            seen.add(record.id)
