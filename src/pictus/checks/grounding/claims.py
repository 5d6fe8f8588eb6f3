"""What a sentence claims of things that have a name: that they are there, how many, where, in which colour.

A closed grammar reads only what it is sure of. What may be, what is not, what is only painted, and compounds such as
"bus driver" claim nothing.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from pictus.checks.grounding import grammar
from pictus.scene.colours import COLOURS
from pictus.scene.names import PAIRS
from pictus.scene.vocabulary import Vocabulary, Word, name_at

_QUOTED = re.compile(r"[\"“][^\"“”]*[\"”]|«[^»]*»")
_TOKEN = re.compile(r"[^\W_]+(?:'[^\W_]+)*|[.!?;:,\n()]")
_ENDS = frozenset(".!?;:\n")
_REACH = 5  # words of a noun phrase before its noun

Side: TypeAlias = Literal["left", "right", "above", "below"]
_SIDES: tuple[tuple[tuple[str, ...], Side], ...] = (
    (("to", "the", "left", "of"), "left"),
    (("on", "the", "left", "of"), "left"),
    (("left", "of"), "left"),
    (("to", "the", "right", "of"), "right"),
    (("on", "the", "right", "of"), "right"),
    (("right", "of"), "right"),
    (("higher", "up", "than"), "above"),
    (("higher", "than"), "above"),
    (("above",), "above"),
    (("lower", "than"), "below"),
    (("below",), "below"),
    (("beneath",), "below"),
    (("underneath",), "below"),
    (("under",), "below"),
)
_SIDE_STARTS = frozenset(words[0] for words, _ in _SIDES)
_PLACE_WORDS = {"left": "left", "right": "right", "top": "top", "upper": "top", "bottom": "bottom", "lower": "bottom"}
_PLACE_FILL = grammar.words("far very hand side part half corner edge portion section area middle")
_GAP = grammar.AUXILIARIES | grammar.words(
    """is are was were sits stands lies hangs sitting standing lying hanging located placed positioned situated
    parked directly just slightly far immediately visible resting floating flying walking running appears seen
    can be shown"""
)
_LEAD = grammar.words(
    """yes no the a an there is are i can see we picture image photo shows with and , in this here it's you has was
    also would say that"""
)


@dataclass(frozen=True, slots=True)
class Mention:
    """A thing as a sentence names it."""

    word: Word
    start: int  # of the noun in the clause
    end: int
    first: int  # of the whole phrase
    number: int | None  # as said: "three dogs"
    is_exact: bool  # "a single dog": no more than that
    adjectives: tuple[str, ...]
    is_owner: bool  # "the dog's tail"
    is_meant: bool  # "food for a dog": there need be none

    @property
    def said(self) -> str:
        """Give the phrase that names it."""
        return " ".join((*self.adjectives, self.word.said))


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a sentence up to a comma, and whether it says what is there."""

    tokens: tuple[str, ...]
    mentions: tuple[Mention, ...]
    is_sure: bool
    is_denied: bool


def clauses(text: str, *vocabularies: Vocabulary) -> Iterator[Clause]:
    """Read the clauses that name something known."""
    if '"' in text or "“" in text or "«" in text:
        text = _QUOTED.sub(" ", text)
    sentence: list[str] = []
    for token in (*_TOKEN.findall(text.lower().replace("’", "'")), "."):
        if token not in _ENDS:
            sentence.append(token)
        elif sentence:
            yield from _read(sentence, vocabularies)
            sentence = []


def _read(sentence: list[str], vocabularies: Sequence[Vocabulary]) -> Iterator[Clause]:
    bases = [token.removesuffix("'s") for token in sentence] if "'" in " ".join(sentence) else sentence
    if all(vocabulary.keys().isdisjoint(bases) for vocabulary in vocabularies):
        return
    is_sure, is_denied = sentence.count("as") < 2, False
    for start, end in _cuts(sentence):
        tokens = tuple(sentence[start:end])
        is_sure = is_sure and _DOUBT.isdisjoint(tokens) and not ("of" in tokens and _is_picture_of(tokens))
        is_denied = is_denied or not grammar.NEGATIONS.isdisjoint(tokens)
        mentions = tuple(_mentions(tokens, bases[start:end], vocabularies))
        if mentions:
            yield Clause(tokens, mentions, is_sure, is_denied)


_DOUBT = grammar.UNSURE | grammar.DEPICTED


def _cuts(sentence: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Cut a sentence at commas."""
    if "," not in sentence and "(" not in sentence and ")" not in sentence:
        yield 0, len(sentence)
        return
    start = 0
    for place, token in enumerate((*sentence, ",")):
        if token in (",", "(", ")"):
            if place > start:
                yield start, place
            start = place + 1


def _is_picture_of(tokens: Sequence[str]) -> bool:
    return any(token in grammar.PICTURE and tokens[n + 1 : n + 2] == ("of",) for n, token in enumerate(tokens))


def _mentions(tokens: Sequence[str], bases: Sequence[str], vocabularies: Sequence[Vocabulary]) -> Iterator[Mention]:
    place = last = 0
    while place < len(bases):
        found = name_at(bases, place, vocabularies)
        if found is None:
            place += 1
            continue
        length, word = found
        end = place + length
        mention = _mention(tokens, place, end, word, is_owner=tokens[end - 1] != bases[end - 1], last=last)
        if mention:
            yield mention
            last = end
        place = end


def _mention(tokens: Sequence[str], start: int, end: int, word: Word, *, is_owner: bool, last: int) -> Mention | None:
    """Read the phrase around a noun; None where it is none, or where it may mean something else."""
    first = start
    while first > 0 and start - first < _REACH and tokens[first - 1] not in grammar.BORDERS:
        first -= 1
        if tokens[first] in grammar.DETERMINERS:
            break
    determiner = tokens[first] if first < start and tokens[first] in grammar.DETERMINERS else ""
    if not (is_owner or word.is_plural) and not _may_follow(tokens[end] if end < len(tokens) else ",", determiner):
        return None
    adjectives = tuple(tokens[first + bool(determiner) : start])
    if not grammar.UNREAL.isdisjoint(adjectives) or not _is_noun(tokens, first, determiner, adjectives, word, last):
        return None
    number, is_exact = _number(tokens, first, determiner, adjectives, word)
    is_meant = first > 0 and tokens[first - 1] == "for"
    return Mention(word, start, end, first, number, is_exact, adjectives, is_owner, is_meant)


def _may_follow(token: str, determiner: str) -> bool:
    """Say whether a noun ends before a word, and is no part of a compound."""
    if token in grammar.FOLLOWERS or token.endswith(("ing", "ed", "ly", "'s")):
        return True
    return determiner in grammar.SINGULAR and token.endswith("s") and not token.endswith(("ss", "us", "is"))


def _is_noun(
    tokens: Sequence[str], first: int, determiner: str, adjectives: tuple[str, ...], word: Word, last: int
) -> bool:
    if word.said in ("orange", "oranges") and (adjectives or not determiner or determiner == "the"):
        return word.said == "oranges" and bool(determiner)
    if determiner:
        return True
    if not word.is_plural and word.label not in _UNCOUNTED:
        return False
    # Without an article a plural may speak of all of its kind: only "with dogs", "are dogs", not "dogs are loyal".
    before = tokens[first - 1] if first else ""
    if before == "and":
        return last == first - 1 > 0  # "with dogs and cats": as the one before
    return before in _BEFORE_PLURAL and len(adjectives) < 3


_UNCOUNTED = frozenset(["broccoli", "sheep"])
_BEFORE_PLURAL = (grammar.PREPOSITIONS - {"and"}) | grammar.words(
    "are were see has have shows with holds wears rides eats hold carry wear carries"
)


def _number(
    tokens: Sequence[str], first: int, determiner: str, adjectives: tuple[str, ...], word: Word
) -> tuple[int | None, bool]:
    if not grammar.OTHERS.isdisjoint((determiner, *adjectives)):
        return None, False
    before = tuple(tokens[max(0, first - 3) : first])
    if before[-2:] in (("pair", "of"), ("couple", "of")) and not determiner:
        return (None if word.label in PAIRS else 2), False
    if determiner in ("a", "an", "the") and adjectives[:1] in (("single",), ("lone",), ("solitary",)):
        return 1, True
    if before[-1:] in (("only",), ("just",), ("exactly",)) and determiner in grammar.NUMBERS:
        return grammar.NUMBERS[determiner], True
    if before[-1:] and before[-1] in ("least", "than", "about", "around", "approximately", "nearly", "almost", "over"):
        return None, False
    return grammar.NUMBERS.get(determiner), False


def colour_claims(clause: Clause) -> Iterator[tuple[Mention, str]]:
    """Read which thing is said to have which colour: "the red car", "the car is red"."""
    for mention in clause.mentions:
        if mention.word.is_plural or mention.is_owner:
            continue
        told = [word for word in mention.adjectives if word in COLOURS]
        rest = clause.tokens[mention.end :]
        if not told and rest[:1] in (("is",), ("was",)) and len(rest) > 1 and rest[1] in COLOURS:
            told = [rest[1]] if len(rest) == 2 or rest[2] not in COLOURS | {"and"} else []
        is_mixed = mention.first > 1 and clause.tokens[mention.first - 1] == "and"
        if len(told) == 1 and not is_mixed and not _HEDGES & set(mention.adjectives):
            yield mention, told[0]


_HEDGES = grammar.words("and striped spotted multicolored colorful colourful mixed trimmed")


def side_claims(clause: Clause) -> Iterator[tuple[Mention, Side, Mention]]:
    """Read which thing is said to be left or right of, above or below another one, where nothing else may be meant."""
    if len(clause.mentions) != 2 or _SIDE_STARTS.isdisjoint(clause.tokens):
        return
    one, other = clause.mentions
    if one.word.is_plural or other.word.is_plural or one.is_owner or other.is_owner:
        return
    between = clause.tokens[one.end : other.first]
    for words, side in _SIDES:
        if between[-len(words) :] == words:
            gap, lead, after = between[: -len(words)], clause.tokens[: one.first], clause.tokens[other.end :]
            if _GAP.issuperset(gap) and _LEAD.issuperset(lead) and not after:
                yield one, side, other
            return


def place_claims(clause: Clause) -> Iterator[tuple[Mention, str]]:
    """Read on which side of the picture a thing is said to be."""
    if len(clause.mentions) != 1 or clause.mentions[0].word.is_plural or clause.mentions[0].is_owner:
        return
    mention = clause.mentions[0]
    if _LEAD.issuperset(clause.tokens[: mention.first]):
        for place in places(clause.tokens[mention.end :]):
            yield mention, place


def places(tokens: Sequence[str]) -> list[str]:
    """Read sides of the picture out of words such as "is on the upper left side of the picture"."""
    rest = [token for token in tokens if token not in _GAP]
    if len(rest) < 3 or rest[0] not in ("on", "in", "at", "to", "towards") or rest[1] != "the":
        return []
    found = []
    place = 2
    while place < len(rest) and (rest[place] in _PLACE_WORDS or rest[place] in _PLACE_FILL):
        if rest[place] in _PLACE_WORDS:
            found.append(_PLACE_WORDS[rest[place]])
        place += 1
    tail = rest[place:]
    is_whole = (
        not tail or (tail[0] in ("of", "in") and tail[1:2] in (["the"], ["this"]) and tail[2] in grammar.PICTURE)
        if len(tail) != 2
        else False
    )
    return found if is_whole and len(tail) <= 3 else []
