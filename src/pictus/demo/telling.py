"""Tell in sentences what was drawn. Every sentence is composed from what is there, so none is false."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations
from random import Random
from re import findall

from pictus.demo.layout import GROUPS
from pictus.demo.scenery import NIGHT, SUNSET, Light
from pictus.demo.scenes import Scene
from pictus.demo.things import THINGS
from pictus.record import Box

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_UNIQUE = ("sun", "moon")


@dataclass(frozen=True, slots=True)
class Seen:
    """A thing in the picture, and the words for where it is."""

    box: Box
    place: str


def tell(seen: Sequence[Seen], scene: Scene, light: Light, chance: Random) -> tuple[str, ...]:
    """Compose three to five captions in different styles."""
    if not seen:
        return scene.empty
    overview = [*_overviews(seen, scene, light, chance)]
    others = [*_actions(seen, chance), *_relations(seen, chance), *_lists(seen, scene, chance)]
    chance.shuffle(overview)
    chance.shuffle(others)
    ordered = [overview[0], *others, *overview[1:]]
    # Sentences about the same things say little new: they come last, where most are cut off.
    fresh = {_mentioned(caption): caption for caption in reversed(ordered)}
    told = dict.fromkeys([*(caption for caption in ordered if caption in fresh.values()), *ordered])
    return tuple(told)[: chance.randint(3, 5)]


@dataclass(frozen=True, slots=True)
class _Party:
    """Things of one kind in one place, as a sentence speaks of them."""

    kind: str
    colours: tuple[str | None, ...]
    place: str
    is_group: bool

    @property
    def count(self) -> int:
        return len(self.colours)

    @property
    def words(self) -> str:
        if self.is_group:
            return GROUPS[self.kind]
        same = self.colours[0] if len(set(self.colours)) == 1 else None
        thing = THINGS[self.kind]
        if self.count > 1:
            return " ".join(filter(None, (_number(self.count), same, thing.many)))
        return _name(self.kind, same)

    @property
    def verb(self) -> str:
        return THINGS[self.kind].verbs[0 if self.is_group or self.count == 1 else 1]


def _parties(seen: Sequence[Seen]) -> list[_Party]:
    parties: dict[tuple[str, str, bool], list[str | None]] = {}
    for item in seen:
        key = item.box.label, item.place, bool(item.box.is_group)
        parties.setdefault(key, []).append(_colour(item))
    return [_Party(kind, tuple(colours), place, group) for (kind, place, group), colours in parties.items()]


def _overviews(seen: Sequence[Seen], scene: Scene, light: Light, chance: Random) -> Iterator[str]:
    parties = _parties(seen)
    some = chance.sample(parties, min(len(parties), chance.randint(2, 4)))
    listing, place = _listing([party.words for party in some]), chance.choice(scene.words)
    yield f"{_capital(place)} with {listing}."
    yield chance.choice(
        (
            f"A drawing of {place} with {listing}.",
            f"A flat illustration shows {listing}.",
            f"{_capital(listing)} in a drawing of {place}.",
        )
    )
    kinds = {item.box.label for item in seen}
    lead = chance.choice(some)
    if light is SUNSET:
        yield (
            f"The sky glows in warm colours over {lead.words}."
            if lead.place != "in the sky"
            else (f"{_capital(lead.words)} in a warm evening sky.")
        )
    if light is NIGHT and "moon" in kinds:
        yield "The moon shines over dark hills under a sky full of stars."
    if "sun" in kinds and light is not SUNSET:
        rest = [party.words for party in some if party.kind != "sun"]
        yield f"A sunny day with {_listing(rest) or 'a wide sky'}."


def _actions(seen: Sequence[Seen], chance: Random) -> Iterator[str]:
    parties = _parties(seen)
    for party in chance.sample(parties, min(3, len(parties))):
        yield f"{_capital(_clause(party))}."
    if len(parties) > 1:
        first, second = chance.sample(parties, 2)
        joint = chance.choice(("while", "and"))
        if first.place == second.place:
            yield f"{_capital(first.words)} and {second.words} {second.place}."
        else:
            yield f"{_capital(_clause(first))} {joint} {_clause(second)}."


def _relations(seen: Sequence[Seen], chance: Random) -> Iterator[str]:
    found = []
    for first, second in permutations([item for item in seen if not item.box.is_group], 2):
        a, b = first.box, second.box
        if _one(first) == _one(second):
            continue
        level = min(a.bottom, b.bottom) - max(a.top, b.top)
        if a.right < b.left and level > 0.4 * min(a.height, b.height):
            found.append(f"{_capital(_one(first))} is to the left of {_one(second)}.")
            found.append(f"{_capital(_one(second))} is to the right of {_one(first)}.")
        across = min(a.right, b.right) - max(a.left, b.left)
        if a.bottom < b.top and across > 0.5 * min(a.width, b.width) and first.place == "in the sky":
            verb = THINGS[a.label].verbs[0]
            found.append(f"{_capital(_one(first))} {verb} above {_one(second)}.")
    yield from chance.sample(found, min(2, len(found)))


def _lists(seen: Sequence[Seen], scene: Scene, chance: Random) -> Iterator[str]:
    parties = _parties(seen)
    several = [party for party in parties if party.count > 1]
    if several:
        party = chance.choice(several)
        yield f"There are {party.words} {party.place}."
    if 2 < len(parties) < 7:
        chance.shuffle(parties)
        yield f"{_capital(_listing([party.words for party in parties]))}."
    one = chance.choice(seen)
    if not one.box.is_group and one.box.label not in _UNIQUE:
        yield f"In this picture of {chance.choice(scene.words)} there is {_one(one)} {one.place}."


def _mentioned(caption: str) -> frozenset[str]:
    words = set(findall(r"[a-z]+", caption.lower()))
    return frozenset(thing.kind for thing in THINGS.values() if words & {thing.kind, thing.many})


def _clause(party: _Party) -> str:
    return f"{party.words} {party.verb} {party.place}"


def _colour(item: Seen) -> str | None:
    return item.box.attributes[0] if item.box.attributes else None


def _one(item: Seen) -> str:
    return _name(item.box.label, _colour(item))


def _number(count: int) -> str:
    return _NUMBERS[count] if count < len(_NUMBERS) else str(count)


def _name(kind: str, colour: str | None) -> str:
    if kind in _UNIQUE:
        return f"the {kind}"
    words = f"{colour} {kind}" if colour else kind
    return f"an {words}" if words[0] in "aeiou" else f"a {words}"


def _listing(words: Sequence[str]) -> str:
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def _capital(sentence: str) -> str:
    return sentence[0].upper() + sentence[1:]
