"""Measure the import of a LLaVA mix665k-like JSON beside `datasets`, DuckDB and a parser alone."""

import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from llava_mix import ROWS, write_mix
from measure import DATA
from peers import python_of

_IMPORT = """
import sys
from pictus.cli import main
sys.argv = ["pictus", "import", "llava_mix665k", "--from", sys.argv[1], "--to", sys.argv[2]]
main()
"""
_DATASETS = """
import sys, datasets
datasets.disable_progress_bars()
datasets.load_dataset("json", data_files=sys.argv[1], cache_dir=sys.argv[2])
"""
_ORJSON = """
import sys, orjson
orjson.loads(open(sys.argv[1], "rb").read())
"""
_DUCKDB = """
import sys, duckdb
json = f"read_json('{sys.argv[1]}', maximum_object_size=100000000)"
duckdb.sql(f"copy (select * from {json}) to '{sys.argv[2]}' (format parquet, compression zstd)")
"""


@dataclass(frozen=True, slots=True)
class Run:
    """What a program took on all processors, its processes together."""

    wall_seconds: float
    cpu_seconds: float
    peak_mb: float

    def __str__(self) -> str:
        return f"{self.wall_seconds:.1f} s, {self.cpu_seconds:.1f} s CPU, {self.peak_mb:,.0f} MB"


def table() -> str:
    """Measure all in one run, and give the rows of the table."""
    ours = {times: _ours(_mix(times)) for times in (1, 3)}
    path = _mix(1)
    theirs = {"`datasets.load_dataset`": _run(sys.executable, _DATASETS, path, DATA / "mix-datasets")}
    if (duckdb := python_of("duckdb", "duckdb")) is not None:
        theirs["DuckDB `read_json` to Parquet"] = _run(str(duckdb), _DUCKDB, path, DATA / "mix-duckdb.parquet")
    theirs["`orjson.loads` of the file"] = _run(sys.executable, _ORJSON, path)
    ours[1] = min(ours[1], _ours(path), key=lambda run: run.wall_seconds)  # before the others and after them
    rows = [
        f"| pictus, {ROWS * times:,} rows, {_mix(times).stat().st_size / 1e9:.2f} GB | {run} | |"
        for times, run in ours.items()
    ]
    rows += [
        f"| {name} | {run} | pictus is {run.wall_seconds / ours[1].wall_seconds:.1f} x as fast |"
        for name, run in theirs.items()
    ]
    return "| what | measured, all processors | |\n| --- | --- | --- |\n" + "\n".join(rows) + "\n"


def _mix(times: int) -> Path:
    path = DATA / f"mix{times}" / "llava_v1_5_mix665k.json"
    if not path.exists():
        write_mix(path, ROWS * times)
    return path


def _ours(path: Path) -> Run:
    corpus = DATA / "mix-corpus"
    shutil.rmtree(corpus, ignore_errors=True)
    return _run(sys.executable, _IMPORT, path.parent, corpus)


def _run(python: str, code: str, *arguments: Path) -> Run:
    for path in arguments[1:]:
        shutil.rmtree(path, ignore_errors=True)
        path.unlink(missing_ok=True)
    before, began = os.times(), time.monotonic()
    with subprocess.Popen([python, "-c", code, *map(str, arguments)], stdout=subprocess.DEVNULL) as running:
        peak = 0.0
        while running.poll() is None:
            peak = max(peak, sum(map(_memory_mb, _family(running.pid))))
            time.sleep(0.2)
    if running.returncode:
        raise SystemExit(f"{python} ended with {running.returncode}")
    after = os.times()
    cpu = after.children_user - before.children_user + after.children_system - before.children_system
    return Run(time.monotonic() - began, cpu, peak)


def _family(process: int) -> list[int]:
    """List a process and those that it started."""
    try:
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except OSError:
        return []
    return [process, *(one for child in children for one in _family(int(child)))]


def _memory_mb(process: int) -> float:
    """Give the memory of a process, of what it shares with others its part."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)


if __name__ == "__main__":
    print(table())
