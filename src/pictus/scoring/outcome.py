"""How an answer was come by, as far as its words tell: the same for every benchmark."""

import re
from functools import lru_cache

from pictus.grade import Outcome

_LOOKED_AT = 80  # characters at the beginning, where a refusal says that it is one
_REFUSES = re.compile(
    r"(?:unfortunately,? )?(?:"
    r"(?:i'm |i am )?(?:very |so )?sorry\b"
    r"|i apologi[sz]e\b"
    r"|as an ai\b"
    r"|i(?:'m| am) (?:unable|not able) to\b"
    r"|i (?:cannot|can't|can not|won't|will not) "
    r"(?:answer|help|assist|comply|determine|identify|provide|process|see|view)\b"
    r")",
    re.IGNORECASE,
)


def outcome_of(answer: str) -> Outcome:
    """Say whether an answer is one, is empty, or begins as refusals do."""
    return _outcome(answer.strip()[:_LOOKED_AT])


@lru_cache(65_536)  # a benchmark has a million answers and some thousand words for them
def _outcome(beginning: str) -> Outcome:
    if not beginning:
        return "empty"
    return "refused" if _REFUSES.match(beginning.replace("’", "'")) else "answered"
