"""Run every benchmark and write RESULTS.md: figures are ratios within one run, since machines differ and drift.

`python bench/all.py feed packing` runs these sections alone: the others stay as they are, each with the date and the
machine of its own run.
"""

import re
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import acquire
import asking
import blend_order
import captions
import feed
import gqa
import laion
import large_json
import local_models
import overlap
import packing
import vqav2
from coco_pair import write_pair
from measure import DATA, Figure, machine, measure
from openimages_join import measure_join

import checks

HERE = Path(__file__).parent

PARSE = """
import orjson
for path in sys.argv[1:]:
    said[path] = len(orjson.loads(open(path, "rb").read()))
"""
IMPORT = """
from pathlib import Path
from pictus.engine.events import Events
from pictus.steps import import_
corpus = import_.run(import_.plan("coco2017", Path(sys.argv[1]), sys.argv[2]), Events())
said["records"] = corpus.summary["rows"]
"""
GENERATE = """
from itertools import islice
from pictus.record import Record
from pictus.steps.generate import CHECKS, KINDS
from pictus.steps.generate.program import generated
from pictus.steps.generate.rows import checked
from pictus import plugins
from pictus.store.corpus import open_corpus
records = list(islice(open_corpus(sys.argv[1]).records(), 10_000))
checks = {name: plugins.load("checks", name) for name in CHECKS}
began = time.process_time()
made = generated(records, plugins.load("backends", "program"), name="program", kinds=KINDS, seed=0)
said["records"] = sum(isinstance(row, Record) for row in checked(made, checks))
said["seconds"] = time.process_time() - began
"""
STEP = """
from pictus.engine.events import Events
from pictus.steps import generate
began = time.process_time()
made = generate.run(generate.plan(sys.argv[1], sys.argv[2], limit=20_000), Events())
said["records"], said["seconds"] = made.summary["rows"], time.process_time() - began
"""
EXPORT = """
from pictus.engine.events import Events
from pictus.steps import export
began = time.process_time()
done = export.run(export.plan(sys.argv[1], sys.argv[2], "llava"), Events())
said["records"], said["seconds"] = done.rows, time.process_time() - began
"""
READ = """
from pictus.store.corpus import open_corpus
corpus = open_corpus(sys.argv[1])
began = time.process_time()
said["records"] = sum(1 for _ in corpus.records())
said["seconds"] = time.process_time() - began
"""
TO_PYLIST = """
import glob, pyarrow.parquet as pq
began = time.process_time()
said["records"] = 0
for path in sorted(glob.glob(sys.argv[1] + "/shards/*.parquet")):
    for batch in pq.ParquetFile(path).iter_batches(batch_size=1000):
        said["records"] += len(batch.to_pylist())
said["seconds"] = time.process_time() - began
"""
HELP = """
import subprocess
for command in (["-m", "pictus", "--help"], ["-c", "pass"]):
    times = []
    for _ in range(9):
        began = time.monotonic()
        subprocess.run([sys.executable, *command], capture_output=True)
        times.append(time.monotonic() - began)
    said[" ".join(command)] = sorted(times)[4]
"""


def main(names: Sequence[str]) -> None:
    """Measure, and write the sections that are asked for, or all."""
    if unknown := [name for name in names if name not in SECTIONS]:
        raise SystemExit(f"no section {', '.join(unknown)}; there are {', '.join(SECTIONS)}")
    path = HERE / "RESULTS.md"
    kept = sections_of(path.read_text()) if names and path.exists() else {}
    for name in names or SECTIONS:
        title, table = SECTIONS[name]
        kept[title] = f"{datetime.now(UTC).date()}, {machine()}.\n\n{table().strip()}\n"
        path.write_text(written(kept))  # what is measured stays, whatever happens to the next
        print(f"## {title}\n\n{kept[title]}", flush=True)


def sections_of(text: str) -> dict[str, str]:
    """Cut a file of results into its sections, by their titles."""
    _, *pieces = re.split(r"^## (.+)\n+", text, flags=re.MULTILINE)
    return {title: f"{body.strip()}\n" for title, body in zip(pieces[::2], pieces[1::2], strict=True)}


def written(sections: Mapping[str, str]) -> str:
    """Write sections in the order in which they are run; those of which nobody knows any more are left out."""
    head = "# Results\n\n`make bench` wrote this; each section says when it was run, and where.\n"
    titles = [title for title, _ in SECTIONS.values() if title in sections]
    return head + "".join(f"\n## {title}\n\n{sections[title]}" for title in titles)


def coco_pair() -> Path:
    """Give the folder of a made-up COCO, written if it is not there."""
    coco = DATA / "coco"
    if not (coco / "annotations").is_dir():
        write_pair(coco)
    return coco


def blending() -> str:
    """Measure the choosing of rows, among those that `steps` makes, and the order."""
    corpus, made = DATA / "corpus", DATA / "made"
    if not (made / "corpus.json").exists():
        for folder in (corpus, made):
            shutil.rmtree(folder, ignore_errors=True)
        measure(IMPORT, str(coco_pair()), str(corpus))
        measure(STEP, str(corpus), str(made))
    return f"{blend_order.choosing(str(made), str(corpus))}\n{blend_order.table()}"


def steps() -> str:
    """Measure the steps from a dataset's files to a file for a trainer."""
    coco = coco_pair()
    for name in ("corpus", "made"):
        shutil.rmtree(DATA / name, ignore_errors=True)
    pair = sorted(str(path) for path in (coco / "annotations").glob("*.json"))
    corpus, made = str(DATA / "corpus"), str(DATA / "made")

    parse, imported = measure(PARSE, *pair), measure(IMPORT, str(coco), corpus)
    rows = [
        row(
            "import COCO train2017-sized pair (118,287 pictures, 860,001 instances, 591,753 captions)",
            "<= 60 s on one core, <= 3 GB",
            f"{imported.cpu_seconds:.1f} s CPU, {imported.wall_seconds:.1f} s, {imported.peak_mb:,.0f} MB",
            f"{imported.cpu_seconds / parse.cpu_seconds:.2f} x orjson parsing the two files alone "
            f"({parse.cpu_seconds:.1f} s, {parse.peak_mb:,.0f} MB)",
        )
    ]
    joined = measure_join(1_000_000)
    what = f"join Open Images' tables: {joined.said['records']:,} pictures with 1,000,000 boxes"
    rows.append(row(what, "<= 2 GB for 14.6 million boxes", rate(joined), f"{joined.peak_mb:,.0f} MB"))
    program = measure(GENERATE, corpus)
    rows.append(row("program backend with structural checks", ">= 3,000 records/s", rate(program), ""))
    step = measure(STEP, corpus, made)
    rows.append(row("the whole step: read, generate, check, write", "", rate(step), f"{step.peak_mb:,.0f} MB"))
    exported = measure(EXPORT, made, str(DATA / "llava.json"))
    rows.append(row("export to LLaVA JSON", ">= 20,000 records/s", rate(exported), f"{exported.peak_mb:,.0f} MB"))
    read, plain = measure(READ, corpus), measure(TO_PYLIST, corpus)
    ratio = read.said["seconds"] / plain.said["seconds"]
    rows.append(row("read a corpus back as records", "<= 2.5 x to_pylist", rate(read), f"{ratio:.2f} x to_pylist"))
    help_ = measure(HELP).said
    text = f"{help_['-m pictus --help'] * 1000:.0f} ms (bare Python {help_['-c pass'] * 1000:.0f} ms)"
    rows.append(row("`pictus --help`", "<= 150 ms", text, ""))

    return f"| what | reach | measured, one core | beside |\n| --- | --- | --- | --- |\n{''.join(rows)}"


def row(*cells: str) -> str:
    """Make a line of the table."""
    return f"| {' | '.join(cells)} |\n"


def rate(figure: Figure) -> str:
    """Say how many records a second."""
    return f"{figure.said['records'] / figure.said['seconds']:,.0f} records/s"


# By the names of their files: the title, and what measures.
SECTIONS: dict[str, tuple[str, Callable[[], str]]] = {
    "steps": ("From a dataset to a file for a trainer", steps),
    "large_json": ("Large JSON", large_json.table),
    "laion": ("Lists of addresses", laion.table),
    "asking": ("Asking a server that answers after 200 ms", lambda: asking.table(long=100_000)),
    "checks": ("Checks of single records", checks.table),
    "blend_order": ("Blending", blending),
    "gqa": ("Scoring GQA", gqa.table),
    "vqav2": ("Scoring VQAv2", vqav2.table),
    "captions": ("Scoring captions", captions.table),
    "overlap": ("Copies of pictures", overlap.table),
    "acquire": ("Getting pictures by their addresses", acquire.table),
    "local_models": ("Models on this machine", local_models.table),
    "feed": ("Feeding a training", feed.table),
    "packing": ("Packed rows", packing.table),
}

if __name__ == "__main__":
    main(sys.argv[1:])
