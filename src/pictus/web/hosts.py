"""What is known of each host while a run lasts: how many ask it at once, how fast, and whether to ask it at all.

A host that asks for quiet (429, Retry-After) gets it, and requests further apart after it, until answers come again.
A host that is silent time after time is given up for a while: its further rows end at once, as the last one did, so
that thousands of dead rows of one host hold nobody up. The clock is passed in.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from pictus.web.manners import Manners
from pictus.web.outcome import Missed, Outcome
from pictus.web.waiting import backoff

# Ends that say of a host what they say of one row: so a row that is not asked has the same end as if it had been.
_SILENT = frozenset({"dns", "connect", "tls", "timeout", "reset"})
_MOST_SILENT_NEW, _MOST_SILENT_KNOWN = 5, 32  # failures in a row of what never answered, and of what did
_REST_SECONDS = 300.0  # for which a host is given up
_MOST_ROUNDS = 6  # times in a row that a host may ask for quiet, and then refuse again
_LONGEST_WAIT_SECONDS = 120.0  # that a host may ask for; beyond it, its rows end and can be asked for another day
_LONGEST_GAP_SECONDS = 8.0
_SOON_SECONDS = 5.0  # within which a connection that is kept may be of use
_MANY = 20_000  # hosts that are remembered; of those beyond, only the ones in use


def wants_quiet(outcome: Outcome | None) -> bool:
    """Tell whether a host asks to be left alone for a while: by 429, or by any other trouble of which it says when."""
    if not isinstance(outcome, Missed) or not outcome.passing:
        return False
    return outcome.reason == "http_429" or outcome.wait_seconds is not None


@dataclass(slots=True)
class Door:
    """One port of a host, and how it answered."""

    answered: bool = False
    failures: int = 0  # in a row
    shut_until: float = float("-inf")
    last: Missed | None = None


@dataclass(slots=True, eq=False)
class Host:
    """The rules of one host."""

    permits: asyncio.Semaphore
    least_gap: float = 0.0  # seconds between requests
    backoff_seconds: float = 0.5
    visits: int = 0  # under way or waiting
    gap: float = 0.0
    next_at: float = float("-inf")
    last_at: float = float("-inf")
    quiet_until: float = float("-inf")
    rounds: int = 0  # of quiet, without a success between
    shut_until: float = float("-inf")
    refusal: Missed | None = None
    doors: dict[int, Door] = field(default_factory=dict)

    def given_up(self, port: int, now: float) -> Missed | None:
        """Give the outcome of a row that is not even asked for."""
        if now < self.shut_until:
            return self.refusal
        door = self.doors.get(port)
        return door.last if door and now < door.shut_until else None

    def wait(self, now: float) -> float:
        """Tell for how many seconds nothing may be asked."""
        return max(self.quiet_until, self.next_at) - now

    def expected_again(self, now: float) -> bool:
        """Tell whether a connection to it is worth keeping: lists of many hosts would hold thousands open."""
        return self.visits > 1 or now - self.last_at < _SOON_SECONDS

    def begin(self, now: float) -> None:
        """Count a request that goes out."""
        if self.gap:
            self.next_at = now + self.gap

    def end(self, port: int, outcome: Outcome | None, now: float) -> None:
        """Learn from how a request ended; None where it redirected."""
        self.last_at = now
        door = self.doors.get(port)
        if door is None:
            door = self.doors[port] = Door()
        if isinstance(outcome, Missed) and outcome.reason in _SILENT:
            self._silent(door, outcome, now)
            return
        door.answered, door.failures = True, 0
        if isinstance(outcome, Missed) and wants_quiet(outcome):
            self._refused(outcome, now)
        elif not isinstance(outcome, Missed) or not outcome.passing:
            self.rounds = 0
            if self.gap > self.least_gap:
                self.gap = max(self.gap * 0.9 if self.gap > 0.05 else 0.0, self.least_gap)

    def _silent(self, door: Door, outcome: Missed, now: float) -> None:
        door.failures += 1
        if door.failures >= (_MOST_SILENT_KNOWN if door.answered else _MOST_SILENT_NEW):
            door.last, door.shut_until = outcome, now + _REST_SECONDS

    def _refused(self, outcome: Missed, now: float) -> None:
        asked = outcome.wait_seconds
        if now >= self.quiet_until:  # those that were under way together are one refusal
            self.rounds += 1
            self.gap = min(max(self.gap * 2, self.backoff_seconds / 4), _LONGEST_GAP_SECONDS)
        elif asked is None:
            return
        wait = backoff(self.rounds, 2 * self.backoff_seconds) if asked is None else asked
        if wait > _LONGEST_WAIT_SECONDS or self.rounds >= _MOST_ROUNDS:
            self.refusal, self.shut_until = outcome, now + max(min(wait, 3600.0), _REST_SECONDS)
        else:
            self.quiet_until = max(self.quiet_until, now + wait)


class Hosts:
    """All hosts of a run."""

    def __init__(
        self,
        manners: Manners,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._manners, self._clock, self._sleep = manners, clock, sleep
        self._hosts: dict[str, Host] = {}

    def __len__(self) -> int:
        return len(self._hosts)

    def __getitem__(self, name: str) -> Host:
        host = self._hosts.get(name)
        if host is None:
            if len(self._hosts) >= _MANY:
                self._hosts = {name: host for name, host in self._hosts.items() if host.visits}
            rate = self._manners.per_host_rate
            gap = 1 / rate if rate else 0.0
            permits = asyncio.Semaphore(self._manners.per_host)
            host = self._hosts[name] = Host(permits, gap, self._manners.backoff_seconds, gap=gap)
        return host

    def is_given_up(self, name: str, port: int) -> bool:
        """Tell whether a host is not asked any more, for now."""
        return self[name].given_up(port, self._clock()) is not None

    async def enter(self, host: Host, port: int) -> Missed | None:
        """Wait until a request may go out; or say that none will."""
        host.visits += 1
        held = False
        try:
            await host.permits.acquire()
            held = True
            while True:
                now = self._clock()
                missed = host.given_up(port, now)
                if missed is not None:
                    break
                wait = host.wait(now)
                if wait <= 0:
                    host.begin(now)
                    return None
                await self._sleep(wait)
        except BaseException:
            self._leave(host, held)
            raise
        self._leave(host, held)
        return missed

    def leave(self, host: Host, port: int, outcome: Outcome | None) -> None:
        """Let the next one in, and learn from how the request ended."""
        host.end(port, outcome, self._clock())
        self._leave(host, True)

    def stop(self, host: Host) -> None:
        """Let the next one in; the request was not ended."""
        self._leave(host, True)

    @staticmethod
    def _leave(host: Host, held: bool) -> None:
        host.visits -= 1
        if held:
            host.permits.release()
