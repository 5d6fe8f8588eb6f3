"""Visits of a server that does everything wrong: each ends in its reason, and nothing stays behind."""

import asyncio
import gc
import time
import warnings

import pytest

from faults import BODY, faulty
from pictus.web.manners import Manners
from pictus.web.outcome import Got, Missed, meaning
from pictus.web.visitor import Visitor

LOOPBACK = ("127.0.0.0/8", "::1/128")


def quick(**more):
    """Give manners that wait for nothing long."""
    given = {"connect_seconds": 2, "idle_seconds": 0.3, "total_seconds": 0.6, "most_bytes": 2**20, "tries": 1}
    return Manners(**{"allowed": LOOPBACK, "backoff_seconds": 0.01, **given, **more})


@pytest.fixture(scope="module")
def shared():
    with faulty() as faults:
        yield faults


@pytest.fixture
def faults(shared):
    shared.asked.clear()
    shared.heads.clear()
    shared.seen.clear()
    shared.most_at_once = 0
    return shared


def run(visits):
    """Run a coroutine, and prove that it leaves no task and nothing open on this side."""

    async def alone():
        outcome = await visits
        await asyncio.sleep(0)  # what is closed is gone one turn later
        assert asyncio.all_tasks() == {asyncio.current_task()}
        return outcome

    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", ResourceWarning)
        outcome = asyncio.run(alone())
        gc.collect()
    assert [str(one.message) for one in told] == []
    return outcome


def visit(*urls, manners=None):
    """Fetch addresses one after the other."""

    async def all_of_them():
        async with Visitor(manners or quick()) as visitor:
            return [await visitor.get(url) for url in urls]

    outcomes = run(all_of_them())
    return outcomes if len(urls) > 1 else outcomes[0]


def left_alone(faults):
    """Wait until the server sees that nobody is connected any more."""
    for _ in range(500):
        if not faults.connected:
            return True
        time.sleep(0.01)
    return False


def test_what_is_there_is_given_with_its_address(faults):
    assert visit(f"{faults.base}/good.jpg#part") == Got(BODY, f"{faults.base}/good.jpg")


HAZARDS = {
    "hang": "timeout: nothing came",
    "drip": "timeout: not whole in time",
    "stall": "timeout: nothing came",
    "reset": "reset",
    "closed": "reset",
    "reset_inside": "cut_short",
    "short": "cut_short",
    "lengths": "protocol",
    "negative": "protocol",
    "chunked_short": "cut_short",
    "chunked_garbage": "protocol",
    "chunked_garbage/later": "timeout: not whole in time",  # the library below closes, and tells nobody
    "endless": "too_large",
    "endless_chunks": "too_large",
    "giant": "too_large",
    "bomb": "too_large",
    "packed/cut": "cut_short",
    "packed/broken": "encoding: broken",
    "packed/br": "encoding: br",
    "status/403": "http_403",
    "status/404": "http_404",
    "status/410": "http_410",
    "status/206": "http_206",
    "status/304": "http_304",
    "status/999": "http_999",
    "status/500": "http_500",
    "no_content": "empty",
    "empty": "empty",
    "quiet/always?7": "http_429",
    "nowhere": "http_302",
    "chain/6": "redirects: more than 5",
    "circle": "redirects: in a circle",
    "headers": "protocol",
    "wide": "protocol",
    "nonsense/line": "protocol",
    "nonsense/status": "protocol",
    "nonsense/bytes": "protocol",
    "informing": "timeout: not whole in time",
    "switching": "http_101",
    "to?file:///etc/passwd": "bad_address: redirected: file: is not fetched",
    "to?data:image/png;base64,AAAA": "bad_address: redirected: data: is not fetched",
    "to?http://user:word@127.0.0.1/": "bad_address: redirected: it names a user",
    "to?http://10.0.0.1/": "blocked_address: redirected to it",
    "to?http://[::ffff:169.254.169.254]/": "blocked_address: redirected to it",
    "to?http://[::1/": "bad_address: redirected to it",
    "robots?noai": "robots: noai",
}
PASSING = ("timeout", "reset", "cut_short", "http_429", "http_500")


@pytest.mark.parametrize(("path", "text"), HAZARDS.items(), ids=HAZARDS)
def test_every_hazard_ends_in_its_reason(faults, path, text):
    missed = visit(f"{faults.base}/{path}")
    assert isinstance(missed, Missed)
    assert missed.text == text
    assert missed.passing == missed.reason.startswith(PASSING)
    assert meaning(missed.reason).endswith(".")
    assert left_alone(faults)


GOOD = ["slow", "unmeasured", "chunked", "early", "packed/gzip", "packed/two", "packed/zlib", "packed/deflate"]


@pytest.mark.parametrize("path", [*GOOD, "packed/plain", "chain/5", "to/307?/good", "to/308?//HOST/good", "cookie"])
def test_what_is_odd_and_whole_is_taken(faults, path):
    path = path.replace("HOST", faults.base.removeprefix("http://"))
    outcome = visit(f"{faults.base}/{path}")
    assert isinstance(outcome, Got), outcome
    assert outcome.data == BODY
