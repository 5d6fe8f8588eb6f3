"""Tell of a training in words, and through what shows the rest of a run: two live lines would fight for one."""

import sys
from collections.abc import Mapping
from typing import Any

from pictus.engine.events import Events

_MEASURED = 3  # steps: the first ones wait for workers and for memory, and say nothing of those that come


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
    if event["step"] >= _MEASURED:
        parts.append(f"{_span((event['steps'] - event['step']) * event['seconds'])} left")
    return ", ".join(parts)


class Live:
    """Listens to a training, and passes on what a person wants to know of it."""

    def __init__(self, events: Events) -> None:
        self._events = events
        self._held_out: float | None = None

    def __call__(self, event: Mapping[str, Any]) -> None:
        """Pass on what an event tells."""
        if event["event"] == "step":
            told = line(event, self._held_out)
            self._events.send("training", told=told, done=event["step"], total=event["steps"])
        elif event["event"] == "note":
            self._say(event["text"])
        elif event["event"] == "held_out":
            scores = event["scores"]
            # The next stage is measured on others.
            self._held_out = scores.get("loss") if event["step"] < event["steps"] else None
            told = ", ".join(f"{name} {value:{',' if type(value) is int else '.4f'}}" for name, value in scores.items())
            self._say(f"held out after step {event['step']:,}: {told}")

    def _say(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)  # noqa: T201


def _span(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
