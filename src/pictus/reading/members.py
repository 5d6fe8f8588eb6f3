"""The members of a JSON object to records, as `rows.py` does it for the rows of a list."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from pictus.reading.rows import ROW_ERRORS, BadRow, reason_of, row_text
from pictus.record import Record, Reject


def member_records(
    members: Iterable[tuple[str, str, Any] | Reject], make: Callable[[str, Mapping[str, Any]], Record | None]
) -> Iterator[Record | Reject]:
    """Make a record of each member, or none where it is not asked for; what cannot become one is set aside."""
    for item in members:
        if isinstance(item, Reject):
            yield item
            continue
        where, key, row = item
        try:
            if not isinstance(row, Mapping):
                raise BadRow("the row is no object")
            record = make(key, row)
        except ROW_ERRORS as error:
            yield Reject(where=where, reasons=(reason_of(error),), row=row_text(row))
        else:
            if record is not None:
                yield record
