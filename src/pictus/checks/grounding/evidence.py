"""What the facts of a picture settle about a claim; None wherever they leave a doubt."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from functools import cached_property, lru_cache

from pictus.checks.grounding.claims import Side, clauses, colour_claims
from pictus.record import Facts
from pictus.scene import Kind, Thing, look, name_of
from pictus.scene.colours import COLOURS, colour_of, may_be_same_colour
from pictus.scene.geometry import Area, half_across, is_above, is_left_of, third_down
from pictus.scene.synonyms import LABELS, is_mentioned, may_be_mistaken, may_be_same, tokens
from pictus.scene.vocabulary import Vocabulary, Word, common, particular

_EVERYDAY = frozenset(LABELS)
# Words of captions for so many things that they speak for none which somebody looked for and did not find.
_GENERAL = frozenset(
    [
        *("herd", "animal", "animals", "wildlife", "pet", "livestock"),
        *("vehicle", "vehicles", "traffic", "food", "meal", "furniture"),
    ]
)
_ROOMY = 0.12  # of the picture: a thing whose middle is this near to the border of a half is on neither side


class Evidence:
    """The facts of a picture, and what follows from them when a claim asks for it."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        named = dict.fromkeys((*(box.label for box in facts.boxes), *facts.present))
        foreign = [label for label in (*named, *facts.absent) if label not in _EVERYDAY]
        extra = particular(_names(foreign)) if foreign else {}
        self.vocabularies: tuple[Vocabulary, ...] = (extra, common()) if extra else (common(),)
        self._named = frozenset(_names(named) if foreign else named)
        self._absent = frozenset(_names(facts.absent) if foreign else facts.absent)

    @cached_property
    def _kinds(self) -> dict[str, Kind]:
        """Find what is there, by name: a "TV" is a tv. What is absent takes most of the time and is left out here."""
        scene = look(replace(self.facts, absent=()))
        return {one.lower(): kind for one, kind in scene.kinds.items() if one.lower() not in self._absent}

    @cached_property
    def _said(self) -> tuple[set[str], str]:
        """Give the words that anybody wrote about the picture."""
        facts = self.facts
        return tokens(
            (
                *facts.captions,
                *(narrative.text for narrative in facts.narratives),
                *facts.texts,
                *facts.answers,
                *facts.motions,
                *(word for box in facts.boxes for word in box.attributes),
                *(f"{relation.subject} {relation.predicate} {relation.object}" for relation in facts.relations),
            )
        )

    @property
    def is_known(self) -> bool:
        """Say whether anybody noted what is there."""
        facts = self.facts
        return bool(facts.boxes or facts.captions or facts.narratives or facts.absent or facts.present)

    def is_absent(self, word: Word, beside: Collection[str] = ()) -> bool:
        """Say whether what a word names was looked for and not found; `beside` are the labels that a text also names.

        A bus may be a train to some, but not where the text speaks of the train as well.
        """
        if word.label not in self._absent or word.label in self._named:
            return False
        words, text = self._said
        if is_mentioned(word.label, words - _GENERAL, text) or f" {word.said} " in text:
            return False
        return not any(_may_mean(word, one) for one in self._named if one not in beside or one == "person")

    def is_unfounded(self, word: Word) -> bool:
        """Say whether nobody marked or spoke of what a word names, though it is something that people speak of."""
        if word.label not in _EVERYDAY or word.label in self._absent or word.label in self._named:
            return False
        words, text = self._said
        if is_mentioned(word.label, words, text) or f" {word.said} " in text:
            return False
        return not any(_may_mean(word, one) for one in self._named)

    def is_present(self, word: Word) -> bool:
        """Say whether a thing of that name is surely there."""
        kind = self._kinds.get(word.label)
        return kind is not None and word.is_whole

    def count(self, word: Word) -> int | None:
        """Count the things of a word's label."""
        kind = self._kinds.get(word.label)
        return kind.count if kind else None

    def thing(self, word: Word) -> Thing | None:
        """Find the only thing that a word can mean."""
        kind = self._kinds.get(word.label)
        return kind.things[0] if kind and kind.is_single else None

    def is_beside(self, one: Word, side: Side, other: Word) -> bool | None:
        """Say whether one thing is on that side of the other, as seen by who looks at the picture."""
        a, b = self.thing(one), self.thing(other)
        if a is None or b is None or a is b:
            return None
        precedes = is_left_of if side in ("left", "right") else is_above
        if side in ("right", "below"):
            a, b = b, a
        if precedes(a.area, b.area):
            return True
        return False if precedes(b.area, a.area) else None

    def is_at(self, word: Word, place: str) -> bool | None:
        """Say whether a thing is on that side of the picture."""
        thing = self.thing(word)
        return None if thing is None else _is_at(thing.area, place)

    def has_colour(self, word: Word, colour: str) -> bool | None:
        """Say whether the only thing of a name has a colour, where anybody gave it one."""
        thing = self.thing(word)
        if thing is None or word.label == "person":
            return None
        noted = colour_of(thing.box.attributes)
        known = self._colours.get(word.label, frozenset()) | ({noted} if noted else set())
        return any(may_be_same_colour(colour, one) for one in known) if known else None

    @cached_property
    def _colours(self) -> dict[str, frozenset[str]]:
        """Read the colours of things out of the captions."""
        found: dict[str, set[str]] = {}
        for caption in self.facts.captions:
            for clause in clauses(caption, *self.vocabularies):
                for mention in clause.mentions:
                    found.setdefault(mention.word.label, set()).update(COLOURS.intersection(mention.adjectives))
                for mention, colour in colour_claims(clause):
                    found[mention.word.label].add(colour)
                if "and" in clause.tokens and not COLOURS.isdisjoint(clause.tokens):
                    for mention in clause.mentions:  # "a black and white cat": both
                        found[mention.word.label] |= COLOURS.intersection(clause.tokens)
        return {label: frozenset(colours) for label, colours in found.items() if colours}


def _may_mean(word: Word, one: str) -> bool:
    """Say whether a word may be meant for a thing of another label."""
    last = word.said.rpartition(" ")[2]
    return (
        one == word.label
        or may_be_same(word.label, one)
        or may_be_mistaken(word.label, one)
        or is_mentioned(one, {last}, f" {word.said} ")
    )


def _is_at(area: Area, place: str) -> bool | None:
    if place in ("left", "right"):
        half = half_across(area)
        if half is None or abs(area.x - 0.5) < _ROOMY:
            return None
        return half == (place == "right")
    third = third_down(area)
    return None if third in (None, 1) else third == (0 if place == "top" else 2)


def _names(labels: Iterable[str]) -> tuple[str, ...]:
    return tuple(name.one.lower() for name in map(name_of, labels) if name)


@lru_cache(maxsize=256)  # several records in a row are about one picture
def evidence(facts: Facts) -> Evidence:
    """Gather what the facts of a picture settle."""
    return Evidence(facts)
