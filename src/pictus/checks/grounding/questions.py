"""What an answer claims only together with its question: yes, no, a number, a colour, a place of "it"."""

import re
from dataclasses import dataclass
from typing import Literal

from pictus.checks.grounding import grammar
from pictus.checks.grounding.claims import Clause, Mention, clauses, places
from pictus.reading.wording import words_of
from pictus.scene.colours import COLOURS
from pictus.scene.vocabulary import Vocabulary

_POLAR = grammar.words("is are do does can could was were has have did would")
_YES, _NO = grammar.words("yes yeah yep correct indeed"), grammar.words("no nope")
_THERE = re.compile(
    r"(?:(?:is|are|was|were) there|(?:do|can|could|did) you (?:see|spot|find|make out|notice)|(?:is|are|can)|"
    r"(?:does|do|did) (?:the|this) (?:picture|image|photo|scene) (?:show|contain|include|have|feature|depict))$"
)
_ABOUT = re.compile(r"\b(?:about|around|approximately|roughly|at least|at most|more than|over|nearly|almost|or)\b")
_COLOUR = re.compile(r"\b(?:what|which) colou?r (?:is|are|does|do)\b|\bwhat is the colou?r of\b")
_WHERE = re.compile(r"^(?:and )?where(?:'s| is| are)\b|\bin (?:which|what) part\b|\bon which side\b")
_HOW_MANY = re.compile(r"\bhow many\b")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that names one thing, and what its answer says."""

    mention: Mention
    clause: Clause
    kind: Literal["yes", "no", "number", "colour", "where"]
    number: int = 0
    colour: str = ""
    places: tuple[str, ...] = ()
    is_whole: bool = False  # about all there is in the picture: "are there dogs?", not "are there dogs on the couch?"


def asked(question: str, answer: str, *vocabularies: Vocabulary) -> Asked | None:
    """Read a question whose answer cannot be judged alone."""
    said = words_of(answer[:240])
    text = question.lower()
    is_polar = bool(said) and (said[0] in _YES or said[0] in _NO)
    if not said or not (is_polar or "how many" in text or "colo" in text or "where" in text or "which" in text):
        return None
    read = [clause for clause in clauses(question, *vocabularies) if clause.mentions]
    if len(read) != 1 or not read[0].mentions:
        return None
    clause = read[0]
    mention = clause.mentions[0]
    if is_polar and clause.tokens[0] in _POLAR and "or" not in clause.tokens and "not" not in clause.tokens:
        return Asked(mention, clause, "yes" if said[0] in _YES else "no", is_whole=_is_existence(clause))
    if len(clause.mentions) > 1:
        return None
    if _HOW_MANY.search(text):
        return _counted(answer, said, clause)
    if _COLOUR.search(text):
        told = [word for word in said if word in COLOURS]
        return Asked(mention, clause, "colour", colour=told[0]) if len(told) == 1 and len(said) < 8 else None
    if _WHERE.search(text) and said[0] in ("it", "he", "she", "they", "on", "in", "at"):
        first = answer.lower().split(".")[0].split(",")[0]
        tokens = [word for word in words_of(first) if word not in ("it", "he", "she", "they", "it's")]
        found = places(tokens)
        return Asked(mention, clause, "where", places=tuple(found)) if found else None
    return None


def _is_existence(clause: Clause) -> bool:
    """Say whether a question asks for a thing anywhere in the picture, and for nothing else."""
    if len(clause.mentions) != 1:
        return False
    mention = clause.mentions[0]
    lead, tail = " ".join(clause.tokens[: mention.first]), clause.tokens[mention.end :]
    determiner = clause.tokens[mention.first]
    is_open = determiner in ("a", "an", "any", "some", "one") or mention.first == mention.start
    if lead in ("is", "are", "can"):
        is_open = is_open and any(word in tail for word in ("visible", "present", "shown", "seen", "in"))
    return bool(_THERE.search(lead)) and is_open and not mention.adjectives and grammar.EVERYWHERE.issuperset(tail)


def _counted(answer: str, said: list[str], clause: Clause) -> Asked | None:
    mention = clause.mentions[0]
    first = words_of(re.split(r"[.!?;]\s", answer)[0])
    numbers = [word for word in first if word in grammar.NUMBERS or word in ("zero", "0", "none")]
    if said[0] == "no":
        numbers = ["zero"]
    if len(numbers) != 1 or _ABOUT.search(answer.lower()):
        return None
    tail = clause.tokens[mention.end :]
    is_whole = mention.adjectives in ((), ("how", "many"))
    is_whole = is_whole and grammar.EVERYWHERE.issuperset(tail)
    return Asked(mention, clause, "number", number=grammar.NUMBERS.get(numbers[0], 0), is_whole=is_whole)
