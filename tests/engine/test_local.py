"""Tasks run in processes of their own; what one does wrong harms no other."""

import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from pictus.engine.local import Failure, call_all, run_tasks
from pictus.engine.task import Task
from pictus.errors import PictusError
from pictus.store.place import Place
from pictus.store.shards import Rows, write_shard
from records import simple_record


def work(shard, *, folder, bad=(), deadly=()):
    """Write one shard, or fail as told."""
    if shard in bad:
        raise PictusError("this one is bad", where=f"shard {shard}", mend="none")
    if shard in deadly:
        os.kill(os.getpid(), signal.SIGKILL)
    return write_shard(Place(folder), shard, Rows([simple_record(shard)]), root_names={"/pictures": "p"})


def tasks(count, **arguments):
    return [Task(number, "engine.test_local:work", arguments) for number in range(count)]


def dawdle(shard, *, folder):
    """Say that it began, and end at no time that anybody waits for."""
    Path(folder, str(shard)).touch()
    time.sleep(600 if shard else 0)
    return shard


@pytest.mark.serial
def test_who_stops_a_run_does_not_wait_for_what_is_in_the_making(tmp_path):
    some = [Task(number, "engine.test_local:dawdle", {"folder": str(tmp_path)}) for number in range(4)]
    with pytest.raises(KeyboardInterrupt):
        for _ in run_tasks(some, workers=2):
            while not (tmp_path / "1").exists():
                time.sleep(0.01)
            raise KeyboardInterrupt


@pytest.mark.serial
@pytest.mark.parametrize("workers", [1, 2])
def test_one_bad_task_leaves_the_others_whole(tmp_path, workers):
    results = list(run_tasks(tasks(5, folder=str(tmp_path), bad=(2,)), workers=workers))
    failures = [result for result in results if isinstance(result, Failure)]
    assert [failure.error.what for failure in failures] == ["this one is bad"]
    assert sorted(path.name for path in (tmp_path / "shards").glob("*.parquet")) == [
        f"{number:06d}.parquet" for number in (0, 1, 3, 4)
    ]


@pytest.mark.serial
def test_a_task_that_kills_its_process_is_given_up_and_the_others_done(tmp_path):
    results = list(run_tasks(tasks(4, folder=str(tmp_path), deadly=(1,)), workers=2))
    failures = [result for result in results if isinstance(result, Failure)]
    assert [failure.task.shard for failure in failures] == [1]
    assert "died again and again" in failures[0].error.what
    assert len(results) == 4


@pytest.mark.serial
def test_workers_end_when_the_main_process_is_killed(tmp_path):
    code = f"""
from pictus.engine.local import run_tasks
from pictus.engine.task import Task

if __name__ == "__main__":
    list(run_tasks([Task(n, "engine.test_local:wait", {{"folder": {str(tmp_path)!r}}}) for n in range(2)], workers=2))
"""
    script = tmp_path / "main.py"
    script.write_text(code)
    paths = os.pathsep.join(path for path in sys.path if path)
    process = subprocess.Popen([sys.executable, str(script)], env={**os.environ, "PYTHONPATH": paths})
    pids = _wait_for(lambda: [int(path.stem) for path in tmp_path.glob("*.pid")], 2)
    process.kill()
    process.wait()
    _wait_for(lambda: [pid for pid in pids if not _is_alive(pid)], 2)


def wait(shard, *, folder):
    """Note this process, and do nothing for a long time."""
    Path(folder, f"{os.getpid()}.pid").touch()
    time.sleep(60)


def _wait_for(get, count):
    for _ in range(600):
        found = get()
        if len(found) == count:
            return found
        time.sleep(0.05)
    raise AssertionError(f"waited in vain: {found}")


def _is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.serial
def test_functions_are_called_in_processes_and_a_death_is_told():
    jobs = [partial(pow, number, 2) for number in range(20)]
    for workers in (1, 2):
        assert sorted(call_all(iter(jobs), workers=workers)) == [number**2 for number in range(20)]
    assert list(call_all(iter([os.getpid]), workers=2)) == [os.getpid()], "a single one needs no process"
    assert os.getpid() not in list(call_all(iter([os.getpid] * 2), workers=2))
    with pytest.raises(PictusError, match="a process died"):
        list(call_all(iter([partial(os._exit, 1)] * 2), workers=2))
