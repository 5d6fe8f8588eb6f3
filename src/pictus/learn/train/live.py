"""Follow a training on a terminal: one line that is always of the last step, or a line now and then elsewhere."""

import sys
import time
from collections.abc import Mapping
from typing import Any

_EVERY_SECONDS = 5.0  # where lines stay


def line(event: Mapping[str, Any], held_out: float | None = None) -> str:
    """Say how a training goes, from the event of a step and the last loss on what was held out."""
    parts = [
        f"step {event['step']:,} of {event['steps']:,}",
        f"loss {event['loss']:.4f}" + ("" if held_out is None else f" (held out {held_out:.4f})"),
        f"{event['samples_per_second']:,.1f} samples/s",
        f"{event['tokens_per_second']:,.0f} tokens/s",
    ]
    if event["mfu"] is not None:
        parts.append(f"MFU {event['mfu']:.1%}")
    parts.append(f"{event['memory_bytes'] / 2**30:.1f} GiB")
    if event["data_wait"] >= 0.05:
        parts.append(f"{event['data_wait']:.0%} waiting for data")
    if event["broken"]:
        parts.append(f"{event['broken']:,} broken samples")
    left = (event["steps"] - event["step"]) * event["seconds"]
    return ", ".join([*parts, f"{_span(left)} left"])


class Live:
    """Listens to a training, and shows it on stderr."""

    def __init__(self) -> None:
        self._told = 0.0
        self._held_out: float | None = None
        self._status: Any = None
        if sys.stderr.isatty():
            from rich.console import Console

            self._status = Console(stderr=True).status("starting")
            self._status.start()

    def __call__(self, event: Mapping[str, Any]) -> None:
        """Show what an event tells."""
        if event["event"] == "step":
            self._show(line(event, self._held_out))
        elif event["event"] == "note":
            self._say(event["text"])
        elif event["event"] == "held_out":
            scores = event["scores"]
            # The next stage is measured on others.
            self._held_out = scores.get("loss") if event["step"] < event["steps"] else None
            told = ", ".join(f"{name} {value:{',' if type(value) is int else '.4f'}}" for name, value in scores.items())
            self._say(f"held out after step {event['step']:,}: {told}")

    def close(self) -> None:
        """Leave the terminal as it was."""
        if self._status is not None:
            self._status.stop()

    def _show(self, text: str) -> None:
        if self._status is not None:
            self._status.update(text)
        elif time.monotonic() - self._told > _EVERY_SECONDS:
            self._told = time.monotonic()
            self._say(text)

    def _say(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)  # noqa: T201


def _span(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
