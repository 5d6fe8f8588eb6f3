"""Run tasks on the machines of a Ray cluster that exists, with the promise of `local`."""

import logging
import pickle
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pictus
from pictus.engine.local import Failure
from pictus.engine.ray_door import address_of, knock, not_installed, start_one
from pictus.engine.task import Task
from pictus.errors import PictusError
from pictus.store.receipts import Receipt

_DEATHS_ALLOWED = 3  # machines of a cluster are taken away more often than processes die
_ROOM_SECONDS = 600  # a cluster that grows may need minutes for its first machine
_NOT_STARTED = "Starting Ray client server failed"
_SAME = "install the same pictus, with the same extras and versions, on all machines of the cluster"


@contextmanager
def runner(
    engine: str, *, workers: int | None, cpus: float, place: str
) -> Iterator[Callable[[Iterable[Task]], Iterator[Receipt | Failure]]]:
    """Attach to a cluster, and give what runs tasks there.

    Args:
        engine: "ray", or the address of a cluster's port for clients.
        workers: tasks at once, in the whole cluster; None for as many as it has room for.
        cpus: processors that a task takes, also parts of one.
        place: the corpus that is made: every machine must see it.
    """
    with _attached(engine) as ray:
        remote = ray.remote(num_cpus=cpus, max_retries=0)(_shard())
        told = {"version": pictus.__version__, "place": place, "folder": str(Path.cwd()), "libraries": None}
        asked = remote.options(name="pictus, who are you", max_retries=_DEATHS_ALLOWED).remote(told, b"")
        if not ray.wait([asked], timeout=_ROOM_SECONDS)[0]:
            what = f"the Ray cluster had no room for a task in {_ROOM_SECONDS // 60} minutes"
            raise PictusError(what, where=engine, mend="`ray status` says what it has, and what it is busy with")
        told["libraries"] = _taken(ray.get(asked))
        yield lambda tasks: _run(ray, remote, told, iter(tasks), workers, cpus)


def _run(
    ray: Any, remote: Any, told: Mapping[str, Any], tasks: Iterator[Task], workers: int | None, cpus: float
) -> Iterator[Receipt | Failure]:
    """Keep the cluster busy until no task is left; tasks are taken when they are about to run."""
    pending: dict[Any, Task] = {}
    deaths: dict[int, int] = {}

    def begin(task: Task) -> None:
        named = remote.options(name=f"pictus shard {task.shard}")
        pending[named.remote(told, pickle.dumps(task))] = task

    try:
        while True:
            # Twice as many as there is room for, so that none waits, and a cluster that can grow sees why it should.
            room = workers or 2 * max(int(ray.cluster_resources().get("CPU", 0) / cpus), 1)
            while len(pending) < room and (task := next(tasks, None)) is not None:
                begin(task)
            if not pending:
                return
            for done in ray.wait(list(pending))[0]:
                task = pending.pop(done)
                try:
                    yield _taken(ray.get(done))
                except ray.exceptions.RayTaskError:
                    raise  # an error in the work itself, which would come again
                except ray.exceptions.RayError as error:  # its process or its machine is gone
                    deaths[task.shard] = deaths.get(task.shard, 0) + 1
                    if deaths[task.shard] > _DEATHS_ALLOWED:
                        yield Failure(task, _died(task, error))
                    else:
                        begin(task)
    except ConnectionError:
        pending.clear()  # nobody is left who could be told
        raise
    finally:
        with suppress(ray.exceptions.RayError):
            for left in pending:
                ray.cancel(left, force=True)


@contextmanager
def _attached(engine: str) -> Iterator[Any]:
    """Attach to the cluster, and leave it at the end; who was attached before stays so."""
    knock(engine)
    try:
        import ray
    except ImportError:
        raise not_installed() from None
    if ray.is_initialized():
        yield ray
        return
    logging.getLogger("ray").setLevel(logging.WARNING)
    address = address_of(engine)
    try:
        attach(ray, address)
    except (ConnectionError, RuntimeError, ValueError, ray.exceptions.RayError) as error:
        raise PictusError(f"cannot attach to a Ray cluster: {_said(error)}", where=address, mend=start_one()) from None
    try:
        yield ray
    except ConnectionError as error:
        mend = "the same command goes on from here, once the cluster runs again"
        raise PictusError(f"the Ray cluster was lost: {_said(error)}", where=address, mend=mend) from None
    finally:
        ray.shutdown()


def attach(ray: Any, address: str) -> None:
    """Attach to a cluster; once more where the head could not start the process that serves this client.

    Such a process may die as it starts, and the next one lives.
    """
    for is_last in (False, False, True):
        try:
            ray.init(address=address, log_to_driver=False, logging_level=logging.WARNING)
            return
        except (ConnectionError, RuntimeError) as error:
            if is_last or _NOT_STARTED not in str(error):
                raise
            ray.shutdown()


def _shard() -> Callable[[Mapping[str, Any], bytes], Any]:
    """Make the function that Ray runs: inside of another, so that it goes there whole and needs no pictus to answer."""

    def shard(told: Mapping[str, Any], task: bytes) -> Any:
        import platform

        try:
            import pictus
            from pictus.engine.ray_worker import work
        except ImportError as error:
            return f"{platform.node()} has no pictus that works: {error}"
        if pictus.__version__ != told["version"]:
            return f"{platform.node()} has pictus {pictus.__version__}, and this is {told['version']}"
        return work(told, task)

    return shard


def _taken(result: Any) -> Any:
    """Take what a worker gave; a text says why that machine cannot work, and then no shard was begun."""
    if isinstance(result, str):
        raise PictusError(result, where="the Ray cluster", mend=_SAME)
    if isinstance(result, PictusError):
        raise result
    return result


def _died(task: Task, error: Exception) -> PictusError:
    return PictusError(
        f"the worker that made this shard died again and again: {_said(error)}",
        where=f"shard {task.shard}",
        mend="most often memory ran out: run with fewer --workers, or smaller shards",
    )


def _said(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
