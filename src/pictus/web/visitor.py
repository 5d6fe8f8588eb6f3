"""From an address to its bytes, or the reason why there are none: with patience, and politely."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Self

from pictus.web.address import Address, read_address
from pictus.web.hosts import Hosts, wants_quiet
from pictus.web.manners import Manners
from pictus.web.outcome import Got, Missed, Outcome
from pictus.web.waiting import backoff

if TYPE_CHECKING:
    from pictus.web.wire import Elsewhere

_STOPPED = Missed("stopped", passing=True)
_SLOW_SECONDS = 2.0  # after which a visit does not count among the connections any more
_REDIRECTED = ("bad_address", "blocked_address")


class Visitor:
    """Visits of strangers' servers: as many may be awaited at once as there are rows at hand."""

    def __init__(
        self, manners: Manners | None = None, *, enough: Callable[[bytes], bool] = lambda begin: False
    ) -> None:
        """Visit with these manners; `enough` says of the beginning of a body that nobody wants the rest."""
        self._manners, self._enough = manners or Manners(), enough
        self._visits: set[asyncio.Task[object]] = set()
        self._closing = asyncio.Event()

    async def __aenter__(self) -> Self:
        from pictus.web import wire  # aiohttp takes 100 ms, and most commands ask nobody

        self._clock = asyncio.get_running_loop().time
        self._hosts = Hosts(self._manners, self._clock)
        self._connections = asyncio.Semaphore(self._manners.connections)
        self._ended = asyncio.Event()
        self._wire = wire.Wire(self._manners, self._enough)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the visits that are under way, which give `stopped`, and close all connections."""
        self._closing.set()
        try:
            for task in self._visits:
                task.cancel()
            while self._visits:
                self._ended.clear()
                await self._ended.wait()
        finally:
            await self._wire.close()

    async def get(self, url: str, connections: asyncio.Semaphore | None = None) -> Outcome:
        """Fetch what an address gives; whatever a server does, this gives an outcome.

        Args:
            url: the address.
            connections: those that visits of this kind have for themselves; without it, those of all.
        """
        address = read_address(url)
        if isinstance(address, Missed):
            return address
        if self._closing.is_set():
            return _STOPPED
        task = asyncio.current_task()
        assert task is not None
        self._visits.add(task)
        try:
            return await self._patiently(address, connections or self._connections)
        except asyncio.CancelledError:
            if self._closing.is_set() and not task.uncancel():
                return _STOPPED
            raise
        finally:
            self._visits.discard(task)
            if self._closing.is_set():
                self._ended.set()

    async def _patiently(self, start: Address, connections: asyncio.Semaphore) -> Outcome:
        """Try again where that may help; a host that asks for quiet has its own rules."""
        failures = refusals = 0
        while True:
            outcome, last = await self._visit(start, connections)
            if isinstance(outcome, Got) or not outcome.passing or self._hosts.is_given_up(last.host, last.port):
                return outcome
            if outcome.reason == "timeout":  # a shard would end that much later, hardly ever with a picture
                return outcome
            if wants_quiet(outcome):
                refusals += 1
                if refusals > 3 * (self._manners.tries - 1):
                    return outcome
                continue
            failures += 1
            if failures >= self._manners.tries:
                return outcome
            await asyncio.sleep(backoff(failures, self._manners.backoff_seconds))

    async def _visit(self, address: Address, connections: asyncio.Semaphore) -> tuple[Outcome, Address]:
        """Follow an address to where it leads; give the last one too."""
        seconds = self._manners.total_seconds
        seen = {address.text}
        while True:
            outcome, took = await self._ask(address, seconds, connections)
            if isinstance(outcome, Got | Missed):
                if isinstance(outcome, Missed) and outcome.reason in _REDIRECTED and len(seen) > 1:
                    outcome = Missed(outcome.reason, "redirected to it")
                return outcome, address
            seconds -= took
            place = read_address(outcome.place, base=address.text)
            if isinstance(place, Missed):
                return Missed(
                    place.reason, f"redirected: {place.detail}" if place.detail else "redirected to it"
                ), address
            if place.text in seen:
                return Missed("redirects", "in a circle"), address
            if len(seen) > self._manners.redirects:
                return Missed("redirects", f"more than {self._manners.redirects}"), address
            address = place
            seen.add(address.text)

    async def _ask(
        self, address: Address, seconds: float, connections: asyncio.Semaphore
    ) -> tuple["Outcome | Elsewhere", float]:
        """Ask once, when the host and the number of connections allow; give the seconds that it took, too."""
        host = self._hosts[address.host]
        given_up = await self._hosts.enter(host, address.port)
        if given_up is not None:
            return given_up, 0.0
        done = False
        try:
            async with _connection(connections):
                began = self._clock()
                outcome = await self._wire.ask(address, seconds, keep=host.expected_again(began))
                took = self._clock() - began
            done = True
        finally:
            if not done:
                self._hosts.stop(host)
        self._hosts.leave(host, address.port, outcome if isinstance(outcome, Got | Missed) else None)
        return outcome, took


@asynccontextmanager
async def _connection(connections: asyncio.Semaphore) -> AsyncIterator[None]:
    """Take one of the connections; a slow visit gives its place to another, and goes on.

    Most of what is slow is silent, and ends at its deadline: the others need not wait for that.
    """
    held = True

    def give() -> None:
        nonlocal held
        held = False
        connections.release()

    await connections.acquire()
    timer = asyncio.get_running_loop().call_later(_SLOW_SECONDS, give)
    try:
        yield
    finally:
        timer.cancel()
        if held:
            connections.release()
