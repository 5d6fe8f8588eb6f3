"""Follow a second file beside a first: mostly both tell of the same things in the same order, and nothing waits.

Where they do not, the rows that were passed on the way wait in a `Lookup`, so that memory stays small whatever the
order is.
"""

from collections.abc import Callable, Generator, Iterable, Iterator
from itertools import islice
from typing import Any, Self, TypeAlias

from pictus.reading.lookup import Lookup
from pictus.reading.rows import ROW_ERRORS, reason_of, row_text
from pictus.record import Reject

Placed: TypeAlias = tuple[str, Any]  # a row, after its place

_EXAMPLES = 10  # keys that are named with a count


class Partner:
    """The rows of another file, each given once to whoever asks for its key."""

    def __init__(self, name: str, rows: Iterable[Placed | Reject], key_of: Callable[[Any, str], str]) -> None:
        self._name, self._rows, self._key_of = name, iter(rows), key_of
        self._waiting = Lookup()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._waiting.__exit__()

    def row_of(self, key: str) -> Generator[Reject, None, Placed | None]:
        """Find the row of a key, reading on as far as that takes; rows that are wrong come out on the way."""
        waited = self._waiting.take(key)
        if waited is not None:
            return waited[0], waited[1]
        for placed in self._rows:
            found = placed if isinstance(placed, Reject) else self._keyed(*placed)
            if isinstance(found, Reject):
                yield found
            elif found == key:
                assert not isinstance(placed, Reject)
                return placed
            else:
                yield from self._keep(found, placed)
        return None

    def rest(self, whose: str) -> Iterator[Reject]:
        """Read to the end, and tell of the rows that nobody asked for: `whose` is what they should belong to."""
        count = len(self._waiting)
        examples = list(islice(self._waiting.keys(), _EXAMPLES))
        for placed in self._rows:
            found = placed if isinstance(placed, Reject) else self._keyed(*placed)
            if isinstance(found, Reject):
                yield found
                continue
            count += 1
            if len(examples) < _EXAMPLES:
                examples.append(found)
        if count:
            yield Reject(
                where=self._name,
                reasons=(f"rows that belong to no {whose}, or to one that was told of before",),
                row=f"{count:,} in all: {', '.join(examples)}{', …' if count > len(examples) else ''}",
            )

    def _keyed(self, where: str, row: Any) -> str | Reject:
        try:
            return self._key_of(row, where)
        except ROW_ERRORS as error:
            return Reject(where=where, reasons=(reason_of(error),), row=row_text(row))

    def _keep(self, key: str, placed: Any) -> Iterator[Reject]:
        try:
            is_new = self._waiting.put(key, placed)
        except TypeError:  # orjson reads four times the depth that it writes
            yield Reject(where=placed[0], reasons=("brackets inside brackets, too many to use",))
            return
        if not is_new:
            yield Reject(where=placed[0], reasons=("its id stands twice in the file",), row=row_text(placed[1]))
