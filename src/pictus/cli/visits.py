"""What is told while pictures come: how many, why others do not, how fast, from how many hosts, and what is left."""

import time
from collections import Counter
from collections.abc import Mapping
from typing import Any

from pictus.cli import output

_SECONDS = 5.0  # between two lines
_RECENT_SECONDS = 10.0  # that the rate is of


class VisitLines:
    """Tells of it in a line every few seconds, for logs."""

    def __init__(self) -> None:
        self.rows = 0
        self.running: dict[int, Mapping[str, Any]] = {}
        self.looks: list[tuple[float, int, int]] = [(time.monotonic(), 0, 0)]
        self.told = time.monotonic()

    def __call__(self, event: Mapping[str, Any]) -> None:
        """Note an event, and tell of it when it is time."""
        self.take(event)
        if time.monotonic() - self.told > _SECONDS:
            self.told = time.monotonic()
            output.say(self.line())

    def take(self, event: Mapping[str, Any]) -> None:
        """Note what a process tells of its shard."""
        if event["event"] == "wanted":
            self.rows = event["rows"]
        elif event["event"] == "acquiring" or (self.rows and event["event"] == "shard"):
            told = event if event["event"] == "acquiring" else self._of_receipt(event)
            self.running[event["shard"]] = told
            now = time.monotonic()
            self.looks.append((now, self._sum("got"), self._sum("got_bytes")))
            while len(self.looks) > 2 and now - self.looks[0][0] > _RECENT_SECONDS:
                del self.looks[0]

    def figures(self) -> dict[str, str]:
        """Give what there is to tell, by its name."""
        (began, got_then, bytes_then), (now, got, size) = self.looks[0], self.looks[-1]
        seconds = max(now - began, 0.001)
        done = self._sum("done")
        return {
            "got": f"{got:,} of {done:,}",
            "left": f"{max(self.rows - done, 0):,}",
            "pictures/s": f"{(got - got_then) / seconds:,.0f}",
            "MB/s": f"{(size - bytes_then) / seconds / 1e6:,.1f}",
            "hosts": f"{max((one['hosts'] for one in self.running.values()), default=0):,}",
        }

    def why(self) -> list[tuple[str, int]]:
        """List why pictures did not come, the most frequent first."""
        missed: Counter[str] = Counter()
        for one in self.running.values():
            missed.update(one["missed"])
        return missed.most_common()

    def line(self) -> str:
        """Tell all of it in one line."""
        told = self.figures()
        why = "".join(f", {reason} {count:,}" for reason, count in self.why()[:5])
        speed = f"{told['pictures/s']} pictures/s, {told['MB/s']} MB/s"
        return f"{told['got']} pictures, {told['left']} left, {speed}, {told['hosts']} hosts{why}"

    def close(self) -> None:
        """Nothing is left open."""

    def _of_receipt(self, event: Mapping[str, Any]) -> Mapping[str, Any]:
        """Give what a shard tells that is done, unless it told more on its way: on other machines none does."""
        if event["shard"] in self.running:
            return self.running[event["shard"]]
        missed: Counter[str] = Counter()
        for reason, count in event["reasons"].items():
            missed[reason.partition(":")[0]] += count
        return {
            "done": event["rows"] + event["rejected"],
            "got": event["rows"],
            "got_bytes": event["size_bytes"],
            "missed": missed,
            "hosts": 0,
        }

    def _sum(self, name: str) -> int:
        return sum(one[name] for one in self.running.values())


class VisitTable(VisitLines):
    """Tells of it in a table that is drawn anew, on a terminal."""

    def __init__(self) -> None:
        super().__init__()
        from rich.console import Console
        from rich.live import Live

        self.live = Live(console=Console(stderr=True), transient=True, refresh_per_second=4)
        self.live.start()

    def __call__(self, event: Mapping[str, Any]) -> None:
        """Note an event, and draw."""
        from rich.table import Table

        self.take(event)
        told = self.figures()
        table = Table(box=None, padding=(0, 2, 0, 0))
        for name in told:
            table.add_column(name, justify="right")
        table.add_column("missed")
        why = [f"{count:>9,}  {reason}" for reason, count in self.why()[:8]]
        table.add_row(*told.values(), "\n".join(why) or "-")
        self.live.update(table)

    def close(self) -> None:
        """Leave the terminal as it was."""
        self.live.stop()
