"""Names and hashes of a corpus's pictures, in a side table: worked out once, shard by shard, and stopped at will."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import Any

import pyarrow as pa

from pictus.engine.events import Events
from pictus.engine.local import call_all, default_workers
from pictus.errors import PictusError
from pictus.reading.picture_file import picture_bytes
from pictus.reading.rows import BadRow
from pictus.record import Media, Record
from pictus.scoring.overlap.names import NAMED_BY_FACTS, names_of
from pictus.scoring.overlap.prints import METHOD, Print, print_of
from pictus.store.corpus import Corpus, locked, open_corpus
from pictus.store.shards import read_shard
from pictus.store.side import read_side, side_receipt, write_side

TABLE = f"hashes/{METHOD}"
ABSENT = "not here"  # of a picture: its file may come yet
_ADDRESS = "only its address is known"
_FEW = 1_000  # rows that are hashed sooner than other processes have started
_PICTURE = pa.struct(
    [
        ("names", pa.list_(pa.string())),
        ("file", pa.binary()),  # sha256; null where there are no bytes
        ("near", pa.uint64()),  # null where it cannot be decoded, or is plain all over
        ("detail", pa.binary()),
        ("why", pa.string()),  # there is no hash
    ]
)


@dataclass(frozen=True, slots=True)
class Hashed:
    """A picture of a record: its names, its print, and why it has none."""

    names: tuple[str, ...]
    print: Print | None
    why: str | None


def hash_corpus(corpus: Corpus, events: Events) -> None:
    """Hash the pictures of a corpus; a shard that has its hashes is left alone, unless pictures were lacking then."""
    left = [number for number in corpus.shards if not _is_done(corpus, number)]
    if not left:
        return
    rows = sum(entry["rows"] for entry in corpus.summary["shards"] if entry["shard"] in left)
    workers = default_workers() if rows > _FEW else 1
    try:
        with locked(corpus):
            corpus.place.remove_leftovers(f"side/{TABLE}")
            jobs = (partial(hash_shard, corpus.place.address, number) for number in left)
            done = 0
            for pictures in call_all(jobs, workers=workers):
                done += pictures
                events.send("pictures", what=f"hashed of {corpus.name}", done=done, total=None)
    except OSError as error:
        what = f"the hashes of its pictures cannot be kept: {error.strerror or error}"
        mend = "make room, or copy the corpus to where you may write: its hashes are kept in its folder"
        raise PictusError(what, where=str(corpus.place), mend=mend) from None


def hash_shard(address: str, number: int) -> int:
    """Hash the pictures of a shard, and give their number; those that were hashed before are not read again."""
    corpus = open_corpus(address)
    known = _known(corpus, number)
    ids: list[str] = []
    rows: list[list[dict[str, Any]]] = []
    made: dict[tuple[str | None, str | None], tuple[Print | None, str | None]] = {}
    absent = 0
    fields = {"media", "origin", *(["facts"] if NAMED_BY_FACTS & corpus.summary["datasets"].keys() else [])}
    for record in read_shard(corpus.place, number, roots=corpus.roots, fields=fields):
        pictures = _pictures(record, known.get(record.id, []), made)
        absent += sum(one.why == ABSENT for one in pictures)
        ids.append(record.id)
        rows.append([_row(one) for one in pictures])
    receipt = {"shard": _sha256(corpus, number), "absent": absent}
    if receipt != side_receipt(corpus, TABLE, number):
        write_side(corpus, TABLE, number, ids, {"pictures": pa.array(rows, pa.list_(_PICTURE))}, receipt=receipt)
    return sum(map(len, rows))


def hashes_of(corpus: Corpus, number: int) -> Iterator[tuple[str, list[Hashed]]]:
    """Stream the id of each record of a shard, with its pictures."""
    table = read_side(corpus, TABLE, number)
    for batch in table.to_batches(max_chunksize=1_000):
        for identity, rows in zip(batch["id"].to_pylist(), batch["pictures"].to_pylist(), strict=True):
            yield identity, [_hashed(row) for row in rows]


def _is_done(corpus: Corpus, number: int) -> bool:
    return side_receipt(corpus, TABLE, number) == {"shard": _sha256(corpus, number), "absent": 0}


def _known(corpus: Corpus, number: int) -> Mapping[str, list[Hashed]]:
    """Give what was hashed of this very shard before, of records that lacked nothing or a part."""
    receipt = side_receipt(corpus, TABLE, number)
    if receipt is None or receipt.get("shard") != _sha256(corpus, number):
        return {}
    return dict(hashes_of(corpus, number))


def _sha256(corpus: Corpus, number: int) -> str:
    found: str = next(entry["sha256"] for entry in corpus.summary["shards"] if entry["shard"] == number)
    return found


def _pictures(
    record: Record, known: list[Hashed], made: dict[tuple[str | None, str | None], tuple[Print | None, str | None]]
) -> list[Hashed]:
    pictures = [medium for medium in record.media if medium.kind == "image"]
    found = []
    for place, (medium, names) in enumerate(zip(pictures, names_of(record), strict=True)):
        if place < len(known) and known[place].why != ABSENT:
            found.append(known[place])
            continue
        where = (medium.root, medium.path)
        if medium.data is not None or where not in made:
            told = _printed(medium)
            if medium.data is None:
                made[where] = told  # rows about one picture are many
        else:
            told = made[where]
        found.append(Hashed(names, *told))
    return found


def _printed(medium: Media) -> tuple[Print | None, str | None]:
    try:
        data = picture_bytes(medium)
    except BadRow:
        return None, ABSENT
    if data is None:
        return None, _ADDRESS
    try:
        return print_of(data), None
    except BadRow as error:
        return Print(sha256(data).digest(), None), str(error)


def _row(one: Hashed) -> dict[str, Any]:
    told: dict[str, Any] = {"names": list(one.names), "file": None, "near": None, "detail": None, "why": one.why}
    if one.print is not None:
        told |= {"file": one.print.file, "near": one.print.near, "detail": one.print.detail or None}
    return told


def _hashed(row: Mapping[str, Any]) -> Hashed:
    has_print = row["file"] is not None
    print_ = Print(row["file"], row["near"], row["detail"] or b"") if has_print else None
    return Hashed(tuple(row["names"]), print_, row["why"])
