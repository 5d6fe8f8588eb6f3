"""Tell folders of shards apart by what lies beside the shards: several programs write such folders."""

from pathlib import Path
from typing import Literal, TypeAlias

FolderKind: TypeAlias = Literal["energon", "img2dataset"]

META = ".nv-meta"
STATS = "_stats.json"


def kind_of_folder(path: Path) -> FolderKind | None:
    """Say which program wrote a folder, by its own files; None where only shards are there, or no folder."""
    if not path.is_dir():
        return None
    if (path / META).is_dir():
        return "energon"
    # img2dataset puts `00000.parquet` and `00000_stats.json` beside each shard `00000.tar`, or the folder `00000`.
    names = (file.name.removesuffix(STATS) for file in path.glob(f"[0-9]*{STATS}"))
    return "img2dataset" if any((path / f"{name}.parquet").is_file() for name in names) else None
