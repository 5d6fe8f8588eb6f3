"""Whether an answer that was given without the picture is the one that stands in the record.

Yes, no and the letter of a choice must be the same. Of other answers the words count that they add to their question,
so that "brown" agrees with "The dog is brown.": up to three must be the same, of more the overlap (F1) must be 0.8.
Numbers and negations must be the same in any answer.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pictus.reading.wording import words_of
from pictus.scene.names import NUMBER_WORDS, singular

UNKNOWN = "unknown"
_SHORT = 3  # words
_OVERLAP = 0.8
_LUCKY = 2  # a guess at yes or no is right half the time, so one proves nothing
_VERDICT = re.compile(
    r"\W*(?:(?P<word>yes|no)(?:\s*[^\w\s'’]|\s*\Z)|\(?(?P<letter>[a-f])(?:[.):]|\W*\Z))", re.IGNORECASE
)
_SMALL = frozenset(
    words_of("""
    a an the this that these those is are was were be been being am do does did has have had in on at of to by with
    and it its he she they him her them his their there here i you we some can could will would""")
)
_NEGATIONS = frozenset(words_of("no not never none nobody nothing neither nor without cannot"))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a blind answer came to: whether it agrees, and whether that may well be luck."""

    agrees: bool
    is_guess: bool = False


def compare(question: str, recorded: str, blind: str) -> Outcome:
    """Compare a blind answer with the recorded one."""
    verdict = _verdict(recorded)
    return Outcome(agrees(question, recorded, blind), is_guess=verdict is not None)


def agrees(question: str, recorded: str, blind: str) -> bool:
    """Say whether two answers to a question say the same."""
    one, other = _content(recorded), _content(blind)
    if not one or not other or UNKNOWN in other:
        return False
    verdicts = _verdict(recorded), _verdict(blind)
    if verdicts != (None, None):
        return verdicts[0] == verdicts[1]
    one, other = _added(question, one, other)
    if _fixed(one) != _fixed(other):
        return False
    if max(len(one), len(other)) <= _SHORT:
        return set(one) == set(other)
    return overlap(one, other) >= _OVERLAP


def is_answerable(outcomes: Sequence[Outcome], share: float = 1.0) -> bool:
    """Say whether the questions of a record are answered without its picture, beyond what luck explains."""
    agreeing = [outcome for outcome in outcomes if outcome.agrees]
    by_luck = len(agreeing) < _LUCKY and all(outcome.is_guess for outcome in agreeing)
    return not by_luck and len(agreeing) >= share * len(outcomes) - 1e-9


def overlap(one: Sequence[str], other: Sequence[str]) -> float:
    """Give the F1 of two lists of words: twice what they share, by what they have together."""
    if not one or not other:
        return 0.0
    return 2 * (Counter(one) & Counter(other)).total() / (len(one) + len(other))


def _verdict(text: str) -> str | None:
    """Give yes, no or the letter of a choice, where an answer begins with it: "No parking" does not say no."""
    found = _VERDICT.match(text)
    return (found["word"] or found["letter"]).lower() if found else None


def _content(text: str) -> list[str]:
    """List the words that say something, one form for each number and each noun."""
    words = [str(NUMBER_WORDS.get(word, word)) for word in words_of(text)]
    return [singular(word) for word in words if word not in _SMALL] or words


def _added(question: str, one: list[str], other: list[str]) -> tuple[list[str], list[str]]:
    """Take out what the answers repeat of their question, unless they differ in just that: "red or blue?"."""
    asked = set(_content(question))
    echoes, echoed = asked.intersection(one), asked.intersection(other)
    if not (echoes <= echoed or echoed <= echoes):
        return one, other
    shorter = [word for word in one if word not in asked], [word for word in other if word not in asked]
    return shorter if all(shorter) else (one, other)


def _fixed(words: Sequence[str]) -> Counter[str]:
    """Count the words that no overlap may outweigh."""
    return Counter(word for word in words if word.isdigit() or word in _NEGATIONS or word.endswith(("n't", "n’t")))
