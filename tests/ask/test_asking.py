"""Whole runs against an endpoint on loopback: order, journal, faults, budget, target, stopping."""

import asyncio
import os
import signal
import sqlite3
import threading
import time

import pytest
from aiohttp import web

from endpoint import DROP, bad, good, last_words, serving
from pictus.ask import traffic as traffic_module
from pictus.ask.asking import Asking, Rules
from pictus.ask.journal import Journal
from pictus.ask.money import Price, most_tokens
from pictus.ask.question import Question
from pictus.backends.echo import Backend as Echo
from pictus.backends.openai import Backend
from pictus.errors import PictusError
from pictus.prompt import Answer, Prompt, Sampling
from pictus.prompt_sets.answers import Unusable
from pictus.record import Turn


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(traffic_module, "backoff_seconds", lambda failures, seed: 0.01)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


def prompt(words, seed=0, **sampling):
    return Prompt(kind="x", messages=(Turn.of("user", words),), seed=seed, sampling=Sampling(**sampling))


def text_of(prompt, answer: Answer):
    return answer.turns[0].text


def question(words, *, read=text_of, tries=1, **sampling):
    return Question(item=words, prompt=prompt(words, **sampling), read=read, tries=tries)


def run(endpoint, tmp_path, questions, *, room=lambda: None, model=None, events=None, **rules):
    journal = Journal(tmp_path / "journal.sqlite")
    model = model or Backend(model="m", base_url=endpoint.base)
    try:
        with Asking(model, journal, Rules(**rules), events) as asking:
            return list(asking.ask(questions, room=room)), asking
    finally:
        journal.close()


def test_answers_come_in_the_order_of_the_questions(tmp_path):
    async def slow_at_first(body, times):
        await asyncio.sleep(0.2 if last_words(body) == "0" else 0.001 * (hash(last_words(body)) % 10))

    with serving(slow_at_first) as endpoint:
        asked, _ = run(endpoint, tmp_path, [question(str(n)) for n in range(300)])
    assert [one.item for one in asked] == [str(n) for n in range(300)]
    assert [one.value for one in asked] == [f"You said: {n}" for n in range(300)]


def test_nothing_is_asked_twice_by_another_run(tmp_path):
    with serving() as endpoint:
        first, _ = run(endpoint, tmp_path, [question(str(n)) for n in range(50)])
        second, _ = run(endpoint, tmp_path, [question(str(n)) for n in range(60)])
        assert len(endpoint.asked) == 60
    assert [one.value for one in first] == [one.value for one in second][:50]


def test_the_same_words_are_asked_once_however_many_want_them(tmp_path):
    with serving(latency_seconds=0.05) as endpoint:
        asked, _ = run(endpoint, tmp_path, [question("same") for _ in range(20)] + [question("same", seed=5)])
        assert len(endpoint.asked) == 2
    assert {one.value for one in asked} == {"You said: same"}


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 504, 529])
def test_what_passes_is_tried_again(tmp_path, status):
    def play(body, times):
        return bad(status) if times < 2 else None

    with serving(play) as endpoint:
        asked, _ = run(endpoint, tmp_path, [question(str(n)) for n in range(5)])
        assert len(endpoint.asked) == 15
    assert all(one.problem is None for one in asked)


@pytest.mark.parametrize(
    "broken",
    [
        lambda body: DROP,
        lambda body: web.Response(body=b'{"choices": [{"mess', content_type="application/json"),
        lambda body: web.Response(text="<html>Bad gateway</html>", content_type="text/html"),
        lambda body: web.Response(body=b'{"choices": []}', content_type="application/json"),
        lambda body: web.Response(status=502, text="<html><h1>502</h1></html>", content_type="text/html"),
        lambda body: web.Response(body=b'{"error": {"message": "upstream"}}', content_type="application/json"),
    ],
)
def test_broken_replies_are_tried_again(tmp_path, broken):
    with serving(lambda body, times: broken(body) if times == 0 else None) as endpoint:
        asked, _ = run(endpoint, tmp_path, [question(str(n)) for n in range(4)])
    assert [one.value for one in asked] == [f"You said: {n}" for n in range(4)]


@pytest.mark.parametrize(
    "headers",
    [{"retry-after": "0.2"}, {"retry-after-ms": "200"}, {"x-ratelimit-reset-requests": "200ms"}],
)
def test_a_server_that_wants_a_pause_gets_it(tmp_path, headers):
    moments = []

    def play(body, times):
        moments.append(time.monotonic())
        return bad(429, **headers) if times == 0 else None

    with serving(play) as endpoint:
        asked, _ = run(endpoint, tmp_path, [question("one")])
    assert asked[0].problem is None
    if any("retry" in name for name in headers):
        assert moments[1] - moments[0] >= 0.2


def test_one_request_that_is_turned_away_for_ever_does_not_hold_the_run(tmp_path):
    def play(body, times):
        return bad(429, **{"retry-after-ms": "5"}) if last_words(body) == "bad" else None

    with serving(play) as endpoint:
        asked, _ = run(endpoint, tmp_path, [question("good"), question("bad"), question("fine")])
    assert [one.problem is None for one in asked] == [True, False, True]
    assert "gave up after" in asked[1].problem


def test_what_never_gets_better_is_set_aside_and_not_tried_by_the_next_run(tmp_path):
    def play(body, times):
        return bad(500) if last_words(body) == "bad" else None

    with serving(play) as endpoint:
        questions = [question("good"), question("bad"), question("fine")]
        asked, _ = run(endpoint, tmp_path, questions)
        assert [one.problem is None for one in asked] == [True, False, True]
        assert "gave up after 6 tries: 500" in asked[1].problem
        before = len(endpoint.asked)
        run(endpoint, tmp_path, questions)
        assert len(endpoint.asked) == before


@pytest.mark.parametrize(
    ("refusal", "reason"),
    [
        (lambda body: bad(400, "maximum context length is 4096 tokens", "context_length_exceeded"), "too long"),
        (lambda body: good(body, "", "content_filter"), "refused"),
        (lambda body: bad(400, "blocked by our content policy", "content_filter"), "refused"),
        (lambda body: bad(422, "messages: bad"), "refuses the request"),
    ],
)
def test_one_prompt_that_cannot_be_answered_is_set_aside_at_once(tmp_path, refusal, reason):
    with serving(lambda body, times: refusal(body) if last_words(body) == "bad" else None) as endpoint:
        asked, _ = run(endpoint, tmp_path, [question("good"), question("bad"), question("fine")])
        assert endpoint.seen["bad"] == 1
    assert reason in asked[1].problem and asked[2].problem is None


@pytest.mark.parametrize(
    ("refusal", "reason"),
    [
        (bad(401, "bad key"), "refuses the key"),
        (bad(403), "refuses the key"),
        (bad(404, "model m does not exist", "model_not_found"), "does not know the model"),
        (bad(429, "You exceeded your current quota", "insufficient_quota"), "account is empty"),
        (bad(402, "pay"), "account is empty"),
    ],
)
def test_what_no_prompt_can_pass_stops_the_run_with_a_mend_and_the_run_goes_on_later(tmp_path, refusal, reason):
    state = {"mended": False}

    def play(body, times):
        if int(last_words(body)) < 10 or state["mended"]:
            return None
        return web.Response(status=refusal.status, body=refusal.body, content_type="application/json")

    with serving(play) as endpoint:
        model = Backend(model="m", base_url=endpoint.base, at_once=4)
        with pytest.raises(PictusError, match=reason) as caught:
            run(endpoint, tmp_path, [question(str(n)) for n in range(100)], model=model)
        assert caught.value.mend
        assert len(endpoint.asked) <= 14
        state["mended"] = True
        asked, _ = run(endpoint, tmp_path, [question(str(n)) for n in range(100)])
        assert sum(endpoint.seen.values()) <= 104
    assert len(asked) == 100 and all(one.problem is None for one in asked)


def test_nobody_at_the_address_ends_the_run_after_a_moment(tmp_path, monkeypatch):
    monkeypatch.setattr("pictus.ask.patience._NEVER_CONNECTED_SECONDS", 0.2)
    model = Backend(model="m", base_url="http://127.0.0.1:9/v1")
    with pytest.raises(PictusError, match="cannot connect") as caught:
        run(None, tmp_path, [question("x")], model=model)
    assert "is the server running" in caught.value.mend


def test_a_server_that_hangs_is_left_and_asked_again(tmp_path):
    async def play(body, times):
        if times == 0:
            await asyncio.sleep(30)

    with serving(play) as endpoint:
        model = Backend(model="m", base_url=endpoint.base, timeout_seconds=0.2)
        asked, _ = run(endpoint, tmp_path, [question("x"), question("y")], model=model)
    assert [one.value for one in asked] == ["You said: x", "You said: y"]


def test_a_flood_of_failures_opens_the_breaker_and_the_next_run_goes_on(tmp_path):
    state = {"up": False}
    with serving(lambda body, times: None if state["up"] else bad(500)) as endpoint:
        questions = [question(str(n)) for n in range(100)]
        with pytest.raises(PictusError, match=r"of \d+ requests failed"):
            run(endpoint, tmp_path, questions)
        state["up"] = True
        asked, _ = run(endpoint, tmp_path, questions)
    assert sum(one.problem is None for one in asked) == 100


def test_an_answer_that_cannot_be_read_is_asked_again_with_another_seed(tmp_path):
    def read(prompt, answer):
        if "7" not in answer.turns[0].text:
            raise Unusable("no seven")
        return answer.turns[0].text

    def play(body, times):
        return "7" if len([one for one in endpoint.asked if last_words(one) == last_words(body)]) == 3 else "1"

    with serving(play) as endpoint:
        asked, _ = run(endpoint, tmp_path, [question("x", read=read, tries=5, temperature=0.0)])
        assert len({body["seed"] for body in endpoint.asked}) == 3
        assert [body["temperature"] for body in endpoint.asked] == [0.0, 0.7, 0.7]
        again, _ = run(endpoint, tmp_path, [question("x", read=read, tries=5, temperature=0.0)])
        assert len(endpoint.asked) == 3
    assert asked[0].value == "7" == again[0].value


def test_an_answer_that_can_never_be_read_is_set_aside_with_its_words(tmp_path):
    def read(prompt, answer):
        raise Unusable("never")

    with serving() as endpoint:
        asked, _ = run(endpoint, tmp_path, [question("x", read=read, tries=3)])
        assert len(endpoint.asked) == 3
    assert asked[0].problem == "unusable answer: never"
    assert asked[0].answer.turns[0].text == "You said: x"


def test_an_error_of_ours_is_raised_and_not_swallowed(tmp_path):
    def read(prompt, answer):
        raise ZeroDivisionError

    with serving() as endpoint, pytest.raises(ZeroDivisionError):
        run(endpoint, tmp_path, [question(str(n), read=read) for n in range(10)])


def test_a_target_is_reached_without_one_question_too_many(tmp_path):
    accepted = []
    with serving() as endpoint:
        journal = Journal(tmp_path / "j")
        with Asking(Backend(model="m", base_url=endpoint.base), journal, Rules()) as asking:
            for asked in asking.ask((question(str(n)) for n in range(1000)), room=lambda: 20 - len(accepted)):
                if int(asked.item) % 3:  # every third is not wanted
                    accepted.append(asked.item)
                if len(accepted) == 20:
                    break
        journal.close()
        assert len(endpoint.asked) <= 31
    assert accepted == [str(n) for n in range(1000) if n % 3][:20]


def cost_of_all(endpoint, price):
    """What the server counted, as its usage said."""
    total = 0.0
    for body in endpoint.asked:
        words = sum(len(str(message["content"])) for message in body["messages"])
        text = f"You said: {last_words(body)}"
        total += words // 4 * price.prompt + max(len(text) // 4, 1) * price.completion
    return total / 1e6


def test_a_budget_is_never_exceeded_and_is_counted_over_all_runs(tmp_path):
    price = Price(prompt=1000.0, completion=2000.0)
    with serving(latency_seconds=0.01) as endpoint:
        questions = [question(f"question number {n}", max_tokens=50) for n in range(500)]
        with pytest.raises(PictusError, match=r"budget of \$1.00") as caught:
            run(endpoint, tmp_path, questions, price=price, budget=1.0)
        assert "--finish" in caught.value.mend
        first = cost_of_all(endpoint, price)
        assert 0.8 < first <= 1.0
        with pytest.raises(PictusError, match="budget"):
            run(endpoint, tmp_path, questions, price=price, budget=1.5)
        assert first < cost_of_all(endpoint, price) <= 1.5
        asked, asking = run(endpoint, tmp_path, questions, price=price, budget=1.5, finish=True)
        assert len(asked) == len(endpoint.asked)
        assert asking.purse.spent == pytest.approx(cost_of_all(endpoint, price))


def test_a_budget_holds_when_the_server_counts_nothing(tmp_path):
    def play(body, times):
        return web.json_response({"choices": [{"message": {"content": "yes"}, "finish_reason": "stop"}]})

    price = Price(prompt=1000.0, completion=1000.0)
    one = price.cost(most_tokens(prompt("x", max_tokens=90), "m"))
    with serving(play) as endpoint, pytest.raises(PictusError, match="budget"):
        run(endpoint, tmp_path, [question("x", seed=n, max_tokens=90) for n in range(50)], price=price, budget=10 * one)
    assert len(endpoint.asked) == 10


def test_a_budget_needs_a_price(tmp_path):
    with pytest.raises(PictusError, match="nobody knows the price"):
        run(None, tmp_path, [], model=Backend(model="m", base_url="http://x"), budget=1.0)


def test_ctrl_c_lets_what_is_in_flight_come_in(tmp_path):
    def interrupt():
        while len(endpoint.asked) < 40:
            time.sleep(0.005)
        os.kill(os.getpid(), signal.SIGINT)

    with serving(latency_seconds=0.1) as endpoint:
        threading.Thread(target=interrupt, daemon=True).start()
        model = Backend(model="m", base_url=endpoint.base, at_once=16)
        with pytest.raises(KeyboardInterrupt):
            run(endpoint, tmp_path, [question(str(n)) for n in range(2000)], model=model)
        journal = Journal(tmp_path / "journal.sqlite")
        assert journal.totals().answers == len(endpoint.asked) < 2000
        journal.close()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_run_that_is_stopped_between_kept_answers_does_not_look_whole(tmp_path):
    with serving() as endpoint:
        run(endpoint, tmp_path, [question(str(n)) for n in range(1500)])
        journal = Journal(tmp_path / "journal.sqlite")
        with Asking(Backend(model="m", base_url=endpoint.base, at_once=4), journal) as asking:
            answers = asking.ask(question(str(n)) for n in range(1500))
            next(answers)
            signal.raise_signal(signal.SIGINT)
            while asking.traffic.stopped is None:
                time.sleep(0.001)
            # All questions in the window are answered now, and those after them were never asked.
            with pytest.raises(KeyboardInterrupt):
                list(answers)
        journal.close()


def test_memory_holds_a_window_of_questions_and_no_more(tmp_path):
    drawn = []

    def questions():
        for n in range(20_000):
            drawn.append(n)
            yield question(str(n))

    with serving() as endpoint:
        journal = Journal(tmp_path / "j")
        with Asking(Backend(model="m", base_url=endpoint.base, at_once=8), journal) as asking:
            for taken, _ in enumerate(asking.ask(questions()), 1):
                assert len(drawn) - taken <= 1024
                if taken == 3000:
                    break
        journal.close()


def test_limits_that_a_server_tells_are_kept(tmp_path):
    """600 a minute and 20 left: 40 questions take two seconds."""

    def play(body, times):
        left = max(20 - len(endpoint.asked), 0)
        return good(body, "yes", **{"x-ratelimit-limit-requests": "600", "x-ratelimit-remaining-requests": str(left)})

    with serving(play) as endpoint:
        began = time.monotonic()
        model = Backend(model="m", base_url=endpoint.base, at_once=4)
        run(endpoint, tmp_path, [question(str(n)) for n in range(40)], model=model)
        assert time.monotonic() - began > 1.5


def test_the_run_tells_how_far_it_is(tmp_path, monkeypatch):
    from pictus.engine.events import Events

    monkeypatch.setattr("pictus.ask.asking._TOLD_SECONDS", 0.02)
    told = []
    with serving(latency_seconds=0.02) as endpoint:
        events = Events((told.append,))
        model = Backend(model="m", base_url=endpoint.base, at_once=4)
        price = Price(prompt=1.0, completion=1.0)
        run(endpoint, tmp_path, [question(str(n)) for n in range(60)], events=events, model=model, price=price)
    assert len(told) >= 3
    assert all(event["event"] == "asked" and event["in_flight"] <= 4 for event in told)
    assert [event["done"] for event in told] == sorted(event["done"] for event in told)
    assert told[-1]["spent"] > 0


class Odd(Echo):
    """A model whose library misbehaves on some words."""

    error: BaseException
    times: int

    async def answer(self, prompt):
        if "bad" in prompt.messages[0].text and self.times:
            type(self).times -= 1
            raise self.error
        return await super().answer(prompt)


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt(), ZeroDivisionError(), MemoryError()])
def test_whatever_a_model_raises_ends_the_run_and_nobody_waits_for_ever(tmp_path, error):
    Odd.error, Odd.times = error, 1
    with pytest.raises(type(error)):
        run(None, tmp_path, [question("good"), question("bad"), *[question(str(n)) for n in range(100)]], model=Odd())


def test_a_request_that_a_library_cancels_is_asked_again(tmp_path):
    Odd.error, Odd.times = asyncio.CancelledError(), 3
    asked, _ = run(None, tmp_path, [question("good"), question("bad")], model=Odd())
    assert [one.value for one in asked] == ["good", "bad"]


def test_a_journal_that_breaks_ends_the_run_however_many_are_in_flight(tmp_path):
    async def play(body, times):
        await asyncio.sleep(0.02 * int(last_words(body)))

    journal = Journal(tmp_path / "j")
    with sqlite3.connect(tmp_path / "j") as other:
        other.execute("create trigger full before insert on answer begin select raise(abort, 'disk full'); end")
    with serving(play) as endpoint:
        model = Backend(model="m", base_url=endpoint.base)
        with pytest.raises(PictusError, match="cannot be written"), Asking(model, journal) as asking:
            list(asking.ask([question(str(n)) for n in range(30)]))
    with pytest.raises(PictusError, match="cannot be written"):
        journal.close()


def test_a_model_that_may_be_asked_nothing_at_once_is_refused(tmp_path):
    with pytest.raises(PictusError, match="`at_once` is less than 1"):
        run(None, tmp_path, [question("x")], model=Echo(at_once=0))


def test_a_prompt_that_cannot_be_sent_is_set_aside_and_the_others_are_asked(tmp_path):
    with serving() as endpoint:
        asked, _ = run(endpoint, tmp_path, [question("x"), question("half a letter: \ud83d"), question("y")])
        assert len(endpoint.asked) == 2
    assert [one.problem is None for one in asked] == [True, False, True]
    assert "cannot be sent" in asked[1].problem


def test_a_key_is_told_to_be_none_before_anything_is_asked(tmp_path, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "a key\n")
    with serving() as endpoint:
        run(endpoint, tmp_path, [question("x")])
        assert endpoint.headers[0]["Authorization"] == "Bearer a key"
    monkeypatch.setenv("OPENAI_API_KEY", "half\na key")
    with pytest.raises(PictusError, match="holds what is no part of a key") as caught:
        Backend(model="m", base_url="http://127.0.0.1:9")
    assert "half" not in str(caught.value)


def test_finish_gives_every_answer_that_the_journal_holds_however_far_apart_they_are(tmp_path):
    questions, price = [question(str(n), max_tokens=5) for n in range(3000)], Price(prompt=1.0, completion=1.0)
    with serving() as endpoint:
        model = Backend(model="m", base_url=endpoint.base, at_once=8)  # a window of 1,024 questions
        known = [one for n, one in enumerate(questions) if n % 100]
        run(endpoint, tmp_path, known, model=model, price=price)
        paid = len(endpoint.asked)
        asked, _ = run(endpoint, tmp_path, questions, model=model, price=price, budget=1e-9, finish=True)
        assert len(endpoint.asked) == paid
    assert [one.item for one in asked] == [one.item for one in known]


def test_a_budget_counts_the_refusals_that_were_billed(tmp_path):
    price = Price(prompt=1000.0, completion=1000.0)
    with serving(lambda body, times: good(body, "no " * 1000, "content_filter")) as endpoint:
        for budget in (5.0, 10.0):  # 0.755 each
            with pytest.raises(PictusError, match="budget"):
                questions = [question(f"what is on picture {n}", max_tokens=1000) for n in range(200)]
                run(endpoint, tmp_path, questions, price=price, budget=budget)
            assert budget - 2 < 0.755 * len(endpoint.asked) <= budget


def test_a_budget_holds_where_every_digit_is_a_token(tmp_path):
    words = ", ".join(f"0.{n:03d}" for n in range(200))

    def play(body, times):
        counted = {"prompt_tokens": len(last_words(body).replace(" ", "")), "completion_tokens": 1}
        return web.json_response({"choices": [{"message": {"content": "yes"}}], "usage": counted})

    price = Price(prompt=1000.0, completion=0.0)
    with serving(play) as endpoint, pytest.raises(PictusError, match="budget"):
        run(endpoint, tmp_path, [question(f"{words} {n}", max_tokens=1) for n in range(50)], price=price, budget=20.0)
    billed = sum(len(last_words(body).replace(" ", "")) for body in endpoint.asked) / 1000
    assert 15 < billed <= 20


def test_an_endpoint_that_refuses_everything_stops_the_run_and_nothing_is_given_up(tmp_path):
    state = {"up": False}

    def play(body, times):
        return None if state["up"] else bad(400, "the template does not know this role")

    with serving(play) as endpoint:
        questions = [question(str(n)) for n in range(300)]
        with pytest.raises(PictusError, match="each of the first 20 requests failed: the endpoint refuses the request"):
            run(endpoint, tmp_path, questions)
        state["up"] = True
        asked, _ = run(endpoint, tmp_path, questions)
    assert sum(one.problem is None for one in asked) == 300


def test_a_few_refusals_at_the_beginning_are_set_aside_once_something_is_answered(tmp_path):
    def play(body, times):
        return bad(400, "no") if int(last_words(body)) < 10 else None

    with serving(play) as endpoint:
        asked, _ = run(endpoint, tmp_path, [question(str(n)) for n in range(30)])
        before = len(endpoint.asked)
        run(endpoint, tmp_path, [question(str(n)) for n in range(30)])
        assert len(endpoint.asked) == before == 30
    assert [one.problem is None for one in asked] == [False] * 10 + [True] * 20


def test_a_run_of_refusals_alone_that_is_short_is_set_aside(tmp_path):
    with serving(lambda body, times: bad(400, "no")) as endpoint:
        asked, _ = run(endpoint, tmp_path, [question(str(n)) for n in range(7)])
    assert all("refuses the request" in one.problem for one in asked)
