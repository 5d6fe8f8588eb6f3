"""The wire, against a real server on loopback."""

import asyncio
import gzip
from dataclasses import replace

import pytest
from aiohttp import web

from endpoint import DROP, bad, serving
from pictus.chat.body import request_body
from pictus.chat.connection import Connection
from pictus.prompt import Fault, Prompt, Sampling
from pictus.record import Media, Part, Tool, Turn

PROMPT = Prompt(
    kind="x",
    messages=(Turn.of("system", "Be kind."), Turn("user", (Part("image"), Part("text", "What?")))),
    media=(Media(path="a.png"),),
    sampling=Sampling(temperature=0, max_tokens=5, stop=("\n",)),
    tools=(Tool("find", "Find it.", '{"type":"object"}'),),
    schema='{"type":"object"}',
)


def ask(connection, body):
    async def once():
        try:
            return await connection.chat(body)
        finally:
            await connection.close()

    return asyncio.run(once())


def test_the_body_says_all_that_was_chosen_and_nothing_else():
    body = request_body(PROMPT, "m", lambda medium: f"see {medium.path}")
    assert body["messages"][0] == {"role": "system", "content": "Be kind."}
    assert body["messages"][1]["content"][0] == {"type": "image_url", "image_url": {"url": "see a.png"}}
    assert (body["temperature"], body["max_tokens"], body["stop"]) == (0, 5, ["\n"])
    assert body["tools"][0]["function"]["name"] == "find"
    assert body["response_format"]["json_schema"]["schema"] == {"type": "object"}
    plain = replace(PROMPT, sampling=Sampling(), tools=(), schema=None)
    assert request_body(plain, "m", str).keys() == {"model", "messages"}


@pytest.mark.parametrize("slash", ["", "/"])
def test_an_address_with_and_without_a_slash_is_the_same(slash):
    with serving() as endpoint:
        connection = Connection(endpoint.base + slash, {"Authorization": "Bearer k"})
        answer = ask(connection, {"model": "m", "messages": [{"role": "user", "content": "Hi"}]})
    assert answer.turns[0].text == "You said: Hi"
    assert endpoint.headers[0]["Authorization"] == "Bearer k"


@pytest.mark.parametrize(
    ("play", "remedy"),
    [
        (lambda *_: DROP, "retry"),
        (lambda *_: bad(429, "slow down", **{"retry-after": "3"}), "wait"),
        (lambda *_: web.Response(text="<html>hello</html>", content_type="text/html"), "retry"),
        (lambda *_: web.Response(body=b'{"choices": [{', content_type="application/json"), "retry"),
        (lambda *_: web.Response(status=302, headers={"Location": "http://elsewhere.example/"}), "stop"),
    ],
)
def test_bad_replies_are_faults_with_a_remedy(play, remedy):
    with serving(play) as endpoint, pytest.raises(Fault) as caught:
        ask(Connection(endpoint.base), {"model": "m", "messages": [{"role": "user", "content": "Hi"}]})
    assert caught.value.remedy == remedy
    assert caught.value.wait_seconds == (3 if remedy == "wait" else None)


def test_a_server_that_hangs_is_left_after_the_time_allowed():
    with serving(lambda *_: asyncio.sleep(5)) as endpoint, pytest.raises(Fault, match="no reply within"):
        ask(Connection(endpoint.base, timeout_seconds=0.2), {"messages": [{"content": "Hi"}], "model": "m"})


def test_no_server_and_no_address_are_told_apart():
    with pytest.raises(Fault, match="cannot connect") as caught:
        ask(Connection("http://127.0.0.1:9/v1"), {})
    assert caught.value.remedy == "retry"
    with pytest.raises(Fault, match="no address") as caught:
        ask(Connection("localhost/v1"), {})
    assert caught.value.remedy == "stop"


def test_what_cannot_be_written_as_json_is_a_fault_of_the_prompt():
    with pytest.raises(Fault, match="cannot be sent") as caught:
        ask(Connection("http://127.0.0.1:9/v1"), {"messages": [{"role": "user", "content": "\ud83d"}]})
    assert caught.value.remedy == "set_aside"


def raw(answer):
    """Serve one route that writes to the wire as it likes."""
    return lambda app: app.router.add_post("/raw/chat/completions", answer)


def test_a_reply_that_drips_for_ever_is_left():
    async def drip(request):
        reply = web.StreamResponse()
        await reply.prepare(request)
        while True:
            await reply.write(b" ")
            await asyncio.sleep(0.02)

    with serving(routes=raw(drip)) as endpoint, pytest.raises(Fault, match="no reply within") as caught:
        ask(Connection(endpoint.base.replace("/v1", "/raw"), timeout_seconds=0.1), {})
    assert caught.value.remedy == "retry"


@pytest.mark.parametrize("packed", [False, True])
def test_a_reply_without_end_is_left_before_it_takes_the_memory(monkeypatch, packed):
    monkeypatch.setattr("pictus.chat.connection._MOST_BYTES", 2**20)

    async def flood(request):
        data, headers = b" " * 2**22, {}
        if packed:
            data, headers = gzip.compress(data), {"Content-Encoding": "gzip"}
        return web.Response(body=data, headers=headers)

    with serving(routes=raw(flood)) as endpoint, pytest.raises(Fault, match="more than 1,048,576 bytes") as caught:
        ask(Connection(endpoint.base.replace("/v1", "/raw")), {})
    assert caught.value.remedy == "set_aside"
