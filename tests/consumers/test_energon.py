"""Megatron-Energon's own loaders and tools take our folders, and we read the folders that it prepares."""

import hashlib
import io
import shutil
import sqlite3
import subprocess

import pytest
from PIL import Image

from consumer_environments import python_with, said_by
from pictus.formats.energon import Format
from pictus.formats.webdataset import Format as Shards
from records import simple_record

pytestmark = [pytest.mark.consumer, pytest.mark.timeout(1800)]

COMMON = """
import json, sys
from megatron.energon import *
config = WorkerConfig(rank=0, world_size=1, num_workers=0)
"""
CAPTIONS = (
    COMMON
    + """
rows = []
for batch in get_savable_loader(get_val_dataset(sys.argv[1], split_part="train", batch_size=2, worker_config=config)):
    rows += [[*one] for one in zip(batch.__key__, [list(image.shape) for image in batch.image], batch.caption)]
train = iter(get_loader(get_train_dataset(
    sys.argv[1], batch_size=1, worker_config=config, shuffle_buffer_size=4, max_samples_per_sequence=2)))
drawn = sorted({next(train).__key__[0] for _ in range(60)})
print(json.dumps({"rows": rows, "drawn": drawn}))
"""
)
CRUDE = (
    COMMON
    + """
@stateless
def cook(sample):
    row = sample["json"]
    image = next(sample[name] for name in ("jpg", "png") if name in sample)
    words = [part.get("text", "<image>") for turn in row["messages"] for part in turn["content"]]
    return CaptioningSample(**basic_sample_keys(sample), image=image, caption=json.dumps([row["id"], words]))

class Encoder(DefaultTaskEncoder):
    cookers = [Cooker(cook)]

data = get_val_dataset(sys.argv[1], split_part="train", batch_size=1, worker_config=config, task_encoder=Encoder())
print(json.dumps([json.loads(batch.caption[0]) for batch in get_loader(data)]))
"""
)


@pytest.fixture(scope="module")
def python():
    return python_with("energon", "torch==2.13.0", "megatron-energon==7.4.1")


def some_records():
    records = []
    for number, kind in enumerate(["JPEG", "PNG", "WEBP", "JPEG", "PNG", "GIF", "JPEG"]):
        data = io.BytesIO()
        Image.new("RGB", (8, 6), (30 * number, 0, 0)).save(data, kind)
        records.append(simple_record(number, data=data.getvalue()))
    return records


def test_its_loader_yields_every_captioning_sample_with_its_picture_decoded(python, tmp_path):
    Format(sample="captioning", shard_size=3).write(iter(some_records()), tmp_path / "set")
    said = said_by(python, CAPTIONS, tmp_path / "set")
    keys = [f"{number:09d}" for number in range(7)]
    assert said["rows"] == [[key, [3, 6, 8], "A red dog."] for key in keys]
    assert said["drawn"] == keys


def test_a_cooker_gets_every_record_as_a_crude_sample(python, tmp_path):
    some = [record for number, record in enumerate(some_records()) if number not in (2, 5)]
    Format(shard_size=2).write(iter(some), tmp_path / "set")
    rows = said_by(python, CRUDE, tmp_path / "set")
    assert rows == [[one.id, ["<image>", f"What is number {one.origin.key}?", "A red dog."]] for one in some]


def prepared(python, folder):
    command = [
        python.parent / "energon",
        "prepare",
        "--non-interactive",
        "--split-ratio",
        "1,0,0",
        "--num-workers",
        "1",
    ]
    command += ["--no-progress", "--sample-type", "CrudeWebdataset", folder]
    subprocess.run(command, check=True, capture_output=True)


def tables(folder):
    """Give all that the index holds, whatever the spaces in what made it."""
    with sqlite3.connect(folder / ".nv-meta/index.sqlite") as index:
        rows = {name: index.execute(f"SELECT * FROM {name}").fetchall() for name in ("samples", "sample_parts")}
        made = sorted(" ".join(sql.split()).replace("( ", "(").replace(" )", ")") for (sql,) in index.execute(
            "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL"))  # fmt: skip
    return rows, made


def digests(folder):
    files = (path for path in folder.rglob("*") if path.is_file() and path.suffix not in (".sqlite", ".uuid"))
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_what_we_write_is_what_its_own_tool_makes_of_our_shards(python, tmp_path):
    Format(shard_size=3).write(iter(some_records()), tmp_path / "ours")
    (tmp_path / "theirs").mkdir()
    for shard in (tmp_path / "ours").glob("*.tar"):
        shutil.copy(shard, tmp_path / "theirs")
    prepared(python, tmp_path / "theirs")
    assert digests(tmp_path / "ours") == digests(tmp_path / "theirs")
    assert tables(tmp_path / "ours") == tables(tmp_path / "theirs")


def test_its_tools_count_our_samples_and_find_nothing_wrong(python, tmp_path):
    Format(sample="captioning", shard_size=3).write(iter(some_records()), tmp_path / "ours")
    for tool in ("info", "lint"):
        command = [python.parent / "energon", tool, tmp_path / "ours"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert tool == "lint" or "`train`: 100%, 7 samples in 3 shards" in done.stdout


def test_we_read_what_it_prepared(python, tmp_path):
    some = some_records()
    Shards(shard_size=2).write(iter(some), tmp_path / "set")
    prepared(python, tmp_path / "set")
    assert Format().sniff(tmp_path / "set")
    assert [one.id for one in Format().read(tmp_path / "set")] == [one.id for one in some]
