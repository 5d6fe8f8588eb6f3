"""What steps that ask a model share: which records they ask about, how far they may go, and what they tell of it."""

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
from pictus.record import Record
from pictus.steps.cards import ASKED
from pictus.store.columns import FIELDS
from pictus.store.corpus import Corpus, begin_corpus
from pictus.store.shards import read_shard

_JOURNAL = "journal.sqlite"
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
    if plan.budget is not None and plan.budget <= 0:
        raise PictusError("a budget must be more than nothing", where="--budget", mend="give dollars: `--budget 5`")
    if "://" in plan.to and plan.journal is None:
        mend = "say where on this machine the answers are kept: `--journal FILE`"
        raise PictusError("a journal cannot lie in an object store", where=plan.to, mend=mend)


def open_journal(plan: AskingPlan) -> Journal:
    """Open the journal of a plan: the corpus's own, or one that other runs filled."""
    return Journal(Path(plan.journal) if plan.journal else Path(plan.to) / _JOURNAL)


@contextmanager
def kept_journal(plan: AskingPlan, corpus: Corpus) -> Iterator[Journal]:
    """Open the journal for a run, and close it after."""
    journal = open_journal(plan)
    try:
        if plan.journal and not corpus.place.names("shards"):
            journal.forget_passing()  # another corpus gave up on them; this one tries again
        yield journal
    finally:
        journal.close()


def start_asking(plan: AskingPlan, model: plugins.Model, journal: Journal, events: Events) -> Asking:
    """Make ready to ask by the rules of a plan."""
    price = price_for(plan, model.model)
    rules = Rules(price=price, budget=plan.budget, at_once=plan.at_once, finish=plan.finish)
    return Asking(model, journal, rules, events)


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
        "notes": [*model.notes, *notes],
    }
    with corpus.place.publish(ASKED) as file:
        file.write(orjson.dumps(told, option=orjson.OPT_INDENT_2))
