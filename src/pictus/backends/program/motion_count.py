"""How often, how many steps, how long: numbers that people wrote about a motion, where they agree."""

from random import Random

from pictus.backends.program.exchange import Exchange, pick, sentence
from pictus.backends.program.motion import seconds
from pictus.scene import in_words
from pictus.scene.motion import STEPS, TIMES, Act, Motion

_EMPTY = ("do", "have", "go", "repeat")  # verbs that say nothing without what was cut out
_STEPPING = ("take", "walk", "make")


def how_often(motion: Motion, random: Random) -> Exchange | None:
    """Ask how many times something is done that is done more than once."""
    count = motion.settled.get("times")
    acts = [act for account in motion.accounts for act in account.acts if _is_counted(act, account.acts)]
    if not isinstance(count, int) or count < 2 or not acts:
        return None
    act = pick(random, acts)
    base = " ".join(TIMES.sub("", act.base).split())
    question = pick(random, (f"How many times does the person {base}?", f"How often does the person {base}?"))
    number = "twice" if count == 2 else f"{in_words(count)} times"
    answer = pick(random, (f"{number}.", f"the person {act.said}."))
    return Exchange(question, sentence(answer), ("times", count, base), ("times",))


def how_many_steps(motion: Motion, random: Random) -> Exchange | None:
    """Ask for the number of steps, where taking them is all that is done."""
    count = motion.settled.get("steps")
    acts = [
        act
        for one in motion.accounts
        if (act := one.act) and act.verb in _STEPPING and len(STEPS.findall(act.said)) == 1
    ]
    if not isinstance(count, int) or not count or not acts:
        return None
    act = pick(random, acts)
    question = pick(random, ("How many steps does the person take?", "Count the steps that the person takes."))
    number = f"{in_words(count)} step{'s' if count > 1 else ''}"
    answer = pick(random, (f"{number}.", f"the person {act.said}."))
    return Exchange(question, sentence(answer), ("steps", count), ("steps",))


def how_long(motion: Motion, random: Random) -> Exchange | None:
    """Ask how long a part lasts that somebody wrote about, and subtract its times."""
    if not motion.segments:
        return None
    segment = pick(random, motion.segments)
    start, end = seconds(segment)
    length = f"{round(segment.end - segment.start, 3):g}"
    told = segment.account.text[0].lower() + segment.account.text[1:].rstrip(".")
    question = pick(
        random,
        (
            f"In one part of the motion, {told}. When is that, and how long does it take?",
            f"When does it happen that {told}, and for how long? Explain.",
        ),
    )
    answer = (
        f"It begins at second {start} and ends at second {end}. Since {end} - {start} = {length}, it takes {length} s."
    )
    return Exchange(question, answer, ("lasts", segment.start, segment.end, segment.account.text), (start, end))


def _is_counted(act: Act, others: tuple[Act, ...]) -> bool:
    """Say whether an act comes with its number, and is not done again without one."""
    is_single = [other.verb for other in others].count(act.verb) == 1
    return len(TIMES.findall(act.said)) == 1 and is_single and not act.is_going_on and act.verb not in _EMPTY
