"""Measure the import of lists of addresses: a part of LAION with ten million rows, and CC12M."""

import random
from itertools import accumulate, pairwise
from pathlib import Path

import numpy as np
from measure import DATA, measure

ROWS = 10_000_000
_GROUP = 1_000_000  # about what Spark writes
_LETTERS = "etaoinshrdlcumwfgypbvk"

IMPORT = """
import shutil
from pathlib import Path
import pyarrow as pa
from pictus.engine.events import Events
from pictus.steps import import_
pa.set_cpu_count(1)
name, root, to = sys.argv[1:4]
settings = json.loads(sys.argv[4])
shutil.rmtree(to, ignore_errors=True)
began = time.process_time()
corpus = import_.run(import_.plan(name, Path(root), to, settings=settings, workers=1), Events())
said["seconds"] = time.process_time() - began
said["records"], said["rejected"] = corpus.summary["rows"], corpus.summary["rejected"]
"""
READ = """
import pyarrow.parquet as pq
file = pq.ParquetFile(sys.argv[1])
for batch in file.iter_batches(50_000, columns=["URL", "TEXT", "WIDTH", "HEIGHT"], use_threads=False):
    said["records"] = said.get("records", 0) + batch.num_rows
"""


def table(rows: int = ROWS) -> str:
    """Give a line for each list."""
    laion, cc12m = DATA / "laion5b" / "laion2B-en-joined", DATA / "cc12m"
    if not laion.is_dir():
        write_laion(laion, rows)
    if not (cc12m / "cc12m.tsv").is_file():
        write_cc12m(cc12m, rows)
    read = measure(READ, str(next(laion.glob("*.parquet"))))
    lines = [
        "| list of addresses to a corpus | rows | rows/s a core | peak memory |",
        "| --- | --- | --- | --- |",
        f"| Arrow reading the columns alone | {rows:,} | {rows / read.cpu_seconds:,.0f} | {read.peak_mb:,.0f} MB |",
    ]
    for what, name, root, settings in (
        ("LAION, all rows (reach: >= 200,000)", "laion5b", laion, "{}"),
        ("LAION, unsafe and small pictures left out", "laion5b", laion, '{"max_punsafe": 0.1, "min_pixels": 90000}'),
        ("CC12M", "cc12m", cc12m, "{}"),
    ):
        took = measure(IMPORT, name, str(root), str(DATA / "addresses"), settings)
        kept = f"{rows:,}, {took.said['records']:,.0f} kept"
        lines.append(f"| {what} | {kept} | {rows / took.cpu_seconds:,.0f} | {took.peak_mb:,.0f} MB |")
    return "\n".join(lines) + "\n"


def write_laion(folder: Path, rows: int) -> None:
    """Write a part as LAION's: addresses and texts as long as there, and the scores of models."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    folder.mkdir(parents=True)
    dice = np.random.default_rng(1)
    words = Words(dice)
    path = folder / "part-00000-5b54c5d5-bbcf-484d-a2ce-0d6f73df1a36-c000.snappy.parquet"
    writer: pq.ParquetWriter | None = None
    for _ in range(0, rows, _GROUP):
        count = min(rows, _GROUP)
        table = pa.table(
            {
                "URL": words.addresses(count),
                "TEXT": words.captions(count),
                "WIDTH": dice.integers(90, 2_000, count).astype(np.int32),
                "HEIGHT": dice.integers(90, 2_000, count).astype(np.int32),
                "similarity": dice.uniform(0.28, 0.5, count),
                "hash": dice.integers(-(2**63), 2**63 - 1, count),
                "punsafe": dice.beta(0.2, 4, count).astype(np.float32),
                "pwatermark": dice.beta(0.5, 2, count).astype(np.float32),
            }
        )
        writer = writer or pq.ParquetWriter(path, table.schema, compression="snappy")
        writer.write_table(table, row_group_size=_GROUP)
    assert writer is not None
    writer.close()


def write_cc12m(folder: Path, rows: int) -> None:
    """Write a list as CC12M's."""
    folder.mkdir(parents=True)
    words = Words(np.random.default_rng(2))
    with (folder / "cc12m.tsv").open("w", encoding="utf-8") as file:
        for _ in range(0, rows, _GROUP):
            pairs = zip(words.addresses(_GROUP), words.captions(_GROUP), strict=True)
            file.writelines(f"{url}\t{caption}\n" for url, caption in pairs)


class Words:
    """Makes texts of words that come as often as words do."""

    def __init__(self, dice: np.random.Generator) -> None:
        self.dice = dice
        letters = random.Random(0)
        lengths = [1 + int(letters.gammavariate(3, 1.8)) for _ in range(30_000)]
        plain = ["".join(letters.choices(_LETTERS, k=length)) for length in lengths]
        self.plain = np.array(plain, object)
        marks = [letters.choices(("", ",", '"', "é", " -"), (90, 5, 1, 3, 1))[0] for _ in plain]
        self.told = np.array([word.title() + mark for word, mark in zip(plain, marks, strict=True)], object)

    def captions(self, count: int) -> list[str]:
        """Make sentences of about 62 letters."""
        lengths = 2 + self.dice.poisson(6.5, count)
        words = self.told[self._places(int(lengths.sum()))].tolist()
        ends = list(accumulate(lengths.tolist(), initial=0))
        return [" ".join(words[begin:end]) for begin, end in pairwise(ends)]

    def addresses(self, count: int) -> list[str]:
        """Make addresses of about 80 letters."""
        parts = [self.plain[self._places(count)].tolist() for _ in range(5)]
        numbers = self.dice.integers(0, 2**48, count).tolist()
        return [
            f"https://{host}{site}.example/wp-content/{place}/{name}-{more}-{number:012x}.jpg"
            for host, site, place, name, more, number in zip(*parts, numbers, strict=True)
        ]

    def _places(self, count: int) -> np.ndarray:
        return (len(self.plain) * self.dice.random(count) ** 3).astype(np.int64)


if __name__ == "__main__":
    print(table())
