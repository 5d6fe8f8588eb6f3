"""Turns alternate between user and assistant, and end with an answer."""

from collections.abc import Iterator
from dataclasses import dataclass

from pictus.reading.dialogue import order_problems
from pictus.record import Record


@dataclass(frozen=True, slots=True)
class Check:
    """Keep a conversation that a chat template can render, with an answer or a tool call at its end."""

    def problems(self, record: Record) -> Iterator[str]:
        """Name each turn that is out of order."""
        for number, problem in order_problems(record.turns):
            yield f"turn {number} {problem}"
        if not record.turns:
            yield "there are no turns"
        elif record.turns[-1].role != "assistant":
            yield f"the last turn is the {record.turns[-1].role}'s, not an answer"
