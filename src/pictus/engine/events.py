"""What happens in a run, as lines of JSON that the terminal and the viewer follow alike."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, TypeAlias

import orjson

Event: TypeAlias = Mapping[str, Any]
Listener: TypeAlias = Callable[[Event], None]


@dataclass(slots=True)
class Events:
    """Sends each event to its listeners, and keeps it in `runs/<id>/events.jsonl` when given a folder."""

    listeners: tuple[Listener, ...] = ()
    folder: Path | None = None
    _file: IO[bytes] | None = field(default=None, init=False)

    def send(self, kind: str, **facts: Any) -> None:
        """Tell what happened, with the time."""
        event = {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), "event": kind, **facts}
        if self.folder is not None:
            if self._file is None:
                self._file = _open_log(self.folder, event["time"])
            self._file.write(orjson.dumps(event, option=orjson.OPT_APPEND_NEWLINE))
            self._file.flush()
        for listener in self.listeners:
            listener(event)

    @property
    def log(self) -> str | None:
        """Give the file that keeps the events, where other processes may add their own; None where nothing is kept."""
        if self.folder is not None and self._file is None:
            self._file = _open_log(self.folder, datetime.now(UTC).isoformat())
        return None if self._file is None else str(Path(self._file.name).absolute())

    def close(self) -> None:
        """Close the log."""
        if self._file is not None:
            self._file.close()
            self._file = None


def _open_log(folder: Path, time: str) -> IO[bytes]:
    run = folder / f"{time[:19].replace(':', '')}-{os.getpid()}"
    run.mkdir(parents=True, exist_ok=True)
    return (run / "events.jsonl").open("ab")
