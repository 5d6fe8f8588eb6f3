"""How fast to ask: as fast as the server allows, learnt from what it says and from how it fails.

Two rules work together. The number in flight doubles until the first sign of strain, then grows by one a round and
shrinks by three tenths, at most once a round. And where replies tell of limits a minute, requests and tokens are
taken from buckets that fill at that rate. The clock is passed in, so that the rules can be tried without waiting.
"""

from dataclasses import dataclass, field

from pictus.prompt import Limits

_START = 64
_SHRINK = 0.7
_DEFAULT_ROUND = 1.0  # seconds, before the first reply told how long one takes


@dataclass(slots=True)
class Bucket:
    """So many a minute, as far as known."""

    a_minute: float | None = None
    level: float = 0.0
    at: float = 0.0  # when the level was right

    def wait(self, amount: float, now: float) -> float:
        """Tell for how many seconds so much is not there yet."""
        if self.a_minute is None:
            return 0.0
        self._fill(now)
        # More than the bucket ever holds is let through when it is full.
        missing = min(amount, self.a_minute) - self.level
        # The level may be that of a moment to come: the server said when it begins to fill.
        return missing * 60 / self.a_minute + max(self.at - now, 0.0) if missing > 1e-9 else 0.0

    def take(self, amount: float, now: float) -> None:
        """Take so much out; a negative amount puts it back."""
        if self.a_minute is not None:
            self._fill(now)
            self.level = min(self.level - amount, self.a_minute)

    def learn(self, limit: float | None, left: float | None, reset_seconds: float | None, now: float) -> None:
        """Take in what the server says: its count is right, ours lags behind."""
        if limit is not None and limit != self.a_minute:
            known = self.a_minute is not None
            self.a_minute = limit
            self.level, self.at = (min(self.level, limit) if known else limit), now
        if self.a_minute is None or left is None:
            return
        self._fill(now)
        self.level = min(self.level, left)
        if left <= 0 and reset_seconds is not None:
            self.at = max(self.at, now + min(reset_seconds, 60.0) - 60 / self.a_minute)

    def _fill(self, now: float) -> None:
        assert self.a_minute is not None
        if now > self.at:
            self.level = min(self.level + (now - self.at) * self.a_minute / 60, self.a_minute)
            self.at = now


@dataclass(slots=True)
class Pace:
    """The number in flight and the buckets of one endpoint."""

    most: int  # never more at once
    width: float = 0.0  # how many now
    requests: Bucket = field(default_factory=Bucket)
    tokens: Bucket = field(default_factory=Bucket)
    in_flight: int = 0
    blocked_until: float = 0.0  # the server asked for quiet
    round_seconds: float = _DEFAULT_ROUND
    _searching: bool = True
    _shrunk_at: float = float("-inf")
    _good: int = 0

    def __post_init__(self) -> None:
        self.width = float(min(_START, self.most))

    def wait(self, tokens: int, now: float) -> float | None:
        """Tell how long to wait before a request of so many tokens; None until one in flight has come back."""
        if self.in_flight >= int(self.width):
            return None
        return max(self.blocked_until - now, self.requests.wait(1, now), self.tokens.wait(tokens, now), 0.0)

    def begin(self, tokens: int, now: float) -> None:
        """Count a request that goes out."""
        self.in_flight += 1
        self.requests.take(1, now)
        self.tokens.take(tokens, now)

    def end(self, reserved: int, used: int | None, limits: Limits | None, now: float) -> None:
        """Count one that came back; what it did not use of its reserve is put back."""
        self.in_flight -= 1
        if used is not None:
            self.tokens.take(used - reserved, now)
        if limits is not None:
            self.requests.learn(limits.requests, limits.requests_left, limits.requests_reset_seconds, now)
            self.tokens.learn(limits.tokens, limits.tokens_left, limits.tokens_reset_seconds, now)

    def succeeded(self, seconds: float) -> None:
        """Widen: twice as many a round until the first strain, then one more."""
        self.round_seconds += 0.1 * (seconds - self.round_seconds)
        self._good += 1
        if self._good >= int(self.width):
            self._good = 0
            self.width = min(self.width * 2 if self._searching else self.width + 1, self.most)

    def strained(self, wait_seconds: float | None, now: float) -> None:
        """Narrow, at most once a round, and be quiet for as long as the server asks."""
        self._searching, self._good = False, 0
        if wait_seconds is not None:
            self.blocked_until = max(self.blocked_until, now + min(wait_seconds, 600.0))
        if now - self._shrunk_at >= self.round_seconds:
            self._shrunk_at = now
            self.width = max(self.width * _SHRINK, 1.0)
