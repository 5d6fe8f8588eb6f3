"""Kill -9 of a run that pays for answers: nothing lost or doubled, at most what was in flight is paid twice."""

import os
import signal
import subprocess
import sys
import time
from random import Random

import pytest

from answering import play
from coco_files import write_dataset
from conftest import PROOF
from endpoint import serving
from killing import run_through
from pictus.engine.events import Events
from pictus.steps import import_
from pictus.store.corpus import open_corpus

KILLS = 20 if PROOF else 3
AT_ONCE = 24
SCRIPT = """
import sys
import pictus.engine.making as making
making.make_from_stream.__kwdefaults__["shard_rows"] = 60
from pictus.engine.events import Events
from pictus.steps import generate

corpus, to, base = sys.argv[1:]
settings = {"model": "gpt-4o-mini", "base_url": base, "at_once": %d}
generate.run(generate.plan(corpus, to, backend="openai", prompts="llava", settings=settings), Events())
"""


def start(script, corpus, to, endpoint):
    command = [sys.executable, str(script), str(corpus), str(to), endpoint.base]
    return subprocess.Popen(command, start_new_session=True)


def files(folder):
    names = ("shards", "rejects", "README.md", "NOTICE.md", "CITATIONS.bib", "asked.json", "corpus.json")
    found = [path for name in names for path in [folder / name, *sorted((folder / name).glob("*"))] if path.is_file()]
    # The folders' own names stand in the cards.
    return {str(p.relative_to(folder)): p.read_bytes().replace(folder.name.encode(), b"NAME") for p in found}


@pytest.mark.serial
@pytest.mark.timeout(1800)
def test_a_killed_run_goes_on_to_the_same_bytes_and_pays_at_most_what_was_in_flight(tmp_path):
    write_dataset(tmp_path / "data", 120)
    corpus = tmp_path / "corpus"
    import_.run(import_.plan("coco2017", tmp_path / "data", str(corpus)), Events())
    script = tmp_path / "run.py"
    script.write_text(SCRIPT % AT_ONCE)
    with serving(play, latency_seconds=0.02) as endpoint:
        began = time.monotonic()
        assert start(script, corpus, tmp_path / "whole", endpoint).wait() == 0
        seconds, needed = time.monotonic() - began, len(endpoint.asked)
        whole = files(tmp_path / "whole")
        assert len(whole) > 15
        random, kills = Random(3), 0
        while kills < KILLS:
            to, before = tmp_path / f"kill{kills:02d}", len(endpoint.asked)
            code, killed = run_through(
                lambda to=to: start(script, corpus, to, endpoint), seconds, random, least=0.15, kill=os.killpg
            )
            assert code == 0
            assert files(to) == whole
            # What was in flight, and what had come in within the 20 ms before its commit.
            assert len(endpoint.asked) - before <= needed + killed * 2 * AT_ONCE
            kills += max(killed, 1)
    ids = [record.id for record in open_corpus(tmp_path / "whole").records(("id",))]
    assert len(ids) == len(set(ids))


@pytest.mark.serial
def test_ctrl_c_ends_with_130_and_keeps_what_came_in(tmp_path):
    write_dataset(tmp_path / "data", 120)
    corpus = tmp_path / "corpus"
    import_.run(import_.plan("coco2017", tmp_path / "data", str(corpus)), Events())
    arguments = ["generate", corpus, "--to", tmp_path / "g", "--model", "tiny", "--set", "at_once=8"]
    with serving(play, latency_seconds=0.05) as endpoint:
        command = [sys.executable, "-m", "pictus", *map(str, arguments), "--base-url", endpoint.base]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        while len(endpoint.asked) < 30:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
        assert process.returncode == 130, said
        assert "the same command goes on" in said and "Traceback" not in said
        asked = len(endpoint.asked)
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode in (0, 3), done.stderr
        tries = {(body["seed"], body["messages"][-1]["content"]) for body in endpoint.asked}
        assert len(tries) == len(endpoint.asked) > asked
