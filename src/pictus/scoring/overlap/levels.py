"""How a question can be found in a corpus, and which questions are left without those that were found."""

from collections.abc import Mapping
from typing import Literal, TypeAlias, get_args

# Pictures first: alike, of the same id, the same pixels, the same file; then words. The last tell most.
Level: TypeAlias = Literal["near", "id", "pixels", "file", "long_text", "question", "answer"]
LEVELS: tuple[Level, ...] = get_args(Level)
STRENGTH: Mapping[Level, int] = {level: 2**place for place, level in enumerate(LEVELS)}

# By name, the levels at which none of the questions that are left was found.
REMAINDERS: Mapping[str, frozenset[Level]] = {
    "not_seen": frozenset(LEVELS),
    "question_not_seen": frozenset({"question", "long_text"}),
    "answer_not_seen": frozenset({"answer"}),
}
