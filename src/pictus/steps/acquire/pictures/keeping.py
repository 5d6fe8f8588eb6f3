"""Where the bytes of pictures go: into the rows, into tars, or into files of their own."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from pictus.reading.sample_fields import fields_of
from pictus.record import Record
from pictus.store.place import Place
from pictus.store.sample_shards import end_tar, write_sample

Output: TypeAlias = Literal["corpus", "webdataset", "files"]
TARS, FILES = "tars", "pictures"  # folders of the corpus
Put: TypeAlias = Callable[[Record, int], Record]


@dataclass(frozen=True, slots=True)
class Keeping:
    """Puts the pictures of a record, by its number in the shard, where they belong; gives the row that is left."""

    put: Put
    root_names: Mapping[str, str] = field(default_factory=dict)


@contextmanager
def keeping(output: Output, place: Place, shard: int, rows: int) -> Iterator[Keeping]:
    """Open what the pictures of a shard go into; it is whole at the end, and else not there."""
    digits = len(str(max(rows - 1, 0)))
    if output == "corpus":
        yield Keeping(lambda record, number: record)
    elif output == "webdataset":
        with place.publish(f"{TARS}/{shard:06d}.tar") as file:

            def put_in(record: Record, number: int) -> Record:
                write_sample(file, f"{shard:06d}{number:0{digits}d}", fields_of(record, set(), embed=True))
                return replace(record, media=tuple(replace(medium, data=None) for medium in record.media))

            yield Keeping(put_in)
            end_tar(file)
    else:
        folder = f"{FILES}/{shard:06d}"
        place.remove_folder(folder)  # of a run that was killed in this shard
        root = f"{place}/{FILES}"

        def put_beside(record: Record, number: int) -> Record:
            key = f"{shard:06d}{number:0{digits}d}"
            files = fields_of(record, set(), embed=True)
            for ending, data in files.items():
                with place.publish(f"{folder}/{key}.{ending}", safe=False) as file:
                    file.write(data)
            names = [name for name in files if name not in ("json", "txt")]
            # Of several, each begins with its number; one that is not here, such as a motion, has none.
            is_single = len(record.media) == 1
            by_number = {0 if is_single else int(name.partition(".")[0]): name for name in names}
            media = [
                replace(medium, data=None, path=f"{shard:06d}/{key}.{by_number[place]}", root=root)
                if place in by_number
                else medium
                for place, medium in enumerate(record.media)
            ]
            return replace(record, media=tuple(media))

        yield Keeping(put_beside, {root: FILES})
        place.sync(folder)
