"""A question and its tries: what was asked, how its answer is read, and when it is asked again with another seed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pictus.ask.journal import Kept
from pictus.chat.reply import read_reply
from pictus.prompt import Answer, Fault, Prompt
from pictus.prompt_sets.answers import Unusable
from pictus.prompt_sets.messages import another


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A prompt, what it belongs to, and how its answer is read; a reader raises `Unusable` to have another try."""

    item: Any
    prompt: Prompt
    read: Callable[[Prompt, Answer], Any]
    tries: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question that is done with: the answer as it was read, or why there is none."""

    item: Any
    prompt: Prompt  # of the last try
    answer: Answer | None = None
    value: Any = None
    problem: str | None = None


@dataclass(slots=True, eq=False)
class Slot:
    """The place of a question in the order of the input."""

    question: Question
    asked: Asked | None = None
    is_left: bool = False  # the run stopped before it: nobody will ask
    number: int = 0  # of the try
    prompt: Prompt = field(init=False)

    def __post_init__(self) -> None:
        self.prompt = self.question.prompt

    def take(self, came: Answer | Fault) -> bool:
        """Read what came; True when the question is done with, False when its next try must be asked."""
        question, value, problem = self.question, None, None
        if isinstance(came, Fault):
            problem, again = came.what, came.remedy == "vary"
        else:
            try:
                value, again = question.read(self.prompt, came), False
            except Unusable as error:
                problem, again = f"unusable answer: {error}", True
        if again and self.number + 1 < question.tries:
            self.number += 1
            self.prompt = another(question.prompt, self.number)
            return False
        answer = came if isinstance(came, Answer) else None
        self.asked = Asked(item=question.item, prompt=self.prompt, answer=answer, value=value, problem=problem)
        return True


def came_of(kept: Kept) -> Answer | Fault:
    """Read what a journal kept: an answer, or why there is none."""
    if kept.failed is not None:
        return Fault(kept.failed, kept.remedy or "set_aside")
    try:
        return read_reply(kept.reply)
    except Fault as fault:
        return fault
