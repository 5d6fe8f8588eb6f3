"""The words of a conversation as checks look at them: lower case, without signs, question by question."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pictus.record import Turn

# Chinese and Japanese put no spaces between words: there each sign stands for itself.
_WORD = re.compile("[぀-ヿ㐀-䶿一-鿿]|(?:(?![぀-ヿ㐀-䶿一-鿿])[^\\W_]|(?<=\\w)['’](?=\\w))+")
_PLAIN = re.compile(r"[a-z0-9]+(?:'[a-z0-9]+)*")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|[。！？\n]+")


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question with its answer, and the number of the answer's turn."""

    question: str
    answer: str
    number: int


def count_of(count: int, one: str, many: str = "") -> str:
    """Say how many there are: "1 record", "2,000 records"; `many` where a letter more does not make the plural."""
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"


def words_of(text: str) -> list[str]:
    """List the words of a text in lower case."""
    return _PLAIN.findall(text.lower()) if text.isascii() else _WORD.findall(text.lower())


def plain(text: str) -> str:
    """Give the words of a text with single spaces between: what two texts share that differ only in signs."""
    return " ".join(words_of(text))


def sentences(text: str) -> list[str]:
    """Split a text into its sentences."""
    return [sentence for sentence in _SENTENCE_END.split(text) if sentence.strip()]


def exchanges(turns: Sequence[Turn]) -> Iterator[Exchange]:
    """Pair each answer that speaks with the question before it."""
    question = ""
    for number, turn in enumerate(turns, 1):
        if turn.role == "user":
            question = turn.text
        elif turn.role == "assistant" and turn.text:
            yield Exchange(question, turn.text, number)
