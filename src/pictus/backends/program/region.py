"""Questions with coordinates: what is at a place, and at which place something is."""

from random import Random

from pictus.backends.program.exchange import Exchange, pick, sentence
from pictus.scene import Area, Scene, Thing
from pictus.scene.geometry import inside, likeness

_OTHER = 0.3  # likeness from which two boxes could be meant by one region
_HELD = 0.8  # part of a thing inside a region from which it could be meant


def what_is_at(scene: Scene, random: Random) -> Exchange | None:
    """Ask what is in a region that only one thing fills."""
    things = [thing for kind in scene.kinds.values() for thing in kind.things]
    if not things:
        return None
    thing = pick(random, things)
    if not _is_clear(scene, thing):
        return None
    place = corners(thing.area)
    question = pick(
        random,
        (
            f"What is in the region {place}?",
            f"Name the thing inside {place}.",
            f"Which object fills the box {place}?",
        ),
    )
    name = thing.name
    answer = pick(random, (f"It is {name.a}." if name.form == "count" else f"There {name.there} {name.a}.", name.a))
    return Exchange(question, sentence(answer), ("at", name.one, place), (name.one,))


def where_exactly(scene: Scene, random: Random) -> Exchange | None:
    """Ask for the box of the only thing of its name."""
    if not scene.singles:
        return None
    thing = pick(random, scene.singles)
    place = corners(thing.area)
    a, be = thing.name.the, thing.name.be
    question = pick(
        random,
        (
            f"Give the box around {a} as [x1, y1, x2, y2], in fractions of the picture.",
            f"Where exactly {be} {a}? Answer with the corners [x1, y1, x2, y2] between 0 and 1.",
        ),
    )
    return Exchange(question, place, ("box", thing.name.one, place), (thing.name.one,))


def corners(area: Area) -> str:
    """Write a box as LLaVA does: left, top, right, bottom, in fractions with three decimals."""
    return f"[{area.left:.3f}, {area.top:.3f}, {area.right:.3f}, {area.bottom:.3f}]"


def _is_clear(scene: Scene, thing: Thing) -> bool:
    """Say whether no box of another label could be meant by the region of a thing."""
    others = [area for label, area in scene.areas if label != thing.box.label]
    return all(likeness(area, thing.area) <= _OTHER and inside(area, thing.area) <= _HELD for area in others)
