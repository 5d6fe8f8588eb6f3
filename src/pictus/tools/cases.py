"""The cases that calls of tools are practised in: how often each is made, and what it asks for."""

from collections.abc import Mapping
from random import Random

SHARES: Mapping[str, float] = {
    "simple": 0.35,
    "multiple": 0.25,
    "parallel": 0.12,
    "sequential": 0.10,
    "irrelevance": 0.10,
    "missing_argument": 0.08,
}
# What whoever writes a conversation is told of its case.
WANTED: Mapping[str, str] = {
    "simple": "One call of one tool answers the request.",
    "multiple": "Several of the tools look as if they might serve, and only one of them does: one call of that one.",
    "parallel": "The request asks for two or three things at once, each a call; none needs another's result.",
    "sequential": "The request needs two calls in turn: the second takes a value out of the first's result.",
    "irrelevance": "None of the tools can do what is asked: no call, and a reply that says so and helps as it can.",
    "missing_argument": "The request leaves out what the tool must know: no call, and a reply that asks for it.",
}


def case_of(random: Random) -> str:
    """Draw a case by its share."""
    at = random.random()
    for case, share in SHARES.items():
        at -= share
        if at < 0:
            return case
    return "simple"
