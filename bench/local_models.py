"""Models on this machine: batches against one by one, slots against one slot, and llama-cpp-python where it is.

llama-cpp-python is built from source, for minutes, the first time.
The models are random, so what they say means nothing; the arithmetic is that of real ones of their size. Answers are
counted a second of the processor, which other work on the machine does not change.
"""

import json
import os
import runpy
import subprocess
from pathlib import Path

from measure import DATA, measure
from peers import python_of

TINY = runpy.run_path(str(Path(__file__).parent.parent / "tests/tiny_models.py"))

ASK = """
import asyncio
from pictus import plugins
from pictus.prompt import Prompt, Sampling
from pictus.record import Turn

def prompts(count, tokens, most=3):
    def turns(number):  # of unequal length, and unequal from the first word on: no cache knows them
        return Turn.of("user", f"{number}. " + "What is it that you see? " * (1 + number % most)),
    sampling = Sampling(temperature=0.0, max_tokens=tokens)
    return [Prompt(kind="x", messages=turns(number), sampling=sampling) for number in range(count)]

async def rate(backend, asked, at_once):
    gate = asyncio.Semaphore(at_once)
    async def one(prompt):
        async with gate:
            return await backend.answer(prompt)
    await one(asked[0])  # loads the model
    began = time.process_time()
    answers = await asyncio.gather(*map(one, asked))
    seconds = time.process_time() - began
    await backend.close()
    return len(asked) / seconds, [answer.turns for answer in answers]
"""
BATCHES = (
    ASK
    + """
backend = plugins.load("backends", "huggingface", {"model": sys.argv[1], "threads": 1, "device": "cpu"})
said["batched"], together = asyncio.run(rate(backend, prompts(256, 32), backend.at_once))
said["single"], alone = asyncio.run(rate(backend, prompts(256, 32)[:64], 1))
said["same"] = sum(one == other for one, other in zip(together, alone, strict=False)) / len(alone)
"""
)
SLOTS = (
    ASK
    + """
model, count, tokens, slots = sys.argv[1], *map(int, sys.argv[2:])
backend = plugins.load("backends", "llamacpp", {"model": model, "threads": 1, "slots": slots, "context": 512})
said["rate"], _ = asyncio.run(rate(backend, prompts(count, tokens, most=1), slots))
"""
)
PEER = """
import json, sys, time
from llama_cpp import Llama
model, count, tokens = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
llama = Llama(model_path=model, n_ctx=512, n_threads=1, n_threads_batch=1, verbose=False)
def one(number):
    messages = [{"role": "user", "content": f"{number}. " + "What is it that you see? "}]
    llama.create_chat_completion(messages, temperature=0.0, max_tokens=tokens)
one(0)
began = time.process_time()
for number in range(count):
    one(number)
print(json.dumps(count / (time.process_time() - began)))
"""


def table() -> str:
    """Measure, and give the table."""
    peer = python_of("llama-cpp-python", "llama-cpp-python==0.3.36")
    lines = ["| what | reach | measured, one core | beside |", "| --- | --- | --- | --- |"]
    for kind in ("llama", "qwen"):
        folder = DATA / f"tiny-{kind}"
        TINY["write_chat"](folder, kind=kind)
        said = measure(BATCHES, str(folder)).said
        beside = f"{said['single']:.1f} one by one; {said['same']:.0%} of the answers are the same"
        lines.append(
            row(f"huggingface, tiny {kind}: batches of 64", ">= 10 x", said["batched"], said["single"], beside)
        )
    # Slots gain while answers are written, and where reading the weights is what limits: of F16 and quantised ones, one
    # core is busy with one prompt.
    for name, width, layers, kind, count, tokens, to_slot, to_peer in (
        ("tiny", 64, 2, "F16", 256, 64, "", ">= 20 x"),
        ("256 M parameters in F32", 1536, 12, "F32", 16, 96, ">= 1.5 x", ""),
    ):
        path = DATA / f"random-{width}-{kind}.gguf"
        DATA.mkdir(exist_ok=True)
        TINY["write_gguf"](path, width=width, layers=layers, kind=kind)
        rates = [measure(SLOTS, str(path), str(count), str(tokens), str(slots)).said["rate"] for slots in (16, 1)]
        lines.append(row(f"llamacpp, {name}: 16 slots", to_slot, rates[0], rates[1], f"{rates[1]:.2f} with one"))
        if peer is not None:
            theirs = of_peer(str(peer), path, max(count // 8, 8), tokens)
            beside = f"{theirs:.2f} llama-cpp-python"
            lines.append(row(f"llamacpp, {name}: 16 slots", to_peer, rates[0], theirs, beside))
    return "\n".join(lines) + "\n"


def of_peer(python: str, path: Path, count: int, tokens: int) -> float:
    """Ask llama-cpp-python the same, one after the other: it knows no other way."""
    pinned = [
        "taskset",
        "-c",
        str(min(os.sched_getaffinity(0))),
        python,
        "-c",
        PEER,
        str(path),
        str(count),
        str(tokens),
    ]
    done = subprocess.run(pinned, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    return float(json.loads(done.stdout.splitlines()[-1]))


def row(what: str, reach: str, ours: float, theirs: float, beside: str) -> str:
    """Make a line of the table."""
    return f"| {what} | {reach} | {ours:.2f} answers a CPU second, {ours / theirs:.1f} x | {beside} |"


if __name__ == "__main__":
    print(table())
