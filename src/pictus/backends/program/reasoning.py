"""Questions that need a step of thought, with the step told in the answer."""

from random import Random

from pictus.backends.program.exchange import Exchange, pick, sentence, some
from pictus.backends.program.size import takes_more
from pictus.scene import GROUPS, Kind, Scene, Thing, in_words, listing
from pictus.scene.geometry import is_above, is_left_of


def altogether(scene: Scene, random: Random) -> Exchange | None:
    """Add up what belongs together, when all of it can be counted."""
    for group, labels in some(random, list(GROUPS.items()), len(GROUPS)):
        kinds = [scene.kinds[label] for label in labels if label in scene.kinds]
        if len(kinds) < 2 or any(kind.count is None for kind in kinds):
            continue
        counts = [kind.count or 0 for kind in kinds]
        total = sum(counts)
        question = pick(
            random,
            (
                f"How many {group} are there altogether, and how do you arrive at that?",
                f"Counting every kind, how many {group} does the picture show in all? Explain.",
            ),
        )
        parts = listing([kind.name.number(kind.count or 0) for kind in kinds])
        steps = " + ".join(map(str, counts))
        answer = f"There are {in_words(total)} {group}: {parts}, and {steps} = {total}."
        names = tuple(kind.name.one for kind in kinds)
        return Exchange(question, answer, ("sum", names, tuple(counts), total), names)
    return None


def how_many_more(scene: Scene, random: Random) -> Exchange | None:
    """Subtract one count from another."""
    kinds = some(random, [kind for kind in scene.counted if kind.name.form == "count"], 2)
    if len(kinds) < 2 or kinds[0].count == kinds[1].count:
        return None
    more, fewer = sorted(kinds, key=_count, reverse=True)
    rest = _count(more) - _count(fewer)
    question = pick(
        random,
        (
            f"How many more {more.name.many} than {fewer.name.many} are there? Explain your answer.",
            f"By how much do the {more.name.many} outnumber the {fewer.name.many}? Show your steps.",
        ),
    )
    are = "is" if rest == 1 else "are"
    noun = more.name.one if rest == 1 else more.name.many
    answer = (
        f"I count {more.name.number(_count(more))} and {fewer.name.number(_count(fewer))}. "
        f"Since {_count(more)} - {_count(fewer)} = {rest}, "
        f"there {are} {in_words(rest)} {noun} more."
    )
    about = (more.name.one, fewer.name.one)
    return Exchange(question, answer, ("difference", *about, _count(more), _count(fewer), rest), about)


def left_to_right(scene: Scene, random: Random) -> Exchange | None:
    """Put three things in their order across the picture."""
    return _in_order(scene, random, "left to right")


def top_to_bottom(scene: Scene, random: Random) -> Exchange | None:
    """Put three things in their order down the picture."""
    return _in_order(scene, random, "top to bottom")


def by_size(scene: Scene, random: Random) -> Exchange | None:
    """Put three things in the order of the space they take up."""
    things = sorted(some(random, scene.singles, 3), key=lambda thing: -thing.area.size)
    if len(things) < 3 or not (takes_more(things[0], things[1]) and takes_more(things[1], things[2])):
        return None
    named = _shuffled(things, random)
    first, second, third = (thing.name.the for thing in things)
    question = pick(
        random,
        (
            f"Order {named} by how much of the picture they take up, the most first, and say why.",
            f"Compare {named}: how do they rank by the space they take up in the picture?",
        ),
    )
    verb = "takes" if things[0].name.be == "is" else "take"
    verb2 = "takes" if things[1].name.be == "is" else "take"
    answer = (
        f"{first} {verb} up more space than {second}, and {second} {verb2} up more than {third}. "
        f"So the order is: {first}, {second}, {third}."
    )
    names = tuple(thing.name.one for thing in things)
    return Exchange(question, sentence(answer), ("order", "size", names), names)


def left_over(scene: Scene, random: Random) -> Exchange | None:
    """Take some away and say what would be left."""
    kinds = [kind for kind in scene.counted if kind.name.form == "count" and _count(kind) > 2]
    if not kinds:
        return None
    kind = pick(random, kinds)
    count = _count(kind)
    taken = 1 + int(random.random() * (count - 1))
    rest = count - taken
    some_of = f"{in_words(taken)} of the {kind.name.many}"
    question = pick(
        random,
        (
            f"If {some_of} were gone, how many would be left? Explain.",
            f"Suppose {some_of} had left the scene. How many {kind.name.many} would remain, and why?",
        ),
    )
    answer = (
        f"The picture shows {kind.name.number(count)}. "
        f"Without {in_words(taken)} of them, {count} - {taken} = {rest} would remain."
    )
    return Exchange(question, answer, ("left over", kind.name.one, count, taken, rest), (kind.name.one,))


def _in_order(scene: Scene, random: Random, direction: str) -> Exchange | None:
    across = direction == "left to right"
    things = sorted(some(random, scene.singles, 3), key=lambda thing: thing.area.x if across else thing.area.y)
    if len(things) < 3:
        return None
    precedes = is_left_of if across else is_above
    if not (precedes(things[0].area, things[1].area) and precedes(things[1].area, things[2].area)):
        return None
    named = _shuffled(things, random)
    first, second, third = (thing.name.the for thing in things)
    question = pick(
        random,
        (
            f"In which order, from {direction}, do {named} appear? Explain how you can tell.",
            f"Put {named} in order from {direction}, and give your reason.",
        ),
    )
    side = "to the left of" if across else "higher up than"
    be, be2 = things[0].name.be, things[1].name.be
    answer = (
        f"{first} {be} {side} {second}, and {second} {be2} {side} {third}. "
        f"So from {direction} the order is: {first}, {second}, {third}."
    )
    names = tuple(thing.name.one for thing in things)
    return Exchange(question, sentence(answer), ("order", direction, names), names)


def _shuffled(things: list[Thing], random: Random) -> str:
    return listing([thing.name.the for thing in some(random, things, len(things))])


def _count(kind: Kind) -> int:
    return kind.count or 0
