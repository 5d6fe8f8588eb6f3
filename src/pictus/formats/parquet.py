"""One Parquet file with the pictures inside, as the Hub and `datasets` show it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import pyarrow as pa
import pyarrow.parquet as pq

from pictus.errors import PictusError
from pictus.plugins import Written
from pictus.reading.picture_file import picture_bytes
from pictus.reading.rows import BadRow
from pictus.record import Media, Record, Reject, reject_record
from pictus.store import columns
from pictus.store.shards import check_schema, encoded, write_rows
from pictus.store.whole_file import whole_file

_MISSING = "the motions whose files are not here: only their paths are written"


@dataclass(frozen=True, slots=True)
class Format:
    """The columns of a corpus in one file; nothing is lost.

    Pictures that lie on disk are put into the file; those not acquired yet stay addresses. A motion whose file is
    not here stays a path: such files are seldom passed on, and the sentences are worth writing without them.
    """

    embed: bool = True

    carries: ClassVar[frozenset[str]] = frozenset({*columns.FIELDS, "media.data"})
    suffixes: ClassVar[tuple[str, ...]] = (".parquet",)

    def sniff(self, path: Path) -> bool:
        """Say whether this is a Parquet file in the schema of a corpus."""
        try:
            check_schema(pq.read_schema(path), str(path))
        except (PictusError, pa.ArrowException, OSError):
            return False
        return True

    def read(self, path: Path, *, pictures: Path | None = None) -> Iterator[Record | Reject]:
        """Stream the records, with their own ids and origins."""
        root = str(pictures or path.parent)
        try:
            with pq.ParquetFile(path) as file:
                check_schema(file.schema_arrow, str(path))
                for batch in file.iter_batches(batch_size=1000):
                    for record in columns.decode(batch, {}):
                        yield replace(record, media=tuple(_placed(medium, root) for medium in record.media))
        except (pa.ArrowException, OSError) as error:
            raise PictusError(
                f"the file cannot be read: {' '.join(str(error).split())}",
                where=str(path),
                mend="write or fetch it again",
            ) from None

    def write(self, records: Iterable[Record], path: Path) -> Written:
        """Write the file, row groups of 100 where pictures are inside."""
        rejected: list[Reject] = []
        lost: Counter[str] = Counter()
        rows = 0

        def whole() -> Iterator[Record]:
            nonlocal rows
            for record in records:
                try:
                    media = tuple(self._carried(medium) for medium in record.media)
                except BadRow as error:
                    rejected.append(reject_record(record, [str(error)], where=f"record {record.id}"))
                    continue
                rows += 1
                lost[_MISSING] += self.embed and any(map(_is_missing, record.media))
                yield replace(record, media=media)

        with whole_file(path) as file:
            write_rows(file, encoded(whole(), {}))
        return Written(files=(path,), rows=rows, lost=+lost, rejected=tuple(rejected))

    def _carried(self, medium: Media) -> Media:
        if _is_missing(medium):
            return replace(medium, root=None)
        return replace(medium, data=picture_bytes(medium) if self.embed else medium.data, root=None)


def _is_missing(medium: Media) -> bool:
    """Say whether a medium is a motion that is named, and not here."""
    return medium.kind == "motion" and medium.data is None and (file := medium.file) is not None and not file.exists()


def _placed(medium: Media, root: str) -> Media:
    return replace(medium, root=root) if medium.data is None and medium.path is not None else medium
