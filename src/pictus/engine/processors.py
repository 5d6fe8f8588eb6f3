"""How many threads arithmetic may use: cores that exist, that this process may use, and that nobody uses."""

import os
from collections.abc import Iterable
from pathlib import Path

_TOPOLOGY = Path("/sys/devices/system/cpu")
_QUOTA = Path("/sys/fs/cgroup/cpu.max")


def free_cores() -> int:
    """Count the physical cores that this process may use, less those that are busy; at least one.

    Threads of arithmetic that wait for each other spin: with one more than there are cores, a model that gives a
    hundred answers a second gives less than one.
    """
    allowed = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set(range(os.cpu_count() or 1))
    cores = min(physical_cores(allowed), _quota() or len(allowed))
    return max(cores - round(os.getloadavg()[0]), 1)


def physical_cores(processors: Iterable[int], topology: Path = _TOPOLOGY) -> int:
    """Count the cores that some processors lie on; each is a core where the system does not tell."""
    return len({_core(processor, topology) for processor in processors})


def _core(processor: int, topology: Path) -> str:
    try:
        return (topology / f"cpu{processor}/topology/thread_siblings_list").read_text().strip()
    except OSError:
        return str(processor)


def _quota() -> int | None:
    """Read how many processors' worth of time a container may take."""
    try:
        most, period = _QUOTA.read_text().split()
        return max(int(most) // int(period), 1)
    except (OSError, ValueError):
        return None
