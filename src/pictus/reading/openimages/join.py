"""Join the files of Open Images into one record a picture, in little memory whatever their size.

All tables are dealt out to buckets on disk by the beginning of the picture's id, and then joined bucket by bucket.
The records come in the order of the ids, so neither the order of the files nor the number of buckets shows in them.
Rows that are wrong come first, file after file. Rows about pictures that are not listed are counted, a file, at the
end: whoever has a short list of pictures and long tables wants that list, and not millions of rejects.
"""

import errno
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, partial
from itertools import chain
from math import isfinite
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import Any, TypeAlias

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from pictus import licence
from pictus.errors import PictusError
from pictus.reading.buckets import KEY, Buckets, group
from pictus.reading.csv import BLOCK_BYTES
from pictus.reading.openimages.columns import KINDS, told_in_order
from pictus.reading.openimages.names import Names
from pictus.reading.openimages.picture import Told, facts_of
from pictus.reading.openimages.release import DATASET, SplitFiles, picture_folder
from pictus.reading.openimages.tables import PICTURE_TEXTS, Tables
from pictus.record import Media, Origin, Record, Reject, make_record

BUCKETS = 64  # a bucket of the training split has 28,000 pictures and 230,000 boxes
_EXAMPLES = 10  # ids of pictures that are named with a count

_Reader: TypeAlias = Callable[[Path], Iterator[pa.Table | Reject]]


def openimages_records(
    files: SplitFiles,
    *,
    split: str,
    root: Path,
    text_licence: str,
    least_confidence: float,
    block_bytes: int = BLOCK_BYTES,
    bucket_count: int = BUCKETS,
) -> Iterator[Record | Reject]:
    """Stream the records of a split: of the pictures that its list has, else of those with boxes, else with labels.

    Args:
        files: of the split.
        split: train, validation or test.
        root: the data root that picture paths are relative to.
        text_licence: licence of the annotations.
        least_confidence: of labels that a machine gave.
        block_bytes: how much of a table is parsed at once.
        bucket_count: how many files a table is dealt out to.
    """
    names = Names()
    yield from names.read(files.names)
    tables = Tables(names, split, block_bytes)
    readers: dict[str, _Reader] = {
        "pictures": tables.pictures,
        "boxes": tables.boxes,
        "verified": tables.verified,
        "guessed": partial(tables.guessed, least=least_confidence),
        "relations": tables.relations,
        "masks": tables.masks,
        "narratives": tables.narratives,
    }
    with TemporaryDirectory(prefix="pictus-") as folder:
        buckets = Buckets(Path(folder), bucket_count)
        for kind, read in readers.items():
            yield from _dealt(buckets, kind, chain.from_iterable(map(read, getattr(files, kind))))
        join = _Join(files, buckets, names.texts, split, root, text_licence)
        for number in range(bucket_count):
            yield from join.records(number)
        yield from join.strangers()


def _dealt(buckets: Buckets, kind: str, tables: Iterable[pa.Table | Reject]) -> Iterator[Reject]:
    try:
        yield from buckets.put(kind, tables)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise PictusError(
            "there is no room left for the rows in the folder for temporary files",
            where=gettempdir(),
            mend="make room, or name another folder: `TMPDIR=/large/disk pictus …`",
        ) from None


class _Join:
    """Joins the buckets one after the other, and counts the rows that no picture wants."""

    def __init__(
        self, files: SplitFiles, buckets: Buckets, labels: list[str], split: str, root: Path, text_licence: str
    ) -> None:
        self._files, self._buckets, self._labels = files, buckets, labels
        self._split, self._root, self._text_licence = split, str(root), text_licence
        self._folder = picture_folder(root, split)
        self._spine = next(kind for kind in ("pictures", *KINDS) if getattr(files, kind))
        self._counts: dict[str, int] = {}
        self._examples: dict[str, list[str]] = {}

    def records(self, bucket: int) -> Iterator[Record | Reject]:
        """Join one bucket."""
        keys = pa.array([], pa.string())
        texts: list[list[str | None]] = [[]] * len(PICTURE_TEXTS)
        table = self._buckets.get(self._spine, bucket)
        if table is not None and self._spine == "pictures":
            table, repeated = _in_order(table)
            yield from map(self._repeated, repeated)
            keys, texts = table[KEY].combine_chunks(), [table[name].to_pylist() for name in PICTURE_TEXTS]
        elif table is not None:
            keys = _sorted(pc.unique(table[KEY]))
            texts = [[None] * len(keys)] * len(PICTURE_TEXTS)
        groups = {}
        for kind in KINDS:
            if (rows := self._buckets.get(kind, bucket)) is not None:
                groups[kind] = group(rows, keys)
                self._count(kind, groups[kind].strangers)
        told = told_in_order(groups, self._labels, len(keys))
        for key, one, *known in zip(keys.to_pylist(), told, *texts, strict=True):
            yield self._record(key, one, *known)

    def _record(
        self,
        key: str,
        told: Told,
        url: str | None,
        page: str | None,
        terms: str | None,
        author: str | None,
        title: str | None,
        rotation: str | None,
    ) -> Record:
        origin = Origin(
            dataset=DATASET,
            key=key,
            split=self._split,
            address=page or url or None,
            author=_line(author),
            picture_licence=licence.find(terms or "").name,
            text_licence=self._text_licence,
        )
        medium = Media(path=f"{self._folder}/{key}.jpg", root=self._root, url=url or None)
        return make_record(origin, media=(medium,), facts=facts_of(told, _notes(title, rotation)))

    def strangers(self) -> Iterator[Reject]:
        """Tell, of each kind of table, how many rows belong to pictures that are not listed."""
        for kind, count in self._counts.items():
            files: list[Path] = getattr(self._files, kind)
            yield Reject(
                where=f"{', '.join(path.name for path in files)}, {count:,} rows",
                reasons=("they belong to pictures that are not listed",),
                row=orjson.dumps({"rows": count, "pictures": self._examples[kind]}).decode(),
            )

    def _count(self, kind: str, strangers: pa.Array) -> None:
        if len(strangers):
            self._counts[kind] = self._counts.get(kind, 0) + len(strangers)
            examples = self._examples.setdefault(kind, [])
            examples += _sorted(pc.unique(strangers))[: _EXAMPLES - len(examples)].to_pylist()

    def _repeated(self, key: str) -> Reject:
        where = f"{self._files.pictures[0].name}, picture {key}"
        return Reject(where=where, reasons=("another row lists the same picture",), row=key)


def _in_order(table: pa.Table) -> tuple[pa.Table, list[str]]:
    """Sort pictures by id; one that is listed twice counts as it is listed first."""
    table = table.take(pc.sort_indices(table, [(KEY, "ascending")]))
    keys = table[KEY].combine_chunks()
    is_again = np.zeros(len(keys), np.bool_)
    is_again[1:] = pc.equal(keys[1:], keys[:-1]).to_numpy(zero_copy_only=False)
    if not is_again.any():
        return table, []
    return table.filter(pa.array(~is_again)), keys.filter(pa.array(is_again)).to_pylist()


def _sorted(keys: pa.Array) -> pa.Array:
    return keys.take(pc.array_sort_indices(keys))


def _notes(title: str | None, rotation: str | None) -> dict[str, Any]:
    """Note the title, which attribution asks for, and by how many degrees the picture must be turned."""
    notes: dict[str, Any] = {}
    if words := _line(title):
        notes["title"] = words
    if degrees := _degrees(rotation):
        notes["rotation"] = degrees
    return notes


@lru_cache(16)
def _degrees(text: str | None) -> int | None:
    """Read a rotation: nothing, `NaN`, `0`, `0.0`, or a number of degrees."""
    try:
        number = float(text or 0)
    except ValueError:
        return None
    return int(number) if isfinite(number) else None


def _line(text: str | None) -> str | None:
    return " ".join(text.split()) or None if text else None
