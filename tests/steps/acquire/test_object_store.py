"""A corpus of pictures in an object store is the one that a folder would hold, also when the run is killed."""

import contextlib
import os
import signal
import subprocess
import sys
from random import Random

import pytest

from conftest import PROOF
from faults import faulty
from object_store import object_store
from pictus.engine.events import Events
from pictus.errors import PictusError
from pictus.pixels.wanted import Wanted
from pictus.steps.acquire.pictures import run as acquire
from pictus.steps.acquire.pictures.plan import plan
from pictus.store.corpus import begin_corpus, damages, open_corpus
from pictus.store.place import Place
from pictus.web.manners import Manners
from ray_cluster import cluster, end, wait_for
from web_pictures import jpeg, write_list

KILLS = 20 if PROOF else 1
COUNT, ROWS = 60, 10
KINDS = ("list/shards/", "shards/", "rejects/", "side/", "tars/", "pictures/")


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with object_store(tmp_path_factory.mktemp("store")) as found:
        yield found


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Give a folder with a list of pictures and faults."""
    folder = tmp_path_factory.mktemp("list")
    with faulty() as web:
        web.files |= {f"/{number}.jpg": jpeg(number) for number in range(COUNT)}
        names = ["status/404" if number % 9 == 0 else f"{number % 50}.jpg" for number in range(COUNT)]
        write_list(folder / "list.jsonl", [(f"{web.base}/{name}", name) for name in names])
        yield folder


def start(folder, to, output, *options, environment=None):
    command = [sys.executable, "-m", "pictus", "acquire", "list.jsonl", "--to", str(to), "--output", output]
    command += ["--allow-network", "127.0.0.0/8", "--size", "32", "--shard-rows", str(ROWS), "--tries", "1", *options]
    return subprocess.Popen(command, cwd=folder, env=environment, stderr=subprocess.PIPE, text=True)


def got(folder, to, output):
    """Do in this process what `start` does in one of its own."""
    wanted, manners = Wanted(size=32, mode="keep_ratio"), Manners(tries=1, allowed=("127.0.0.0/8",))
    with contextlib.chdir(folder):
        made = plan("list.jsonl", str(to), rows=ROWS, workers=1, wanted=wanted, manners=manners, output=output)
        return acquire.run(made, Events())


def files(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def whole(found):
    """Leave out what may say where it lies."""
    return {name: data for name, data in found.items() if name.startswith(KINDS)}


@pytest.mark.serial
@pytest.mark.timeout(900)
@pytest.mark.parametrize("output", ["corpus", "webdataset", "files"] if PROOF else ["corpus"])
def test_a_killed_run_into_an_object_store_goes_on_to_the_same_bytes(output, folder, store, tmp_path):
    got(folder, tmp_path / "to", output)
    random, interrupted = Random(5), 0
    for number in range(KILLS):
        to = f"s3://data/{output}{number}/to"
        process = start(folder, to, output, "--rate", "20", "--workers", "2")
        shards = random.randrange(1, 4)

        def is_time(process=process, to=to, shards=shards):
            return process.poll() is not None or len(Place(to).names("shards")) >= 2 * shards

        wait_for(is_time)
        interrupted += process.poll() is None
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        corpus = got(folder, to, output)
        assert whole(store.objects(to)) == whole(files(tmp_path / "to"))
        assert list(damages(corpus)) == []
        ids = [record.id for record in corpus.records(())] + [reject.id for reject in corpus.rejects()]
        assert len(ids) == len(set(ids)) == COUNT
    assert interrupted


@pytest.mark.serial
@pytest.mark.proof  # a cluster takes a quarter of a minute to start
@pytest.mark.timeout(600)
def test_a_cluster_writes_to_an_object_store_and_killed_workers_leave_nothing_there(folder, store, tmp_path):
    got(folder, tmp_path / "to", "webdataset")
    with cluster() as ray:
        more = ("--engine", "ray", "--rate", "10")
        process = start(folder, "s3://data/ray/to", "webdataset", *more, environment=ray.environment())
        end(wait_for(ray.busy_workers)[0])
        _, told = process.communicate()
    assert process.returncode == 3, told
    assert whole(store.objects("s3://data/ray/to")) == whole(files(tmp_path / "to"))
    assert list(damages(open_corpus("s3://data/ray/to"))) == []


@pytest.mark.serial
def test_two_files_can_be_written_at_once_and_one_that_breaks_off_is_not_there(store):
    place = Place("s3://data/files")
    with place.publish("tar") as outer:
        outer.write(b"one ")
        with place.publish("row") as inner:
            inner.write(b"two")
        assert place.exists("row") and not place.exists("tar")
        outer.write(b"three")
    with pytest.raises(ZeroDivisionError), place.publish("broken") as file:
        file.write(b"half")
        raise ZeroDivisionError
    assert store.objects("s3://data/files") == {"tar": b"one three", "row": b"two"}
    place.remove("row")
    place.remove_folder("nothing")
    assert place.names("") == ["tar"]
    other = Place("s3://data/files")
    assert not other.exists("later")
    with place.publish("later") as file:
        file.write(b"x")
    assert other.exists("later"), "what was not there a moment ago is looked for again"


@pytest.mark.serial
def test_a_store_that_refuses_is_told(store, monkeypatch):
    with pytest.raises(PictusError, match="bucket does not exist") as caught:
        begin_corpus("s3://nothing/c", roots={}, made={})
    assert caught.value.where.startswith("s3://nothing/c/")
    assert "bucket" in caught.value.mend
