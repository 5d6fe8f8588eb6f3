"""How long to go on when requests fail: the wait before each new try, and when to give up the run."""

from dataclasses import dataclass
from random import Random

from pictus.prompt import Fault

_FIRST_SECONDS, _LONGEST_SECONDS = 0.5, 60.0
_NEVER_CONNECTED_SECONDS = 10.0
_LONGEST_WAIT_SECONDS = 600.0  # that a server may ask for; beyond it the user should know
_SHARE, _FLOOR = 0.1, 50  # failed tries that a run may have: a tenth of its requests, and some to begin with


def backoff_seconds(failures: int, seed: int) -> float:
    """Wait longer after each failure, spread so that those who failed together do not return together."""
    most = min(_FIRST_SECONDS * 2 ** min(failures - 1, 20), _LONGEST_SECONDS)
    return Random(f"{seed} {failures}").uniform(most / 4, most)


@dataclass(slots=True)
class Patience:
    """The breaker: tells when the run must stop, and why. It can be gone on with later."""

    began: float
    seconds: float = 120.0  # without any success
    last_success: float | None = None
    sent: int = 0
    failed: int = 0  # tries that are counted: a server that asks for a slower pace is no failure
    longest_wait: float = 0.0  # that a server asked for since something succeeded

    def succeeded(self, now: float) -> None:
        """Count an answer, of whatever quality: the server works."""
        self.last_success, self.longest_wait = now, 0.0

    def reason_to_stop(self, fault: Fault, now: float) -> str | None:
        """Say why to stop after a failure, if so; a pause that the server asked for is granted once."""
        asked = fault.wait_seconds or 0.0
        if asked > _LONGEST_WAIT_SECONDS:
            return f"the server asks to wait {asked:,.0f} s: {fault.what}"
        self.longest_wait = max(self.longest_wait, asked)
        since = self.longest_wait + (self.began if self.last_success is None else self.last_success)
        too_many = self.failed > _FLOOR + _SHARE * self.sent
        if self.last_success is None and fault.what.startswith("cannot connect"):
            return fault.what if too_many or now - since > min(_NEVER_CONNECTED_SECONDS, self.seconds) else None
        if now - since > self.seconds:
            return f"nothing succeeded for {self.seconds:g} s; the last failure: {fault.what}"
        if too_many:
            return f"{self.failed:,} of {self.sent:,} requests failed; the last failure: {fault.what}"
        return None
