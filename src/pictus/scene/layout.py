"""The scene that facts describe: what is there, how many, what may be called "the" thing, what is surely absent.

When a label can be counted: every one of its boxes is said to stand for one object (`is_group` is False, not
unknown), none is truncated, a depiction, seen from the inside, tiny, or a near copy of another; no other label in
the picture may mean the same things ("man" beside "person"), the label does not stand for many kinds ("vehicle"),
and no caption speaks of another number. A thing is "the" dog when it is the only box of its label and none of that
hinders.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from pictus.record import Box, Facts
from pictus.scene.geometry import TINY, Area, likeness
from pictus.scene.names import LEAK, NUMBER_WORDS, Name, name_of
from pictus.scene.synonyms import is_general, is_mentioned, may_be_mistaken, may_be_same, plurals, surroundings, tokens

_COPY = 0.9  # likeness of two boxes that are one object drawn twice
_ALIKE = 0.5  # up to which two boxes are surely two objects: several people may have marked one, each a little off
_TRUSTED = 0.5  # confidence below which a box only casts doubt
_UNREADY = ("no image", "unable to see", "no picture", "not available", "can't see", "cannot see", "<", ">")


@dataclass(frozen=True, slots=True)
class Thing:
    """One object that can be pointed at."""

    name: Name
    area: Area
    mask: float | None  # fraction of the picture that the object itself covers
    box: Box


@dataclass(frozen=True, slots=True)
class Kind:
    """What is there of one name."""

    name: Name
    things: tuple[Thing, ...]  # those large enough to be seen
    count: int | None  # None where the boxes do not settle it
    is_single: bool  # one thing only, which may be called "the" thing
    is_many: bool  # surely more than one
    is_certain: bool  # people would agree that it is there

    @property
    def phrase(self) -> str:
        """Say what is there, as exactly as known: "three dogs", "several people", "a dog"."""
        if self.count is not None and self.count > 1:
            return self.name.number(self.count)
        if self.is_many and self.name.form == "count":
            return f"several {self.name.many}"
        return self.name.a


@dataclass(frozen=True, slots=True)
class Scene:
    """What follows from the facts of one picture."""

    facts: Facts
    kinds: dict[str, Kind]  # by `Name.one`, in the order of the facts
    counted: tuple[Kind, ...]
    singles: tuple[Thing, ...]
    areas: tuple[tuple[str, Area], ...]  # of every box, with its label: what else may be meant by a place
    absent: dict[str, Name]  # candidates: ask `is_absent` before using one
    absent_names: tuple[Name, ...]  # the same
    likely_absent: tuple[Name, ...]  # those that would fit into such surroundings
    captions: tuple[str, ...]  # tidy, and fit to be quoted
    words: set[str]
    text: str  # the words of all captions in order
    aspect: float | None  # width to height of the picture

    def is_absent(self, name: Name) -> bool:
        """Say whether a name was looked for and not found, and nothing there or in the captions casts doubt."""
        return (
            name.one in self.absent
            and not is_mentioned(name.one, self.words, self.text)
            and not any(may_be_same(name.one, one) or may_be_mistaken(name.one, one) for one in self.kinds)
        )


def look(facts: Facts, *, aspect: float | None = None, most: int = 10) -> Scene:
    """Work out the scene of facts; more than `most` objects of a label are not counted."""
    words, text = tokens((*facts.captions, *(narrative.text for narrative in facts.narratives)))
    absent = {name.one: name for name in map(name_of, facts.absent) if name}
    areas = tuple((box.label, area) for box in facts.boxes if (area := _area(box)))
    grouped: dict[str, list[Box]] = {}
    names: dict[str, Name] = {}
    for label in (*(box.label for box in facts.boxes), *facts.present):
        if (name := name_of(label)) and name.one not in absent:
            names.setdefault(name.one, name)
    for box in facts.boxes:
        if (name := name_of(box.label)) and name.one in names:
            grouped.setdefault(name.one, []).append(box)
    said = {name.one for name in map(name_of, facts.present) if name}
    marked = {name.one for box in facts.boxes if (name := name_of(box.label))}
    absent = {one: name for one, name in absent.items() if one not in said and one not in marked}
    kinds = {}
    for one, name in names.items():
        others = [other for other in names if other != one]
        kind = _kind(name, grouped.get(one, []), others, one in said, words, text, most)
        if kind.is_certain:
            kinds[one] = kind
    nearby = surroundings(frozenset(kinds))
    return Scene(
        facts=facts,
        kinds=kinds,
        counted=tuple(kind for kind in kinds.values() if kind.count is not None),
        singles=tuple(kind.things[0] for kind in kinds.values() if kind.is_single),
        areas=areas,
        absent=absent,
        absent_names=tuple(absent.values()),
        likely_absent=tuple(name for one, name in absent.items() if one in nearby),
        captions=tuple(tidy for caption in facts.captions if (tidy := tidy_caption(caption))),
        words=words,
        text=text,
        aspect=aspect,
    )


def tidy_caption(caption: str) -> str:
    """Make a sentence of a caption; empty where it is none that may be quoted."""
    text = " ".join(caption.split())
    lower = text.lower()
    if len(text.split()) < 3 or LEAK.search(text) or any(words in lower for words in _UNREADY):
        return ""
    if text.isupper():
        text = lower
    return text[0].upper() + text[1:].rstrip(" .,;") + ("" if text[-1] in "!?" else ".")


def _kind(
    name: Name, boxes: list[Box], others: list[str], is_said: bool, words: set[str], text: str, most: int
) -> Kind:
    things = []
    is_settled = bool(boxes) and not is_general(name.one)
    for box in boxes:
        area = _area(box)
        is_plain = not (box.is_group or box.is_depiction or box.is_inside)
        if area is None or area.size < TINY or not is_plain or _is_doubtful(box):
            is_settled = False
        else:
            things.append(Thing(name, area, box.area, box))
            is_settled = is_settled and box.is_group is False and not box.is_truncated
    is_settled = (
        is_settled
        and len(things) <= most
        and not any(may_be_same(name.one, other) for other in others)
        and all(alike <= _COPY for alike in _likenesses(things))
        and not _is_disputed(name.one, len(things), words, text)
    )
    return Kind(
        name=name,
        things=tuple(things),
        count=len(things) if is_settled and name.form in ("count", "pair") else None,
        is_single=is_settled and len(things) == 1,
        is_many=any(alike <= _ALIKE for alike in _likenesses(things))
        or any(box.is_group and not _is_doubtful(box) for box in boxes),
        is_certain=bool(things) or is_said or any(box.is_group and not _is_doubtful(box) for box in boxes),
    )


def _area(box: Box) -> Area | None:
    return Area.of(box.left, box.top, box.right, box.bottom)


def _is_doubtful(box: Box) -> bool:
    return box.confidence is not None and box.confidence < _TRUSTED


def _likenesses(things: list[Thing]) -> Iterator[float]:
    return (likeness(one.area, other.area) for one, other in combinations(things, 2))


def _is_disputed(label: str, count: int, words: set[str], text: str) -> bool:
    """Say whether captions speak of another number of things."""
    for many in plurals(label) & words:
        if count == 1:
            return True
        for word, number in NUMBER_WORDS.items():
            if number != count and (f" {word} {many} " in text or f" {number} {many} " in text):
                return True
    return False
