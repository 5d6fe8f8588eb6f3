"""How many tokens a text has, without the model's tokenizer.

Four letters make a token in English; digits and signs, of which lists of coordinates consist, make far more. The
estimate leans to the high side, and must never learn during a run: prompts are cut by it, and a prompt that is cut
in another way after a restart would be paid for again.
"""

import re
from collections.abc import Iterable

from pictus.record import Turn

_WORD = re.compile(r"[A-Za-z']+|\d|[^\sA-Za-z\d]")
_PER_MESSAGE = 6  # markers of roles


def estimated_tokens(text: str) -> int:
    """Estimate the tokens of a text."""
    if not text.isascii():
        wide = sum(ord(sign) > 0x2E7F for sign in text)  # Chinese, Japanese, Korean: about one a sign
        return wide + (len(text) - wide) // 3 + 1
    total = 0.0
    for piece in _WORD.findall(text):
        total += max(1.15, len(piece) / 4.5) if piece[0].isalpha() else 1
    return int(total) + 1


def estimated_prompt_tokens(messages: Iterable[Turn]) -> int:
    """Estimate the tokens of the words of messages; pictures are counted by a model's own rule."""
    return sum(estimated_tokens(turn.text) + _PER_MESSAGE for turn in messages)
