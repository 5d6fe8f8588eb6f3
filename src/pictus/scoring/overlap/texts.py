"""Words that a question shares with a corpus: the same question, the same answer to it, or most of a long text."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

from pictus.reading.wording import exchanges, plain, words_of
from pictus.record import Turn
from pictus.scoring.asking import BY_LETTER, IN_A_WORD

LONG = 20  # words; below, a few phrases that everybody writes make half of a text
COVERED = 0.5  # of the runs of words of a long text
_RUN = 8  # words
_INSTRUCTIONS = tuple(plain(one) for one in (IN_A_WORD, BY_LETTER))


@dataclass(frozen=True, slots=True)
class Said:
    """Hashes of what a conversation asks, and of each question with its answer."""

    questions: frozenset[int]
    pairs: frozenset[tuple[int, int]]
    answers: frozenset[int]


def said_in(turns: Sequence[Turn]) -> Said:
    """Hash the questions and answers of a conversation."""
    pairs = {
        (question, text_hash(plain(one.answer))) for one in exchanges(turns) for question in _questions(one.question)
    }
    asked = {question for turn in turns if turn.role == "user" for question in _questions(turn.text)}
    return Said(frozenset(asked), frozenset(pairs), frozenset(answer for _, answer in pairs))


def _questions(text: str) -> set[int]:
    """Hash a question as a whole, and its first line: trainers write hints below it, such as words that OCR read."""
    text = text.strip()
    return {question_hash(text), question_hash(text.partition("\n")[0])}


@lru_cache(65_536)
def question_hash(text: str) -> int:
    """Hash a question without signs, case, and the instruction that trainers write below it; 0 for no words."""
    words = plain(text)
    for told in _INSTRUCTIONS:
        words = words.removesuffix(told).rstrip()
    return text_hash(words)


def text_hash(text: str) -> int:
    """Hash a text; 0 for an empty one."""
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()) if text else 0


class LongTexts:
    """Long texts by their runs of eight words, to be found in others."""

    def __init__(self) -> None:
        self._runs: dict[int, list[int]] = {}
        self._counts: dict[int, int] = {}

    def __bool__(self) -> bool:
        return bool(self._counts)

    def add(self, number: int, text: str) -> None:
        """Keep a text by its number, if it is long."""
        words = words_of(text)
        if len(words) >= LONG:
            runs = set(_runs(words))
            self._counts[number] = len(runs)
            for run in runs:
                self._runs.setdefault(run, []).append(number)

    def covered_by(self, texts: Iterable[str]) -> list[int]:
        """Name the texts of which half or more stands in others."""
        found = {run for text in texts for run in _runs(words_of(text)) if run in self._runs}
        counts = Counter(number for run in found for number in self._runs[run])
        return [number for number, count in counts.items() if count >= COVERED * self._counts[number]]


def _runs(words: Sequence[str]) -> Iterator[int]:
    for place in range(len(words) - _RUN + 1):
        yield hash(tuple(words[place : place + _RUN]))
