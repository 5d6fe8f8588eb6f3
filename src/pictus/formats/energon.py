"""Megatron-Energon's datasets: WebDataset shards with an index, parts for training and testing, and sample types."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

from pictus.errors import PictusError
from pictus.plugins import Written
from pictus.reading.energon_folder import FieldMap, energon_parts
from pictus.reading.sample_records import sample_record
from pictus.reading.shard_folders import kind_of_folder
from pictus.reading.shards import dataset_name
from pictus.reading.tar import read_samples
from pictus.record import Record, Reject
from pictus.store.columns import FIELDS
from pictus.store.energon_index import Index
from pictus.store.sample_shards import Tally, write_shards
from pictus.store.whole_folder import whole_folder

_PICTURES = ("jpg", "png", "webp", "gif", "bmp", "tif")  # that it decodes by the name
_DATASETS: dict[str, dict[str, Any]] = {
    "crude": {"__module__": "megatron.energon", "__class__": "CrudeWebdataset"},
    "captioning": {
        "sample_type": {"__module__": "megatron.energon", "__class__": "CaptioningSample"},
        "field_map": {"image": ",".join(_PICTURES), "caption": "txt"},
    },
}


@dataclass(frozen=True, slots=True)
class Format:
    """A folder of shards as the format `webdataset` writes them, and `.nv-meta` with what `energon prepare` makes.

    `crude` samples are raw, for a cooker in your own code, and hold any record; `captioning` ones are a picture and
    the last answer or a caption, ready for `CaptioningSample`. What Energon wrote is read with its parts as splits,
    its fields as `field_map` names them, and without what it excludes.
    """

    sample: Literal["crude", "captioning"] = "crude"
    split_part: str = "train"  # that all samples belong to; Energon mixes several datasets by a metadataset
    shard_size: int = 10_000  # samples in a shard
    embed: bool = True  # put pictures into the shards; else name their paths

    carries: ClassVar[frozenset[str]] = frozenset({*FIELDS, "media.data"})
    suffixes: ClassVar[tuple[str, ...]] = ("",)

    def __post_init__(self) -> None:
        if self.shard_size < 1:
            raise PictusError("a shard must hold a sample", where="shard_size", mend="give a number from 1")

    def sniff(self, path: Path) -> bool:
        """Say whether the folder has Energon's own folder inside."""
        return kind_of_folder(path) == "energon"

    def files(self, path: Path) -> list[Path]:
        """List the shards that records are read from."""
        return [path / name for part in energon_parts(path) for name in part.shards]

    def read(self, path: Path, *, pictures: Path | None = None) -> Iterator[Record | Reject]:
        """Stream the records of all parts."""
        dataset, root, fields = dataset_name(path), str(pictures or path), FieldMap.of(path)
        for part in energon_parts(path):
            for name in part.shards:
                for sample in read_samples(path / name):
                    if isinstance(sample, Reject):
                        yield sample
                    elif f"{name}/{sample.key}" in part.excluded:
                        yield Reject(where=f"{sample.where}, sample {sample.key}", reasons=("the dataset excludes it",))
                    else:
                        yield sample_record(sample, Path(name), dataset, root, split=part.name, adding=fields.add)

    def write(self, records: Iterable[Record], path: Path) -> Written:
        """Write shards and index to a folder, which appears when all is whole."""
        tally = Tally()
        with whole_folder(path) as folder:
            index = Index(folder)
            shards = write_shards(
                records,
                folder,
                path.name,
                size=self.shard_size,
                embed=self.embed,
                tally=tally,
                problem=_PROBLEMS[self.sample],
            )
            for shard in shards:
                if shard.places:
                    index.add(shard)
                else:
                    (folder / shard.name).unlink()  # Energon refuses to load a shard without samples
            index.finish(_DATASETS[self.sample], self.split_part)
            names = sorted(file.relative_to(folder) for file in folder.rglob("*") if file.is_file())
        files = tuple(path / name for name in names)
        return Written(files=files, rows=tally.rows, lost=dict(tally.lost), rejected=tuple(tally.rejected))


def _not_captioned(files: Mapping[str, bytes]) -> str:
    if not any(name in files for name in _PICTURES):
        return "a captioning sample has one picture, and it is inside the shard"
    return "" if files.get("txt") else "a captioning sample has words: an answer or a caption"


_PROBLEMS: dict[str, Callable[[Mapping[str, bytes]], str]] = {"crude": lambda _: "", "captioning": _not_captioned}
