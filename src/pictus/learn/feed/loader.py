"""Steps ahead of the training: made by other processes, handed over in shared memory, in the order of their numbers."""

import os
import signal
from collections.abc import Iterator, Sequence
from dataclasses import replace
from multiprocessing import get_context
from multiprocessing.context import BaseContext
from typing import Protocol, TypeAlias

import numpy as np
import torch
from torch.utils.data import DataLoader

from pictus.errors import PictusError
from pictus.learn.step import Pixels, Step

_AHEAD = 2  # steps that each worker has ready
_IMPORTED = ("transformers.tokenization_utils_tokenizers", "pictus.learn.feed.loader", "pictus.learn.feed.opening")
_DEATHS = ("exited unexpectedly", "is killed by signal")  # in torch's words
_WHERE = "the processes that read pictures"
_SENT: TypeAlias = "tuple[Step, torch.Tensor, list[int]] | PictusError"


class Steps(Protocol):
    """Steps by their number, such as those of a stage."""

    def __len__(self) -> int:
        """Count them."""
        ...

    def __getitem__(self, number: int) -> Step:
        """Make one."""
        ...


def steps_from(feed: Steps, first: int, *, workers: int = 0, pinned: bool = False) -> Iterator[Step]:
    """Give the steps from one on to the last.

    Args:
        feed: makes them; it is sent to the workers.
        first: the number of the first: samples seen so far, by the size of a batch.
        workers: processes that make them ahead; with none they are made when they are asked for.
        pinned: put pictures where a GPU can fetch them by itself.
    """
    loader = DataLoader(
        _Sender(feed),
        batch_size=None,
        sampler=range(first, len(feed)),
        num_workers=workers,
        collate_fn=_as_it_is,
        pin_memory=pinned,
        prefetch_factor=_AHEAD if workers else None,
        multiprocessing_context=_context() if workers else None,
        worker_init_fn=_begin,
    )
    try:
        for sent in loader:
            yield _received(sent)
    except RuntimeError as error:
        if not any(sign in str(error) for sign in _DEATHS):
            raise
        raise PictusError(
            f"one of them was killed: {str(error).splitlines()[0]}",
            where=_WHERE,
            mend="most often memory ran out: take fewer workers; in a container, give it more shared memory "
            "(`docker run --shm-size`)",
        ) from None


class _Sender:
    """What a worker runs: makes a step, and puts its pictures into one tensor, since only tensors are shared."""

    def __init__(self, feed: Steps) -> None:
        self._feed = feed

    def __len__(self) -> int:
        return len(self._feed)

    def __getitem__(self, number: int) -> _SENT:
        try:
            step = self._feed[number]
        except PictusError as error:  # torch would raise it anew from its text alone, which it has no arguments for
            return error
        rows = tuple(replace(row, pictures=row.pictures[:0]) for row in step.rows)
        found = [row.pictures for row in step.rows if len(row.pictures)]
        together = torch.from_numpy(_together(found)) if found else torch.zeros((0, 3, 0, 0), dtype=torch.uint8)
        return replace(step, rows=rows), together, [len(row.pictures) for row in step.rows]


def _together(pictures: Sequence[Pixels]) -> Pixels:
    """Give all pictures as one array, without copying those that lie one behind the other."""
    whole = pictures[0].base
    if isinstance(whole, np.ndarray) and all(one.base is whole for one in pictures):
        part = whole[: sum(map(len, pictures))]
        begins = np.cumsum([part.ctypes.data, *(one.nbytes for one in pictures)]).tolist()
        if part.shape[1:] == pictures[0].shape[1:] and begins[:-1] == [one.ctypes.data for one in pictures]:
            return part
    return np.concatenate(pictures)


def _received(sent: _SENT) -> Step:
    """Give each row its part of the pictures, which stay where they are."""
    if isinstance(sent, PictusError):
        raise sent
    step, together, counts = sent
    pictures, ends = together.numpy(), np.cumsum(counts).tolist()
    rows = tuple(
        replace(row, pictures=pictures[end - count : end]) if count else row
        for row, count, end in zip(step.rows, counts, ends, strict=True)
    )
    return replace(step, rows=rows)


def _context() -> BaseContext:
    """Start workers from a process that has imported what they need, and has neither a GPU open nor threads."""
    context = get_context("forkserver")
    context.set_forkserver_preload(list(_IMPORTED))
    return context


def _as_it_is(sent: _SENT) -> _SENT:
    return sent


def _begin(_: int) -> None:
    # A terminal's Ctrl-C reaches all: the training finishes its step with what they give, and then ends them.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    torch.set_num_threads(1)  # the workers are as many as there are processors for them
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
