"""Where tasks run: in processes of this machine, or on the machines of a Ray cluster."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import TypeAlias

from pictus.engine import ray_door
from pictus.engine.local import Failure, default_workers, run_tasks
from pictus.engine.task import Task
from pictus.errors import PictusError
from pictus.store.receipts import Receipt

LOCAL = "local"
Runner: TypeAlias = Callable[[Iterable[Task]], Iterator[Receipt | Failure]]


def make_sure_of(engine: str) -> None:
    """Refuse an engine that is none, or that cannot be reached, before much is done for it."""
    if ray_door.is_ray(engine):
        ray_door.knock(engine)
    elif engine != LOCAL:
        mend = "`local`, `ray` for the Ray cluster of this machine, or `ray://HOST:10001` for another"
        raise PictusError(f"there is no engine `{engine}`", where="--engine", mend=mend)


def runner(engine: str, *, workers: int | None, cpus: float, place: str) -> AbstractContextManager[Runner]:
    """Give what runs tasks while it is open.

    Args:
        engine: "local", "ray" or the address of a Ray cluster.
        workers: tasks at once; None for as many as there is room for.
        cpus: processors that a task takes, also parts of one.
        place: the corpus that is made.
    """
    make_sure_of(engine)
    if engine == LOCAL:
        return nullcontext(partial(run_tasks, workers=workers or room_here(cpus)))
    from pictus.engine import ray  # of the extra `ray`

    return ray.runner(engine, workers=workers, cpus=cpus, place=place)


def room_here(cpus: float) -> int:
    """Count the tasks that this machine has room for at once."""
    return max(int(default_workers() / cpus), 1)
