"""What goes to a backend and what comes back."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from pictus.record import NO_FACTS, Facts, Media, Tool, Turn

Finish: TypeAlias = Literal["stop", "length", "tool_calls"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """A question to a backend.

    The facts are for backends that work from annotations; a language model sees only the messages.
    """

    kind: str  # what is wanted: conversation, detail, reasoning, or an entry of a prompt set
    messages: tuple[Turn, ...] = ()
    media: tuple[Media, ...] = ()
    tools: tuple[Tool, ...] = ()
    facts: Facts = NO_FACTS
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a backend said: one assistant turn of a model, or the whole conversation of a program."""

    turns: tuple[Turn, ...]
    model: str
    finish: Finish = "stop"
