"""Advice as a table and as plain data."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from pictus.learn.advice.estimate import Advice, Memory
from pictus.learn.advice.machine import GIB

_HEAD = ("machine", "GiB a GPU", "--recompute", "time", "--recompute", "workers", "verdict")
_MOST = 64  # workers: with more of them it is not the GPU that makes a training wait


def lines(found: Sequence[Advice]) -> Iterator[str]:
    """Write a table: memory and time, each as they are and with `--recompute`."""
    if not found:
        return
    rows = [_HEAD, *map(_row, found)]
    wide = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    for row in rows:
        middle = "  ".join(f"{row[column]:>{wide[column]}}" for column in range(1, len(row) - 1))
        yield f"{row[0]:<{wide[0]}}  {middle}  {row[-1]}"


def plain(advice: Advice) -> dict[str, Any]:
    """Give all that was worked out, for `--json`; memory in bytes."""
    told = asdict(advice)
    for name, memory in (("memory", advice.memory), ("recomputing", advice.recomputing)):
        told[name] = {part: round(size) for part, size in asdict(memory).items()} | {"total": round(memory.total)}
    return {**told, "machine": advice.machine.title, "gpus": advice.machine.count}


def _row(advice: Advice) -> tuple[str, ...]:
    return (
        advice.machine.title,
        _memory(advice.memory),
        _memory(advice.recomputing),
        _time(advice.hours),
        _time(advice.hours_recomputing),
        _workers(advice.workers),
        advice.verdict,
    )


def _memory(memory: Memory) -> str:
    return f"{memory.total / GIB:.1f}" if memory.total >= GIB / 10 else "< 0.1"


def _time(hours: float | None) -> str:
    if hours is None:
        return "-"
    minutes = hours * 60
    return f"{hours:,.1f} h" if hours >= 1 else f"{minutes:.0f} min" if minutes >= 1 else "< 1 min"


def _workers(workers: int | None) -> str:
    if workers is None:
        return "-"
    return str(workers) if workers <= _MOST else f"> {_MOST}"
