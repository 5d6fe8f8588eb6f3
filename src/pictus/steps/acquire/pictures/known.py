"""Pictures that earlier shards of the same corpus have, by their addresses."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, TypeAlias

import orjson

from pictus.record import Media
from pictus.steps.acquire.pictures.keeping import FILES
from pictus.store import columns
from pictus.store.place import Place
from pictus.store.receipts import make_again, shard_name
from pictus.store.shards import open_parquet, read_rejects
from pictus.store.side import side_name
from pictus.web.outcome import is_outcome

SIDE = "acquired"  # the side table of what is known of each file as it came


@dataclass(frozen=True, slots=True)
class Found:
    """A picture, and what is told of its file as it came."""

    medium: Media
    told: Mapping[str, Any]


Pictures: TypeAlias = Mapping[str, Found | str]  # by address; or the reason why there is none


def known_pictures(place: Place, wanted: Mapping[int, Collection[str]]) -> dict[str, Found | str]:
    """Read pictures out of finished shards, and why others are not there."""
    found: dict[str, Found | str] = {}
    for shard, urls in wanted.items():
        found.update(_reasons(place, shard, urls))
        found.update(_pictures(place, shard, urls))
    return found


def _pictures(place: Place, shard: int, urls: Collection[str]) -> Iterator[tuple[str, Found]]:
    mend = make_again(shard)
    with (
        open_parquet(place, shard_name(shard), mend=mend) as rows,
        open_parquet(place, side_name(SIDE, shard), mend=mend) as side,
    ):
        told = side.read(columns=["pictures"])["pictures"]
        first = 0
        for group in range(rows.num_row_groups):
            count = rows.metadata.row_group(group).num_rows
            addresses = rows.read_row_group(group, columns=["media.list.element.url"])["media"]
            if any(row and any(one["url"] in urls for one in row) for row in addresses.to_pylist()):
                wanted = columns.columns_of({"media"})
                batches = rows.iter_batches(row_groups=[group], columns=wanted)
                records = chain.from_iterable(columns.decode(batch, {}) for batch in batches)
                for number, record in enumerate(records):
                    for medium, one in zip(record.media, told[first + number].as_py(), strict=True):
                        # What nothing is told of was here before, and is perhaps not as it is wanted.
                        is_wanted = one["sha256"] is not None and medium.url in urls
                        if is_wanted and medium.url and (data := _data(place, medium)) is not None:
                            yield medium.url, Found(replace(medium, data=data, path=None, root=None), one)
            first += count


def _reasons(place: Place, shard: int, urls: Collection[str]) -> Iterator[tuple[str, str]]:
    for reject in read_rejects(place, shard):
        if reject.id is None:
            continue
        media = orjson.loads(reject.row)["media"]
        is_told = is_outcome(reject.reasons[0])  # else the row alone was bad
        if is_told and len(media) == 1 and media[0]["url"] in urls:  # of several, nobody knows which one was missed
            yield media[0]["url"], reject.reasons[0]


def _data(place: Place, medium: Media) -> bytes | None:
    """Read a picture from the row or from its file; one in a tar, or in a folder of others, is asked for anew."""
    if medium.data is not None or medium.path is None:
        return medium.data
    name = f"{FILES}/{medium.path}"
    return place.read(name) if place.exists(name) else None
