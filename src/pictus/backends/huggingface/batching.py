"""The queue before a model: prompts that wait are answered together, those of like length beside each other."""

import asyncio
import contextlib
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

from pictus.backends.huggingface.folder import first_line
from pictus.prompt import Answer, Fault

_FILL_SECONDS = 0.005  # a batch is waited for this long after the last prompt that came


class Sized(Protocol):
    """What a batch is made of: tokens of the prompt, tokens the answer may have, and what can lie beside what."""

    @property
    def length(self) -> int: ...  # noqa: D102
    @property
    def limit(self) -> int: ...  # noqa: D102
    @property
    def kin(self) -> tuple[Any, ...]: ...  # noqa: D102


Row = TypeVar("Row", bound=Sized)
Generate: TypeAlias = Callable[[list[Row]], list[Answer]]


class Full(Exception):
    """The memory does not hold a batch."""


@dataclass(frozen=True, slots=True)
class _Asked(Generic[Row]):
    row: Row
    future: "asyncio.Future[Answer]"
    loop: asyncio.AbstractEventLoop


def batches(rows: Sequence[Row], *, tokens: int, most: int) -> Iterator[list[int]]:
    """Give the places of the rows of each batch; a row too large for the budget has a batch of its own.

    Rows are padded to the longest, so those of like length lie together and a batch costs what its longest costs.
    """
    order = sorted(range(len(rows)), key=lambda place: (rows[place].kin, rows[place].length, rows[place].limit))
    batch: list[int] = []
    limit = 0
    for place in order:
        row = rows[place]
        limit = max(limit, row.limit)
        is_full = len(batch) >= most or (len(batch) + 1) * (row.length + limit) > tokens
        if batch and (is_full or rows[batch[0]].kin != row.kin):
            yield batch
            batch, limit = [], row.limit
        batch.append(place)
    if batch:
        yield batch


class Batcher(Generic[Row]):
    """One thread that answers what waits, batch after batch; it begins with the first question."""

    def __init__(self, generate: Generate[Row], *, tokens: int, most: int) -> None:
        self._generate, self._tokens, self._most = generate, tokens, most
        self._is_closed = False
        self._waiting: queue.SimpleQueue[_Asked[Row] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="pictus-batches", daemon=True)
        self._thread.start()

    async def ask(self, row: Row) -> Answer:
        """Wait for the answer to one row."""
        if self._is_closed:
            raise closed()
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Answer] = loop.create_future()
        self._waiting.put(_Asked(row, future, loop))
        return await future

    def stop(self) -> None:
        """Answer nothing more; to be called where the questions come from, so that none comes after it."""
        self._is_closed = True
        self._waiting.put(None)

    def join(self) -> None:
        """Wait for the batch that is being worked on."""
        self._thread.join()

    def _work(self) -> None:
        is_open = True
        while is_open:
            asked, is_open = self._collect()
            for places in batches([one.row for one in asked], tokens=self._tokens, most=self._most):
                batch = [asked[place] for place in places]
                if is_open:
                    self._answer([one for one in batch if not one.future.cancelled()])
                else:
                    _fail(batch, closed())

    def _collect(self) -> tuple[list[_Asked[Row]], bool]:
        """Take all that waits, once a batch is full or nobody comes any more; False when it is time to close."""
        asked: list[_Asked[Row]] = []
        with contextlib.suppress(queue.Empty):
            while True:
                timeout = None if not asked else _FILL_SECONDS if len(asked) < self._most else 0
                one = self._waiting.get(timeout is None or timeout > 0, timeout or None)
                if one is None:
                    return asked, False
                asked.append(one)
        return asked, True

    def _answer(self, batch: list[_Asked[Row]]) -> None:
        """Answer a batch; one that fails is halved, until it is known which rows cannot be answered."""
        if batch and not self._is_done(batch):
            half = len(batch) // 2
            self._answer(batch[:half])
            self._answer(batch[half:])

    def _is_done(self, batch: list[_Asked[Row]]) -> bool:
        try:
            answers = self._generate([one.row for one in batch])
        except Fault as fault:
            _fail(batch, fault)
        except Full:
            if len(batch) > 1:
                # What did not fit once will not fit the next time.
                cost = max(one.row.length + one.row.limit for one in batch) * len(batch)
                self._tokens = max(min(self._tokens, cost) // 2, 1)
                return False
            _fail(batch, Fault("the memory does not hold this prompt and its answer", "set_aside"))
        except Exception as error:  # the edge of a request: whatever happened becomes its fault
            if len(batch) > 1:
                return False
            _fail(batch, Fault(f"the model failed: {type(error).__name__} {first_line(error)}", "set_aside"))
        else:
            for one, answer in zip(batch, answers, strict=True):
                _resolve(one, answer)
        return True


def closed() -> Fault:
    """Explain that there was no time to answer."""
    return Fault("the model was closed before it answered", "retry")


def _fail(batch: Sequence[_Asked[Any]], fault: Fault) -> None:
    for one in batch:
        _resolve(one, fault)


def _resolve(one: _Asked[Any], result: Answer | Fault) -> None:
    def settle() -> None:
        if one.future.done():  # given up by who asked
            return
        if isinstance(result, Fault):
            one.future.set_exception(result)
        else:
            one.future.set_result(result)

    with contextlib.suppress(RuntimeError):  # the loop is closed: nobody listens
        one.loop.call_soon_threadsafe(settle)
