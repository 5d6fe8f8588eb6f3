"""The rules of a host, by a clock of our own."""

import asyncio

import pytest

from pictus.web import hosts
from pictus.web.hosts import Hosts
from pictus.web.manners import Manners
from pictus.web.outcome import Got, Missed

GOT = Got(b"x", "http://a.example/")
REFUSED = Missed("connect", "refused", passing=True)
BUSY = Missed("http_429", passing=True)


class Clock:
    """Time that passes when somebody sleeps."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now

    async def sleep(self, seconds):
        self.now += seconds
        await asyncio.sleep(0)


@pytest.fixture
def clock():
    return Clock()


def many(clock, **manners):
    return Hosts(Manners(**manners), clock, clock.sleep)


async def ask(all_hosts, outcome, *, name="a.example", port=80):
    """Ask once; give what came of it."""
    host = all_hosts[name]
    given_up = await all_hosts.enter(host, port)
    if given_up is None:
        all_hosts.leave(host, port, outcome)
    return given_up or outcome


def run(visits):
    return asyncio.run(visits)


def test_a_host_that_never_answers_is_given_up_and_its_rows_end_as_the_last_one_did(clock):
    async def visits():
        all_hosts = many(clock)
        for _ in range(5):
            assert not all_hosts.is_given_up("a.example", 80)
            assert await ask(all_hosts, REFUSED) is REFUSED
        assert all_hosts.is_given_up("a.example", 80)
        assert await ask(all_hosts, GOT) == REFUSED
        assert await ask(all_hosts, GOT, port=443) is GOT  # another door of it may be open
        assert await ask(all_hosts, GOT, name="b.example") is GOT
        clock.now += 301
        assert await ask(all_hosts, REFUSED) is REFUSED
        assert all_hosts.is_given_up("a.example", 80)  # one more was enough

    run(visits())


def test_a_host_that_answered_is_given_more_patience_but_not_for_ever(clock):
    async def visits():
        all_hosts = many(clock)
        await ask(all_hosts, Missed("http_404"))
        asked = 0
        while not all_hosts.is_given_up("a.example", 80):
            await ask(all_hosts, REFUSED)
            asked += 1
        assert asked == 32
        clock.now += 301
        await ask(all_hosts, GOT)
        for _ in range(31):
            await ask(all_hosts, REFUSED)
        assert not all_hosts.is_given_up("a.example", 80)

    run(visits())


def test_a_host_gets_the_quiet_that_it_asks_for(clock):
    async def visits():
        all_hosts = many(clock)
        await ask(all_hosts, Missed("http_429", passing=True, wait_seconds=30))
        assert await ask(all_hosts, GOT, name="b.example") is GOT
        assert clock.now == 1000
        assert await ask(all_hosts, GOT) is GOT
        assert clock.now == 1030

    run(visits())


def test_a_host_that_asks_for_longer_than_a_run_waits_is_given_up(clock):
    async def visits():
        all_hosts = many(clock)
        outcome = Missed("http_503", passing=True, wait_seconds=3000)
        await ask(all_hosts, outcome)
        assert await ask(all_hosts, GOT) is outcome
        assert clock.now == 1000
        clock.now += 3001
        assert await ask(all_hosts, GOT) is GOT

    run(visits())


def test_a_host_that_refuses_again_and_again_is_given_up(clock):
    async def visits():
        all_hosts = many(clock)
        asked = 0
        while not all_hosts.is_given_up("a.example", 80):
            await ask(all_hosts, BUSY)
            asked += 1
        assert asked == 6

    run(visits())


def test_trouble_without_a_word_of_when_is_no_wish_for_quiet(clock):
    async def visits():
        all_hosts = many(clock)
        for _ in range(100):
            await ask(all_hosts, Missed("http_503", passing=True))
        assert clock.now == 1000
        assert not all_hosts.is_given_up("a.example", 80)

    run(visits())


def test_those_that_were_under_way_together_are_refused_once(clock):
    async def visits():
        all_hosts = many(clock, per_host=8)
        host = all_hosts["a.example"]
        for _ in range(8):
            await all_hosts.enter(host, 80)
        for _ in range(8):
            all_hosts.leave(host, 80, Missed("http_429", passing=True, wait_seconds=5))
        assert host.rounds == 1

    run(visits())


def test_after_a_refusal_requests_go_out_further_apart_until_answers_come(clock):
    async def visits():
        all_hosts = many(clock)
        host = all_hosts["a.example"]
        await ask(all_hosts, Missed("http_429", passing=True, wait_seconds=1))
        await ask(all_hosts, GOT)
        began = clock.now
        await ask(all_hosts, GOT)
        assert clock.now > began
        for _ in range(50):
            await ask(all_hosts, GOT)
        assert host.gap == 0

    run(visits())


def test_no_more_requests_a_second_than_wanted(clock):
    async def visits():
        all_hosts = many(clock, per_host_rate=4)
        await asyncio.gather(*(ask(all_hosts, GOT) for _ in range(9)))
        assert clock.now == pytest.approx(1002)

    run(visits())


def test_a_visit_that_is_cancelled_while_it_waits_leaves_its_place(clock):
    async def visits():
        all_hosts = many(clock, per_host=1)
        host = all_hosts["a.example"]
        await all_hosts.enter(host, 80)
        waiting = asyncio.create_task(all_hosts.enter(host, 80))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        all_hosts.leave(host, 80, GOT)
        assert host.visits == 0
        assert await ask(all_hosts, GOT) is GOT

    run(visits())


def test_what_is_remembered_has_a_limit_and_what_is_in_use_is_kept(clock, monkeypatch):
    monkeypatch.setattr(hosts, "_MANY", 10)

    async def visits():
        all_hosts = many(clock)
        used = all_hosts["used.example"]
        await all_hosts.enter(used, 80)
        for number in range(100):
            await ask(all_hosts, GOT, name=f"{number}.example")
        assert all_hosts["used.example"] is used
        assert len(all_hosts) <= 11

    run(visits())


def test_a_connection_is_kept_where_it_is_of_use(clock):
    async def visits():
        all_hosts = many(clock)
        host = all_hosts["a.example"]
        assert not host.expected_again(clock.now)
        await ask(all_hosts, GOT)
        assert host.expected_again(clock.now)
        clock.now += 60
        assert not host.expected_again(clock.now)

    run(visits())
