"""Ask a stream of questions; the answers come out in the same order, however they came in."""

import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from types import FrameType, TracebackType
from typing import Any, Self

from pictus.ask.journal import Journal
from pictus.ask.money import Price, Purse, unknown_price
from pictus.ask.question import Asked, Question, Slot
from pictus.ask.traffic import Traffic
from pictus.engine.events import Events
from pictus.errors import PictusError
from pictus.plugins import Model

_AT_A_TIME = 64  # questions handed over to the loop
_TOLD_SECONDS = 0.5
_LEAST_WINDOW, _MOST_WINDOW = 1_024, 8_192


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How far a run may go."""

    price: Price | None = None
    budget: float | None = None  # dollars, everything that the journal ever paid included
    at_once: int | None = None
    patience_seconds: float = 120.0
    finish: bool = False  # a run that must stop ends with what there is


class Asking:
    """A run: a thread that asks, and the journal that keeps what it learns."""

    def __init__(self, model: Model, journal: Journal, rules: Rules = Rules(), events: Events | None = None) -> None:
        if rules.budget is not None and rules.price is None:
            raise unknown_price(model.model)
        if model.at_once < 1:
            mend = "leave `at_once` out, or say how many requests may be in flight"
            raise PictusError("no request may be sent: `at_once` is less than 1", where=model.model, mend=mend)
        self.model, self.rules, self.events = model, rules, events or Events()
        self.purse = Purse(rules.budget, journal.totals().cost)
        self.done = self.set_aside = self.left = 0
        self.closing: Callable[[], None] = lambda: None  # called before the first question is left out
        self.total: int | None = None
        self._finished: SimpleQueue[list[Slot] | None] = SimpleQueue()
        self.traffic = Traffic(
            model,
            journal,
            self._finished,
            price=rules.price,
            purse=self.purse,
            at_once=rules.at_once,
            patience_seconds=rules.patience_seconds,
        )
        self._window_size = min(max(16 * self.traffic.pace.most, _LEAST_WINDOW), _MOST_WINDOW)
        self._thread = threading.Thread(target=self.traffic.run, name="asking", daemon=True)
        self._began = self._told = time.monotonic()
        self._interrupts = 0
        self._ended = False  # nothing is in flight any more
        self._old_handler: Any = None

    def __enter__(self) -> Self:
        self._thread.start()
        if threading.current_thread() is threading.main_thread():
            self._old_handler = signal.signal(signal.SIGINT, self._interrupted)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let what is in flight come in and be kept; a second Ctrl-C drops it."""
        try:
            if not self.traffic.error:
                self._call(self.traffic.stop, "the run has ended")
                while not self._ended and self._finished.get() is not None:
                    pass
        except KeyboardInterrupt:
            pass
        finally:
            self._call(self.traffic.cancel)
            self._thread.join(30)
            if self._old_handler is not None:
                signal.signal(signal.SIGINT, self._old_handler)

    def ask(self, questions: Iterable[Question], *, room: Callable[[], int | None] = lambda: None) -> Iterator[Asked]:
        """Ask questions and give the answers in order; `room` says how many more may be wanted at all."""
        window: deque[Slot] = deque()
        questions = iter(questions)
        has_more = True
        while True:
            left = room()
            has_more = has_more and self._fill(window, questions, left)
            if not window:
                if has_more and left != 0:
                    raise self._why()  # all that was asked came in, and the rest never will
                return
            while not (window[0].asked or window[0].is_left) and self._collect():
                pass
            asked = window.popleft().asked
            if asked is not None:
                self.done += 1
                self.set_aside += asked.problem is not None
                yield asked
            elif self._is_broken():
                raise self._why()
            else:
                if not self.left:
                    self.closing()
                self.left += 1

    def _fill(self, window: deque[Slot], questions: Iterator[Question], room: int | None) -> bool:
        most = self._window_size if room is None else min(self._window_size, room)
        if len(window) > most - min(_AT_A_TIME, max(most // 2, 1)):
            return True
        if (self._interrupts or self.traffic.stopped is not None) and self._is_broken():
            return True  # a run that may end goes on, for the answers that the journal holds
        fresh: list[Slot] = []
        try:
            while len(window) < most:
                question = next(questions, None)
                if question is None:
                    return False
                slot = Slot(question)
                window.append(slot)
                fresh.append(slot)
                if len(fresh) == _AT_A_TIME:
                    self._call(self.traffic.accept, fresh)
                    fresh = []
            return True
        finally:
            if fresh:
                self._call(self.traffic.accept, fresh)

    def _collect(self) -> bool:
        """Wait for something to be done or left; False when nothing more will be."""
        try:
            self._ended = self._finished.get(timeout=_TOLD_SECONDS) is None or self._ended
        except Empty:
            if not self._thread.is_alive():
                return False
        self._tell()
        return self.traffic.error is None

    def _tell(self) -> None:
        now = time.monotonic()
        if now - self._told < _TOLD_SECONDS:
            return
        self._told = now
        self.events.send(
            "asked",
            done=self.done,
            total=self.total,
            rate=round(self.done / (now - self._began), 1),
            spent=None if self.rules.price is None else round(self.purse.spent, 6),
            in_flight=self.traffic.pace.in_flight,
            set_aside=self.set_aside,
            ending=bool(self._interrupts),
        )

    def _is_broken(self) -> bool:
        return not self.rules.finish or bool(self._interrupts) or self.traffic.error is not None

    def _why(self) -> BaseException:
        if self._interrupts:
            return KeyboardInterrupt()
        stopped = self.traffic.stopped
        if self.traffic.error is not None:
            return self.traffic.error
        if isinstance(stopped, PictusError):
            return stopped
        return RuntimeError(f"the run ended before its answers: {stopped}")

    def _interrupted(self, number: int, frame: FrameType | None) -> None:
        self._interrupts += 1
        if self._interrupts > 1:
            raise KeyboardInterrupt
        self._call(self.traffic.stop, "interrupted")

    def _call(self, function: Callable[..., None], *arguments: Any) -> None:
        with suppress(RuntimeError):  # the loop is closed: the thread has ended, and nobody waits for it any more
            self.traffic.loop.call_soon_threadsafe(function, *arguments)
