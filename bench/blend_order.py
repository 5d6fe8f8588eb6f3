"""Measure how fast rows are chosen for a blend, and how fast the order of a stage tells what stands where."""

from measure import measure

SIZES = (1_000_000, 1_000_000_000)
ASKED = {
    "in sequence": "np.arange(len(order) // 3, len(order) // 3 + COUNT)",
    "one rank of 8": "np.arange(3, min(len(order), 8 * COUNT), 8)",
    "one rank of 64": "np.arange(3, min(len(order), 64 * COUNT), 64)",
    "10,000 at random": "np.random.default_rng(0).integers(0, len(order), 10_000)",
}
ORDER = """
import numpy as np
from pictus.steps.blend.order import Order
COUNT, PIECE = 500_000, 8_192
rows = int(sys.argv[1])
order = Order(
    sizes=(rows // 2, rows // 3, rows // 10, 1_000),
    draws=(rows // 2, rows // 4, rows // 5, rows - rows // 2 - rows // 4 - rows // 5),
    seed=1,
)
"""
ASK = """
positions = eval(sys.argv[2])
began = time.process_time()
for start in range(0, len(positions), PIECE):
    order.at(positions[start : start + PIECE])
said["seconds"], said["records"] = time.process_time() - began, len(positions)
"""
BATCHES = """
began, asked = time.process_time(), 0
for cursor in range(0, 800 * 1_024, 1_024):
    asked += len(order.at(order.of_rank(cursor, 1_024, 3, 8)).rows)
said["seconds"], said["records"] = time.process_time() - began, asked
"""
CHOOSE = """
import tempfile
from pathlib import Path
from pictus.engine.events import Events
from pictus.stages import Part
from pictus.steps.blend.choosing import chosen
from pictus.steps.blend.sieve import sieve_of
from pictus.store.corpus import open_corpus
corpus = open_corpus(sys.argv[1])
sieve = sieve_of(Part(corpus=sys.argv[1]), "align" if sys.argv[2] == "plain" else "instruct", sys.argv[2])
with tempfile.TemporaryDirectory() as folder:
    began = time.process_time()
    counts = chosen(corpus, sieve, Path(folder), Events()).counts
    said["seconds"], said["records"] = time.process_time() - began, counts.rows
"""


def choosing(talks: str, captions: str) -> str:
    """Give a line for rows that are chosen by their columns, and for captions, which have to be read."""
    lines = ["| rows chosen for a blend, one core | rows/s | MB |", "| --- | --- | --- |"]
    asked = {
        "conversations, all taken": (talks, "asked"),
        "captions, with a request": (captions, "asked"),
        "captions alone": (captions, "plain"),
    }
    for what, arguments in asked.items():
        figure = measure(CHOOSE, *arguments)
        lines.append(f"| {what} | {figure.said['records'] / figure.said['seconds']:,.0f} | {figure.peak_mb:,.0f} |")
    return "\n".join(lines) + "\n"


def table() -> str:
    """Give a line for each way of asking: positions a second, and the peak of the whole process."""
    lines = ["| four corpora, one core | samples of the stage | positions/s | MB |", "| --- | --- | --- | --- |"]
    for size in SIZES:
        figures = {what: measure(ORDER + ASK, str(size), asked) for what, asked in ASKED.items()}
        figures["batch by batch: 1,024, one rank of 8"] = measure(ORDER + BATCHES, str(size))
        for what, figure in figures.items():
            rate = figure.said["records"] / figure.said["seconds"]
            lines.append(f"| {what} | {size:,} | {rate:,.0f} | {figure.peak_mb:,.0f} |")
    bare = measure("import numpy, pictus.steps.blend.order")
    return "\n".join([*lines, f"| only loaded |  |  | {bare.peak_mb:,.0f} |"]) + "\n"


if __name__ == "__main__":
    print(table())
