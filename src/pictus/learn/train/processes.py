"""The processes that train together: how they find each other, and how they agree on numbers."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import torch
from torch import distributed

from pictus.errors import PictusError

_PATIENCE = timedelta(days=1)  # the first process may import corpora and make caches while others wait


@dataclass(frozen=True, slots=True)
class Rendezvous:
    """Where a process stands among all, and where they meet."""

    rank: int
    world: int
    local_rank: int
    address: str
    port: int


@dataclass(frozen=True, slots=True)
class Processes:
    """This process among those that train together."""

    rank: int
    world: int
    device: Any
    group: Any = None  # numbers of the CPU are exchanged in it, so that no GPU is waited for

    def total(self, values: Sequence[float]) -> list[float]:
        """Add up numbers over all processes."""
        return self._reduced(values, "SUM")

    def most(self, values: Sequence[float]) -> list[float]:
        """Give the largest of numbers over all processes."""
        return self._reduced(values, "MAX")

    def gathered(self, value: Any) -> list[Any]:
        """Give the values of all processes, by rank."""
        if self.group is None:
            return [value]
        values: list[Any] = [None] * self.world
        distributed.all_gather_object(values, value, group=self.group)
        return values

    def wait(self) -> None:
        """Wait until all are here."""
        if self.group is not None:
            distributed.barrier(group=self.group)

    def _reduced(self, values: Sequence[float], how: str) -> list[float]:
        if self.group is None:
            return [float(value) for value in values]
        tensor = torch.tensor([float(value) for value in values], dtype=torch.float64)
        distributed.all_reduce(tensor, getattr(distributed.ReduceOp, how), group=self.group)
        reduced: list[float] = tensor.tolist()
        return reduced


@contextmanager
def joined() -> Iterator[Processes]:
    """Join the processes that the environment speaks of: torchrun's, SLURM's or Ray Train's; none is one process."""
    if distributed.is_initialized():  # by Ray Train, or by whoever calls us: it stays theirs
        yield _together(_device())
        return
    place = rendezvous(os.environ)
    if place is None:
        yield Processes(0, 1, _device())
        return
    device = _device(place.local_rank)
    distributed.init_process_group(
        "nccl" if device.type == "cuda" else "gloo",
        init_method=f"tcp://{place.address}:{place.port}" if "RANK" not in os.environ else "env://",
        rank=place.rank,
        world_size=place.world,
        timeout=_PATIENCE,
    )
    try:
        yield _together(device)
    finally:
        distributed.destroy_process_group()


def rendezvous(environment: Mapping[str, str]) -> Rendezvous | None:
    """Read from the environment who this process is; None where it is alone."""
    if "RANK" in environment:
        return _of_torchrun(environment)
    # Only `srun` sets the number of tasks of a step: a plain program within an allocation is alone.
    if int(environment.get("SLURM_STEP_NUM_TASKS", "1")) > 1:
        return _of_slurm(environment)
    return None


def _of_torchrun(environment: Mapping[str, str]) -> Rendezvous:
    missing = [name for name in ("WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT") if name not in environment]
    if missing:
        raise PictusError(
            f"RANK is set, and {' and '.join(missing)} not",
            where="environment",
            mend="start with `torchrun --nproc-per-node N`, or unset RANK to train in one process",
        )
    rank = int(environment["RANK"])
    return Rendezvous(
        rank,
        int(environment["WORLD_SIZE"]),
        int(environment.get("LOCAL_RANK", rank)),
        environment["MASTER_ADDR"],
        int(environment["MASTER_PORT"]),
    )


def _of_slurm(environment: Mapping[str, str]) -> Rendezvous:
    nodes = environment.get("SLURM_STEP_NODELIST") or environment.get("SLURM_JOB_NODELIST", "localhost")
    port = 20_000 + int(environment.get("SLURM_JOB_ID", "0")) % 20_000  # all tasks of a job agree on it unasked
    return Rendezvous(
        int(environment["SLURM_PROCID"]),
        int(environment["SLURM_STEP_NUM_TASKS"]),
        int(environment.get("SLURM_LOCALID", "0")),
        environment.get("MASTER_ADDR") or first_node(nodes),
        int(environment.get("MASTER_PORT", port)),
    )


def first_node(nodes: str) -> str:
    """Give the first of the nodes that SLURM lists, such as `gpu[03-05,9],login1`."""
    first = re.match(r"([^\[,]+)(?:\[(\d+)[^\]]*\])?([^,]*)", nodes)
    if first is None:
        raise PictusError(f"cannot read the nodes `{nodes}`", where="SLURM_JOB_NODELIST", mend="set MASTER_ADDR")
    return "".join(part or "" for part in first.groups())


def _together(device: Any) -> Processes:
    world = distributed.get_world_size()
    # Of its own, whatever the others are: over NCCL a number would have to wait for all that the GPU has to do.
    group = distributed.new_group(backend="gloo", timeout=_PATIENCE) if world > 1 else None
    return Processes(distributed.get_rank(), world, device, group)


def _device(number: int | None = None) -> Any:
    if not torch.cuda.is_available():
        return torch.device("cpu")
    if number is not None:
        # One GPU is visible where a launcher gave each process its own.
        torch.cuda.set_device(number if torch.cuda.device_count() > 1 else 0)
    return torch.device("cuda", torch.cuda.current_device())
