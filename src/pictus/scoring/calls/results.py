"""Files of calls as models made them: what every benchmark of calls has for predictions."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pictus.grade import Reply
from pictus.record import Turn
from pictus.scoring.part import write_lines


def write_results(replies: Iterable[Reply], path: Path) -> None:
    """Write the calls of each answer; where it has none, its words."""
    write_lines(({"id": one.item.id, "result": _result(one.turn)} for one in replies), path)


def _result(turn: Turn) -> Any:
    return [{call.name: call.arguments} for call in turn.calls] or turn.text
