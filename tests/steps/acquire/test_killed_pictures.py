"""Kill -9 while pictures come, then the same command: the bytes of an unbroken run, and nothing is asked for twice."""

import subprocess
import sys
import time
from random import Random

import pytest

from conftest import PROOF
from faults import faulty
from killing import run_through
from pictus.store.corpus import damages, open_corpus
from web_pictures import jpeg, write_list

KILLS = 20 if PROOF else 3
COUNT = 240


def start(path, to, output):
    command = [sys.executable, "-m", "pictus", "acquire", str(path), "--to", str(to), "--allow-network", "127.0.0.0/8"]
    command += ["--size", "32", "--shard-rows", "20", "--workers", "2", "--per-host", "8", "--tries", "1"]
    return subprocess.Popen([*command, "--output", output], start_new_session=True, stderr=subprocess.DEVNULL)


def files(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for kind in ("list/shards", "shards", "rejects", "side", "tars", "pictures")
        for path in sorted(folder.glob(f"{kind}/**/*"))
        if path.is_file()
    }


@pytest.mark.serial
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("output", ["corpus", "webdataset", "files"] if PROOF else ["corpus"])
def test_a_killed_run_goes_on_to_the_same_bytes(output, tmp_path):
    with faulty() as web:
        web.files |= {f"/{number}.jpg": jpeg(number) for number in range(COUNT)}
        bad = ["status/404", "reset", "short", "page", "robots?noai", "empty"]
        names = [bad[number // 7 % 6] if number % 7 == 0 else f"{number % 200}.jpg" for number in range(COUNT)]
        path = write_list(tmp_path / "list.jsonl", [(f"{web.base}/{name}", name) for name in names])
        began = time.monotonic()
        assert start(path, tmp_path / "whole/to", output).wait() == 3
        seconds = time.monotonic() - began
        whole = files(tmp_path / "whole/to")
        assert len(whole) > 30
        random, interrupted = Random(3), 0
        for number in range(KILLS):
            to = tmp_path / f"k{number}/to"
            code, killed = run_through(lambda to=to: start(path, to, output), seconds, random, least=0.3)
            interrupted += killed
            assert code == 3
            assert files(to) == whole
            assert list(damages(open_corpus(to))) == []
            assert not list(to.rglob("*.part"))
        assert interrupted
