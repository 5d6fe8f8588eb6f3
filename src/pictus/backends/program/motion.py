"""What the person does in a recorded motion: what people wrote about the whole of it, and about its parts."""

from random import Random

from pictus.backends.program.exchange import Exchange, pick, some
from pictus.scene.motion import Account, Motion, Segment, agree

_AGAIN = (
    "In other words",
    "Put differently",
    "That is to say",
)  # the next sentence is of the same motion, not the next


def what_happens(motion: Motion, random: Random) -> Exchange | None:
    """Ask for a sentence about the motion, and answer with one that a person wrote."""
    if not motion.accounts:
        return None
    question = pick(
        random,
        (
            "What does the person do?",
            "What happens in this motion?",
            "Describe the motion in one sentence.",
            "Which movement is recorded here?",
            "Say briefly what the person is doing.",
        ),
    )
    answer = pick(random, motion.accounts).text
    return Exchange(question, answer, ("told", answer), (answer,))


def what_happens_between(motion: Motion, random: Random) -> Exchange | None:
    """Ask about a part of the motion that somebody wrote about."""
    if not motion.segments:
        return None
    segment = pick(random, motion.segments)
    start, end = seconds(segment)
    question = pick(
        random,
        (
            f"What does the person do between second {start} and second {end}?",
            f"What happens from second {start} to second {end} of the motion?",
            f"Look at the part from {start} s to {end} s. What does the person do there?",
        ),
    )
    answer = segment.account.text
    return Exchange(question, answer, ("between", segment.start, segment.end, answer), (start, end))


def full_description(motion: Motion, random: Random) -> Exchange | None:
    """Ask for all there is to say: what several people wrote, where they agree, and what they wrote of parts."""
    accounts = _differing(motion, random)
    phrases = some(random, _AGAIN, len(_AGAIN))
    sentences = [account.text for account in accounts[:1]]
    sentences += [f"{phrase}, {_within(one)}" for phrase, one in zip(phrases, accounts[1:], strict=False)]
    claims: list[tuple[object, ...]] = [("told", account.text) for account in accounts]
    for segment in sorted(motion.segments, key=lambda one: (one.start, one.end)):
        start, end = seconds(segment)
        sentences.append(f"From second {start} to second {end}, {_within(segment.account)}")
        claims.append(("between", segment.start, segment.end, segment.account.text))
    if len(sentences) < 2:
        return None
    question = pick(
        random,
        (
            "Describe the motion in detail.",
            "Tell me all about how the person moves.",
            "Please give a full description of this motion.",
            "Explain what the person does here, and leave nothing out.",
            "Write a detailed description of the recorded motion.",
        ),
    )
    return Exchange(question, " ".join(sentences), ("description", tuple(claims)), tuple(sentences))


def seconds(segment: Segment) -> tuple[str, str]:
    """Write the two times of a part."""
    return f"{segment.start:g}", f"{segment.end:g}"


def _differing(motion: Motion, random: Random) -> list[Account]:
    """Take up to three sentences that do not contradict each other and do not say the same in the same words."""
    chosen: list[Account] = []
    for account in some(random, motion.accounts, len(motion.accounts)):
        if len(chosen) < 3 and all(agree(account, one) and _is_fresh(account, one) for one in chosen):
            chosen.append(account)
    return chosen


def _is_fresh(one: Account, other: Account) -> bool:
    words, others = set(one.said.split()), set(other.said.split())
    return len(words & others) < len(words | others) / 2


def _within(account: Account) -> str:
    """Give the sentence as it stands after other words."""
    return account.text[0].lower() + account.text[1:]
