"""What is there, and what was looked for and is not."""

from random import Random

from pictus.backends.program.exchange import Exchange, pick, sentence, some
from pictus.scene import Name, Scene, listing

_LETTERS = "ABCD"


def is_there(scene: Scene, random: Random) -> Exchange | None:
    """Ask whether something is there; yes and no are equally likely."""
    is_yes = random.random() < 0.5
    name = _pick_present(scene, random) if is_yes else pick_absent(scene, random)
    if name is None:
        return None
    question = pick(
        random,
        (
            f"{name.there.capitalize()} there {name.any} in the picture?",
            f"Can you see {name.any} here?",
            f"Does the picture show {name.any}?",
            f"Do you see {name.any} anywhere in this picture?",
        ),
    )
    if is_yes:
        answer = pick(
            random,
            (f"Yes, there {name.there} {name.a}.", f"Yes, the picture shows {name.a}.", f"Yes, I can see {name.a}."),
        )
    else:
        answer = pick(
            random,
            (
                f"No, there {name.there} {name.no} in the picture.",
                f"No, I cannot see {name.any}.",
                f"No, the picture does not show {name.any}.",
            ),
        )
    return Exchange(question, answer, ("present" if is_yes else "absent", name.one), (name.one,))


def is_there_short(scene: Scene, random: Random) -> Exchange | None:
    """Ask whether something is there, for an answer of one word."""
    is_yes = random.random() < 0.5
    name = _pick_present(scene, random) if is_yes else pick_absent(scene, random)
    if name is None:
        return None
    ask = pick(random, ("Answer yes or no.", "Answer with yes or no only.", "Yes or no?"))
    question = pick(
        random,
        (f"{name.there.capitalize()} there {name.any} in this picture?", f"Does this picture contain {name.any}?"),
    )
    return Exchange(
        f"{question} {ask}", "Yes" if is_yes else "No", ("present" if is_yes else "absent", name.one), (name.one,)
    )


def which_is_missing(scene: Scene, random: Random) -> Exchange | None:
    """Find the one thing of several that is not there."""
    absent = pick_absent(scene, random)
    present = some(random, [kind.name for kind in scene.kinds.values()], 3)
    if absent is None or len(present) < 2:
        return None
    choices = some(random, [absent, *present], 4)
    names = listing([name.a for name in choices], "or")
    question = pick(
        random,
        (
            f"Which of these is not in the picture: {names}?",
            f"One of these cannot be seen here. Which one: {names}?",
            f"{sentence(names)[:-1]}: which of them does the picture not show?",
        ),
    )
    answer = pick(
        random, (f"There {absent.there} {absent.no} in the picture.", f"The picture does not show {absent.any}.")
    )
    return Exchange(
        question, answer, ("missing", absent.one, tuple(name.one for name in choices)), tuple(n.one for n in choices)
    )


def which_is_shown(scene: Scene, random: Random) -> Exchange | None:
    """Choose by letter the one thing that is there; the letters are equally likely."""
    right = _pick_present(scene, random)
    wrong = [name for name in _candidates(scene, random, 9) if scene.is_absent(name)][:3]
    if right is None or len(wrong) < 3:
        return None
    place = int(random.random() * 4)
    choices = [*wrong[:place], right, *wrong[place:]]
    lines = "\n".join(f"{letter}. {name.a}" for letter, name in zip(_LETTERS, choices, strict=True))
    question = pick(
        random,
        ("Which of these can be seen in the picture?", "What does the picture show?", "Which one of these is there?"),
    )
    ask = pick(random, ("Answer with the letter.", "Give the letter of the right choice."))
    claim = ("shown", right.one, _LETTERS[place], tuple(name.one for name in choices))
    return Exchange(f"{question}\n{lines}\n{ask}", _LETTERS[place], claim, tuple(name.one for name in choices))


def what_is_there(scene: Scene, random: Random) -> Exchange | None:
    """List the kinds of things, each as exactly as it is known."""
    kinds = list(scene.kinds.values())
    if not 2 <= len(kinds) <= 8:
        return None
    question = pick(
        random,
        (
            "What can you see in the picture?",
            "Which things can you make out here?",
            "Name the main things in this picture.",
            "What objects does the picture show?",
        ),
    )
    things = listing([kind.phrase for kind in kinds])
    answer = pick(random, (f"I can see {things}.", f"The picture shows {things}.", f"{things} can be seen."))
    names = tuple(kind.name.one for kind in kinds)
    return Exchange(question, sentence(answer), ("list", tuple((kind.name.one, kind.count) for kind in kinds)), names)


def pick_absent(scene: Scene, random: Random) -> Name | None:
    """Find something that is surely absent, looking at a few candidates only."""
    return next((name for name in _candidates(scene, random, 6) if scene.is_absent(name)), None)


def _candidates(scene: Scene, random: Random, count: int) -> list[Name]:
    """Take some absent names, those that belong to such surroundings before others."""
    names = scene.likely_absent
    nearby = some(random, names, count // 2)
    return [*nearby, *(name for name in some(random, scene.absent_names, count) if name not in nearby)]


def _pick_present(scene: Scene, random: Random) -> Name | None:
    kinds = tuple(scene.kinds.values())
    return pick(random, kinds).name if kinds else None
