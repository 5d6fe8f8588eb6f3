"""What Megatron-Energon wants to find beside WebDataset shards: its settings, counts and the places of all samples.

The files are those that `energon prepare` of release 7 makes of the same shards; only the uuid is no random one.
"""

import hashlib
import sqlite3
import struct
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
import yaml

from pictus.reading.shard_folders import META
from pictus.store.sample_shards import Shard

_RELEASE = "7.4.1"  # whose files these are
_TABLES = """
CREATE TABLE samples (
    tar_file_id INTEGER NOT NULL, sample_key TEXT NOT NULL UNIQUE, sample_index INTEGER NOT NULL,
    byte_offset INTEGER, byte_size INTEGER);
CREATE TABLE sample_parts (
    tar_file_id INTEGER, sample_index INTEGER, part_name TEXT, content_byte_offset INTEGER, content_byte_size INTEGER);
"""
_INDEXES = """
CREATE INDEX idx_samples_by_tar_and_idx ON samples(tar_file_id, sample_index);
CREATE INDEX idx_sample_parts_seq ON sample_parts(tar_file_id, sample_index, content_byte_offset);
CREATE INDEX idx_sample_parts_full
    ON sample_parts(tar_file_id, sample_index, part_name, content_byte_offset, content_byte_size);
"""


class Index:
    """The index of a folder, to which shards are added one after the other."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._counts: dict[str, int] = {}
        self._hash = hashlib.sha256()
        (folder / META).mkdir()
        self._table = sqlite3.connect(folder / META / "index.sqlite")
        self._table.executescript(_TABLES)

    def add(self, shard: Shard) -> None:
        """Add the samples of a shard, and write where each begins beside it."""
        number = len(self._counts)
        self._counts[shard.name] = len(shard.places)
        starts = [place.start for place in shard.places] + [shard.end]
        with self._table:
            self._table.executemany(
                "INSERT INTO samples VALUES (?, ?, ?, ?, ?)",
                (
                    (number, place.key, index, place.start, starts[index + 1] - place.start)
                    for index, place in enumerate(shard.places)
                ),
            )
            self._table.executemany(
                "INSERT INTO sample_parts VALUES (?, ?, ?, ?, ?)",
                ((number, index, *file) for index, place in enumerate(shard.places) for file in place.files),
            )
        (self._folder / f"{shard.name}.idx").write_bytes(struct.pack(f"<{len(starts)}Q", *starts))
        with (self._folder / shard.name).open("rb") as file:
            self._hash.update(hashlib.file_digest(file, "sha256").digest())

    def finish(self, dataset: Mapping[str, Any], part: str) -> None:
        """Write what the dataset is, how many samples it has, and that all belong to one part."""
        self._table.executescript(_INDEXES)
        self._table.close()
        folder = self._folder / META
        parts = {name: list[str]() for name in dict.fromkeys(("train", "val", "test", part))}
        parts[part] = _collapsed(list(self._counts))
        info = {"energon_version": _RELEASE, "shard_counts": self._counts}
        (folder / ".info.json").write_bytes(orjson.dumps(info, option=orjson.OPT_INDENT_2))
        (folder / "split.yaml").write_text(yaml.safe_dump({"split_parts": parts, "exclude": []}, sort_keys=False))
        (folder / "dataset.yaml").write_text(yaml.safe_dump(dict(dataset), sort_keys=False))
        # Joined datasets are cached by this name, which must change with any byte of the shards and with nothing else.
        (folder / "index.uuid").write_text(str(uuid.UUID(bytes=self._hash.digest()[:16], version=4)))


def _collapsed(names: Sequence[str]) -> list[str]:
    """Name shards that are counted without a gap by a pattern, as Energon does."""
    if len(names) < 2:
        return list(names)
    first, last = names[0].rpartition("-"), names[-1].rpartition("-")
    numbers = f"{first[2].removesuffix('.tar')}..{last[2].removesuffix('.tar')}"
    return [f"{first[0]}-{{{numbers}}}.tar"]
