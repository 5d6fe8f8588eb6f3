"""The library webdataset reads our shards, and we read what it writes."""

import io

import pytest
from PIL import Image

from consumer_environments import python_with, said_by
from pictus.formats.webdataset import Format
from pictus.record import Facts, Media, Origin, make_record
from records import simple_record

pytestmark = [pytest.mark.consumer, pytest.mark.timeout(1800)]

READ = """
import json, sys, webdataset
rows = []
for sample in webdataset.WebDataset(sys.argv[1], shardshuffle=False, empty_check=False).decode("rgb8"):
    picture = next(sample[name] for name in ("png", "jpg") if name in sample)
    rows.append([sample["__key__"], list(picture.shape), sample["txt"], sample["json"]["messages"][0]["role"]])
print(json.dumps(rows))
"""
WRITE = """
import sys, webdataset
with webdataset.ShardWriter(sys.argv[1] + "/them-%06d.tar", maxcount=2) as sink:
    for number in range(3):
        data = open(sys.argv[2], "rb").read()
        files = {"jpg": data, "txt": f"Picture {number}.", "cls": number, "json": {"url": "u"}}
        sink.write({"__key__": f"sample{number}", **files})
print("null")
"""


@pytest.fixture(scope="module")
def python():
    return python_with("webdataset", "webdataset==1.0.2", "pillow")


def picture(kind):
    data = io.BytesIO()
    Image.new("RGB", (8, 6), "red").save(data, kind)
    return data.getvalue()


def test_it_reads_every_sample_of_our_shards(python, tmp_path):
    kinds = ["PNG", "JPEG", "PNG", "JPEG", "PNG"]
    some = [simple_record(number, data=picture(kind)) for number, kind in enumerate(kinds)]
    Format(shard_size=2).write(iter(some), tmp_path / "ours")
    rows = said_by(python, READ, tmp_path / "ours/ours-{000000..000002}.tar")
    assert rows == [[f"{number:09d}", [6, 8, 3], "A red dog.", "user"] for number in range(5)]


def test_we_read_every_sample_of_its_shards(python, tmp_path):
    (tmp_path / "a.jpg").write_bytes(picture("JPEG"))
    said_by(python, WRITE, tmp_path, tmp_path / "a.jpg")
    back = list(Format().read(tmp_path / "them-{000000..000001}.tar"))
    assert back == [
        make_record(
            Origin(dataset="them", key=f"them-{number // 2:06d}/sample{number}"),
            media=[Media(data=picture("JPEG"), path=f"sample{number}.jpg", url="u")],
            facts=Facts(captions=(f"Picture {number}.",), present=(str(number),)),
        )
        for number in range(3)
    ]
