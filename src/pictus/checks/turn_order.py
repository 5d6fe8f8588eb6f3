"""Turns alternate between user and assistant, and end with an answer."""

from collections.abc import Iterator
from dataclasses import dataclass

from pictus.record import Record

_NEXT = {  # who may speak after whom; the beginning is ""
    "": ("system", "user"),
    "system": ("user",),
    "user": ("assistant",),
    "assistant": ("user",),
    "assistant calling": ("tool",),
    "tool": ("tool", "assistant"),
}


@dataclass(frozen=True, slots=True)
class Check:
    """Keep a conversation that a chat template can render, with an answer at its end."""

    def problems(self, record: Record) -> Iterator[str]:
        """Name each turn that is out of order."""
        if not record.turns:
            yield "there are no turns"
            return
        before = ""
        for number, turn in enumerate(record.turns, 1):
            if turn.role not in _NEXT[before]:
                yield f"turn {number} is the {turn.role}'s, expected {' or '.join(_NEXT[before])}"
            if turn.calls and turn.role != "assistant":
                yield f"turn {number} is the {turn.role}'s and calls a tool"
            before = "assistant calling" if turn.role == "assistant" and turn.calls else turn.role
        if before not in ("assistant", "assistant calling"):
            yield f"the last turn is the {before}'s, not an answer"
