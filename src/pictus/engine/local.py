"""Run tasks on this machine, each in a process of its own kind: spawned, and replaced when it dies."""

import os
import signal
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait as wait_for_sentinel

from pictus.engine.task import Task, run
from pictus.errors import PictusError
from pictus.store.receipts import Receipt

_DEATHS_ALLOWED = 2  # a task during which the process died this often is not tried once more


@dataclass(frozen=True, slots=True)
class Failure:
    """A task that could not be done, and why."""

    task: Task
    error: PictusError


def run_tasks(tasks: Sequence[Task], *, workers: int) -> Iterator[Receipt | Failure]:
    """Do all tasks, giving each result as it comes; one that fails keeps none of the others from running."""
    if workers <= 1 or len(tasks) <= 1:
        for task in tasks:
            yield _attempt(task)
    else:
        yield from _run_in_processes(tasks, workers)


def default_workers() -> int:
    """Give the number of processors this process may use."""
    return len(os.sched_getaffinity(0))


def _attempt(task: Task) -> Receipt | Failure:
    try:
        return run(task)
    except PictusError as error:
        return Failure(task, error)


def _run_in_processes(tasks: Sequence[Task], workers: int) -> Iterator[Receipt | Failure]:
    left = {task.shard: task for task in tasks}
    deaths = dict.fromkeys(left, 0)
    while left:
        # After a death it cannot be known whose fault it was, so the suspects run one at a time.
        suspects = [task for task in left.values() if deaths[task.shard]]
        batch, width = (suspects[:1], 1) if suspects else (list(left.values()), workers)
        unfinished = []
        for task, result in _run_pool(batch, width):
            if result is None:
                unfinished.append(task)
                continue
            del left[task.shard]
            yield result
        # Tasks start in their order, so the first of them were running and the others waiting.
        for task in sorted(unfinished, key=lambda task: task.shard)[:width]:
            deaths[task.shard] += 1
            if deaths[task.shard] > _DEATHS_ALLOWED:
                del left[task.shard]
                yield Failure(task, _died(task))


def _run_pool(tasks: Sequence[Task], workers: int) -> Iterator[tuple[Task, Receipt | Failure | None]]:
    """Run tasks in one pool; None for those that were not done when a process died."""
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_prepare_worker)
    try:
        pending: dict[Future[Receipt | Failure], Task] = {pool.submit(_attempt, task): task for task in tasks}
        while pending:
            done, _ = wait(pending, return_when="FIRST_COMPLETED")
            for future in done:
                task = pending.pop(future)
                try:
                    yield task, future.result()
                except BrokenProcessPool:
                    yield task, None
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _prepare_worker() -> None:
    # Ctrl-C reaches every process of the terminal; only the main one decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_die_with_parent, daemon=True).start()


def _die_with_parent() -> None:
    """End this process when the main one is killed, so that nothing writes on unseen."""
    parent = parent_process()
    assert parent is not None
    wait_for_sentinel([parent.sentinel])
    os._exit(1)


def _died(task: Task) -> PictusError:
    return PictusError(
        "the process that made this shard died again and again",
        where=f"shard {task.shard}",
        mend="most often memory ran out: run with fewer --workers",
    )
