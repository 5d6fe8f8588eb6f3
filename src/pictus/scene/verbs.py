"""Verbs with which people tell of a motion, in the forms that occur: "walks", "walking", "walk"."""

from functools import lru_cache

_VERBS = frozenset(
    """
    walk run jog jump hop leap skip step turn spin rotate twirl pivot bend lean bow squat crouch kneel sit stand rise
    lie lay stretch reach raise lift lower swing wave clap punch kick throw catch toss pitch pick put place push pull
    drag drop grab hold carry move shift sway rock dance march crawl climb balance stumble trip fall stagger limp swim
    row paddle hit strike swat dribble shoot bounce roll flip cartwheel perform do make take start begin continue
    proceed stop pause return go come bring face look nod shake scratch rub wipe wash stir pour drink eat play pretend
    mime gesture point salute cross uncross touch pat tap stomp shuffle slide glide tiptoe sneak creep pace stride
    stroll sprint dodge duck block circle wander approach follow lunge extend spread open close flap twist wiggle set
    straighten use act give get let keep stay remain travel back sidestep side-step trot charge dash hurry speed slow
    swivel tilt twitch tremble shiver rest relax brace draw lead grip grasp release clench unclench squeeze press
    knock drum type write paint sweep mop dig chop cut saw hammer lob serve swipe fling hurl juggle fold unfold cup
    tuck hug embrace beckon greet curtsy genuflect meditate vault hurdle dive flail thrust jab elbow knee shrug have
    """.split()  # noqa: SIM905 - as a list it would fill four pages
)
_IRREGULAR = {"have": "has", "do": "does", "go": "goes", "lie": "lies"}
_SIBILANT = ("s", "x", "z", "ch", "sh")


def _third(verb: str) -> str:
    if verb in _IRREGULAR:
        return _IRREGULAR[verb]
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return f"{verb[:-1]}ies"
    return f"{verb}es" if verb.endswith(_SIBILANT) else f"{verb}s"


_OF_THIRD = {_third(verb): verb for verb in _VERBS}


def of_third_person(word: str) -> str | None:
    """Give the verb of "walks"; None for a word that is not the third person of a known verb."""
    return _OF_THIRD.get(word.lower())


@lru_cache(4096)
def of_participle(word: str) -> str | None:
    """Give the verb of "walking"; None for a word that is not the participle of a known verb."""
    stem = word.lower().removesuffix("ing")
    if stem == word.lower() or len(stem) < 2:
        return None
    doubled = stem[:-1] if stem[-1] == stem[-2] else stem
    ie = f"{stem[:-1]}ie"  # lying
    return next((verb for verb in (stem, f"{stem}e", doubled, ie) if verb in _VERBS), None)


def verb_of(word: str) -> str | None:
    """Give the verb that a word in any form belongs to."""
    lower = word.lower()
    return of_third_person(lower) or of_participle(lower) or (lower if lower in _VERBS else None)
