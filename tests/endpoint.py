"""A chat endpoint on loopback that plays the good and the bad cases, for tests."""

import asyncio
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import web

from loopback import in_thread
from pictus.chat.reply import completion
from pictus.prompt import Usage

Reply = web.StreamResponse | None


@dataclass
class Endpoint:
    """What was asked, and how to answer: `play` may give a response of its own for a request."""

    play: Callable[[dict[str, Any], int], Any] | None = None  # body, and how often it was seen before
    latency_seconds: float = 0.0
    base: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)
    at_once: int = 0
    most_at_once: int = 0

    async def chat(self, request: web.Request) -> web.StreamResponse:
        body = orjson.loads(await request.read())
        self.asked.append(body)
        self.headers.append(dict(request.headers))
        key = last_words(body)
        times = self.seen[key]
        self.seen[key] += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(self.latency_seconds)
            played = self.play(body, times) if self.play else None
            if asyncio.iscoroutine(played):
                played = await played
            if isinstance(played, str):
                return good(body, played)
            if played == "drop" or played is DROP:
                assert request.transport is not None
                request.transport.abort()
                return web.Response()
            return played if played is not None else good(body, f"You said: {key}")
        finally:
            self.at_once -= 1


DROP = object()


def last_words(body: dict[str, Any]) -> str:
    content = body["messages"][-1]["content"]
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)


def good(body: dict[str, Any], text: str, finish: str = "stop", **headers: str) -> web.Response:
    words = sum(len(str(message["content"])) for message in body["messages"])
    usage = Usage(prompt=words // 4, completion=max(len(text) // 4, 1))
    reply = completion(text, model=body["model"], finish=finish, usage=usage)  # type: ignore[arg-type]
    return web.Response(body=reply, content_type="application/json", headers=headers)


def bad(status: int, message: str = "no", code: str = "", **headers: str) -> web.Response:
    error = orjson.dumps({"error": {"message": message, "type": code, "code": code}})
    return web.Response(status=status, body=error, content_type="application/json", headers=headers)


@contextmanager
def serving(
    play: Callable[[dict[str, Any], int], Any] | None = None,
    *,
    latency_seconds: float = 0.0,
    tls: Any = None,
    routes: Callable[[web.Application], None] | None = None,
) -> Iterator[Endpoint]:
    """Serve an endpoint from a thread, on a port of its own."""
    endpoint = Endpoint(play, latency_seconds)

    async def serve(listening: socket.socket, ready: Callable[[], None]) -> None:
        app = web.Application(client_max_size=2**28)
        app.router.add_post("/v1/chat/completions", endpoint.chat)
        if routes:
            routes(app)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.SockSite(runner, listening, ssl_context=tls).start()
        ready()
        try:
            await asyncio.Event().wait()
        finally:
            await runner.cleanup()

    with in_thread(serve) as port:
        endpoint.base = f"http{'s' if tls else ''}://127.0.0.1:{port}/v1"
        yield endpoint
