"""WebDataset's tar shards: the picture, the words and the JSON of a sample side by side, read as a stream."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from pictus.errors import PictusError
from pictus.plugins import Written
from pictus.reading.sample_records import sample_record
from pictus.reading.shard_folders import kind_of_folder
from pictus.reading.shards import dataset_name, first_shard, shards_of
from pictus.reading.tar import read_samples
from pictus.record import Record, Reject
from pictus.store.columns import FIELDS
from pictus.store.sample_shards import Tally, write_shards
from pictus.store.whole_folder import whole_folder


@dataclass(frozen=True, slots=True)
class Format:
    """A folder of shards, each sample with its picture as `jpg` or what it is, `txt`, and all the rest in `json`.

    Several pictures are called `0.jpg`, `1.png`. `txt` has the last answer, or a caption where nobody speaks. Samples
    that others wrote are read by what is usual: pictures, `txt`, `cls`, and in `json` a conversation or facts. What
    to read may be a shard, a folder, or a pattern such as `set-{000000..000012}.tar`.
    """

    shard_size: int = 10_000  # samples in a shard
    embed: bool = True  # put pictures into the shards; else name their paths

    carries: ClassVar[frozenset[str]] = frozenset({*FIELDS, "media.data"})
    suffixes: ClassVar[tuple[str, ...]] = ("",)

    def __post_init__(self) -> None:
        if self.shard_size < 1:
            raise PictusError("a shard must hold a sample", where="shard_size", mend="give a number from 1")

    def sniff(self, path: Path) -> bool:
        """Say whether there is a shard, and nothing beside it that says more."""
        return kind_of_folder(path) is None and first_shard(path) is not None

    def files(self, path: Path) -> list[Path]:
        """List the shards that records are read from."""
        return shards_of(path)

    def read(self, path: Path, *, pictures: Path | None = None) -> Iterator[Record | Reject]:
        """Stream records; our own come back whole, of others the key is that of the sample behind its shard's name."""
        dataset = dataset_name(path)
        root = str(pictures or (path if path.is_dir() else path.parent))
        for shard in shards_of(path):
            for sample in read_samples(shard):
                yield sample if isinstance(sample, Reject) else sample_record(sample, shard, dataset, root)

    def write(self, records: Iterable[Record], path: Path) -> Written:
        """Write the shards of a folder, which appears when all are whole."""
        tally = Tally()
        with whole_folder(path) as folder:
            shards = write_shards(records, folder, path.name, size=self.shard_size, embed=self.embed, tally=tally)
            names = [shard.name for shard in shards]
        files = tuple(path / name for name in names)
        return Written(files=files, rows=tally.rows, lost=dict(tally.lost), rejected=tuple(tally.rejected))
