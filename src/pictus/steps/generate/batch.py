"""Ask by the vendor's batch files: what is missing is written and sent, answers are taken in when they are there."""

import asyncio
from collections import Counter
from itertools import chain
from pathlib import Path
from typing import Any

from pictus.ask import batch as files
from pictus.ask.batch import Batch
from pictus.ask.journal import Journal
from pictus.ask.money import Purse
from pictus.ask.question import Question
from pictus.engine.events import Events
from pictus.errors import PictusError
from pictus.prompt import Fault
from pictus.reading.wording import count_of
from pictus.steps.asked import kept_journal, price_for, taken_records
from pictus.steps.generate.model import begin, questions_of
from pictus.steps.generate.plan import GeneratePlan, load_entries
from pictus.store.corpus import Corpus, locked

_AGAIN = "run the same command again later: it looks for answers, and goes on when they are there"


def run(plan: GeneratePlan, source: Corpus, backend: Any, events: Events) -> None:
    """Go as far as can be gone now; return when every answer is in the journal, else say what is waited for."""
    corpus = begin(plan, source, backend, load_entries(plan))
    folder = Path(plan.to) / "batch"
    with locked(corpus), kept_journal(plan, corpus) as journal:
        try:
            asyncio.run(_steps(plan, source, backend, journal, folder, events))
        except Fault as fault:
            raise PictusError(fault.what, where=str(backend.base_url), mend=fault.mend or _AGAIN) from None


async def _steps(
    plan: GeneratePlan, source: Corpus, backend: Any, journal: Journal, folder: Path, events: Events
) -> None:
    try:
        known, step = files.read_state(folder), plan.batch
        if step in ("go", "poll"):
            known = await files.poll(known, backend, folder)
        if step in ("go", "ingest", "poll"):
            known = _ingest(plan, known, backend, journal, folder, events)
        if step in ("go", "write", "ingest") and not any(one.is_open for one in known):
            known = await _write(plan, source, backend, journal, folder)
            if not known:
                return
        if step in ("go", "submit"):
            known = await files.submit(known, backend, folder)
        _wait(known, folder)
    finally:
        await backend.close()


def _ingest(
    plan: GeneratePlan, known: list[Batch], backend: Any, journal: Journal, folder: Path, events: Events
) -> list[Batch]:
    found = files.ingest(sorted(files.answers_folder(folder).glob("*")), journal, price_for(plan, backend.model))
    journal.flush()
    if found.answers or found.failed or found.passing or found.unreadable:
        events.send(
            "ingested",
            answers=found.answers,
            failed=found.failed,
            asked_again=found.passing,
            unreadable=found.unreadable,
        )
    return files.ended(known, folder, journal)


async def _write(plan: GeneratePlan, source: Corpus, backend: Any, journal: Journal, folder: Path) -> list[Batch]:
    """Write what is missing; nothing when all is answered, or when the user wants to end with what there is."""
    price = price_for(plan, backend.model)
    purse = Purse(plan.budget, journal.totals().cost)
    questions = questions_of(taken_records(source, plan.shards), backend, load_entries(plan), seed=plan.seed)
    missing = files.missing((one for one in questions if isinstance(one, Question)), backend, journal)
    first = next(missing, None)
    if first is None:
        return []
    before = len(files.read_state(folder))
    known = await files.write(chain([first], missing), backend, journal, folder, purse=purse, price=price)
    journal.flush()
    if len(known) > before:
        return known
    if not plan.finish and journal.get(first[0]) is None:
        what = f"the budget of ${plan.budget:,.2f} is used up: ${purse.spent:,.4f} are spent"
        mend = "give a larger `--budget`; or `--finish`, to keep what there is"
        raise PictusError(what, where="--budget", mend=mend)
    return []


def _wait(known: list[Batch], folder: Path) -> None:
    """Say what is waited for."""
    waiting = [one for one in known if one.is_open]
    if not waiting:
        return
    counts = Counter(one.status for one in waiting)
    states = ", ".join(f"{count} {status.replace('_', ' ')}" for status, count in sorted(counts.items()))
    requests = sum(one.requests for one in waiting)
    batches = count_of(len(waiting), "batch", "batches")
    offline = counts.keys() == {"written"}
    raise PictusError(
        f"{requests:,} requests in {batches} wait for their answers: {states}",
        where=str(folder),
        mend=f"send them by `--batch submit`, or put files of answers into {files.answers_folder(folder)}"
        if offline
        else _AGAIN,
    )
