"""How strangers' servers are asked: how many at once, how long, how often, and what they may send."""

import ipaddress
from dataclasses import dataclass
from typing import Any

from pictus import __version__
from pictus.errors import PictusError

HOMEPAGE = "https://github.com/pictus-data/pictus"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """The limits of a visit; what is not said is polite and safe."""

    connections: int = 128  # at once, over all hosts; slow ones are not counted
    per_host: int = 8  # at once
    per_host_rate: float | None = None  # requests a second
    tries: int = 3
    backoff_seconds: float = 0.5  # at most, before the second try; it doubles with each
    connect_seconds: float = 10.0
    idle_seconds: float = 10.0  # without a byte
    total_seconds: float = 20.0  # of one try, redirects included
    most_bytes: int = 32 * 2**20  # of a body, unpacked
    redirects: int = 5
    agent: str = f"pictus/{__version__} (+{HOMEPAGE})"
    obey: tuple[str, ...] = ("noai", "noimageai", "noindex", "noimageindex")
    allowed: tuple[str, ...] = ()  # networks that may be asked beside the public internet

    def __post_init__(self) -> None:
        for name, least in _LEAST.items():
            value: Any = getattr(self, name)
            if not value >= least:
                raise PictusError(f"{name} is {value}", where="manners", mend=f"give {least} or more")
        if self.per_host_rate is not None and not self.per_host_rate > 0:
            mend = "give the requests a second, or none for no limit"
            raise PictusError(f"per_host_rate is {self.per_host_rate}", where="manners", mend=mend)
        for network in self.allowed:
            try:
                ipaddress.ip_network(network)
            except ValueError as error:
                mend = "write it as 10.1.0.0/16"
                raise PictusError(f"this is no network: {error}", where="manners, allowed", mend=mend) from None


_LEAST = {
    "connections": 1,
    "per_host": 1,
    "tries": 1,
    "backoff_seconds": 0,
    "connect_seconds": 0.001,
    "idle_seconds": 0.001,
    "total_seconds": 0.001,
    "most_bytes": 1,
    "redirects": 0,
}
