"""Kill -9 while a dataset is fetched and unpacked, then the same command: the same tree, and no half files."""

import io
import os
import signal
import subprocess
import sys
import time
import zipfile
from contextlib import suppress
from random import Random

import pytest

from conftest import PROOF
from fileserver import file_server

KILLS, WORKERS, COUNT = (20, "2", 1200) if PROOF else (3, "1", 300)  # a process of its own takes long to start
SCRIPT = """
import sys
from pathlib import Path
from pictus.engine.events import Events
from pictus.reading import coco_release
from pictus.steps.acquire import fetching
from pictus.steps.acquire.measure import measured
from pictus.steps.acquire.plan import plan_below
from pictus.steps.acquire.run import run

if __name__ == "__main__":
    coco_release._SITE = sys.argv[2]
    fetching._PART_BYTES = 100_000
    plan = measured(plan_below(Path(sys.argv[1]), "coco2017", annotations=False))
    print("planned", flush=True)
    done = run(plan, Events(), workers=int(sys.argv[3]))
    assert not done.files.refused.counts, done.files.refused
"""


def packed(split):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for number in range(COUNT):
            archive.writestr(f"{split}2017/{number:012}.jpg", Random(number).randbytes(1000))
    return data.getvalue()


def files(folder):
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file() and ".pictus" not in path.parts]
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def start(root, name, base):
    script = root / "run.py"
    script.write_text(SCRIPT)
    command = [sys.executable, str(script), str(root / name), base, WORKERS]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True)
    process.stdout.readline()  # nothing is written before
    return process


@pytest.mark.serial
@pytest.mark.timeout(1800)
def test_a_killed_run_goes_on_to_the_same_tree(tmp_path):
    with file_server({f"/files/zips/{split}2017.zip": packed(split) for split in ("train", "val")}) as server:
        process = start(tmp_path, "whole", server.base)
        began = time.monotonic()
        assert process.wait() == 0
        seconds = time.monotonic() - began
        whole = files(tmp_path / "whole")
        assert len(whole) == 2 * COUNT + 2
        random, interrupted = Random(3), 0
        for number in range(KILLS):
            name = f"k{number // 3}"
            process = start(tmp_path, name, server.base)
            with suppress(subprocess.TimeoutExpired):
                process.wait(random.uniform(0.02, 0.6) * seconds)
            if process.poll() is None:
                os.kill(process.pid, signal.SIGKILL)  # the main process alone: the workers must notice
                process.wait()
                interrupted += 1
                there = files(tmp_path / name)
                assert {one: body for one, body in there.items() if one in whole}.items() <= whole.items()
            if number % 3 == 2 or number == KILLS - 1:
                assert start(tmp_path, name, server.base).wait() == 0
                assert files(tmp_path / name) == whole
        assert interrupted
