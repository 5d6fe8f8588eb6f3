"""Make a corpus: shard after shard from one stream, or many shards at once by tasks.

Both go on where an earlier run stopped: a shard with a receipt is not made again.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol, TypeAlias

from pictus.engine.engines import LOCAL, Runner, runner
from pictus.engine.events import Events
from pictus.engine.local import Failure
from pictus.engine.task import Task
from pictus.errors import ManyErrors, PictusError
from pictus.record import Record, Reject
from pictus.store.corpus import Corpus, finish_corpus, locked
from pictus.store.receipts import Receipt, read_receipt
from pictus.store.shards import SHARD_ROWS, Rows, write_shard

Stream: TypeAlias = Callable[[], Iterable[Record | Reject]]


class Beside(Protocol):
    """What stands beside each shard, such as a side table, made of what the stream learned on its way."""

    def is_there(self, shard: int) -> bool:
        """Say whether it was written."""
        ...

    def write(self, receipt: Receipt) -> None:
        """Write it for a shard that is whole, or pass over that shard's rows where it was written."""
        ...


def make_from_stream(
    corpus: Corpus, stream: Stream, events: Events, *, beside: Beside | None = None, shard_rows: int = SHARD_ROWS
) -> Corpus:
    """Write a stream to shards one after the other, each with what stands beside it.

    The same stream must come again in every run; what finished shards took from it is passed over.
    """
    with locked(corpus):
        has_all = beside is None or all(map(beside.is_there, corpus.shards))
        if corpus.is_complete and has_all and _missing(corpus, corpus.shards) == []:
            return corpus
        began = time.monotonic()
        events.send("begin", corpus=str(corpus.place), shards=None)
        rows = Rows(stream())
        number = 0
        while number == 0 or not rows.ended():
            receipt = read_receipt(corpus.place, number)
            if receipt is None:
                receipt = write_shard(corpus.place, number, rows, root_names=corpus.root_names, limit=shard_rows)
                _tell(events, receipt)
            else:
                _pass_over(rows, receipt, corpus)
            if beside is not None:
                beside.write(receipt)
            number += 1
        return _finish(corpus, number, events, began)


def _pass_over(rows: Rows, receipt: Receipt, corpus: Corpus) -> None:
    for _ in range(receipt.taken):
        if next(rows, None) is None:
            raise PictusError(
                f"the input ends before the rows that shard {receipt.shard} was made of",
                where=str(corpus.place),
                mend="give this run what the first one had, its journal too; or choose another folder",
            )


def make_from_tasks(
    corpus: Corpus,
    tasks: Iterable[Task],
    events: Events,
    *,
    workers: int | None,
    engine: str = LOCAL,
    cpus: float = 1,
    later: Sequence[Callable[[], Iterable[Task]]] = (),
) -> Corpus:
    """Do the tasks whose shards are missing; one that fails leaves the others whole.

    Tasks are numbered from 0. They may be found while others run: then nobody knows yet how many there will be.

    Args:
        corpus: what they make.
        tasks: all of them.
        events: takes what happens.
        workers: tasks at once; None for as many as there is room for.
        engine: where they run.
        cpus: processors that a task takes, also parts of one.
        later: further tasks, each kind of which needs that all before it are done.
    """
    with locked(corpus):
        if not later and corpus.is_complete and not _missing(corpus, corpus.shards):
            return corpus
        began = time.monotonic()
        if isinstance(tasks, Sequence):
            left = len(_missing(corpus, [task.shard for task in tasks]))
            events.send("begin", corpus=str(corpus.place), shards=len(tasks), missing=left)
        else:
            events.send("begin", corpus=str(corpus.place), shards=None)
        with runner(engine, workers=workers, cpus=cpus, place=str(corpus.place)) as run_tasks:
            count = _do(corpus, tasks, events, run_tasks)
            for more in later:
                count += _do(corpus, more(), events, run_tasks)
        return _finish(corpus, count, events, began)


def _do(corpus: Corpus, tasks: Iterable[Task], events: Events, run_tasks: Runner) -> int:
    """Do the tasks whose shards are missing, and count all."""
    count = 0

    def missing() -> Iterator[Task]:
        nonlocal count
        for task in tasks:
            count += 1
            if read_receipt(corpus.place, task.shard) is None:
                yield task

    errors: list[PictusError] = []
    for result in run_tasks(missing()):
        if isinstance(result, Failure):
            errors.append(result.error)
            events.send("failed", shard=result.task.shard, what=result.error.what)
        else:
            _tell(events, result)
    if errors:
        raise ManyErrors(errors, where=str(corpus.place))
    return count


def _missing(corpus: Corpus, shards: Iterable[int]) -> list[int]:
    return [number for number in shards if read_receipt(corpus.place, number) is None]


def _tell(events: Events, receipt: Receipt) -> None:
    events.send(
        "shard",
        shard=receipt.shard,
        rows=receipt.rows,
        rejected=receipt.rejected,
        size_bytes=receipt.size_bytes,
        reasons=receipt.reasons,
    )


def _finish(corpus: Corpus, shards: int, events: Events, began: float) -> Corpus:
    done = finish_corpus(corpus, shards)
    events.send(
        "end",
        rows=done.summary["rows"],
        rejected=done.summary["rejected"],
        seconds=round(time.monotonic() - began, 3),
    )
    return done
