"""Run tasks on this machine, each in a process of its own kind: spawned, and replaced when it dies."""

import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from itertools import chain, islice
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait as wait_for_sentinel
from typing import TypeVar

from pictus.engine.task import Task, run
from pictus.errors import PictusError
from pictus.store.receipts import Receipt

Result = TypeVar("Result")
_KEPT_BYTES = 16 * 2**20
_DEATHS_ALLOWED = 2  # a task during which the process died this often is not tried once more


@dataclass(frozen=True, slots=True)
class Failure:
    """A task that could not be done, and why."""

    task: Task
    error: PictusError


def run_tasks(tasks: Iterable[Task], *, workers: int) -> Iterator[Receipt | Failure]:
    """Do all tasks, giving each result as it comes; one that fails keeps none of the others from running.

    Tasks are taken when they are about to run, so that finding them and doing them go on at the same time.
    """
    keep_freed_memory()
    if workers <= 1:
        for task in tasks:
            yield attempt(task)
    else:
        yield from _run_in_processes(iter(tasks), workers)


def default_workers() -> int:
    """Give the number of processors this process may use."""
    return len(os.sched_getaffinity(0))


def call_all(jobs: Iterator[Callable[[], Result]], *, workers: int) -> Iterator[Result]:
    """Call functions in processes, giving each result as it comes; they are taken when they are about to run."""
    first = list(islice(jobs, 2))
    jobs = chain(first, jobs)
    if workers <= 1 or len(first) < 2:  # a process of its own would take longer to start
        yield from (job() for job in jobs)
        return
    pool = _processes(workers)
    pending = {pool.submit(job) for job in islice(jobs, 2 * workers)}
    try:
        while pending:
            done, pending = wait(pending, return_when="FIRST_COMPLETED")
            pending |= {pool.submit(job) for job in islice(jobs, len(done))}
            for future in done:
                yield future.result()
    except BrokenProcessPool:
        mend = "most often memory ran out: run the same command with fewer --workers"
        raise PictusError("a process died", where="this machine", mend=mend) from None
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def attempt(task: Task) -> Receipt | Failure:
    """Do a task in this process."""
    try:
        return run(task)
    except PictusError as error:
        return Failure(task, error)


def keep_freed_memory() -> None:
    """Have glibc keep blocks of some megabytes for the next ones, as it does once it has seen a larger one freed.

    Else it gives each back to the system, which clears every page anew: finding rows then takes three times as long.
    """
    bytearray(_KEPT_BYTES)


def _processes(workers: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_prepare_worker)


def _run_in_processes(tasks: Iterator[Task], workers: int) -> Iterator[Receipt | Failure]:
    first = next(tasks, None)
    second = None if first is None else next(tasks, None)
    if first is not None and second is None:
        yield attempt(first)  # a process of its own would take longer to start
        return
    new = chain([first, second], tasks) if first and second else iter(())
    deaths: dict[int, int] = {}
    suspects: list[Task] = []  # after a death it cannot be known whose fault it was, so these run one at a time
    while True:
        batch, width = (iter(suspects[:1]), 1) if suspects else (new, workers)
        del suspects[:1]
        unfinished: list[Task] = []
        for task, result in _run_pool(batch, width):
            if result is None:
                unfinished.append(task)
            else:
                yield result
        # Tasks start in their order, so the first of them were running and the others waiting.
        for place, task in enumerate(sorted(unfinished, key=lambda task: task.shard)):
            deaths[task.shard] = deaths.get(task.shard, 0) + (place < width)
            if deaths[task.shard] > _DEATHS_ALLOWED:
                yield Failure(task, _died(task))
            else:
                suspects.append(task)
        if not unfinished and not suspects and batch is new:
            return


def _run_pool(tasks: Iterator[Task], workers: int) -> Iterator[tuple[Task, Receipt | Failure | None]]:
    """Run tasks in one pool until none is left, or a process died; None for those that were not done then."""
    pool = _processes(workers)
    pending: dict[Future[Receipt | Failure], Task] = {}
    broken = False
    try:
        while True:
            while not broken and len(pending) < 2 * workers and (task := next(tasks, None)) is not None:
                pending[_submitted(pool, task)] = task
            if not pending:
                return
            done, _ = wait(pending, return_when="FIRST_COMPLETED")
            for future in done:
                task = pending.pop(future)
                try:
                    yield task, future.result()
                except BrokenProcessPool:
                    broken = True
                    yield task, None
    except (KeyboardInterrupt, GeneratorExit):
        # Nobody waits for the shards in the making, which may take minutes: the next run makes them again.
        for process in list((pool._processes or {}).values()):
            process.kill()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _submitted(pool: ProcessPoolExecutor, task: Task) -> Future[Receipt | Failure]:
    try:
        return pool.submit(attempt, task)
    except BrokenProcessPool as error:  # a process died since the last look
        lost: Future[Receipt | Failure] = Future()
        lost.set_exception(error)
        return lost


def _prepare_worker() -> None:
    keep_freed_memory()
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
