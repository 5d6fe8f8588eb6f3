"""How fast questions are asked: pictus beside the clients that people use, against one mock server in one run.

The server answers after 200 ms, so that the limit is the number in flight divided by 0.2 s. Each client runs in a
process of its own, peers in environments of their own; start-up is told apart. distilabel asks batch after batch, as
its own steps do. curator is left out: it fetches a tokenizer from the network before its first request.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from peers import python_of

HERE = Path(__file__).parent
LATENCY_SECONDS = 0.2
REPLY = json.dumps(
    {
        "id": "x",
        "object": "chat.completion",
        "created": 0,
        "model": "mock",
        "choices": [
            {
                "index": 0,
                "finish_reason": "stop",
                "message": {"role": "assistant", "content": "Question: What is it?\n===\nAnswer: A dog. " * 15},
            }
        ],
        "usage": {"prompt_tokens": 650, "completion_tokens": 150, "total_tokens": 800},
    }
).encode()

PROMPTS = """
import json, os, sys, time
began = time.monotonic()
base, count, at_once = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
SYSTEM = "You write conversations about pictures that you do not see. " * 20
def words(n): return f"{n}: " + "a dog: [0.123, 0.456, 0.789, 0.999]\\n" * 35
said = {}
def begin():
    said["start"], said["at"] = time.monotonic() - began, time.monotonic()
    said["cpu"] = time.process_time()
def end(done):
    said["wall"], said["cpu"] = time.monotonic() - said.pop("at"), time.process_time() - said["cpu"]
    lines = open("/proc/self/status").read().splitlines()
    said["done"], said["mb"] = done, next(int(one.split()[1]) for one in lines if one.startswith("VmHWM")) / 1024
    print(json.dumps(said))
"""
PICTUS = (
    PROMPTS
    + """
from pathlib import Path
from pictus.ask.asking import Asking, Rules
from pictus.ask.question import Question
from pictus.ask.journal import Journal
from pictus.backends.openai import Backend
from pictus.prompt import Prompt, Sampling
from pictus.record import Turn
import aiohttp
system = Turn.of("system", SYSTEM)
def questions():
    for n in range(count):
        messages = (system, Turn.of("user", words(n)))
        prompt = Prompt(kind="x", messages=messages, seed=n, sampling=Sampling(max_tokens=512))
        yield Question(item=n, prompt=prompt, read=lambda p, a: a.turns[0].text)
begin()
journal = Journal(Path(sys.argv[4]) / f"{at_once}.sqlite")
with Asking(Backend(model="mock", base_url=base, at_once=at_once), journal, Rules()) as asking:
    done = sum(one.problem is None for one in asking.ask(questions()))
journal.close()
end(done)
"""
)
RAW = (
    PROMPTS
    + """
import asyncio, aiohttp, orjson
async def main():
    done, numbers = 0, iter(range(count))
    connector, timeout = aiohttp.TCPConnector(limit=0), aiohttp.ClientTimeout(total=None)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
        async def work():
            nonlocal done
            for n in numbers:
                messages = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": words(n)}]
                body = orjson.dumps({"model": "mock", "max_tokens": 512, "messages": messages})
                headers = {"Content-Type": "application/json"}
                async with session.post(base + "/chat/completions", data=body, headers=headers) as reply:
                    done += bool(orjson.loads(await reply.read())["choices"][0]["message"]["content"])
        await asyncio.gather(*(work() for _ in range(at_once)))
    return done
begin()
end(asyncio.run(main()))
"""
)
SDK = (
    PROMPTS
    + """
import asyncio, openai
async def main():
    done, numbers = 0, iter(range(count))
    client = openai.AsyncOpenAI(base_url=base, api_key="none", max_retries=2)
    async def work():
        nonlocal done
        for n in numbers:
            messages = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": words(n)}]
            reply = await client.chat.completions.create(model="mock", messages=messages, max_tokens=512)
            done += bool(reply.choices[0].message.content)
    await asyncio.gather(*(work() for _ in range(at_once)))
    return done
begin()
end(asyncio.run(main()))
"""
)


DISTILABEL = (
    PROMPTS
    + """
from distilabel.models import OpenAILLM
model = OpenAILLM(model="mock", base_url=base, api_key="none")
model.load()
def chat(n): return [{"role": "system", "content": SYSTEM}, {"role": "user", "content": words(n)}]
begin()
done = 0
for first in range(0, count, at_once):
    inputs = [chat(n) for n in range(first, min(first + at_once, count))]
    made = model.generate_outputs(inputs=inputs, num_generations=1, max_new_tokens=512)
    done += sum(bool(one["generations"][0]) for one in made)
end(done)
"""
)


class Mock(asyncio.Protocol):
    """As little of a server as answers, so that the clients are what is measured."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(REPLY)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to answer."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer every whole request after the latency."""
        self.data += data
        while (end := self.data.find(b"\r\n\r\n")) >= 0:
            head = bytes(self.data[:end]).lower()
            length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
            if len(self.data) < end + 4 + length:
                return
            del self.data[: end + 4 + length]
            asyncio.get_running_loop().call_later(LATENCY_SECONDS, self.transport.write, self.head + REPLY)


async def serve() -> None:
    """Be the server, and print the port."""
    server = await asyncio.get_running_loop().create_server(Mock, "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def run(python: str, code: str, base: str, count: int, at_once: int, folder: str) -> dict[str, float]:
    """Run a client once, on the second processor where there is one."""
    cores = sorted(os.sched_getaffinity(0))
    command = ["taskset", "-c", str(cores[-1]), python, "-c", code, base, str(count), str(at_once), folder]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr[-2000:])
    said: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return said


def table(requests: int = 10_000, *, long: int = 0) -> str:
    """Measure each client at each width; `long` asks pictus so many more, to tell its memory."""
    first = str(min(os.sched_getaffinity(0)))
    code = "import asyncio, sys; sys.path.insert(0, sys.argv[1]); from asking import serve; asyncio.run(serve())"
    server = subprocess.Popen(
        ["taskset", "-c", first, sys.executable, "-c", code, str(HERE)], stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    base = f"http://127.0.0.1:{int(server.stdout.readline())}/v1"
    clients: list[tuple[str, Path | None, str, int]] = [
        ("aiohttp alone", Path(sys.executable), RAW, requests),
        ("pictus with journal", Path(sys.executable), PICTUS, requests),
        ("openai SDK 3.52", python_of("openai", "openai==3.52.0"), SDK, requests // 4),
        (
            "distilabel 1.5.3",
            python_of("distilabel", "distilabel[openai]==1.5.3", "requests"),
            DISTILABEL,
            requests // 5,
        ),
    ]
    lines = [
        "| client | at once | requests/s | of the limit | CPU ms a request | MB | start-up s |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    try:
        for at_once in (64, 256, 1000):
            for name, python, client, count in clients:
                if python is not None:
                    lines.append(told(name, python, client, base, count, at_once))
        counts = (long // 10, long) if long else ()
        lines += [told(f"pictus, {n:,} prompts", Path(sys.executable), PICTUS, base, n, 256) for n in counts]
    finally:
        server.terminate()
        server.wait()
    return "\n".join(lines) + "\n"


def told(name: str, python: Path, code: str, base: str, count: int, at_once: int) -> str:
    """Run a client, and tell what it took."""
    with tempfile.TemporaryDirectory() as folder:
        said = run(str(python), code, base, count, at_once, folder)
    assert said["done"] == count, f"{name}: {said['done']} of {count}"
    return line(name, at_once, count, said)


def line(name: str, at_once: int, count: int, said: dict[str, float]) -> str:
    """Make a line of the table."""
    rate = count / said["wall"]
    share = rate / (at_once / LATENCY_SECONDS)
    cells = [f"{rate:,.0f}", f"{share:.0%}", f"{said['cpu'] / count * 1000:.2f}", f"{said['mb']:.0f}"]
    return f"| {name} | {at_once:,} | {' | '.join(cells)} | {said['start']:.2f} |"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--long", type=int, default=0, help="ask pictus so many, and tell its memory")
    chosen = parser.parse_args()
    print(table(chosen.requests, long=chosen.long))
