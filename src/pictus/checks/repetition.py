"""Answers do not run in circles, and nobody asks or says the same twice."""

from collections.abc import Iterator
from dataclasses import dataclass
from operator import eq

from pictus.errors import PictusError
from pictus.reading.wording import exchanges, plain, sentences, words_of
from pictus.record import Record

_LONG = 12  # letters from which on a word is looked at
_SAID = 4  # words from which on saying the same again is no mere "yes, there is"


@dataclass(frozen=True, slots=True)
class Check:
    """Keep a record without loops: no phrase `times` times in a row, no sentence, answer or question twice.

    A single word may stand one time more, as in "very, very, very".
    """

    times: int = 3
    longest: int = 12  # words of a phrase

    def __post_init__(self) -> None:
        if self.times < 2:
            raise PictusError("once is no repetition", where="check repetition", mend="set `times` to 2 or more")

    def problems(self, record: Record) -> Iterator[str]:
        """Name each repetition."""
        questions: dict[str, int] = {}
        answers: dict[str, str] = {}
        for exchange in exchanges(record.turns):
            number = exchange.number
            words = words_of(exchange.answer)
            found = self._loop(words) or _stutter(words)
            if found:
                yield f'the same over and over: "{found}" in turn {number}'
            elif twice := _sentence_twice(exchange.answer):
                yield f'a sentence stands twice: "{twice}" in turn {number}'
            question, answer = plain(exchange.question), " ".join(words)
            if question and questions.setdefault(question, number) != number:
                yield f'the same question is asked twice: "{question[:80]}" before turn {number}'
            elif len(words) > _SAID and answers.setdefault(answer, question) != question:
                yield f'the same answer to another question: "{answer[:80]}" in turn {number}'

    def _loop(self, words: list[str]) -> str:
        """Find a phrase that is said many times in a row: then words equal those a phrase's length before them."""
        repeated = len(words) - len(set(words))  # a loop has at least so many
        for length in range(1, min(self.longest, repeated // (self.times - 1)) + 1):
            equal = bytes(map(eq, words, words[length:]))
            times = self.times + (length == 1)
            start = equal.find(b"\x01" * (length * (times - 1)))
            if start >= 0:
                phrase = words[start : start + length]
                if not all(word.isdigit() for word in phrase):  # 0 0 0 0 is a score, 1 1 1 1 a reading
                    return " ".join(phrase)
        return ""


def _stutter(words: list[str]) -> str:
    """Find a word such as "aaaaaaaaaaaaaa" or "hahahahahahaha"."""
    for word in words:
        if len(word) >= _LONG and len(set(word)) <= 2 and word.isalpha():
            return f"{word[:_LONG]}…"
    return ""


def _sentence_twice(text: str) -> str:
    known = set()
    for sentence in sentences(text):
        words = plain(sentence)
        if words.count(" ") + 1 >= _SAID:
            if words in known:
                return words[:80]
            known.add(words)
    return ""
