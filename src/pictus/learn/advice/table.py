"""Advice as a table and as plain data."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from pictus.learn.advice.estimate import Advice
from pictus.learn.advice.machine import GIB

_HEAD = ("machine", "GiB a GPU", "--recompute", "time", "--recompute", "workers", "verdict")


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
        f"{advice.memory.total / GIB:.1f}",
        f"{advice.recomputing.total / GIB:.1f}",
        _time(advice.hours),
        _time(advice.hours_recomputing),
        "-" if advice.workers is None else str(advice.workers),
        advice.verdict,
    )


def _time(hours: float | None) -> str:
    if hours is None:
        return "-"
    return f"{hours:,.1f} h" if hours >= 1 else f"{max(hours * 60, 1):.0f} min"
