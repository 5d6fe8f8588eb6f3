"""Answers name, count, place and colour things as people annotated them."""

from collections.abc import Iterator, Set
from dataclasses import dataclass

from pictus.checks.grounding import grammar
from pictus.checks.grounding.claims import Clause, Mention, clauses, colour_claims, place_claims, side_claims
from pictus.checks.grounding.evidence import Evidence, evidence
from pictus.checks.grounding.questions import Asked, asked
from pictus.reading.wording import exchanges
from pictus.record import Record

_ABSENT = "names what is verified absent"
_UNFOUNDED = "names what no annotation or caption supports"
_DENIED = "denies what is annotated"
_COUNT = "counts otherwise than the boxes"
_SIDE = "places otherwise than the boxes"
_COLOUR = "gives another colour than the annotations"


@dataclass(frozen=True, slots=True)
class Check:
    """Keep a record whose answers agree with the facts about the picture, as far as the facts settle it.

    It reads English, and only what it is sure of: what may be, what is not, what is painted and what follows from
    general knowledge passes. Left and right are those of who looks at the picture.
    """

    unfounded: bool = True  # also set aside everyday things that nobody marked or spoke of; off where a model saw more
    counts: bool = True
    places: bool = True
    colours: bool = True

    def problems(self, record: Record) -> Iterator[str]:
        """Name each claim that the facts contradict."""
        known = evidence(record.facts)
        if not known.is_known:
            return
        told = set()
        for exchange in exchanges(record.turns):
            for problem, said in self._found(exchange.question, exchange.answer, known):
                if (problem, said) not in told:
                    told.add((problem, said))
                    yield f'{problem}: "{said}" in turn {exchange.number}'

    def _found(self, question: str, answer: str, known: Evidence) -> Iterator[tuple[str, str]]:
        is_part = "how many" in question.lower()  # "there are two" of those that were asked for
        said = list(clauses(answer, *known.vocabularies))
        beside = {mention.word.label for clause in said for mention in clause.mentions}
        for clause in said:
            if clause.is_denied:
                yield from _denials(clause, known)
            elif clause.is_sure:
                yield from self._claims(clause, known, beside, is_part=is_part)
        about = asked(question, answer, *known.vocabularies)
        if about is not None:
            yield from self._answers(about, known)

    def _claims(
        self, clause: Clause, known: Evidence, beside: Set[str], *, is_part: bool = False
    ) -> Iterator[tuple[str, str]]:
        for mention in clause.mentions:
            if mention.is_meant:
                continue
            yield from self._existence(mention, known, beside)
            if self.counts and (found := _miscount(clause, mention, known, is_part=is_part)):
                yield _COUNT, found
        if self.places:
            for one, side, other in side_claims(clause):
                if known.is_beside(one.word, side, other.word) is False:
                    yield _SIDE, f"{one.word.said} {side} of {other.word.said}"
            for mention, place in place_claims(clause):
                if known.is_at(mention.word, place) is False:
                    yield _SIDE, f"{mention.word.said} at the {place}"
        if self.colours:
            for mention, colour in colour_claims(clause):
                if known.has_colour(mention.word, colour) is False:
                    yield _COLOUR, f"{colour} {mention.word.said}"

    def _existence(
        self, mention: Mention, known: Evidence, beside: Set[str] = frozenset()
    ) -> Iterator[tuple[str, str]]:
        if known.is_absent(mention.word, beside):
            yield _ABSENT, mention.word.said
        elif self.unfounded and known.is_unfounded(mention.word):
            yield _UNFOUNDED, mention.word.said

    def _answers(self, about: Asked, known: Evidence) -> Iterator[tuple[str, str]]:
        word = about.mention.word
        if about.kind == "yes":
            yield from self._claims(about.clause, known, frozenset())
        elif about.kind == "no":
            yield from self._denied_claims(about, known)
        elif about.kind == "number":
            yield from self._number(about, known)
        elif about.kind == "colour" and self.colours and known.has_colour(word, about.colour) is False:
            yield _COLOUR, f"{about.colour} {word.said}"
        elif about.kind == "where" and self.places:
            for place in about.places:
                if known.is_at(word, place) is False:
                    yield _SIDE, f"{word.said} at the {place}"

    def _denied_claims(self, about: Asked, known: Evidence) -> Iterator[tuple[str, str]]:
        if about.is_whole and about.mention.number is None and known.is_present(about.mention.word):
            yield _DENIED, about.mention.word.said
        if self.places:
            for one, side, other in side_claims(about.clause):
                if known.is_beside(one.word, side, other.word):
                    yield _SIDE, f"{one.word.said} not {side} of {other.word.said}"

    def _number(self, about: Asked, known: Evidence) -> Iterator[tuple[str, str]]:
        word, count = about.mention.word, known.count(about.mention.word)
        if about.number:
            yield from self._existence(about.mention, known)
        elif about.is_whole and known.is_present(word):
            yield _DENIED, word.said
        if self.counts and count is not None and about.number:
            is_total = about.is_whole and word.is_whole
            if about.number > count or (is_total and about.number < count):
                yield _COUNT, f"{about.number} {word.said}, annotated {count}"


def _miscount(clause: Clause, mention: Mention, known: Evidence, *, is_part: bool) -> str:
    """Compare a number with the boxes: fewer may be some of them, unless the sentence speaks of all."""
    tokens = clause.tokens
    is_several = tokens[mention.first] in grammar.SEVERAL and mention.word.is_plural
    count = known.count(mention.word) if mention.number or is_several else None
    if count is None:
        return ""
    if mention.number is None:
        return f"{tokens[mention.first]} {mention.word.said}, annotated 1" if count == 1 else ""
    if mention.is_owner or tokens[mention.end : mention.end + 1] == ("of",):
        return ""
    is_total = mention.is_exact or (
        mention.word.is_whole
        and not is_part
        and not mention.adjectives
        and tokens[: mention.first] in _TOTALS
        and grammar.EVERYWHERE.issuperset(tokens[mention.end :])
        and mention.number > 1
    )
    if mention.number > count or (is_total and mention.number < count):
        return f"{mention.number} {mention.word.said}, annotated {count}"
    return ""


_TOTALS = frozenset(
    [("there", "are"), ("i", "can", "see"), ("i", "see"), ("the", "picture", "shows"), ("the", "image", "shows")]
)


def _denials(clause: Clause, known: Evidence) -> Iterator[tuple[str, str]]:
    """Find "there is no dog in the picture" where a dog is marked; "no other dogs" and "no dog on the bench" pass."""
    if len(clause.mentions) != 1:
        return
    mention = clause.mentions[0]
    lead, tail = " ".join(clause.tokens[: mention.first]), clause.tokens[mention.end :]
    if mention.adjectives or mention.is_owner or not grammar.EVERYWHERE.issuperset(tail):
        return
    is_none = clause.tokens[mention.first] == "no" and lead.endswith(_SHOWING)
    if (is_none or lead.endswith(_DENYING)) and known.is_present(mention.word):
        yield _DENIED, mention.word.said


_SHOWING = ("there is", "there are", "there's", "i see", "i can see", "shows", "contains")
_DENYING = (
    *("there is not", "there are not", "there isn't", "there aren't", "does not show", "doesn't show"),
    *("does not contain", "doesn't contain", "i cannot see", "i can't see", "i can not see", "i do not see"),
    "i don't see",
)
