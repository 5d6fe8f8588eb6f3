"""Side tables: extra columns beside a shard, by id, so that adding a score never rewrites pictures."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pictus.errors import PictusError
from pictus.store.corpus import Corpus
from pictus.store.place import Place
from pictus.store.shards import open_parquet, shard_ids


def side_name(name: str, shard: int) -> str:
    """Give the file of a side table's part."""
    return f"side/{name}/{shard:06d}.parquet"


def write_side(corpus: Corpus, name: str, shard: int, ids: Sequence[str], columns: Mapping[str, Any]) -> None:
    """Write the part of a side table that stands beside one shard, a row for each of its rows."""
    if list(ids) != shard_ids(corpus.place, shard):
        raise PictusError(
            "the ids are not those of the shard, in its order",
            where=corpus.place.where(side_name(name, shard)),
            mend="make the side table from the shard as it is now",
        )
    publish_side(corpus.place, name, shard, ids, columns)


def publish_side(place: Place, name: str, shard: int, ids: Sequence[str], columns: Mapping[str, Any]) -> None:
    """Write such a part while the shard itself is in the making: whoever writes both knows that they agree."""
    with place.publish(side_name(name, shard)) as file:
        pq.write_table(pa.table({"id": pa.array(ids, pa.string()), **columns}), file, compression="zstd")


def read_side(corpus: Corpus, name: str, shard: int) -> pa.Table:
    """Read the part of a side table beside one shard."""
    with open_parquet(
        corpus.place, side_name(name, shard), mend="run again the command that made the side table"
    ) as file:
        return file.read()
