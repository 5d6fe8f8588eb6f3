"""Get pictures: shard after shard, then the rows that wait for a picture of others, then those that are tried again."""

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from pictus.engine.engines import make_sure_of
from pictus.engine.events import Events
from pictus.engine.making import make_from_tasks
from pictus.engine.task import Task
from pictus.steps import import_
from pictus.steps.acquire.pictures.again import Pass, add_pass, parts_of, passes, reasons_in
from pictus.steps.acquire.pictures.plan import CPUS, PicturesPlan, made_of, roots_of
from pictus.steps.acquire.pictures.progress import followed
from pictus.steps.acquire.pictures.shard import Work
from pictus.steps.acquire.pictures.slices import cut
from pictus.steps.cards import write_cards
from pictus.store.corpus import Corpus, begin_corpus, open_corpus

_THRIFT = {"ARROW_DEFAULT_MEMORY_POOL": "system", "MALLOC_ARENA_MAX": "2"}
_SHARD = "pictus.steps.acquire.pictures.shard"


def run(plan: PicturesPlan, events: Events, *, retry: Collection[str] = ()) -> Corpus:
    """Get the pictures, and write the corpus with its cards.

    Args:
        plan: what is got.
        events: takes how far it is.
        retry: reasons for which rows were set aside, that are tried again; ("passing",) for all that may pass.
    """
    retry = reasons_in(" ".join(retry))
    make_sure_of(plan.engine)  # before the list is read
    corpus = begin_corpus(plan.to, roots=roots_of(plan), made=made_of(plan))
    if plan.listed is not None:
        import_.run(plan.listed, events)
    found = cut(open_corpus(plan.rows_in), plan.rows, limit=plan.limit)
    events.send(
        "wanted", rows=sum(part.count for part in found.slices), late=sum(len(part.rows) for part in found.late)
    )
    if retry:
        _begin_pass(corpus, retry, plan.rows)
    work = Work(
        source=plan.rows_in,
        to=plan.to,
        wanted=plan.wanted,
        manners=plan.manners,
        output=plan.output,
        sums=plan.sums,
        blur_column=plan.blur_column,
        blur_labels=frozenset(plan.blur_labels),
        root_names=corpus.root_names,
        log=events.log,
    )
    slices = _tasks("write_slice", work, found.slices, 0)
    late = _tasks("write_late", work, found.late, len(slices))
    later: list[Callable[[], Sequence[Task]]] = [
        lambda: late,
        *(partial(_pass_tasks, corpus, one, work, plan.rows) for one in passes(corpus.place)),
    ]
    with followed(events), _thrifty_processes():
        corpus = make_from_tasks(
            corpus, slices, events, workers=plan.workers, engine=plan.engine, cpus=CPUS, later=later
        )
    write_cards(corpus)
    return corpus


@contextmanager
def _thrifty_processes() -> Iterator[None]:
    """Have processes that are started now keep less of the memory that they freed: a fifth of what each takes."""
    before = {name: os.environ.get(name) for name in _THRIFT}
    os.environ.update({name: value for name, value in _THRIFT.items() if before[name] is None})
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]


def _begin_pass(corpus: Corpus, reasons: Collection[str], rows: int) -> None:
    """Note a new pass if it has rows, unless the last one was never finished: then that is gone on with."""
    if not corpus.is_complete:
        return
    shards = len(corpus.shards)
    is_unfinished = any(one.first_shard >= shards for one in passes(corpus.place))
    if not is_unfinished and parts_of(corpus, Pass(shards, tuple(reasons)), rows):
        add_pass(corpus.place, shards, reasons)


def _pass_tasks(corpus: Corpus, one: Pass, work: Work, rows: int) -> Sequence[Task]:
    return _tasks("write_again", work, parts_of(corpus, one, rows), one.first_shard)


def _tasks(name: str, work: Work, parts: Iterable[Any], first: int) -> list[Task]:
    return [
        Task(shard=number, function=f"{_SHARD}:{name}", arguments={"work": work, "part": part})
        for number, part in enumerate(parts, first)
    ]
