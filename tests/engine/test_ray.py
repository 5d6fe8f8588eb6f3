"""The machines of a Ray cluster make what this machine alone makes, to the byte, whatever dies on the way."""

import json
import os
import signal
import subprocess
import sys
from contextlib import nullcontext
from importlib.util import find_spec
from pathlib import Path

import pytest

from conftest import PROOF
from faults import faulty
from pictus.engine import ray_door
from pictus.engine.engines import make_sure_of
from pictus.engine.ray import attach
from pictus.errors import PictusError
from pictus.store.corpus import damages, open_corpus
from ray_cluster import TOKEN, cluster, end, free_port, wait_for
from web_pictures import jpeg, write_list

pytestmark = [
    pytest.mark.skipif(find_spec("ray") is None or find_spec("grpc") is None, reason="the extra `ray` is missing"),
    pytest.mark.serial,
    pytest.mark.timeout(900 if PROOF else 300),
]
KILLS = 20 if PROOF else 2
SECRET = "not-the-token-0123456789"
COUNT = 1200 if PROOF else 240
ROWS = 20


@pytest.fixture(scope="module")
def ray():
    with cluster() as found:
        yield found


@pytest.fixture(scope="module")
def web():
    """Serve pictures and faults, and give the list of them with what one machine makes of it."""
    with faulty() as found:
        found.files |= {f"/{number}.jpg": jpeg(number) for number in range(200)}
        yield found


@pytest.fixture(scope="module")
def whole(web, tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    bad = ["status/404", "reset", "short", "page", "robots?noai", "empty"]
    names = [bad[number // 7 % 6] if number % 7 == 0 else f"{number % 200}.jpg" for number in range(COUNT)]
    write_list(folder / "list.jsonl", [(f"{web.base}/{name}?{number}", name) for number, name in enumerate(names)])
    web.files |= {f"/{name}?{number}": web.files[f"/{name}"] for number, name in enumerate(names) if "jpg" in name}
    process = acquire(folder, folder / "to", dict(os.environ), "--workers", "2")
    assert process.wait() == 3
    return folder


def acquire(folder, to, environment, *options):
    command = [sys.executable, "-m", "pictus", "acquire", "list.jsonl", "--to", str(to)]
    command += ["--allow-network", "127.0.0.0/8", "--size", "32", "--shard-rows", str(ROWS), "--tries", "1"]
    with (folder / "told.log").open("ab") as log:
        paths = {"PYTHONPATH": f"{Path(__file__).parents[2] / 'src'}"}
        return subprocess.Popen([*command, *options], cwd=folder, env={**paths, **environment}, stderr=log, stdout=log)


def files(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for kind in ("list/shards", "shards", "rejects", "side")
        for path in sorted(folder.glob(f"{kind}/**/*"))
        if path.is_file()
    }


def assert_whole(to, whole):
    assert files(to) == files(whole / "to")
    corpus = open_corpus(to)
    assert list(damages(corpus)) == []
    assert not list(to.rglob("*.part"))
    ids = [record.id for record in corpus.records(())] + [reject.id for reject in corpus.rejects()]
    assert len(ids) == len(set(ids)) == COUNT


def receipts(to):
    return len(list(to.glob("shards/*.receipt.json")))


def test_workers_are_killed_and_nothing_is_lost_or_doubled(ray, whole, tmp_path):
    to = tmp_path / "to"
    process = acquire(whole, to, ray.environment(), "--engine", "ray", "--rate", "20")
    for kill in range(KILLS):
        enough = kill * COUNT // ROWS // (KILLS + 1)
        busy = wait_for(lambda enough=enough: receipts(to) >= enough and ray.busy_workers())
        end(busy[kill % len(busy)])
    assert process.wait() == 3, (whole / "told.log").read_text()[-2000:]
    assert_whole(to, whole)


def test_a_run_that_was_killed_goes_on_through_the_port_for_clients(ray, whole, tmp_path):
    to = tmp_path / "to"
    process = acquire(whole, to, ray.environment(), "--engine", "ray", "--rate", "20")
    wait_for(lambda: receipts(to) >= 3)
    process.send_signal(signal.SIGKILL)
    process.wait()
    environment = ray.environment(RAY_ADDRESS="")
    engine = f"ray://127.0.0.1:{ray.client_port}"
    assert acquire(whole, to, environment, "--engine", engine).wait() == 3, (whole / "told.log").read_text()[-2000:]
    assert_whole(to, whole)


@pytest.mark.proof  # Ray takes half a minute to notice
def test_a_whole_node_is_lost_and_nothing_with_it(ray, whole, tmp_path):
    to = tmp_path / "to"
    ray.start_node(f"--address={ray.address}")
    process = acquire(whole, to, ray.environment(), "--engine", "ray", "--rate", "10")
    wait_for(lambda: receipts(to) >= 5)
    ray.kill_node(len(ray.nodes) - 1)
    assert process.wait() == 3, (whole / "told.log").read_text()[-2000:]
    assert_whole(to, whole)


def driven(ray, code):
    """Run code as a program that uses the cluster, and give the JSON that it prints."""
    done = subprocess.run(
        [sys.executable, "-c", code], env=ray.environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_bad_and_deadly_tasks_leave_the_others_whole(ray, tmp_path):
    (tmp_path / "corpus.json").write_text("{}")
    found = driven(
        ray,
        f"""
import json
from pictus.engine.engines import runner
from pictus.engine.local import Failure
from pictus.engine.task import Task
taken = []
def tasks():
    for number in range(40):
        taken.append(number)
        told = {{"folder": {str(tmp_path)!r}, "bad": (2,), "deadly": (1,)}}
        yield Task(number, "engine.test_local:work", told)
with runner("ray", workers=3, cpus=0.5, place={str(tmp_path)!r}) as run:
    results = []
    for result in run(tasks()):
        results.append((result.task.shard, result.error.what) if isinstance(result, Failure) else (result.shard, ""))
        assert len(taken) <= len(results) + 3, "tasks are taken when they are about to run"
print(json.dumps(sorted(results)))
""",
    )
    assert [shard for shard, _ in found] == list(range(40))
    told = {shard: what for shard, what in found if what}
    assert told.keys() == {1, 2} and told[2] == "this one is bad"
    assert "died again and again" in told[1]
    assert len(list(tmp_path.glob("shards/*.parquet"))) == 38


def test_machines_that_differ_or_do_not_see_the_corpus_are_told(ray, tmp_path):
    found = driven(
        ray,
        f"""
import json
from contextlib import suppress
import pictus
from pictus.engine import ray
from pictus.engine.engines import runner
from pictus.errors import PictusError
def told(place):
    try:
        with runner("ray", workers=1, cpus=0.5, place=place) as run:
            return "it ran"
    except PictusError as error:
        return str(error)
unseen = told({str(tmp_path / "nothing")!r})
pictus.__version__ = "99"
print(json.dumps([unseen, told({str(tmp_path)!r})]))
""",
    )
    assert "does not see this corpus" in found[0] and "s3://" in found[0]
    assert "and this is 99" in found[1] and "install the same pictus" in found[1]


def test_libraries_that_would_make_other_bytes_are_refused(tmp_path):
    from pictus.engine.ray_worker import work

    (tmp_path / "corpus.json").write_text("{}")
    told = {"place": str(tmp_path), "folder": str(Path.cwd()), "libraries": None}
    found = work(told, b"")
    assert {"pyarrow", "pillow", "simplejpeg"} <= found.keys()
    refused = work({**told, "libraries": {**found, "simplejpeg": "0.1"}}, b"a task that is never read")
    assert "another 0.1" in refused and "simplejpeg" in refused and "pyarrow" not in refused


@pytest.fixture
def bare(monkeypatch, tmp_path):
    """Take Ray's settings away, and give a home without any."""
    for name in [name for name in os.environ if name.startswith("RAY_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("RAY_AUTH_MODE", "")  # so that what is set is taken back
    monkeypatch.delenv("RAY_AUTH_MODE")
    return monkeypatch


@pytest.fixture(params=["head", "client"])
def engine(request, ray, bare):
    """Give each way to a cluster."""
    if request.param == "client":
        return f"ray://127.0.0.1:{ray.client_port}"
    bare.setenv("RAY_ADDRESS", ray.address)
    return "ray"


def refused(engine):
    with pytest.raises(PictusError) as caught:
        make_sure_of(engine)
    text = str(caught.value)
    assert "disable" not in caught.value.mend
    assert SECRET not in text
    return text


def test_a_cluster_that_wants_a_token_says_so(engine, bare, tmp_path):
    text = refused(engine)
    assert "there is none here (" in text and "authentication token" in text.lower()
    assert all(name in text for name in ("ray get-auth-token", "~/.ray/auth_token", "RAY_AUTH_TOKEN_PATH"))


def test_a_wrong_token_is_told_with_where_it_is_from(engine, bare, tmp_path):
    bare.setenv("RAY_AUTH_TOKEN", SECRET)
    assert "does not take the token in RAY_AUTH_TOKEN" in refused(engine)
    bare.delenv("RAY_AUTH_TOKEN")
    (tmp_path / "token").write_text(f"{SECRET}\n")
    bare.setenv("RAY_AUTH_TOKEN_PATH", str(tmp_path / "token"))
    assert f"does not take the token in {tmp_path}/token" in refused(engine)
    bare.setenv("RAY_AUTH_TOKEN_PATH", str(tmp_path / "not there"))
    assert "the token cannot be read" in refused(engine)


def test_the_right_token_opens_wherever_it_lies(engine, bare, tmp_path):
    (tmp_path / ".ray").mkdir()
    (tmp_path / ".ray/auth_token").write_text(f"{TOKEN}\n")
    make_sure_of(engine)
    assert os.environ["RAY_AUTH_MODE"] == "token"
    bare.setenv("RAY_AUTH_MODE", "disabled")
    text = refused(engine)
    assert "keeps yours from being shown" in text and "set RAY_AUTH_MODE=token" in text


def test_where_no_cluster_is_nothing_is_started(bare):
    bare.setenv("RAY_ADDRESS", f"127.0.0.1:{free_port()}")
    for engine in ("ray", f"ray://127.0.0.1:{free_port()}"):
        with pytest.raises(PictusError, match="no Ray cluster answers") as caught:
            make_sure_of(engine)
        assert "ray start --head" in caught.value.mend
    with pytest.raises(PictusError, match="there is no engine `rey`"):
        make_sure_of("rey")


def test_the_address_is_the_one_that_ray_would_take(bare, tmp_path):
    bare.setenv("RAY_TMPDIR", str(tmp_path))
    assert ray_door.address_of("ray") == "auto"
    (tmp_path / "ray").mkdir()
    (tmp_path / "ray/ray_current_cluster").write_text("10.0.0.1:6379")
    assert ray_door.address_of("ray") == "10.0.0.1:6379"
    bare.setenv("RAY_ADDRESS", "10.0.0.2:6379")
    assert ray_door.address_of("ray") == "10.0.0.2:6379"
    assert ray_door.address_of("ray://10.0.0.3:10001") == "ray://10.0.0.3:10001"


def test_instructions_are_generated_there_as_here(ray, tmp_path):
    from pictus.demo.coco import write_coco
    from pictus.engine.events import Events
    from pictus.steps import generate, import_

    write_coco(tmp_path / "data", 6)
    import_.run(import_.plan("coco2017", tmp_path / "data", str(tmp_path / "facts")), Events())
    generate.run(generate.plan(str(tmp_path / "facts"), str(tmp_path / "here")), Events())
    command = [sys.executable, "-m", "pictus", "generate", "facts", "--to", "there", "--engine", "ray"]
    done = subprocess.run(command, cwd=tmp_path, env=ray.environment(), capture_output=True, text=True, check=False)
    assert done.returncode in (0, 3), done.stderr
    assert files(tmp_path / "there") == files(tmp_path / "here") != {}


def test_a_model_is_asked_from_one_machine(bare):
    from pictus.steps import generate

    with pytest.raises(PictusError, match="asks a model"):
        generate.draft("corpus", "to", backend="echo", engine="ray")


@pytest.mark.parametrize(("failures", "tried"), [(0, 1), (2, 3), (3, 3)])
def test_a_head_that_could_not_serve_a_client_is_asked_again(failures, tried):
    class Ray:
        inits = 0

        def init(self, **_):
            self.inits += 1
            if self.inits <= failures:
                raise ConnectionAbortedError("from server: Starting Ray client server failed. See its log.")

        def shutdown(self): ...

    ray = Ray()
    with pytest.raises(ConnectionAbortedError) if failures == 3 else nullcontext():
        attach(ray, "ray://127.0.0.1:1")
    assert ray.inits == tried
