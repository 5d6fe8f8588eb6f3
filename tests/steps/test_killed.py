"""Kill -9 at any moment, then the same command: the bytes of an unbroken run, and only missing shards are made."""

import subprocess
import sys
import time
from random import Random

import pytest

from coco_files import write_dataset
from conftest import PROOF
from killing import run_through

KILLS = 20 if PROOF else 3
# Small shards, so that a short run has many of them.
SCRIPT = """
import sys
import pictus.engine.making as making
making.SHARD_ROWS = 100
making.make_from_stream.__kwdefaults__["shard_rows"] = 100
from pathlib import Path
from pictus.engine.events import Events
from pictus.steps import generate, import_
from pictus.errors import PictusError

if __name__ == "__main__":
    root = Path(sys.argv[1])
    import_.run(import_.plan("coco2017", root / "data", str(root / sys.argv[2] / "corpus")), Events())
    plan = generate.plan(str(root / sys.argv[2] / "corpus"), str(root / sys.argv[2] / "made"), workers=2)
    generate.run(plan, Events())
"""


def files(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for kind in ("shards", "rejects")
        for path in sorted(folder.glob(f"*/{kind}/*"))
    }


def start(root, name):
    script = root / "run.py"
    script.write_text(SCRIPT)
    return subprocess.Popen([sys.executable, str(script), str(root), name], start_new_session=True)


@pytest.mark.serial
@pytest.mark.timeout(1800)
def test_a_killed_run_goes_on_to_the_same_bytes(tmp_path):
    write_dataset(tmp_path / "data", 1200)
    began = time.monotonic()
    assert start(tmp_path, "whole").wait() == 0
    seconds = time.monotonic() - began
    whole = files(tmp_path / "whole")
    assert len(whole) > 24
    random, interrupted = Random(2), 0
    for number in range(KILLS):
        (tmp_path / f"k{number}").mkdir()
        code, killed = run_through(lambda number=number: start(tmp_path, f"k{number}"), seconds, random)
        interrupted += killed
        assert code == 0
        assert files(tmp_path / f"k{number}") == whole
        assert not list((tmp_path / f"k{number}").rglob("*.part"))
    assert interrupted


@pytest.mark.serial
def test_only_the_missing_shard_is_made_again(tmp_path):
    write_dataset(tmp_path / "data", 450)
    assert start(tmp_path, "one").wait() == 0
    shards = sorted((tmp_path / "one/made/shards").glob("*.parquet"))
    times = {path: path.stat().st_mtime_ns for path in shards}
    lost = shards[2]
    bytes_before = lost.read_bytes()
    for path in (lost, lost.with_suffix("").with_suffix(".receipt.json")):
        path.unlink()
    assert start(tmp_path, "one").wait() == 0
    assert lost.read_bytes() == bytes_before
    assert [path for path in shards if path.stat().st_mtime_ns != times[path]] == [lost]
