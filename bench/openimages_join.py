"""Write tables like those of Open Images' training split, join them, and say how fast and in how much memory.

`python bench/openimages_join.py --boxes 14600000` is the real size: 1.74 million pictures, and 4 GB on disk.
"""

import argparse
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyarrow.csv as arrow_csv
from measure import DATA, Figure, measure

BOXES = 14_610_229
PICTURES = 1_743_042  # with that many boxes
CLASSES = 600
LABELS, NARRATIVES = 0.25, 0.035  # a box
TRACK = 60  # points of a narrative: a tenth of the real ones, which take 16 GB
_PIECE = 500_000
READ = """
from pathlib import Path
from pictus import plugins
from pictus.record import Record
said["records"] = said["boxes"] = said["narratives"] = said["rejects"] = 0
began = time.process_time()
for row in plugins.load("sources", "openimages_v7").records(Path(sys.argv[1]), "train"):
    if isinstance(row, Record):
        said["records"] += 1
        said["boxes"] += len(row.facts.boxes)
        said["narratives"] += len(row.facts.narratives)
    else:
        said["rejects"] += 1
said["seconds"] = time.process_time() - began
"""


def main() -> None:
    """Write, join, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--boxes", type=int, default=1_000_000)
    parser.add_argument("--keep", action="store_true", help="do not remove the tables afterwards")
    options = parser.parse_args()
    figure = measure_join(options.boxes, keep=options.keep)
    said = figure.said
    print(
        f"{said['records']:,} records with {said['boxes']:,} boxes and {said['narratives']:,} narratives "
        f"in {said['seconds']:,.1f} s of one core: {said['records'] / said['seconds']:,.0f} records/s, "
        f"peak {figure.peak_mb:,.0f} MB, {said['rejects']:,} rejects"
    )


def measure_join(boxes: int, *, keep: bool = False) -> Figure:
    """Write tables with that many boxes, unless they are there, and join them in a process of its own."""
    folder = DATA / f"openimages-{boxes}"
    if not (folder / "written").exists():
        write_tables(folder, boxes)
        (folder / "written").touch()
    figure = measure(READ, str(folder))
    if not keep:
        shutil.rmtree(folder)
    return figure


def write_tables(folder: Path, boxes: int) -> None:
    """Write the tables, the rows of each in no order: those of the release are in the order of the pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(22)
    numbers = random.integers(0, 2**63, max(1, boxes * PICTURES // BOXES), dtype=np.uint64)
    keys = np.array([f"{number:016x}" for number in np.unique(numbers).tolist()])
    random.shuffle(keys)
    names = "".join(f'/m/0{number:04x},"Thing {number}, or its like"\n' for number in range(CLASSES))
    (folder / "oidv7-class-descriptions-boxable.csv").write_text(names)
    _write(
        folder / "train-images-boxable-with-rotation.csv", len(keys), lambda start, size: _pictures(keys, start, size)
    )
    _write(folder / "oidv6-train-annotations-bbox.csv", boxes, lambda _, size: _boxes(random, keys, size))
    labels = int(boxes * LABELS)
    path = folder / "train-annotations-human-imagelabels-boxable.csv"
    _write(path, labels, lambda _, size: _labels(random, keys, size))
    path = folder / "open_images_train_v6_localized_narratives-00000-of-00010.jsonl"
    _write_narratives(path, random, keys, int(boxes * NARRATIVES))


def _write(path: Path, rows: int, table: Callable[[int, int], pa.Table]) -> None:
    writer = None
    options = arrow_csv.WriteOptions(quoting_style="all_valid" if path.name.startswith("train-images") else "none")
    for start in range(0, rows, _PIECE):
        piece = table(start, min(_PIECE, rows - start))
        writer = writer or arrow_csv.CSVWriter(path, piece.schema, write_options=options)
        writer.write_table(piece)
    if writer:
        writer.close()


def _pictures(keys: npt.NDArray[np.str_], start: int, size: int) -> pa.Table:
    mine = keys[start : start + size].tolist()
    return pa.table(
        {
            "ImageID": mine,
            "Subset": ["train"] * size,
            "OriginalURL": [f"https://photos1.example/5615/{key}_o.jpg" for key in mine],
            "OriginalLandingURL": [f"https://www.photos.example/photos/{key[:8]}/{key[8:]}" for key in mine],
            "License": ["https://creativecommons.org/licenses/by/2.0/"] * size,
            "AuthorProfileURL": [f"https://www.photos.example/people/{key[:8]}/" for key in mine],
            "Author": [f"Doe, {key[:3]}" for key in mine],
            "Title": [f'A "{key[:4]}" on the way' if key[0] < "4" else f"IMG_{key[:5]}" for key in mine],
            "OriginalSize": [211079] * size,
            "OriginalMD5": [f"{key}AAAAAA==" for key in mine],
            "Thumbnail300KURL": [f"https://c4.photos.example/5615/{key}_z.jpg" for key in mine],
            "Rotation": ["0.0"] * size,
        }
    )


def _boxes(random: np.random.Generator, keys: npt.NDArray[np.str_], size: int) -> pa.Table:
    # Whole millionths, so that the file has six digits as the real one has.
    low = random.integers(0, 700_000, (2, size))
    high = low + random.integers(1_000, 300_000, (2, size))
    flags = random.choice(np.array([0, 0, 0, 1, -1], np.int8), (5, size))
    names = ("IsOccluded", "IsTruncated", "IsGroupOf", "IsDepiction", "IsInside")
    clicks = {f"XClick{number}{axis}": low[0] / 1e6 for axis in "XY" for number in range(1, 5)}
    return pa.table(
        {
            "ImageID": random.choice(keys, size),
            "Source": ["xclick"] * size,
            "LabelName": _classes(random, size),
            "Confidence": np.ones(size, np.int8),
            "XMin": low[0] / 1e6,
            "XMax": high[0] / 1e6,
            "YMin": low[1] / 1e6,
            "YMax": high[1] / 1e6,
            **dict(zip(names, flags, strict=True)),
            **clicks,
        }
    )


def _labels(random: np.random.Generator, keys: npt.NDArray[np.str_], size: int) -> pa.Table:
    return pa.table(
        {
            "ImageID": random.choice(keys, size),
            "Source": ["verification"] * size,
            "LabelName": _classes(random, size),
            "Confidence": random.integers(0, 2, size),
        }
    )


def _classes(random: np.random.Generator, size: int) -> npt.NDArray[np.str_]:
    names = np.array([f"/m/0{number:04x}" for number in range(CLASSES)])
    chosen: npt.NDArray[np.str_] = names[(random.random(size) ** 2 * CLASSES).astype(int)]
    return chosen


def _write_narratives(path: Path, random: np.random.Generator, keys: npt.NDArray[np.str_], rows: int) -> None:
    track = np.round(random.random((1000, TRACK, 3)), 4).tolist()
    traces = [[{"x": x, "y": y, "t": t} for x, y, t in points] for points in track]
    with path.open("wb") as file:
        for number, key in enumerate(random.choice(keys, rows).tolist()):
            row = {
                "dataset_id": "open_images_train",
                "image_id": key,
                "annotator_id": number % 93,
                "caption": f"In this image we can see thing {number % CLASSES} and behind it some trees and the sky.",
                "traces": [traces[number % 1000]],
            }
            file.write(orjson.dumps(row) + b"\n")


if __name__ == "__main__":
    main()
