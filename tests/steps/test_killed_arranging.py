"""Kill -9 while pictures are unpacked and converted, then the same command: the same tree, and no half files."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from random import Random

import pytest

from conftest import PROOF
from downloads import gif, jpeg, write_tar, write_zip

KILLS = 20 if PROOF else 3
SCRIPT = """
import sys
from pathlib import Path
from pictus.engine.events import Events
from pictus.steps import arrange

if __name__ == "__main__":
    plan = arrange.plan(Path(sys.argv[1]), [Path(sys.argv[2])])
    print("planned", flush=True)
    done = arrange.run(plan, Events(), workers=2)
    assert not done.pictures.left.counts, done.pictures.left
"""


def files(folder):
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file() and ".pictus" not in path.parts]
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def start(root, name):
    script = root / "run.py"
    script.write_text(SCRIPT)
    command = [sys.executable, str(script), str(root / name), str(root / "downloads")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True)
    process.stdout.readline()  # nothing is written before
    return process


@pytest.mark.serial
@pytest.mark.timeout(1800)
def test_a_killed_run_goes_on_to_the_same_tree(tmp_path):
    write_zip(tmp_path / "downloads/train2017.zip", {f"train2017/{n:012}.jpg": jpeg(n) for n in range(1000)})
    write_zip(tmp_path / "downloads/ocr_vqa.zip", {f"images/{n:010}.gif": gif() for n in range(600)})
    write_tar(tmp_path / "downloads/sa_000000.tar", {f"sa_{n}.jpg": jpeg(n) for n in range(400)})
    process = start(tmp_path, "whole")
    began = time.monotonic()
    assert process.wait() == 0
    seconds = time.monotonic() - began
    whole = files(tmp_path / "whole")
    assert len(whole) == 2000
    random, interrupted = Random(3), 0
    for number in range(KILLS):
        process = start(tmp_path, f"k{number}")
        with suppress(subprocess.TimeoutExpired):
            process.wait(random.uniform(0.2, 0.9) * seconds)
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)  # the main process alone: the workers must notice
            process.wait()
            interrupted += 1
            there = files(tmp_path / f"k{number}")
            assert {name: whole.get(name) for name in there if not name.endswith(".part")}.items() <= there.items()
            assert start(tmp_path, f"k{number}").wait() == 0
        assert files(tmp_path / f"k{number}") == whole
    assert interrupted
