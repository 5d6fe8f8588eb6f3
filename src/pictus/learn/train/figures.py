"""The figures of a step: how fast it was, and what it waited for."""

import resource
import sys
import time
from typing import Any

import torch

from pictus.learn.train.processes import Processes
from pictus.learn.train.work import Size, Work, peak


class Watch:
    """Measures the time between steps, and how much of it went by waiting for data."""

    def __init__(self) -> None:
        self._began = time.perf_counter()
        self._waited = 0.0

    def waited(self, since: float) -> None:
        """Count the time since a moment as waiting for data."""
        self._waited += time.perf_counter() - since

    def lap(self) -> tuple[float, float]:
        """Give the seconds of this step and those of them that were waited, and begin the next."""
        now = time.perf_counter()
        seconds, waited = now - self._began, self._waited
        self._began, self._waited = now, 0.0
        return seconds, waited


def speed(watch: Watch, size: Size, samples: int, work: Work, processes: Processes) -> dict[str, Any]:
    """Give what all processes did together in the time of the slowest."""
    seconds, waited, memory = processes.most([*watch.lap(), memory_bytes(processes.device)])
    seconds = max(seconds, 1e-9)
    could, needed = peak(processes.device), work.of(size)
    return {
        "seconds": round(seconds, 4),
        "samples_per_second": round(samples / seconds, 2),
        "tokens_per_second": round(size.tokens / seconds, 1),
        "supervised_per_second": round(size.words / seconds, 1),
        "data_wait": round(waited / seconds, 4),
        "memory_bytes": int(memory),
        "operations": needed,
        "mfu": None if could is None or needed is None else round(needed / seconds / processes.world / could, 4),
    }


def memory_bytes(device: Any) -> int:
    """Give the most memory used: that of the GPU since the last call, else that of the process since it began."""
    if device.type == "cuda":
        most = int(torch.cuda.max_memory_allocated(device))
        torch.cuda.reset_peak_memory_stats(device)
        return most
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
