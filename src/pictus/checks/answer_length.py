"""Answers say something."""

from collections.abc import Iterator
from dataclasses import dataclass

from pictus.record import Record


@dataclass(frozen=True, slots=True)
class Check:
    """Keep a record when every answer has at least `minimum` words; a tool call is an answer too."""

    minimum: int = 1

    def problems(self, record: Record) -> Iterator[str]:
        """Name each answer that is too short."""
        for number, turn in enumerate(record.turns, 1):
            if turn.role == "assistant" and not turn.calls:
                words = len(turn.text.split())
                if words < self.minimum:
                    yield f"turn {number} has {words} words, fewer than {self.minimum}"
