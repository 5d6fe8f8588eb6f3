"""Measure a piece of work in a process of its own: CPU seconds, wall seconds and peak memory."""

import json
import os
import platform
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class Figure:
    """What one run took."""

    cpu_seconds: float
    wall_seconds: float
    peak_mb: float
    said: dict[str, float]  # what the work itself counted


def measure(code: str, *arguments: str, python: str = sys.executable) -> Figure:
    """Run Python code in a fresh interpreter pinned to one processor; it prints one JSON object."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.monotonic()
    pinned = ["taskset", "-c", str(min(os.sched_getaffinity(0))), python, "-c", _PEAK + code, *arguments]
    done = subprocess.run(pinned, capture_output=True, text=True, check=False)
    wall = time.monotonic() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise SystemExit(done.stderr)
    said = json.loads(done.stdout.splitlines()[-1])
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return Figure(cpu, wall, said.pop("peak_mb"), said)


_PEAK = """
import atexit, json, sys, time
said = {}
def _tell():
    # Not ru_maxrss, which begins with the memory of the process that started this one.
    lines = open("/proc/self/status").read().splitlines()
    said["peak_mb"] = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
    print(json.dumps(said))
atexit.register(_tell)
"""


def machine() -> str:
    """Name the machine and the versions that matter."""
    import orjson
    import pyarrow

    model = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        platform.processor(),
    )
    versions = f"Python {platform.python_version()}, pyarrow {pyarrow.__version__}, orjson {orjson.__version__}"
    return f"{model}, {os.cpu_count()} processors; {versions}"
