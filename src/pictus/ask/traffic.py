"""What happens on the event loop: requests go out at the pace, replies reach the journal, failures try again.

Everything here runs on one thread. Questions come in through `accept`, and go out through `finished` once their
answers are on disk.
"""

import asyncio
import heapq
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from queue import SimpleQueue
from typing import Any

import orjson

from pictus.ask.journal import Journal, Used
from pictus.ask.key import key_of, shape_of
from pictus.ask.money import Price, Purse, most_tokens
from pictus.ask.pace import Pace
from pictus.ask.patience import Patience, backoff_seconds
from pictus.ask.question import Slot, came_of
from pictus.errors import PictusError
from pictus.plugins import Model
from pictus.prompt import Answer, Fault, Prompt, Usage

_TRIES = 6  # of one request that fails where others do not
_WAIT_BLAME = 0.2  # of a failure: a full server turns anybody away, but not one request for ever
_ALL_REFUSED = 20  # requests at the beginning that were refused, and nothing was answered: no prompt will be
_FEW = 8  # open requests: too few for one to be judged by the others
_LETTERS_PER_TOKEN = 4  # good enough for the pace, which `usage` corrects


@dataclass(slots=True, eq=False)
class _Request:
    """One request and all who wait for its answer: the same words are never asked twice at a time."""

    key: bytes
    prompt: Prompt
    tokens: int  # of prompt and answer, estimated
    most: float  # that it may cost
    slots: list[Slot]
    lost: float = 0.0  # that replies without an answer cost
    failures: int = 0
    blamed: float = 0.0  # failures that were its own, not those of a server that is down
    failed_at: float = 0.0
    answer: Answer | None = None
    fault: Fault | None = None


class Traffic:
    """All requests of a run; made before the loop, used on its thread only, but for what it counts."""

    def __init__(
        self,
        model: Model,
        journal: Journal,
        finished: "SimpleQueue[list[Slot] | None]",
        *,
        price: Price | None,
        purse: Purse,
        at_once: int | None,
        patience_seconds: float,
    ) -> None:
        self.model, self.journal, self.finished = model, journal, finished
        self.price, self.purse = price, purse
        self.loop = asyncio.new_event_loop()
        self.pace = Pace(most=min(at_once or model.at_once, model.at_once))
        self.patience = Patience(began=self.loop.time(), seconds=patience_seconds)
        self.stopped: PictusError | str | None = None  # why; text means that the user asked for it
        self.error: BaseException | None = None  # a fault of ours
        self.used = Used()
        self._shape = shape_of(model)
        self._waiting: deque[_Request] = deque()
        self._delayed: list[tuple[float, int, _Request]] = []
        self._open: dict[bytes, _Request] = {}  # asked for, and not yet on disk
        self._answer_tokens = 256.0  # a moving mean
        self._ready: list[Slot] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._order = count()
        self._told_end = self._dropping = False
        self._has_answers = False
        self._held: list[_Request] = []  # refused before anything was answered: perhaps all will be
        self._refused = 0
        journal.committed = lambda requests: _call(self.loop, self._committed, requests)

    def run(self) -> None:
        """Turn the loop until `end`: the body of the thread."""
        asyncio.set_event_loop(self.loop)
        self.loop.set_exception_handler(self._broken)
        try:
            try:
                self.loop.run_forever()
            except BaseException as error:  # what asyncio lets through, such as SystemExit
                self._fail(error)
            self.loop.run_until_complete(self.model.close())
            self.loop.run_until_complete(self.loop.shutdown_default_executor())
        finally:
            self.loop.close()

    def accept(self, slots: Iterable[Slot]) -> None:
        """Take questions in."""
        for slot in slots:
            self._look_up(slot)
        self._pump()

    def stop(self, reason: PictusError | str) -> None:
        """Send nothing more; what is in flight comes in and is kept."""
        self.stopped = self.stopped or reason
        self._pump()

    def cancel(self) -> None:
        """Drop what is in flight."""
        self._dropping = True
        for task in self._tasks:
            task.cancel()
        self.loop.call_soon(self.loop.stop)

    def _look_up(self, slot: Slot) -> None:
        """Find a question's answer in the journal, or among those asked for now; else it must be asked."""
        try:
            key = key_of(slot.prompt, self._shape)
        except orjson.JSONEncodeError as error:  # half a letter, from a file that was cut
            self._take(slot, Fault(f"the prompt cannot be sent: {error}", "set_aside"))
            return
        if (same := self._open.get(key)) is not None:
            same.slots.append(slot)
            return
        kept = self.journal.get(key)
        if kept is not None:
            if kept.failed is None:
                self._has_answers = True
                self.used.add(kept.usage, kept.cost)
            else:
                self.used.cost += kept.cost
            self._take(slot, came_of(kept))
            return
        request = _Request(key, slot.prompt, self._estimated(slot.prompt), self._most(slot.prompt), [slot])
        self._open[key] = request
        self._waiting.append(request)

    def _take(self, slot: Slot, came: Answer | Fault) -> None:
        """Read what came for a question; one that cannot be used is asked again with another seed."""
        if slot.take(came):
            self._ready.append(slot)
        else:
            self._look_up(slot)

    def _pump(self) -> None:
        """Send what may be sent now, hand over what is done, and come back when more may be sent."""
        now = self.loop.time()
        while self._delayed and self._delayed[0][0] <= now:
            self._waiting.appendleft(heapq.heappop(self._delayed)[2])
        wait: float | None = None
        while self._waiting and self.stopped is None:
            request = self._waiting[0]
            wait = self.pace.wait(request.tokens, now)
            if wait != 0:
                break
            if not self.purse.affords(request.most):
                if not self._tasks:
                    self.stopped = _budget_spent(self.purse, request.most)
                break
            self._send(self._waiting.popleft(), now)
        self._let_go_of_held()
        self._set_timer(now, wait)
        if self._ready:
            self.finished.put(self._ready)
            self._ready = []
        if self.stopped is not None and not self._tasks and not self._uncommitted():
            self._end()

    def _end(self) -> None:
        """Leave what was not asked to the next run, and tell once that nothing is in flight."""
        left = list(self._open.values())
        self._waiting.clear()
        self._delayed.clear()
        for request in left:
            self._give_back(request)
        if left:
            self.finished.put([])  # whoever waits for one of them should look
        if not self._told_end:
            self._told_end = True
            self.finished.put(None)

    def _uncommitted(self) -> bool:
        return any(request.answer or request.fault for request in self._open.values())

    def _set_timer(self, now: float, wait: float | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self.stopped is not None:
            return
        waits = [wait] if wait else []
        if self._delayed:
            waits.append(self._delayed[0][0] - now)
        if waits:
            self._timer = self.loop.call_later(max(min(waits), 0.001), self._pump)

    def _send(self, request: _Request, now: float) -> None:
        self.pace.begin(request.tokens, now)
        self.purse.reserve(request.most)
        self.patience.sent += 1
        task = self.loop.create_task(self._ask(request))
        self._tasks.add(task)
        task.add_done_callback(self._task_done)

    def _task_done(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._fail(error)
        self._pump()

    def _broken(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """End the run for an error of our own; what the loop complains of without one is not ours."""
        if (error := context.get("exception")) is not None:
            self._fail(error)

    def _fail(self, error: BaseException) -> None:
        """End the run at once; whoever waits must not wait for what will never be kept."""
        self.error, self.stopped = self.error or error, self.stopped or "an error in pictus"
        self.finished.put(None)

    async def _ask(self, request: _Request) -> None:
        began = self.loop.time()
        try:
            answer = await self.model.answer(request.prompt)
        except Fault as fault:
            self._came_back(request, fault)
        except asyncio.CancelledError:
            if self._dropping:
                raise
            # Libraries cancel what they gave up; nobody else would ask again.
            self._came_back(request, Fault("the request was cancelled", "retry"))
        else:
            self._answered(request, answer, began)

    def _answered(self, request: _Request, answer: Answer, began: float) -> None:
        now, usage = self.loop.time(), answer.usage
        self.patience.succeeded(now)
        used = None if usage is None else usage.prompt + usage.completion
        self.pace.end(request.tokens, used, answer.limits, now)
        self.pace.succeeded(now - began)
        if usage is not None:
            self._answer_tokens += 0.05 * (usage.completion - self._answer_tokens)
        cost = self._cost(request.prompt, usage)
        self.purse.settle(request.most, cost)
        self.used.add(usage, cost)
        request.answer, self._has_answers = answer, True
        self._keep(request, answer.reply, usage=usage, cost=cost + request.lost)

    def _came_back(self, request: _Request, fault: Fault) -> None:
        now = self.loop.time()
        cost = self._cost(request.prompt, fault.usage) if fault.usage is not None else 0.0
        request.lost += cost
        self.used.cost += cost
        self.purse.settle(request.most, cost)
        self.pace.end(request.tokens, None, fault.limits, now)
        self._failed(request, fault, now)

    def _failed(self, request: _Request, fault: Fault, now: float) -> None:
        if fault.remedy in ("vary", "set_aside"):
            self.patience.succeeded(now)
            request.fault = fault
            if self._has_answers or fault.remedy == "vary" or request.lost:
                self._keep(request, b"", cost=request.lost)
            else:
                self._hold(request, fault)
            return
        if fault.strains:
            self.pace.strained(fault.wait_seconds, now)
        if fault.remedy == "stop":
            self._give_back(request)
            self.stopped = self.stopped or PictusError(fault.what, where=self.model.model, mend=fault.mend or _AGAIN)
            return
        request.failures += 1
        if fault.remedy == "retry":
            self.patience.failed += 1
        if self._is_its_own(request, fault):
            request.blamed += 1 if fault.remedy == "retry" else _WAIT_BLAME
        request.failed_at = now
        reason = self.patience.reason_to_stop(fault, now)
        if reason is not None:
            self._give_back(request)
            mend = f"{_REACHED} then {_AGAIN}" if reason.startswith("cannot connect") else _AGAIN
            self.stopped = self.stopped or PictusError(reason, where=self.model.model, mend=mend)
        elif request.blamed >= _TRIES:
            request.fault = Fault(f"gave up after {request.failures} tries: {fault.what}", "retry")
            self._keep(request, b"", cost=request.lost)
        else:
            wait = fault.wait_seconds
            pause = backoff_seconds(request.failures, request.prompt.seed) if wait is None else wait
            heapq.heappush(self._delayed, (now + pause, next(self._order), request))

    def _hold(self, request: _Request, fault: Fault) -> None:
        """Keep a refusal back until something was answered: an endpoint that refuses everything is not the prompt's."""
        self._held.append(request)
        self._refused += 1
        if self._refused == _ALL_REFUSED:
            what = f"each of the first {self._refused} requests failed: {fault.what}"
            self.stopped = self.stopped or PictusError(what, where=self.model.model, mend=f"mend that; then {_AGAIN}")

    def _let_go_of_held(self) -> None:
        """Keep what was refused once something was answered or all was asked; a run that stops leaves it unasked."""
        if not self._held or not (
            self._has_answers or self.stopped is not None or not (self._tasks or self._waiting or self._delayed)
        ):
            return
        held, self._held = self._held, []
        for request in held:
            if self._has_answers or self.stopped is None:
                self._keep(request, b"", cost=request.lost)
            else:
                request.fault = None

    def _is_its_own(self, request: _Request, fault: Fault) -> bool:
        """Blame a request for its failure where others succeeded meanwhile: an outage must not use up its tries."""
        if len(self._open) <= _FEW:
            return not fault.what.startswith("cannot connect")
        return self.patience.last_success is not None and self.patience.last_success > request.failed_at

    def _give_back(self, request: _Request) -> None:
        """Leave a request unasked: the next run asks it."""
        self._open.pop(request.key, None)
        for slot in request.slots:
            slot.is_left = True

    def _keep(self, request: _Request, reply: bytes, *, usage: Usage | None = None, cost: float = 0.0) -> None:
        fault = request.fault
        failed, remedy = (fault.what, fault.remedy) if fault is not None else (None, None)
        self.journal.put(request.key, reply, failed=failed, remedy=remedy, usage=usage, cost=cost, token=request)

    def _committed(self, requests: list[_Request]) -> None:
        if self.journal.error is not None:
            self._fail(self.journal.error)
        for request in requests:
            self._open.pop(request.key, None)
            came = request.answer or request.fault
            assert came is not None, "only what came is put into the journal"
            if self.journal.error is None:
                for slot in request.slots:
                    self._take(slot, came)
        self._pump()

    def _estimated(self, prompt: Prompt) -> int:
        letters = sum(len(turn.text) for turn in prompt.messages)
        return letters // _LETTERS_PER_TOKEN + int(self._answer_tokens)

    def _most(self, prompt: Prompt) -> float:
        if self.price is None or self.purse.budget is None:
            return 0.0
        return self.price.cost(most_tokens(prompt, self.model.model))

    def _cost(self, prompt: Prompt, usage: Usage | None) -> float:
        """Give what an answer cost; a server that counts nothing is taken to have used all that was allowed."""
        if self.price is None:
            return 0.0
        return self.price.cost(usage or most_tokens(prompt, self.model.model))


_REACHED = "is the server running, and is this its address? mend that;"
_AGAIN = "run the same command again: it goes on where it stopped, and pays for nothing twice"


def _budget_spent(purse: Purse, most: float) -> PictusError:
    return PictusError(
        f"the budget of ${purse.budget:,.2f} is used up: ${purse.spent:,.4f} are spent, and the next request may cost "
        f"${most:,.4f}",
        where="--budget",
        mend="run the same command with a larger `--budget`; or with `--finish`, to keep what there is",
    )


def _call(loop: asyncio.AbstractEventLoop, function: Callable[..., None], *arguments: Any) -> None:
    with suppress(RuntimeError):  # the loop was closed, perhaps this moment: what is kept needs nobody to hear of it
        loop.call_soon_threadsafe(function, *arguments)
