"""Checkpoints: each has its name only when all of it is on the disk, and any number of processes can read it."""

import os
import re
import shutil
import warnings
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson
from torch.distributed import checkpoint as torch_checkpoint

from pictus.errors import PictusError
from pictus.learn.train.identity import check_same, versions
from pictus.learn.train.processes import Processes
from pictus.store.whole_file import sync_folder, whole_file

_KEPT = 2  # checkpoints: should the last one be damaged, there is one before it
_NAME = re.compile(r"step-(\d+)")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a training has come."""

    step: int = 0  # done
    cursor: int = 0  # samples of the stage
    recent: tuple[float, ...] = ()  # losses that the next ones are held against


@dataclass(frozen=True, slots=True)
class Checkpoints:
    """The checkpoints of a run, in a folder that all processes see."""

    folder: Path
    processes: Processes
    identity: Mapping[str, Any]

    def standing(self) -> list[Path]:
        """List the checkpoints that are whole, the oldest first."""
        found = self.folder.iterdir() if self.folder.is_dir() else ()
        named = [path for path in found if _NAME.fullmatch(path.name)]
        return sorted(named, key=_step_of)

    def save(self, progress: Progress, tensors: dict[str, Any]) -> None:
        """Write a checkpoint, and remove old ones when it stands; all processes call it."""
        path = self.folder / f"step-{progress.step}"
        if self.processes.gathered(path.is_dir())[0]:
            return  # of the same training, at the same step: it is the same
        temporary = self.folder / f".tmp-{progress.step}"
        if self.processes.rank == 0:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._sweep()
            temporary.mkdir()
        self.processes.wait()
        writer = torch_checkpoint.FileSystemWriter(temporary, sync_files=True)
        torch_checkpoint.save(tensors, storage_writer=writer, **_among(self.processes))
        if self.processes.rank == 0:
            self._write_meta(temporary / "meta.json", progress)
            sync_folder(temporary)
            temporary.replace(path)
            sync_folder(self.folder)
            self._prune()
        self.processes.wait()

    def load(self, tensors: dict[str, Any]) -> Progress:
        """Read the last checkpoint into tensors, and say how far it had come; all processes call it."""
        standing = self.standing() if self.processes.rank == 0 else []
        path: Path | None = self.processes.gathered(standing[-1] if standing else None)[0]
        if path is None:
            return Progress()
        meta = _read_meta(path / "meta.json")
        check_same(self.identity, meta["identity"], where=str(path))
        reader = torch_checkpoint.FileSystemReader(path)
        torch_checkpoint.load(tensors, storage_reader=reader, **_among(self.processes))
        told = meta["progress"]
        return Progress(told["step"], told["cursor"], tuple(told["recent"]))

    def _write_meta(self, path: Path, progress: Progress) -> None:
        meta = {
            "progress": asdict(progress),
            "identity": self.identity,
            "world": self.processes.world,
            "versions": versions(),
        }
        with whole_file(path) as file:
            file.write(orjson.dumps(meta, option=orjson.OPT_INDENT_2))

    def _prune(self) -> None:
        for path in self.standing()[:-_KEPT]:
            doomed = path.with_name(f".tmp-old-{path.name}")  # half removed under its name, it would seem to stand
            path.replace(doomed)
            shutil.rmtree(doomed)

    def _sweep(self) -> None:
        """Remove what killed processes left half written or half removed."""
        for path in self.folder.glob(".tmp-*"):
            shutil.rmtree(path)


def _among(processes: Processes) -> dict[str, Any]:
    """Say who takes part; torch warns whoever is alone, and knows no other way to say so."""
    if processes.group is not None:
        return {"process_group": processes.group}
    warnings.filterwarnings("ignore", "torch.distributed is disabled", UserWarning)
    return {"no_dist": True}


def _step_of(path: Path) -> int:
    return int(path.name.removeprefix("step-"))


def _read_meta(path: Path) -> dict[str, Any]:
    try:
        meta: dict[str, Any] = orjson.loads(path.read_bytes())
        return meta
    except (OSError, ValueError) as error:
        raise PictusError(
            f"this checkpoint cannot be read: {error}",
            where=os.fspath(path),
            mend="remove its folder; the one before it, if there is one, is gone on with",
        ) from None
