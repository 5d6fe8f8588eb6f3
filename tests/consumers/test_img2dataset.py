"""We read what a real run of img2dataset writes, in each of its modes, with all that became of each address.

`tests/data/formats/img2dataset` is what `download` here made, from the same file server.
"""

import csv
import io
import json

import pytest
from PIL import Image

from consumer_environments import python_with, said_by
from fileserver import file_server
from pictus.formats.img2dataset import Format
from pictus.record import Record

pytestmark = [pytest.mark.consumer, pytest.mark.timeout(1800)]

RUN = """
import sys
from img2dataset import download
download(url_list=sys.argv[1], output_folder=sys.argv[2], output_format=sys.argv[3], input_format="csv",
         caption_col="caption", save_additional_columns=["source"], image_size=8, resize_mode="keep_ratio",
         number_sample_per_shard=3, processes_count=1, thread_count=1, enable_wandb=False)
print("null")
"""
ROWS = [
    ("0.jpg", "A red field.", "s0"),
    ("1.png", "Blue, and nothing else.", "s1"),
    ("broken.jpg", "Broken.", "s2"),
    ("gone.jpg", "Gone.", "s3"),
    ("4.jpg", "", "s4"),
]


def picture(kind, colour, size):
    data = io.BytesIO()
    Image.new("RGB", size, colour).save(data, kind)
    return data.getvalue()


def download(python, folder, mode):
    """Run img2dataset over three pictures, something that is none, and an address with nothing behind it."""
    files = {
        "/files/0.jpg": picture("JPEG", "red", (16, 12)),
        "/files/1.png": picture("PNG", "blue", (20, 10)),
        "/files/broken.jpg": b"no picture",
        "/files/4.jpg": picture("JPEG", "green", (16, 12)),
    }
    folder.mkdir(parents=True, exist_ok=True)
    with file_server(files) as server:
        with (folder / "list.csv").open("w", newline="") as file:
            csv.writer(file).writerows(
                [("url", "caption", "source"), *((f"{server.base}/{name}", *rest) for name, *rest in ROWS)]
            )
        said_by(python, RUN, folder / "list.csv", folder / mode, mode)
    return folder / mode


@pytest.mark.parametrize("mode", ["webdataset", "files", "parquet"])
def test_every_address_is_a_record_or_set_aside_with_its_reason(mode, tmp_path):
    python = python_with("img2dataset", "img2dataset==1.47.0")
    path = download(python, tmp_path, mode)
    assert Format().sniff(path)
    rows = list(Format().read(path))
    records = {json.loads(row.facts.extra)["source"]: row for row in rows if isinstance(row, Record)}
    assert {name: row.facts.captions for name, row in records.items()} == {
        "s0": ("A red field.",),
        "s1": ("Blue, and nothing else.",),
        "s4": (),
    }
    sizes = {name: (row.media[0].width, row.media[0].height) for name, row in records.items()}
    assert sizes == {"s0": (11, 8), "s1": (16, 8), "s4": (11, 8)}
    for row in records.values():
        data = row.media[0].data or row.media[0].file.read_bytes()
        with Image.open(io.BytesIO(data)) as image:
            assert image.size == (row.media[0].width, row.media[0].height)
    rejects = {json.loads(row.row)["source"]: row.reasons for row in rows if not isinstance(row, Record)}
    assert rejects == {
        "s2": ("failed_to_resize: Image decoding error",),
        "s3": ("failed_to_download: HTTP Error 404: Not Found",),
    }
