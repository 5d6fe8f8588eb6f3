"""Visits of a server that does everything wrong: each ends in its reason, and nothing stays behind."""

import asyncio
import contextlib
import gc
import socket
import ssl
import threading
import time
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faults import BODY, faulty, self_signed, server_context
from pictus.web import lookups, wire
from pictus.web.manners import Manners
from pictus.web.outcome import Got, Missed, meaning
from pictus.web.visitor import Visitor

LOOPBACK = ("127.0.0.0/8", "::1/128")


SILENT = {"idle_seconds": 0.3}  # for servers that say nothing
DRIPPING = {"total_seconds": 0.6}  # for those that never end


def quick(**more):
    """Give manners for a server on loopback; a machine with much to do is no reason to fail."""
    given = {"connect_seconds": 20, "idle_seconds": 20, "total_seconds": 40, "most_bytes": 2**20, "tries": 1}
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


def mutated(place, with_what):
    """Give a good answer, with something else at one place."""
    answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-Robots-Tag: all\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
    place %= len(answer)
    return answer[:place] + with_what + answer[place + 1 :]


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
    "chunked_garbage/later": "protocol",
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
    limits = {"timeout: nothing came": SILENT, "timeout: not whole in time": DRIPPING}
    missed = visit(f"{faults.base}/{path}", manners=quick(**limits.get(text, {})))
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


def test_what_passes_is_asked_for_again_and_nothing_else_is(faults):
    base, manners = faults.base, quick(tries=3)
    assert visit(f"{base}/flaky", f"{base}/flaky/408", f"{base}/flaky_reset", manners=manners) == [
        Got(BODY, f"{base}/{path}") for path in ("flaky", "flaky/408", "flaky_reset")
    ]
    assert visit(f"{base}/status/404", f"{base}/robots?noai", f"{base}/giant", manners=manners)[0].text == "http_404"
    assert [faults.seen[path] for path in ("/flaky", "/status/404", "/robots?noai", "/giant")] == [2, 1, 1, 1]
    assert visit(f"{base}/status/502", manners=manners) == Missed("http_502", passing=True)
    assert faults.seen["/status/502"] == 3


@pytest.mark.parametrize("said", ["0", "date", ""])
def test_a_server_that_asks_for_quiet_is_asked_again(faults, said):
    assert isinstance(visit(f"{faults.base}/quiet/once?{said}", manners=quick(tries=2)), Got)
    assert len(faults.asked) == 2


def test_a_server_that_asks_for_an_hour_is_not_asked_again(faults):
    urls = [f"{faults.base}/quiet/always?3600", f"{faults.base}/good"]
    assert visit(*urls, manners=quick(tries=3)) == [Missed("http_429", passing=True, wait_seconds=3600)] * 2
    assert faults.asked == ["/quiet/always?3600"]


def test_a_server_that_always_asks_for_quiet_is_left_in_the_end(faults):
    assert visit(f"{faults.base}/quiet/always?0", manners=quick(tries=2)).text == "http_429"
    assert 2 <= len(faults.asked) <= 6


def test_a_host_with_thousands_of_dead_rows_is_asked_a_few_times(faults):
    dead = visit(*(f"{faults.base}/hang?{number}" for number in range(300)), manners=quick(idle_seconds=0.1))
    assert dead == [Missed("timeout", "nothing came", passing=True)] * 300
    assert len(faults.asked) == 5


def test_dead_rows_that_are_asked_together_end_together(faults):
    dead = together(
        [f"{faults.base}/hang?{number}" for number in range(300)], quick(tries=3, backoff_seconds=0, **SILENT)
    )
    assert dead == [Missed("timeout", "nothing came", passing=True)] * 300
    # Who waits behind them may be let in until the fifth is silent, and a busy machine does not see all at once.
    assert Manners().per_host <= len(faults.asked) < Manners().per_host + 5


def together(urls, manners):
    async def all_of_them():
        async with Visitor(manners) as visitor:
            return await asyncio.gather(*(visitor.get(url) for url in urls))

    return run(all_of_them())


def test_so_many_at_once_of_a_host_and_no_more(faults):
    urls = [f"{faults.base}/slow?{number}" for number in range(20)]
    assert all(isinstance(outcome, Got) for outcome in together(urls, quick(per_host=3)))
    assert faults.most_at_once == 3


def test_so_many_at_once_and_no_more(faults, monkeypatch):
    monkeypatch.setattr("pictus.web.visitor._SLOW_SECONDS", 600.0)
    other = faults.base.replace("127.0.0.1", "localhost")
    urls = [f"{base}/slow?{number}" for number in range(10) for base in (faults.base, other)]
    assert all(isinstance(outcome, Got) for outcome in together(urls, quick(connections=2)))
    assert faults.most_at_once == 2


def test_who_is_slow_leaves_the_place_to_others_and_is_waited_for(faults, monkeypatch):
    monkeypatch.setattr("pictus.web.visitor._SLOW_SECONDS", 0.05)

    async def all_of_them():
        async with Visitor(quick(connections=1)) as one:
            slow = asyncio.create_task(one.get(f"{faults.base}/hang"))
            await asyncio.sleep(0)
            others = [await one.get(f"{faults.base}/good?{number}") for number in range(3)]
            return others, slow.done()

    others, is_done = asyncio.run(all_of_them())
    assert all(isinstance(other, Got) for other in others) and not is_done


def test_connections_are_kept(faults):
    before = faults.connections
    assert len(visit(*[f"{faults.base}/good"] * 10)) == 10
    assert faults.connections - before <= 2


def test_a_redirect_to_another_host_is_followed_and_its_address_told(faults):
    other = faults.base.replace("127.0.0.1", "localhost")
    assert visit(f"{faults.base}/to?{other}/good") == Got(BODY, f"{other}/good")
    assert visit(f"{faults.base}/to?{other}/robots%3Fnoai").text == "robots: noai"
    assert visit(f"{faults.base}/chain/1", manners=quick(redirects=0)).text == "redirects: more than 0"


def test_the_public_internet_alone_is_asked_unless_it_is_said(faults):
    other = faults.base.replace("127.0.0.1", "localhost")
    for url in (faults.base, other, "http://[::1]/", "http://192.168.0.1/", "http://0x7f000001/", "http://[::]/"):
        assert visit(url, manners=quick(allowed=())).reason in ("blocked_address", "bad_address")
    assert visit("http://10.0.0.1/").text == "blocked_address"
    assert not faults.asked


def test_no_proxy_no_cookie_and_our_own_name(faults, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    visit(f"{faults.base}/cookie", f"{faults.base}/cookie")
    assert len(faults.heads) == 2
    for head in faults.heads:
        assert f"User-Agent: {Manners().agent}\r\n" in head
        assert "Accept-Encoding: identity\r\n" in head
        assert "cookie:" not in head.lower()


def test_an_owner_is_obeyed_unless_another_choice_was_made(faults):
    url = f"{faults.base}/robots?googlebot: nofollow|noimageai"
    assert visit(url).text == "robots: noimageai"
    assert visit(url, manners=quick(obey=())).data == BODY


def test_the_most_bytes_are_allowed_and_not_one_more(faults):
    urls = [f"{faults.base}/sized/{2**20}", f"{faults.base}/sized/{2**20 + 1}"]
    got, missed = visit(*urls)
    assert len(got.data) == 2**20
    assert missed == Missed("too_large")


def test_giants_come_one_after_the_other_and_their_waiting_is_not_held_against_them(faults, monkeypatch):
    monkeypatch.setattr(wire, "GIANTS", 1)
    manners = quick(most_bytes=2**23, idle_seconds=1)
    stuck = f"{faults.base}/stall/{3 * 2**20}"
    urls = [stuck, *(f"{faults.base}/sized/{3 * 2**20}?{number}" for number in range(5))]
    outcomes = together(urls, manners)
    assert outcomes[0].text == "timeout: nothing came"
    assert [len(outcome.data) for outcome in outcomes[1:]] == [3 * 2**20] * 5


def test_a_visitor_that_is_closed_ends_its_visits(faults):
    async def closed_in_the_middle():
        async with Visitor(
            quick(idle_seconds=60, total_seconds=60, per_host=4, backoff_seconds=60, tries=2)
        ) as visitor:
            paths = ["hang"] * 10 + ["drip"] * 10 + ["sized/1000000"] * 10 + ["status/500"] * 5
            visits = [asyncio.create_task(visitor.get(f"{faults.base}/{path}")) for path in paths]
            while len(faults.asked) < 4:
                await asyncio.sleep(0.01)
        assert await visitor.get(f"{faults.base}/good") == Missed("stopped", passing=True)
        return await asyncio.gather(*visits)

    outcomes = run(closed_in_the_middle())
    assert outcomes[0] == Missed("stopped", passing=True)
    assert all(isinstance(outcome, Got | Missed) for outcome in outcomes)
    assert left_alone(faults)


def test_a_visit_that_its_caller_cancels_is_cancelled_and_leaves_its_place(faults):
    async def cancelled():
        async with Visitor(quick(idle_seconds=60, total_seconds=60, per_host=1, connections=1)) as visitor:
            visits = [asyncio.create_task(visitor.get(f"{faults.base}/hang?{number}")) for number in range(3)]
            while not faults.asked:
                await asyncio.sleep(0.01)
            for visit in visits:
                visit.cancel()
            outcomes = await asyncio.gather(*visits, return_exceptions=True)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(visitor.get(f"{faults.base}/hang"), 0.05)
            return outcomes, await visitor.get(f"{faults.base}/good")

    outcomes, last = run(cancelled())
    assert [type(outcome) for outcome in outcomes] == [asyncio.CancelledError] * 3
    assert last.data == BODY


@pytest.fixture
def names(monkeypatch):
    """Give the names that can be looked up, and count who asks."""
    known, asked = {}, []

    def look_up(host, port, family=0, kind=0, proto=0, flags=0):
        asked.append(host)
        found = known.get(host)
        if found is None:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        if callable(found):
            found = found()
        kinds = [socket.AF_INET6 if ":" in number else socket.AF_INET for number in found]
        return [
            (kind, socket.SOCK_STREAM, 6, "", (number, port, 0, 0) if ":" in number else (number, port))
            for kind, number in zip(kinds, found, strict=True)
        ]

    monkeypatch.setattr(lookups.socket, "getaddrinfo", look_up)
    return known, asked


def test_names_that_lead_inside_are_blocked_and_other_ends_are_told(names, faults):
    known, _ = names

    def unwell():
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    known["inside.example"] = ["10.0.0.1"]
    known["both.example"] = ["10.0.0.1", "192.168.0.1", "fd00::1", "::ffff:10.0.0.2"]
    known["unwell.example"] = unwell
    known["none.example"] = []
    urls = ["inside", "both", "unwell", "none", "unknown"]
    assert [missed.text for missed in visit(*(f"http://{name}.example/" for name in urls), manners=quick())] == [
        "blocked_address",
        "blocked_address",
        "dns: no answer",
        "dns: no such name",
        "dns: no such name",
    ]


def test_a_name_is_looked_up_once_and_so_many_at_once(names, faults, monkeypatch):
    monkeypatch.setattr(lookups, "_AT_ONCE", 2)
    known, asked = names
    lock, now, most = threading.Lock(), 0, 0

    def slowly():
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        time.sleep(0.02)
        with lock:
            now -= 1
        return ["127.0.0.1"]

    hosts = [f"{number}.example" for number in range(8)]
    known.update(dict.fromkeys(hosts, slowly))
    port = faults.base.rpartition(":")[2]
    outcomes = together([f"http://{host}:{port}/good" for host in hosts * 3], quick())
    assert all(isinstance(outcome, Got) for outcome in outcomes)
    assert sorted(asked) == hosts
    assert most == 2


def test_a_lookup_that_hangs_holds_nobody_up(names, faults):
    known, _ = names
    done = threading.Event()
    known["slow.example"] = lambda: done.wait(10) and ["127.0.0.1"]
    try:
        urls = ["http://slow.example/", f"{faults.base}/good"]
        missed, got = together(urls, quick(connect_seconds=0.5))
        assert missed == Missed("dns", "no answer", passing=True)
        assert got.data == BODY
    finally:
        done.set()


def test_lookups_that_hang_are_not_held_against_those_behind_them(names, faults, monkeypatch):
    monkeypatch.setattr(lookups, "_AT_ONCE", 1)
    known, _ = names
    known["slow.example"] = lambda: time.sleep(1) or ["127.0.0.1"]
    known["good.example"] = ["127.0.0.1"]
    urls = ["http://slow.example/", f"{faults.base.replace('127.0.0.1', 'good.example')}/good"]
    missed, got = together(urls, quick(connect_seconds=0.4))
    assert missed.text == "dns: no answer"
    assert got.data == BODY


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return self_signed(tmp_path_factory.mktemp("tls"))


def test_a_host_that_cannot_prove_who_it_is_is_told(certificate, names):
    known, _ = names
    known["other.example"] = ["127.0.0.1"]
    with faulty(tls=server_context(certificate)) as secure:
        assert visit(f"{secure.base}/good") == Missed("tls", "self-signed certificate")
        other = f"{secure.base.replace('127.0.0.1', 'other.example')}/good"
        with trusting(certificate):
            assert visit(f"{secure.base}/good").data == BODY
            assert visit(other).text.startswith("tls: Hostname mismatch, certificate is not valid for 'other.example'")
            assert visit(f"{secure.base}/short").text == "cut_short"
            assert visit(f"{secure.base}/hang", manners=quick(**SILENT)).text == "timeout: nothing came"
        assert visit(f"{secure.base.replace('https', 'http')}/good").reason in ("reset", "protocol")


@contextlib.contextmanager
def trusting(certificate):
    """Let the one context of the process be one that trusts this certificate."""
    wire.shared_context.cache_clear()
    context = wire.shared_context()
    assert isinstance(context, ssl.SSLContext)
    context.load_verify_locations(certificate)
    assert wire.shared_context() is context
    try:
        yield
    finally:
        wire.shared_context.cache_clear()


def test_no_tls_where_it_is_asked_for_is_told(faults):
    address = f"{faults.base.replace('http', 'https')}/good"
    assert visit(address, manners=quick(connect_seconds=0.3)).reason in ("tls", "timeout", "reset")


@given(data=st.one_of(st.binary(max_size=200), st.builds(mutated, st.integers(0, 10**6), st.binary(max_size=3))))
@settings(max_examples=40)
def test_whatever_comes_over_the_wire_is_an_outcome(shared, data):
    async def alone():
        async with Visitor(quick(idle_seconds=0.02, total_seconds=0.05)) as visitor:
            return await visitor.get(f"{shared.base}/raw?{data.hex()}")

    outcome = asyncio.run(alone())
    assert isinstance(outcome, Got | Missed)
    assert isinstance(outcome, Got) or outcome.reason != "failed"


def test_no_more_is_read_of_what_begins_as_nothing_that_is_wanted(faults):
    async def fetched(path):
        async with Visitor(quick(most_bytes=2**24), enough=lambda begin: begin.startswith(bytes(8))) as visitor:
            return [await visitor.get(f"{faults.base}{one}") for one in (path, "/good")]

    endless, good = run(fetched("/endless"))
    assert isinstance(endless, Got) and 2**16 < len(endless.data) < 2**20
    assert good.data == BODY
    assert len(run(fetched("/sized/5000"))[0].data) == 5000
