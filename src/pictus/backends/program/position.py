"""Where things are, by themselves and to each other, as seen by who looks at the picture."""

from random import Random

from pictus.backends.program.exchange import Exchange, pick, sentence, some
from pictus.scene import Scene, Thing, listing
from pictus.scene.geometry import is_above, is_left_of, is_nearer, third_across, third_down

_PLACES = (
    ("in the upper left part", "in the upper part", "in the upper right part"),
    ("on the left side", "in the middle", "on the right side"),
    ("in the lower left part", "in the lower part", "in the lower right part"),
)


def left_or_right(scene: Scene, random: Random) -> Exchange | None:
    """Ask on which side of another a thing is."""
    pair = _pair(scene, random)
    if pair is None:
        return None
    one, other = pair
    if is_left_of(one.area, other.area):
        side = "left"
    elif is_left_of(other.area, one.area):
        side = "right"
    else:
        return None
    a, b = one.name.the, other.name.the
    be = one.name.be
    question = pick(
        random,
        (
            f"{be.capitalize()} {a} to the left or to the right of {b}?",
            f"On which side of {b} {be} {a}?",
            f"Seen from here, {be} {a} left or right of {b}?",
        ),
    )
    answer = pick(random, (f"{a} {be} to the {side} of {b}.", f"{a} {be} on the {side} of {b}."))
    return Exchange(question, sentence(answer), (side, one.name.one, other.name.one), (one.name.one, other.name.one))


def is_left(scene: Scene, random: Random) -> Exchange | None:
    """Ask whether a thing is on a side of another; yes and no are equally likely."""
    pair = _pair(scene, random)
    if pair is None:
        return None
    one, other = pair
    if is_left_of(one.area, other.area):
        side, opposite = "left", "right"
    elif is_left_of(other.area, one.area):
        side, opposite = "right", "left"
    else:
        return None
    is_yes = random.random() < 0.5
    asked = side if is_yes else opposite
    a, b, be = one.name.the, other.name.the, one.name.be
    question = pick(
        random, (f"{be.capitalize()} {a} to the {asked} of {b}?", f"Would you say that {a} {be} {asked} of {b}?")
    )
    it = {"it": "it is", "they": "they are"}[one.name.it]
    answer = f"Yes, {it} to the {side} of {b}." if is_yes else f"No, {it} to the {side} of {b}."
    return Exchange(question, answer, (side, one.name.one, other.name.one), (one.name.one, other.name.one))


def higher(scene: Scene, random: Random) -> Exchange | None:
    """Ask which of two things is higher in the picture."""
    pair = _pair(scene, random)
    if pair is None:
        return None
    one, other = pair
    if is_above(one.area, other.area):
        up, down = one, other
    elif is_above(other.area, one.area):
        up, down = other, one
    else:
        return None
    a, b = one.name.the, other.name.the
    question = pick(
        random,
        (
            f"Which is higher up in the picture, {a} or {b}?",
            f"{a} or {b}: which one is nearer to the top of the picture?",
            f"What is placed higher in this picture, {a} or {b}?",
        ),
    )
    be = up.name.be
    answer = pick(
        random, (f"{up.name.the} {be} higher up.", f"{up.name.the} {be} higher in the picture than {down.name.the}.")
    )
    claim = ("above", up.name.one, down.name.one)
    return Exchange(sentence(question), sentence(answer), claim, (one.name.one, other.name.one))


def where(scene: Scene, random: Random) -> Exchange | None:
    """Ask where in the picture a thing is, by thirds."""
    if not scene.singles:
        return None
    thing = pick(random, scene.singles)
    across, down = third_across(thing.area), third_down(thing.area)
    if across is None or down is None:
        return None
    place = _PLACES[down][across]
    a, be = thing.name.the, thing.name.be
    question = pick(
        random,
        (
            f"Where in the picture {be} {a}?",
            f"In which part of the picture {be} {a}?",
            f"Where {be} {a} located?",
        ),
    )
    answer = f"{a} {be} {place} of the picture."
    return Exchange(question, sentence(answer), ("place", thing.name.one, across, down), (thing.name.one,))


def outermost(scene: Scene, random: Random) -> Exchange | None:
    """Ask which of several things is the farthest to one side."""
    things = some(random, scene.singles, 4)
    if len(things) < 3:
        return None
    side = pick(random, ("left", "right"))
    first = min(things, key=lambda thing: thing.area.x if side == "left" else -thing.area.x)
    others = [thing for thing in things if thing is not first]
    for other in others:
        ahead = (first.area, other.area) if side == "left" else (other.area, first.area)
        if not is_left_of(*ahead):
            return None
    names = listing([thing.name.the for thing in things], "or")
    question = pick(
        random,
        (
            f"Which of these is farthest to the {side}: {names}?",
            f"{names}: what do you find farthest to the {side}?",
        ),
    )
    answer = f"{first.name.the} {first.name.be} farthest to the {side}."
    claim = ("outermost", side, first.name.one, tuple(thing.name.one for thing in others))
    return Exchange(sentence(question), sentence(answer), claim, tuple(thing.name.one for thing in things))


def nearer(scene: Scene, random: Random) -> Exchange | None:
    """Ask which of two things is closer to a third."""
    things = some(random, scene.singles, 3)
    if len(things) < 3:
        return None
    anchor, one, other = things
    if is_nearer(one.area, other.area, anchor.area, scene.aspect):
        near, far = one, other
    elif is_nearer(other.area, one.area, anchor.area, scene.aspect):
        near, far = other, one
    else:
        return None
    a, b, c = one.name.the, other.name.the, anchor.name.the
    question = pick(
        random,
        (
            f"In the picture, which is closer to {c}: {a} or {b}?",
            f"What appears nearer to {c}, {a} or {b}?",
        ),
    )
    be = near.name.be
    answer = pick(
        random, (f"{near.name.the} {be} closer to {c}.", f"{near.name.the} {be} nearer to {c} than {far.name.the}.")
    )
    claim = ("nearer", near.name.one, far.name.one, anchor.name.one)
    return Exchange(question, sentence(answer), claim, tuple(thing.name.one for thing in things))


def _pair(scene: Scene, random: Random) -> tuple[Thing, Thing] | None:
    things = some(random, scene.singles, 2)
    return (things[0], things[1]) if len(things) == 2 else None
