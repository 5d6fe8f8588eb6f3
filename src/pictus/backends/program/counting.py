"""How many there are."""

from random import Random

from pictus.backends.program.exchange import Exchange, pick, sentence, some
from pictus.scene import Kind, Scene, in_words


def how_many(scene: Scene, random: Random) -> Exchange | None:
    """Count the things of one name."""
    kind = _pick_counted(scene, random)
    if kind is None or kind.count is None:
        return None
    many = kind.name.many
    question = pick(
        random,
        (
            f"How many {many} are there in the picture?",
            f"How many {many} can you see?",
            f"Count the {many}.",
            f"Can you tell me how many {many} are visible here?",
            f"What is the number of {many} in this picture?",
        ),
    )
    are = "is" if kind.count == 1 else "are"
    number = kind.name.number(kind.count)
    answer = pick(
        random,
        (
            f"There {are} {number} in the picture.",
            f"I can see {number}.",
            f"{number} {are} visible.",
            f"The picture shows {number}.",
        ),
    )
    return Exchange(question, sentence(answer), ("count", kind.name.one, kind.count), (kind.name.one,))


def how_many_short(scene: Scene, random: Random) -> Exchange | None:
    """Count the things of one name, and answer with the number alone."""
    kind = _pick_counted(scene, random)
    if kind is None or kind.count is None:
        return None
    ask = pick(random, ("Answer with a number.", "Give just the number.", "Reply with a single number."))
    question = pick(
        random, (f"How many {kind.name.many} are there?", f"How many {kind.name.many} does the picture show?")
    )
    return Exchange(f"{question} {ask}", str(kind.count), ("count", kind.name.one, kind.count), (kind.name.one,))


def more_of(scene: Scene, random: Random) -> Exchange | None:
    """Compare two counts."""
    kinds = some(random, scene.counted, 2)
    if len(kinds) < 2 or kinds[0].count == kinds[1].count == 1:
        return None
    one, other = kinds
    assert one.count is not None and other.count is not None
    question = pick(
        random,
        (
            f"Are there more {one.name.many} or more {other.name.many}?",
            f"Which are there more of, {one.name.many} or {other.name.many}?",
            f"Does the picture show more {one.name.many} or more {other.name.many}?",
        ),
    )
    about = (one.name.one, other.name.one)
    if one.count == other.count:
        answer = f"There are as many {one.name.many} as {other.name.many}: {in_words(one.count)} of each."
        return Exchange(question, answer, ("equal", *about, one.count), about)
    more, fewer = (one, other) if one.count > other.count else (other, one)
    assert more.count is not None and fewer.count is not None
    numbers = f"{more.name.number(more.count)} and {fewer.name.number(fewer.count)}"
    answer = pick(
        random,
        (
            f"There are more {more.name.many}: {numbers}.",
            f"More {more.name.many}. I count {numbers}.",
        ),
    )
    return Exchange(question, answer, ("more", more.name.one, fewer.name.one, more.count, fewer.count), about)


def _pick_counted(scene: Scene, random: Random) -> Kind | None:
    """Prefer what there are several of: that there is one of a thing is seldom worth asking."""
    if not scene.counted:
        return None
    several = [kind for kind in scene.counted if kind.count and kind.count > 1]
    return pick(random, several if several and random.random() < 0.8 else scene.counted)
