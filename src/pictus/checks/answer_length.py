"""Answers say something and come to an end, and so do questions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from pictus.errors import unknown_name
from pictus.reading.wording import words_of
from pictus.record import Record


@dataclass(frozen=True, slots=True)
class Check:
    """Keep a record when each answer has `minimum` to `maximum` words, and each question too.

    A tool call is an answer too. `kinds` gives other limits to what was made as that kind:
    `kinds: {detail: {minimum: 20}}`.
    """

    minimum: int = 1
    maximum: int = 1000
    maximum_characters: int = 8000
    question_minimum: int = 1
    question_maximum: int = 300
    kinds: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        known = [one.name for one in fields(self) if one.name != "kinds"]
        for kind, limits in self.kinds.items():
            for name in set(limits) - set(known):
                raise unknown_name("limit", name, known, where=f"check answer_length, kinds.{kind}")

    def problems(self, record: Record) -> Iterator[str]:
        """Name each question and answer that is too short or too long."""
        limits = self._limits(record)
        for number, turn in enumerate(record.turns, 1):
            if turn.role == "assistant" and not turn.calls:
                yield from _misfits(number, turn.text, limits.minimum, limits.maximum)
                if len(turn.text) > limits.maximum_characters:
                    yield f"turn {number} has {len(turn.text)} characters, more than {limits.maximum_characters}"
            elif turn.role == "user" and (turn.text or not turn.parts or turn.parts[0].type == "text"):
                yield from _misfits(number, turn.text, limits.question_minimum, limits.question_maximum)

    def _limits(self, record: Record) -> "Check":
        """Find the limits for what a record was made as."""
        kind = record.origin.kind if self.kinds else None
        return (
            self
            if kind is None or kind not in self.kinds
            else replace(self, kinds={}, **dict[str, Any](self.kinds[kind]))
        )


def _misfits(number: int, text: str, minimum: int, maximum: int) -> Iterator[str]:
    count = len(text.split())
    if count < minimum or count > maximum or not text.isascii():
        # Signs count as words where only they are said, and where a language has no spaces.
        count = max(count, len(words_of(text)))
    if count < minimum:
        yield f"turn {number} has {count} words, fewer than {minimum}"
    elif count > maximum:
        yield f"turn {number} has {count} words, more than {maximum}"
