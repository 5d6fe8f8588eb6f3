"""In which order things are done, where a sentence says "then" and no other sentence contradicts it."""

from itertools import pairwise
from random import Random

from pictus.backends.program.exchange import Exchange, pick, some
from pictus.scene.motion import Motion

_LETTERS = "ABCDEFGH"


def what_first(motion: Motion, random: Random) -> Exchange | None:
    """Ask what comes first."""
    said = _said(motion, random)
    if said is None or _differ(motion, 0):
        return None
    question = pick(
        random,
        (
            "What does the person do first?",
            "How does the motion begin?",
            "What is the first thing that the person does?",
        ),
    )
    answer = pick(random, (f"The person {said[0]}.", f"First, the person {said[0]}."))
    return Exchange(question, answer, ("first", said[0]), (said[0],))


def what_last(motion: Motion, random: Random) -> Exchange | None:
    """Ask what comes last."""
    said = _said(motion, random)
    if said is None or _differ(motion, -1):
        return None
    question = pick(
        random,
        ("What does the person do last?", "How does the motion end?", "What is the last thing that the person does?"),
    )
    answer = pick(random, (f"The person {said[-1]}.", f"In the end, the person {said[-1]}."))
    return Exchange(question, answer, ("last", said[-1]), (said[-1],))


def what_next(motion: Motion, random: Random) -> Exchange | None:
    """Name one thing that is done, and ask for what follows it."""
    pairs = [pair for one in motion.ordered for pair in pairwise(one.steps)]
    pairs = [(one, next_) for one, next_ in pairs if len({b.verb for a, b in pairs if a.verb == one.verb}) == 1]
    if not pairs:
        return None
    before, after = (step.said for step in pick(random, pairs))
    question = pick(
        random,
        (
            f"The person {before}. What comes next?",
            f"At one point the person {before}. What does the person do after that?",
            f"What follows after the person {before}?",
        ),
    )
    answer = pick(random, (f"The person {after}.", f"Next, the person {after}.", f"After that, the person {after}."))
    return Exchange(question, answer, ("next", before, after), (before, after))


def in_order(motion: Motion, random: Random) -> Exchange | None:
    """Give what is done in mixed order, and ask for the true one."""
    said = _said(motion, random)
    if said is None or len(said) > len(_LETTERS):
        return None
    mixed = some(random, said, len(said))
    lines = "\n".join(f"{letter}. The person {one}." for letter, one in zip(_LETTERS, mixed, strict=False))
    question = pick(
        random,
        (
            "Put these in the order in which they happen, and explain it:",
            "In which order does the person do the following? Say how you arrive at it.",
            "Which of these comes first, and what follows? Explain the order.",
        ),
    )
    letters = ", ".join(_LETTERS[mixed.index(one)] for one in said)
    steps = ", then ".join(said)
    answer = f"First the person {steps}. So the order is: {letters}."
    return Exchange(f"{question}\n{lines}", answer, ("sequence", tuple(said), letters), tuple(said))


def _differ(motion: Motion, place: int) -> bool:
    """Say whether sentences begin, or end, with different things, as when one tells more than another."""
    return len({one.steps[place].verb for one in motion.ordered}) > 1


def _said(motion: Motion, random: Random) -> list[str] | None:
    return [step.said for step in pick(random, motion.ordered).steps] if motion.ordered else None
