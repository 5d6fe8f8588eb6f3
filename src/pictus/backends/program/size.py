"""How large things look in the picture; nothing is said of how large they are."""

from random import Random

from pictus.backends.program.exchange import Exchange, pick, sentence, some
from pictus.scene import Scene, Thing, listing
from pictus.scene.geometry import is_larger


def larger(scene: Scene, random: Random) -> Exchange | None:
    """Ask which of two things takes up more of the picture."""
    things = some(random, scene.singles, 2)
    if len(things) < 2:
        return None
    one, other = things
    if takes_more(one, other):
        large, small = one, other
    elif takes_more(other, one):
        large, small = other, one
    else:
        return None
    a, b = one.name.the, other.name.the
    question = pick(
        random,
        (
            f"Which takes up more of the picture, {a} or {b}?",
            f"What looks larger here, {a} or {b}?",
            f"Which appears bigger in the picture: {a} or {b}?",
        ),
    )
    be = large.name.be
    verb = "takes" if be == "is" else "take"
    answer = pick(
        random,
        (
            f"{large.name.the} {verb} up more of the picture.",
            f"{large.name.the} {verb} up more space than {small.name.the}.",
        ),
    )
    return Exchange(
        question, sentence(answer), ("larger", large.name.one, small.name.one), (one.name.one, other.name.one)
    )


def largest(scene: Scene, random: Random) -> Exchange | None:
    """Ask which of several things takes up the most of the picture."""
    things = some(random, scene.singles, 4)
    if len(things) < 3:
        return None
    first = max(things, key=lambda thing: thing.area.size)
    others = [thing for thing in things if thing is not first]
    if not all(takes_more(first, other) for other in others):
        return None
    names = listing([thing.name.the for thing in things], "or")
    question = pick(
        random, (f"Which of these takes up the most of the picture: {names}?", f"{names}: what looks the largest here?")
    )
    verb = "takes" if first.name.be == "is" else "take"
    answer = f"{first.name.the} {verb} up the most of the picture."
    claim = ("largest", first.name.one, tuple(thing.name.one for thing in others))
    return Exchange(sentence(question), sentence(answer), claim, tuple(thing.name.one for thing in things))


def takes_more(one: Thing, other: Thing) -> bool:
    """Say whether one thing clearly takes up more of the picture."""
    return is_larger(one.area, other.area, one.mask, other.mask)
