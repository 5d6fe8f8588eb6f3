"""What steps that ask a model share: which records they ask about, how far they may go, and what they tell of it."""

import fcntl
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import orjson

from pictus import plugins
from pictus.ask.asking import Asking, Rules
from pictus.ask.journal import Journal
from pictus.ask.money import Price, price_of, typed_price, unknown_price
from pictus.engine.events import Events
from pictus.errors import PictusError
from pictus.prompt import Answer, Fault, Prompt
from pictus.record import Record
from pictus.steps.cards import ASKED
from pictus.store.columns import FIELDS
from pictus.store.corpus import Corpus, begin_corpus
from pictus.store.shards import read_shard

_JOURNAL = "journal.sqlite"
_CLOSING = "finished-early.txt"
Taken: TypeAlias = tuple[tuple[int, int, str], ...]  # number, rows to take, sha256 of each input shard


class AskingPlan(Protocol):
    """The part of a plan that says who is asked, and how far that may go."""

    @property
    def to(self) -> str:
        """Say where the corpus is made."""
        ...

    @property
    def backend(self) -> str:
        """Name what asks the model."""
        ...

    @property
    def budget(self) -> float | None:
        """Give the dollars that may be spent."""
        ...

    @property
    def price(self) -> str | None:
        """Give IN,OUT for a million tokens, where the user told it."""
        ...

    @property
    def journal(self) -> str | None:
        """Say where answers are kept, if not with the corpus."""
        ...

    @property
    def at_once(self) -> int | None:
        """Say how many requests may be in flight."""
        ...

    @property
    def finish(self) -> bool:
        """Say whether a run that must stop ends with what there is."""
        ...


def begin_asked(plan: AskingPlan, *, roots: Mapping[str, str], made: Mapping[str, Any]) -> Corpus:
    """Begin a corpus, or go on with it; who must take another folder hears of the journal in it, which was paid for."""
    try:
        return begin_corpus(plan.to, roots=roots, made=made)
    except PictusError as error:
        journal = Path(plan.to) / _JOURNAL
        if plan.journal is not None or not journal.is_file():
            raise
        mend = f"choose another folder, and add `--journal {journal}`: what was answered is not paid for again"
        raise PictusError(error.what, where=error.where, mend=mend) from None


def take(corpus: Corpus, limit: int | None) -> Taken:
    """Choose the shards that hold the first records."""
    shards, left = [], limit
    for entry in corpus.summary["shards"]:
        rows = entry["rows"] if left is None else min(entry["rows"], left)
        if rows:
            shards.append((entry["shard"], rows, entry["sha256"]))
        left = None if left is None else left - rows
    if not shards:
        raise PictusError("there is nothing to ask about", where=str(corpus.place), mend="import some records first")
    return tuple(shards)


def taken_records(corpus: Corpus, taken: Taken, fields: Collection[str] = FIELDS) -> Iterator[Record]:
    """Stream the records that were chosen, reading only the columns that the wanted fields need."""
    for number, rows, _ in taken:
        yield from islice(read_shard(corpus.place, number, roots=corpus.roots, fields=fields), rows)


def price_for(plan: AskingPlan, model: str) -> Price | None:
    """Give the price that the user told, or the table's."""
    return price_of(model) if plan.price is None else typed_price(plan.price)


def check_means(plan: AskingPlan, model: str) -> None:
    """Refuse a budget that cannot be kept, and a journal that cannot be written."""
    price = price_for(plan, model)
    if plan.budget is not None and price is None:
        raise unknown_price(model)
    if plan.budget is not None and not plan.budget > 0:  # nor is it NaN
        raise PictusError("a budget must be more than nothing", where="--budget", mend="give dollars: `--budget 5`")
    if "://" in plan.to and plan.journal is None:
        mend = "say where on this machine the answers are kept: `--journal FILE`"
        raise PictusError("a journal cannot lie in an object store", where=plan.to, mend=mend)


@contextmanager
def kept_journal(plan: AskingPlan, corpus: Corpus) -> Iterator[Journal]:
    """Open the journal for the run of a corpus, and close it after."""
    # Another corpus gave up on some requests; this one tries them again.
    with open_journal(plan, try_again=bool(plan.journal) and not corpus.place.names("shards")) as journal:
        yield journal


@contextmanager
def open_journal(plan: AskingPlan, *, try_again: bool) -> Iterator[Journal]:
    """Open a journal for one run alone: two at once would pay twice, and overdraw a budget."""
    path = Path(plan.journal) if plan.journal else Path(plan.to) / _JOURNAL
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(f".{path.name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            mend = "wait for it, or give this run a journal of its own"
            raise PictusError("another run is using this journal", where=str(path), mend=mend) from None
        journal = Journal(path)
        try:
            if try_again:
                journal.forget_passing()
            yield journal
        finally:
            journal.close()


class Kept:
    """A model of which only what is in the journal is taken: nothing is sent any more."""

    def __init__(self, model: plugins.Model) -> None:
        self._model = model

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    async def answer(self, prompt: Prompt) -> Answer:
        """Refuse to ask."""
        mend = "run the same command again: with `--batch` it writes what is missing into a batch"
        raise Fault("the journal holds no answer to a request", "stop", mend=mend)


@contextmanager
def start_asking(
    plan: AskingPlan, corpus: Corpus, model: plugins.Model, journal: Journal, events: Events
) -> Iterator[Asking]:
    """Ask by the rules of a plan.

    A run that ended early, by `--finish`, has rows that rest on what was answered then. Where it was killed before it
    was whole, it goes on with those answers alone: another one would move the rows after it.
    """
    is_closing = corpus.place.exists(_CLOSING)
    asked: Any = Kept(model) if is_closing else model
    price = price_for(plan, model.model)
    rules = Rules(price=price, budget=plan.budget, at_once=plan.at_once, finish=plan.finish or is_closing)
    with Asking(asked, journal, rules, events) as asking:
        asking.closing = lambda: _close(corpus)
        yield asking


def _close(corpus: Corpus) -> None:
    with corpus.place.publish(_CLOSING) as file:
        file.write(b"this corpus ends with the answers that there were\n")


def tell_asked(
    corpus: Corpus,
    plan: AskingPlan,
    asking: Asking,
    journal: Journal,
    *,
    prompts: str,
    digest: str,
    notes: Sequence[str] = (),
) -> None:
    """Write down what was asked, and what it cost; the card says it too.

    A corpus that was whole before has asked for nothing now: what it told stands.
    """
    used, days, model = asking.traffic.used, journal.totals(), asking.model
    if not used.answers and corpus.place.exists(ASKED):
        return
    price = price_for(plan, model.model)
    told = {
        "model": model.model,
        "terms": model.terms,
        "backend": plan.backend,
        "prompts": prompts,
        "digest": digest,
        "answers": used.answers,
        "prompt_tokens": used.prompt,
        "completion_tokens": used.completion,
        "cached_tokens": used.cached,
        "dollars": None if price is None else round(used.cost, 6),
        "price_date": price and price.date,
        "first_day": days.first_day,
        "last_day": days.last_day,
        "notes": [*model.notes, *notes, *_left(asking)],
    }
    with corpus.place.publish(ASKED) as file:
        file.write(orjson.dumps(told, option=orjson.OPT_INDENT_2))


def _left(asking: Asking) -> Iterator[str]:
    if asking.left:
        again = "into another folder, with `--journal` of this one, the same command asks them"
        yield f"it was finished early: {asking.left:,} questions were left unasked; {again}"
