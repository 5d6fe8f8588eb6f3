"""What goes to a backend and what comes back, or why nothing does."""

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from pictus.record import NO_FACTS, Facts, Media, Tool, Turn

Finish: TypeAlias = Literal["stop", "length", "tool_calls"]
Remedy: TypeAlias = Literal["wait", "retry", "vary", "set_aside", "stop"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """How a model chooses its words; what is None is left to the model."""

    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """A question to a backend.

    The facts are for backends that work from annotations; a language model sees only the messages, and the media
    in the order of their places there.
    """

    kind: str  # what is wanted: conversation, detail, reasoning, or an entry of a prompt set
    messages: tuple[Turn, ...] = ()
    media: tuple[Media, ...] = ()
    tools: tuple[Tool, ...] = ()
    facts: Facts = NO_FACTS
    seed: int = 0
    sampling: Sampling = Sampling()
    schema: str | None = None  # JSON Schema, as text, of the answer that is wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens as the model counted them."""

    prompt: int = 0
    completion: int = 0
    cached: int = 0  # of the prompt, read from the model's cache


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a server tells of its limits a minute; None where it tells nothing."""

    requests: int | None = None
    tokens: int | None = None
    requests_left: int | None = None
    tokens_left: int | None = None
    requests_reset_seconds: float | None = None
    tokens_reset_seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a backend said: one assistant turn of a model, or the whole conversation of a program."""

    turns: tuple[Turn, ...]
    model: str
    tools: tuple[Tool, ...] = ()  # what could be called, where the backend chose it
    facts: Facts | None = None  # in place of the prompt's, where the backend says which of them its calls rest on
    finish: Finish = "stop"
    reasoning: str = ""  # what a model thought aloud before it answered
    usage: Usage | None = None
    limits: Limits | None = field(default=None, compare=False)
    reply: bytes = field(default=b"", repr=False, compare=False)  # as it came: a chat completion; a journal keeps it


class Fault(Exception):
    """No answer: what happened, and what may help.

    wait: the server wants a slower pace. retry: the same again. vary: the same with another seed.
    set_aside: this prompt can never be answered. stop: no prompt can, until the user mends something.
    A fault that strains says that too much was asked at once: fewer should be in flight. One with usage was paid for.
    """

    def __init__(
        self,
        what: str,
        remedy: Remedy,
        *,
        wait_seconds: float | None = None,
        limits: Limits | None = None,
        strains: bool = False,
        mend: str = "",
        usage: Usage | None = None,
    ) -> None:
        super().__init__(what)
        self.what, self.remedy, self.wait_seconds, self.limits, self.mend = what, remedy, wait_seconds, limits, mend
        self.strains = strains or remedy == "wait"
        self.usage = usage
