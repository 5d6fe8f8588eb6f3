"""Side tables: extra columns beside a shard, by id, so that adding a score never rewrites pictures."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from pictus.errors import PictusError
from pictus.store.corpus import Corpus
from pictus.store.place import Place
from pictus.store.shards import open_parquet, shard_ids

_RECEIPT = b"pictus"


def side_name(name: str, shard: int) -> str:
    """Give the file of a side table's part."""
    return f"side/{name}/{shard:06d}.parquet"


def write_side(
    corpus: Corpus,
    name: str,
    shard: int,
    ids: Sequence[str],
    columns: Mapping[str, Any],
    *,
    receipt: Mapping[str, Any] | None = None,
) -> None:
    """Write the part of a side table that stands beside one shard, a row for each of its rows.

    Args:
        corpus: that the shard is of.
        name: of the side table.
        shard: its number.
        ids: those of the shard's rows.
        columns: what is told of them.
        receipt: what the part was made from, for `side_receipt`; in the same file, so that both are there or none.
    """
    if list(ids) != shard_ids(corpus.place, shard):
        raise PictusError(
            "the ids are not those of the shard, in its order",
            where=corpus.place.where(side_name(name, shard)),
            mend="make the side table from the shard as it is now",
        )
    publish_side(corpus.place, name, shard, ids, columns, receipt=receipt)


def publish_side(
    place: Place,
    name: str,
    shard: int,
    ids: Sequence[str],
    columns: Mapping[str, Any],
    *,
    receipt: Mapping[str, Any] | None = None,
) -> None:
    """Write such a part while the shard itself is in the making: whoever writes both knows that they agree."""
    table = pa.table({"id": pa.array(ids, pa.string()), **columns})
    if receipt is not None:
        table = table.replace_schema_metadata({_RECEIPT: orjson.dumps(receipt)})
    with place.publish(side_name(name, shard)) as file:
        pq.write_table(table, file, compression="zstd")


def side_receipt(corpus: Corpus, name: str, shard: int) -> dict[str, Any] | None:
    """Read what a part of a side table was made from; None where there is no such part, or a damaged one."""
    try:
        with open_parquet(corpus.place, side_name(name, shard), mend="") as file:
            receipt: dict[str, Any] = orjson.loads((file.schema_arrow.metadata or {})[_RECEIPT])
            return receipt
    except (PictusError, KeyError, orjson.JSONDecodeError):
        return None


def read_side(corpus: Corpus, name: str, shard: int) -> pa.Table:
    """Read the part of a side table beside one shard."""
    with open_parquet(
        corpus.place, side_name(name, shard), mend="run again the command that made the side table"
    ) as file:
        return file.read()
