"""When a server says that it may be asked again: the header `Retry-After`."""

import math
from datetime import UTC
from email.utils import parsedate_to_datetime


def retry_after(text: str | None, now: float) -> float | None:
    """Give the seconds to wait: the header has them, or a date, which is counted from now (seconds since 1970)."""
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
