"""What the headers of a reply tell of the limits: OpenAI's words and Anthropic's, every form of a reset."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from pictus.prompt import Limits

_LENGTHS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
_PIECE = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_DURATION = re.compile(r"(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+")


def limits_in(headers: Mapping[str, str]) -> Limits | None:
    """Read what a server tells of its limits; None where it tells nothing."""
    if not any("ratelimit" in name.lower() for name in headers):
        return None
    lower = {name.lower(): value for name, value in headers.items()}

    def text(what: str, kind: str) -> str | None:
        return lower.get(f"x-ratelimit-{what}-{kind}") or lower.get(f"anthropic-ratelimit-{kind}-{what}")

    return Limits(
        requests=_count(text("limit", "requests"), least=1),
        tokens=_count(text("limit", "tokens"), least=1),
        # A limit of -1 or 0 means unknown; then what is left means nothing either.
        requests_left=_left(text("limit", "requests"), text("remaining", "requests")),
        tokens_left=_left(text("limit", "tokens"), text("remaining", "tokens")),
        requests_reset_seconds=_reset(text("reset", "requests")),
        tokens_reset_seconds=_reset(text("reset", "tokens")),
    )


def seconds_of(text: str) -> float | None:
    """Read a duration: `6m0s`, `120ms`, `1.5`, or the moment it ends, as a date or in seconds since 1970."""
    text = text.strip()
    if _DURATION.fullmatch(text):
        return sum(float(number) * _LENGTHS[unit] for number, unit in _PIECE.findall(text))
    try:
        value = float(text)
    except ValueError:
        return _until(text)
    if value > 1e9:
        value = (value / 1000 if value > 1e12 else value) - datetime.now(UTC).timestamp()
    return max(value, 0.0) if value < 86_400 * 7 else None


def _until(text: str) -> float | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max((moment - datetime.now(UTC)).total_seconds(), 0.0)


def _count(text: str | None, *, least: int = 0) -> int | None:
    try:
        number = int(float(text or ""))
    except (ValueError, OverflowError):
        return None
    return number if number >= least else None


def _left(limit: str | None, left: str | None) -> int | None:
    if limit is not None and _count(limit, least=1) is None:
        return None
    return _count(left)


def _reset(text: str | None) -> float | None:
    return None if text is None else seconds_of(text)
