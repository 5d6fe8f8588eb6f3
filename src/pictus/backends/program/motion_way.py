"""Which way and with which limb; what is false is said to be so only where the opposite is told of the same act."""

import re
from random import Random

from pictus.backends.program.exchange import Exchange, pick
from pictus.scene import listing
from pictus.scene.motion import LIMBS, Act, Axis, Motion

_OPPOSITE = {
    "left": "right",
    "right": "left",
    "clockwise": "counterclockwise",
    "counterclockwise": "clockwise",
    "forward": "backward",
    "backward": "forward",
}
_OWN = ("the", "his", "her", "their", "its")
_WORDS: dict[Axis, re.Pattern[str]] = {
    "rotation": re.compile(r"\b(?:(?:counter|anti)[\s-]?)?clock[\s-]?wise\b", re.IGNORECASE),
    "way": re.compile(r"\b(?:for|back)wards?\b", re.IGNORECASE),
    "side": re.compile(r"\b(?:left|right)\b", re.IGNORECASE),
}
_LIMB = re.compile(rf"\b(?:(?:{'|'.join(_OWN)}|a) )?(left|right) ({LIMBS})\b", re.IGNORECASE)
_CHOICES: dict[Axis, str] = {
    "rotation": "clockwise or counterclockwise",
    "way": "forward or backward",
    "side": "to the left or to the right",
}
_MIRRORED: tuple[Axis, ...] = ("side", "rotation")


def which_limb(motion: Motion, random: Random) -> Exchange | None:
    """Ask with which of two limbs something is done."""
    side = motion.settled.get("side")
    acts = [act for one in motion.accounts for act in one.acts if len(_WORDS["side"].findall(act.said)) == 1]
    found = [(act, limb) for act in acts if (limb := _LIMB.search(act.said))]
    if side is None or not found:
        return None
    act, limb = pick(random, found)
    name = limb[2].lower()
    hidden = act.said.replace(limb[0], f"one {name}")
    choices = pick(random, ("the left or the right", "the right or the left"))
    question = pick(
        random,
        (
            f"The person {hidden}. Which one is it, {choices}?",
            f"The person {hidden}: which {name} is that, {choices}?",
            f"Which {name} is it, {choices}, when the person {hidden}?",
        ),
    )
    answer = pick(random, (f"The {side} {name}.", f"It is the {side} {name}.", f"The person {act.said}."))
    return Exchange(question, answer, ("limb", side, name, act.said), ("limb", name))


def which_way(motion: Motion, random: Random) -> Exchange | None:
    """Ask for one of two directions."""
    found = _one_way(motion)
    if not found:
        return None
    axis, act = pick(random, found)
    question = pick(
        random,
        (
            f"Which way does the motion go, {_CHOICES[axis]}?",
            f"In which direction is it, {_CHOICES[axis]}?",
            f"Does the motion go {_CHOICES[axis]}?",
        ),
    )
    return Exchange(question, f"The person {act.said}.", ("way", axis, motion.settled[axis], act.said), (axis,))


def is_it_so(motion: Motion, random: Random) -> Exchange | None:
    """Ask whether it goes a certain way; yes and no are equally likely."""
    found = _one_way(motion)
    if not found:
        return None
    is_yes = random.random() < 0.5
    axis, act = pick(random, found)
    question = act.ask if is_yes else turned(act.ask, axis)
    answer = f"{'Yes' if is_yes else 'No'}, the person {act.said}."
    return Exchange(question, answer, ("so" if is_yes else "not so", axis, act.said, question), (axis,))


def mirrored(motion: Motion, random: Random) -> Exchange | None:
    """Ask what something would look like with left and right exchanged."""
    acts = [act for account in motion.accounts for act in account.acts if _is_one_sided(act, motion)]
    if not acts:
        return None
    act = pick(random, acts)
    question = pick(
        random,
        (
            f"The person {act.said}. What would that be in a mirror, and why?",
            f"Suppose the motion were mirrored. What would become of this: the person {act.said}? Explain.",
            f"The person {act.said}. If left and right were exchanged, what would one see instead, and why?",
        ),
    )
    axes = [axis for axis in _MIRRORED if _WORDS[axis].search(act.said)]
    changes = [f"{motion.settled[axis]} becomes {_opposite(str(motion.settled[axis]))}" for axis in axes]
    base = turned(turned(act.base, "side"), "rotation")
    would = f"would {'be ' if act.is_going_on else ''}{base}"
    answer = f"A mirror exchanges left and right, so {listing(changes)}: the person {would}."
    return Exchange(question, answer, ("mirrored", act.said, base), (act.said,))


def turned(text: str, axis: Axis) -> str:
    """Put the opposite in place of each word of an axis."""
    return _WORDS[axis].sub(lambda found: _opposite(found[0]), text)


def _opposite(word: str) -> str:
    plain = re.sub(r"[\s-]", "", word.lower()).replace("anti", "counter")
    many = "s" if plain.endswith("wards") else ""
    return _OPPOSITE[plain.removesuffix("s")] + many


def _one_way(motion: Motion) -> list[tuple[Axis, Act]]:
    """List the directions that are settled, each with an act that is all that a sentence tells.

    What goes one way and does nothing else does not go the other way: that much can be known.
    """
    acts = [act for account in motion.accounts if (act := account.act)]
    return [
        (axis, act)
        for act in acts
        for axis, pattern in _WORDS.items()
        if axis in motion.settled
        and len(pattern.findall(act.said)) == 1
        and (axis != "side" or _goes_sideways(act.said))
    ]


def _goes_sideways(said: str) -> bool:
    """Say whether left or right is a way to go; "raises his left" only leaves out what is raised."""
    *_, before, other, last = ["", "", *said.lower().split()]
    if last not in _OPPOSITE:
        return False
    return before in ("to", "toward", "towards") if other in _OWN else other not in ("with", "using", "a", "one")


def _is_one_sided(act: Act, motion: Motion) -> bool:
    """Say whether an act has a side or a sense of rotation, and nobody contradicts it."""
    axes = [axis for axis in _MIRRORED if _WORDS[axis].search(act.said)]
    return bool(axes) and all(axis in motion.settled for axis in axes)
