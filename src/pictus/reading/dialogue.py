"""The order in which a conversation is held: who may speak after whom."""

from collections.abc import Iterator, Sequence

from pictus.record import Turn

_CALLING = "assistant calling"  # an assistant that waits for the result of a tool
_NEXT = {  # the beginning is ""
    "": ("system", "user"),
    "system": ("user",),
    "user": ("assistant",),
    "assistant": ("user",),
    _CALLING: ("tool",),
    "tool": ("tool", "assistant"),
}


def order_problems(turns: Sequence[Turn]) -> Iterator[tuple[int, str]]:
    """Give the number of each turn that no chat template would render there, and what is wrong with it.

    A question without an answer may stand last.
    """
    before = ""
    for number, turn in enumerate(turns, 1):
        role = turn.role
        if role not in _NEXT[before]:
            yield number, f"is the {role}'s, expected {' or '.join(_NEXT[before])}"
        if turn.calls:
            if role != "assistant":
                yield number, f"is the {role}'s and calls a tool"
            before = _CALLING
        else:
            before = role
