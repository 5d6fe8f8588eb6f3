"""Run every benchmark and write RESULTS.md: figures are ratios within one run, since machines differ and drift."""

import shutil
from pathlib import Path

import asking
import blend_order
import captions
import feed
import gqa
import laion
import large_json
import local_models
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


def main() -> None:
    """Measure, and write the table."""
    coco = DATA / "coco"
    if not (coco / "annotations").is_dir():
        write_pair(coco)
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

    head = "| what | reach | measured, one core | beside |\n| --- | --- | --- | --- |\n"
    text = f"# Results\n\n`make bench` wrote this. {machine()}.\n\n{head}{''.join(rows)}"
    text += f"\n## A large JSON, as LLaVA's mix665k is\n\n{large_json.table()}"
    text += f"\n## Lists of addresses\n\n{laion.table()}"
    text += f"\n## Asking a server that answers after 200 ms\n\n{asking.table(long=100_000)}"
    text += f"\n## Checks of single records\n\n{checks.table()}"
    text += f"\n## Blending\n\n{blend_order.choosing(made, corpus)}\n{blend_order.table()}"
    text += f"\n## Scoring GQA\n\n{gqa.table()}"
    text += f"\n## Scores of VQAv2\n\n{vqav2.table()}"
    text += f"\n## Scores of captions\n\n{captions.table()}"
    text += f"\n## Models on this machine\n\n{local_models.table()}"
    text += f"\n## Feeding a training\n\n{feed.table()}"
    text += f"\n## Packed rows\n\n{packing.table()}"
    (HERE / "RESULTS.md").write_text(text)
    print(text)


def row(*cells: str) -> str:
    """Make a line of the table."""
    return f"| {' | '.join(cells)} |\n"


def rate(figure: Figure) -> str:
    """Say how many records a second."""
    return f"{figure.said['records'] / figure.said['seconds']:,.0f} records/s"


if __name__ == "__main__":
    main()
