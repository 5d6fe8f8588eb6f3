"""What follows from the sentences about a motion: what is done, in which order, which way, how often.

Two people may tell the same motion differently, and silence is not absence. So a direction, a side or a number is
settled only where all sentences together name one; an order is taken only from a sentence that says "then", and only
while no other sentence tells it the other way round.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from math import isfinite
from typing import Any, Literal, TypeAlias, TypeGuard

import orjson

from pictus.record import Facts
from pictus.scene.layout import tidy_caption
from pictus.scene.names import NUMBER_WORDS
from pictus.scene.verbs import of_participle, of_third_person, verb_of

Axis: TypeAlias = Literal["rotation", "way", "side", "times", "steps"]
LIMBS = r"arm|hand|leg|foot|knee|elbow"

_PERSON = (
    r"(?:(?:(?:a|an|the|this|one)\s+)?(?:stick\s+|human\s+)?(?:person|man|woman|guy|girl|boy|figure|individual|human|"
    r"character|subject|actor|male|female|lady|humanoid)|someone|somebody|he|she)"
)
_SUBJECT = re.compile(rf"{_PERSON}\s+(?=\S)", re.IGNORECASE)
_THEN = re.compile(r"\s*(?:[,;.]\s*)?(?:\b(?:and|but)\s+)?\bthen\b,?\s+", re.IGNORECASE)
_AND = re.compile(r"\s*,\s*(?:and\s+)?|\s+(?:and|while)\s+", re.IGNORECASE)
_IDIOM = re.compile(r"\b(up|back|round|over|in|around|left|right) and (down|forth|round|over|out|around|right|left)\b")
_HIDDEN = "\x00"  # stands for the "and" of an idiom while a sentence is cut
# With these the order is another than that of the words, or nothing is said for certain.
_UNPLAIN = re.compile(
    r"\b(?:before|after|until|when|once|first|last|finally|not|never|\w+n't|seems?|appears?|like|might|may|maybe|"
    r"perhaps|possibly|probably|they)\b|[.;:!?()\"]",
    re.IGNORECASE,
)
_COUNTER = re.compile(r"\b(?:counter|anti)[\s-]?clock[\s-]?wise\b", re.IGNORECASE)
_CLOCKWISE = re.compile(r"\bclock[\s-]?wise\b", re.IGNORECASE)
_FORWARD = re.compile(r"\b(?:forwards?|ahead|front)\b", re.IGNORECASE)
_BACKWARD = re.compile(r"\b(?:backwards?|back|around|return\w*|revers\w+|retreat\w*|opposite)\b", re.IGNORECASE)
_SIDE = re.compile(r"\b(left|right)\b", re.IGNORECASE)
_BOTH = re.compile(  # and uses of "left" and "right" that may be no sides
    r"\b(?:both|each|other|either|every|another|alternat\w*|opposite|sides|side to side|left (?:behind|standing|over)|"
    r"right (?:away|after|before|in|at|on|there|here|back|now|as|up|down|around|over|through|next)|"
    rf"(?:{LIMBS})s|feet)\b",
    re.IGNORECASE,
)
_NUMBER = rf"(?:{'|'.join(NUMBER_WORDS)}|\d{{1,3}})"
TIMES = re.compile(rf"\b(?:(once)|(twice)|({_NUMBER})\s+times)\b", re.IGNORECASE)
STEPS = re.compile(
    rf"\b({_NUMBER})\s+(?:(?:small|big|large|long|short|quick|slow|little|more)\s+)*steps?\b", re.IGNORECASE
)
_VAGUE = re.compile(
    r"\b(?:several|multiple|many|few|some|couple|repeat\w*|continu\w*|again|numerous|various|more|times|steps)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Act:
    """Something that is done, as it was said and as a question needs it."""

    said: str  # after "the person": "walks forward", "is walking forward"
    verb: str  # "walk"
    base: str  # after "does the person" or "is the person": "walk forward", "walking forward"
    is_going_on: bool  # said with "is"

    @property
    def ask(self) -> str:
        """Ask whether it is done."""
        return f"{'Is' if self.is_going_on else 'Does'} the person {self.base}?"


@dataclass(frozen=True, slots=True)
class Account:
    """One sentence about a motion."""

    text: str  # a sentence that may be quoted
    said: str  # as it was written, in lower case
    acts: tuple[Act, ...]  # each of what is done, where every part of the sentence was understood
    steps: tuple[Act, ...]  # what is done one after the other, by the sentence's own words; its `base` is not for use

    @property
    def act(self) -> Act | None:
        """Give the only thing that the whole sentence tells."""
        return self.acts[0] if len(self.acts) == 1 else None


@dataclass(frozen=True, slots=True)
class Segment:
    """What was written about a part of a motion."""

    account: Account
    start: float  # seconds
    end: float


@dataclass(frozen=True, slots=True)
class Motion:
    """What follows from the facts of one motion."""

    accounts: tuple[Account, ...]  # of the whole
    segments: tuple[Segment, ...]
    ordered: tuple[Account, ...]  # those whose order is told and not in dispute
    settled: dict[Axis, str | int]  # what all sentences together name one value of


def watch(facts: Facts) -> Motion:
    """Work out the motion of facts."""
    accounts = tuple(account for text in dict.fromkeys(facts.motions) if (account := _account(text)))
    segments = tuple(_segments(facts.extra))
    every = (*accounts, *(segment.account for segment in segments))
    found: dict[Axis, set[str | int]] = {}
    for account in every:
        for axis, values in named(account.said).items():
            found.setdefault(axis, set()).update(values)
    return Motion(
        accounts=accounts,
        segments=segments,
        ordered=tuple(one for one in accounts if one.steps and not any(_disputes(other, one) for other in every)),
        settled={axis: next(iter(values)) for axis, values in found.items() if len(values) == 1},
    )


def named(text: str) -> dict[Axis, set[str | int]]:
    """Give the directions, sides and numbers that a text names; 0 stands for a number that it leaves open."""
    found: dict[Axis, set[str | int]] = {"rotation": set(), "way": set(), "side": set(), "times": set(), "steps": set()}
    if _COUNTER.search(text):
        found["rotation"].add("counterclockwise")
    if _CLOCKWISE.search(_COUNTER.sub("", text)):
        found["rotation"].add("clockwise")
    for value, pattern in (("forward", _FORWARD), ("backward", _BACKWARD)):
        if pattern.search(text):
            found["way"].add(value)
    found["side"].update(side.lower() for side in _SIDE.findall(text))
    if _BOTH.search(text):
        found["side"].update(("left", "right"))
    for once, twice, number in TIMES.findall(text):
        found["times"].add(1 if once else 2 if twice else _value(number))
    found["steps"].update(map(_value, STEPS.findall(text)))
    if _VAGUE.search(STEPS.sub("", TIMES.sub("", text))):
        found["times"].add(0)
        found["steps"].add(0)
    return found


def agree(one: Account, other: Account) -> bool:
    """Say whether two sentences may be told of the same motion side by side: nothing that both name differs."""
    first, second = named(one.said), named(other.said)
    return not any(first[axis] and second[axis] and first[axis].isdisjoint(second[axis]) for axis in first)


def _account(text: str) -> Account | None:
    tidy = tidy_caption(text)
    if not tidy:
        return None
    said = " ".join(text.split()).rstrip(" .,;!?")
    tidy = re.sub(r"(?<=[.!?] )[a-z]", lambda found: found[0].upper(), tidy)
    subject = _SUBJECT.match(said)
    if subject is None or _act(said[subject.end() :]) is None:
        return Account(tidy, said.lower(), (), ())
    rest = said[subject.end() :]
    clauses = [_without_subject(clause) for clause in _THEN.split(rest)]
    steps = [act for clause in clauses if not _UNPLAIN.search(clause) and (act := _act(clause))]
    # Of two steps with the same verb nobody could tell whether another sentence has them in the same order.
    is_ordered = len(steps) == len(clauses) > 1 and len({step.verb for step in steps}) == len(steps)
    acts = [_acts(clause) for clause in clauses]
    is_understood = len(steps) == len(clauses) and all(acts)
    return Account(
        text=f"The person {tidy[subject.end() :]}",
        said=said.lower(),
        acts=tuple(act for some in acts for act in some) if is_understood else (),
        steps=tuple(steps) if is_ordered else (),
    )


def _without_subject(clause: str) -> str:
    subject = _SUBJECT.match(clause)
    return clause[subject.end() :] if subject else clause


def _acts(clause: str) -> list[Act]:
    """Cut a clause into what is done at its verbs; nothing where a piece has none, as in "an arm and a leg"."""
    pieces = _AND.split(_IDIOM.sub(rf"\1{_HIDDEN}\2", clause))
    acts = [_act(piece.replace(_HIDDEN, " and ")) for piece in pieces]
    return [act for act in acts if act] if all(acts) else []


def _act(text: str) -> Act | None:
    words = text.split()
    place = next((number for number, word in enumerate(words) if not word.endswith("ly")), len(words))
    if place == len(words):
        return None
    before, word, after = words[:place], words[place].rstrip(","), words[place + 1 :]
    if verb := of_third_person(word):
        return Act(text, verb, " ".join([*before, verb, *after]), is_going_on=False)
    doing = next((one for one in after if not one.endswith("ly")), "")
    if word.lower() == "is" and (verb := of_participle(doing)):
        return Act(text, verb, " ".join([*before, *after]), is_going_on=True)
    return None


def _disputes(other: Account, one: Account) -> bool:
    """Say whether another sentence speaks of the verbs of an order the other way round."""
    if other.said == one.said:
        return False
    places: dict[str, int] = {}
    for place, word in enumerate(re.findall(r"[\w'-]+", other.said)):
        if verb := verb_of(word):
            places.setdefault(verb, place)
    verbs = [step.verb for step in one.steps if step.verb in places]
    return any(places[second] < places[first] for first, second in combinations(verbs, 2))


def _segments(extra: str | None) -> Iterator[Segment]:
    for row in _rows(extra):
        account = _account(row["text"]) if isinstance(row.get("text"), str) else None
        start, end = row.get("start"), row.get("end")
        if account and _is_second(start) and _is_second(end) and 0 <= start < end:
            yield Segment(account, float(start), float(end))


def _rows(extra: str | None) -> list[dict[str, Any]]:
    if not extra or "segments" not in extra:
        return []
    try:
        value = orjson.loads(extra)
    except orjson.JSONDecodeError:
        return []
    rows = value.get("segments") if isinstance(value, dict) else None
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _is_second(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def _value(number: str) -> int:
    return int(number) if number.isdigit() else NUMBER_WORDS[number.lower()]
