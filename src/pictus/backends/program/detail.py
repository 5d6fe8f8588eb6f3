"""Descriptions: what people wrote about the picture, with what the boxes add to it."""

import itertools
from random import Random

from pictus.backends.program.exchange import Exchange, pick, sentence, some
from pictus.scene import Scene, listing
from pictus.scene.geometry import is_left_of, third_across, third_down

_PLACES = (
    ("at the upper left", "at the top", "at the upper right"),
    ("on the left", "in the middle", "on the right"),
    ("at the lower left", "at the bottom", "at the lower right"),
)


def short_description(scene: Scene, random: Random) -> Exchange | None:
    """Ask for a sentence about the picture, and answer with one that a person wrote."""
    if not scene.captions:
        return None
    question = pick(
        random,
        (
            "What is happening in this picture?",
            "Describe the picture in one sentence.",
            "What does this picture show?",
            "Give a short description of the picture.",
            "Sum up this picture in a sentence.",
        ),
    )
    answer = pick(random, scene.captions)
    return Exchange(question, answer, ("caption", answer), tuple(scene.kinds))


def long_description(scene: Scene, random: Random) -> Exchange | None:
    """Ask for all there is to say: two captions that differ, the counts, and where things are."""
    sentences = _captions(scene, random)
    claims: list[tuple[object, ...]] = []
    phrases = [(kind.name.one, kind.count, kind.phrase) for kind in scene.kinds.values()]
    if phrases:
        things = listing([phrase for _, _, phrase in phrases[:8]])
        begin = (
            "There one can see"
            if not sentences
            else pick(random, ("In it one can make out", "Visible are", "It contains"))
        )
        sentences.append(f"{begin} {things}.")
        claims += [("count", one, count) for one, count, _ in phrases[:8] if count is not None]
    for text, claim in _positions(scene, random):
        sentences.append(text)
        claims.append(claim)
    if len(sentences) < 2:
        return None
    question = pick(
        random,
        (
            "Describe the picture in detail.",
            "What do you see in this picture? Go into detail.",
            "Please give a full description of what is shown here.",
            "Explain what this picture shows, and where things are.",
            "Write a detailed description of the picture.",
            "Can you describe the main features of this picture for me?",
        ),
    )
    return Exchange(question, " ".join(sentences), ("description", tuple(claims)), tuple(scene.kinds))


def _captions(scene: Scene, random: Random) -> list[str]:
    """Take a caption, and a second one that says something else."""
    if not scene.captions:
        return []
    first, *others = some(random, scene.captions, 3)
    words = set(first.lower().rstrip(".").split())
    for other in others:
        fresh = set(other.lower().rstrip(".").split())
        if len(words & fresh) < len(words | fresh) / 2:
            return [first, other]
    return [first]


def _positions(scene: Scene, random: Random) -> list[tuple[str, tuple[object, ...]]]:
    told: list[tuple[str, tuple[object, ...]]] = []
    things = some(random, scene.singles, 3)
    for thing in things[:2]:
        across, down = third_across(thing.area), third_down(thing.area)
        if across is not None and down is not None:
            text = sentence(f"{thing.name.the} {thing.name.be} {_PLACES[down][across]} of the picture")
            told.append((text, ("place", thing.name.one, across, down)))
    for one, other in itertools.pairwise(things):
        for a, b in ((one, other), (other, one)):
            if is_left_of(a.area, b.area):
                text = sentence(f"{a.name.the} {a.name.be} to the left of {b.name.the}")
                return [*told, (text, ("left", a.name.one, b.name.one))]
    return told
