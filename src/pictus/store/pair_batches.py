"""Lines of address and caption to rows of a corpus."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

import pyarrow as pa

from pictus.reading.portions import Portion, texts_of
from pictus.reading.tab_pairs import Head, head_of, line_blocks, pair_portions, pairs_in
from pictus.record import Origin, Record, Reject
from pictus.store.url_batches import records_of, url_batches, url_rows

Order: TypeAlias = tuple[Literal["url", "caption"], Literal["url", "caption"]]
_BLOCK_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class PairFile:
    """A file of pairs without a header: which cell comes first, and the origin that its rows share.

    A row is named by its number, from 1; a header that somebody put in front has none.
    """

    path: Path
    order: Order
    origin: Origin

    def portions(self, rows: int) -> Iterator[Portion] | None:
        """Cut it into portions of so many lines; None where it is packed."""
        return pair_portions(self.path, rows, head_of(self.path, self.order))

    def batches(self, portion: Portion, root_names: Mapping[str, str]) -> Iterator[pa.RecordBatch | Reject]:
        """Give the rows of a portion in columns; the pictures have addresses, and no root."""
        head = head_of(self.path, self.order)
        for first, _, text in texts_of(portion):
            yield from self._batches(text, first, head)

    def records(self) -> Iterator[Record | Reject]:
        """Stream all rows as records."""
        first, head = 1, head_of(self.path, self.order)
        for text, count in line_blocks(self.path, _BLOCK_ROWS, head):
            yield from records_of(self._batches(text, first, head))
            first += count

    def _batches(self, text: bytes, first: int, head: Head) -> Iterator[pa.RecordBatch | Reject]:
        for one in pairs_in(text, first, self.path.name, head):
            if isinstance(one, Reject):
                yield one
            else:
                cells = dict(zip(self.order, (one.first, one.second), strict=True))
                rows = url_rows(key=pa.array(one.numbers).cast(pa.string()), **cells)
                yield from url_batches(rows, self.origin, one.tell)
