"""How long to wait before a server is asked again: what it says, else longer each time."""

import math
from collections.abc import Callable
from datetime import UTC
from email.utils import parsedate_to_datetime
from random import random

_LONGEST_SECONDS = 60.0


def retry_after(text: str | None, now: float) -> float | None:
    """Read `Retry-After`: seconds, or a date, which is counted from now (seconds since 1970)."""
    if text is None:
        return None
    try:
        seconds = float(text)
    except ValueError:
        try:
            moment = parsedate_to_datetime(text)
            seconds = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - now
        except (ValueError, TypeError, OverflowError):
            return None
    return max(seconds, 0.0) if math.isfinite(seconds) else None


def backoff(failures: int, first_seconds: float, chance: Callable[[], float] = random) -> float:
    """Give a wait from none to twice the last one, by chance: those who failed together return apart."""
    return chance() * min(first_seconds * 2.0 ** min(failures - 1, 20), _LONGEST_SECONDS)
