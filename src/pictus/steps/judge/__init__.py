"""Judge: ask a model whether the pictures are needed and the answers are good; set aside what is not, keep the scores.

Records that stand are not changed: who judged them stands in the corpus, what was found in the side table `judge`.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from pictus import plugins
from pictus.ask.asking import Asking
from pictus.engine.events import Events
from pictus.engine.making import make_from_stream
from pictus.prompt_sets import judging
from pictus.reading.wording import count_of
from pictus.record import Record, Reject, reject_record
from pictus.steps.asked import begin_asked, kept_journal, start_asking, taken_records, tell_asked
from pictus.steps.cards import write_cards
from pictus.steps.judge.plan import TESTS, JudgePlan, load_model, plan
from pictus.steps.judge.sample import chosen
from pictus.steps.judge.table import VerdictTable, unjudged
from pictus.steps.judge.verdicts import Verdict, verdicts
from pictus.store.columns import FIELDS
from pictus.store.corpus import Corpus, open_corpus

__all__ = ["TESTS", "JudgePlan", "plan", "run"]

_NOT_CHOSEN = Verdict(unjudged=("not in the sample",))


def run(plan: JudgePlan, events: Events) -> Corpus:
    """Ask, set aside and write; then the cards."""
    source, model = open_corpus(plan.source), load_model(plan)
    corpus = begin_asked(plan, roots=source.roots, made=_made(plan, source, model))
    table = VerdictTable(corpus, plan.tests)
    with kept_journal(plan, corpus) as journal:
        with start_asking(plan, corpus, model, journal, events) as asking:
            asking.total = plan.judged * len(plan.tests)
            stream = partial(_rows, plan, source, model, asking, table)
            corpus = make_from_stream(corpus, stream, events, beside=table)
        prompts = f"judge: {', '.join(plan.tests)}"
        tell_asked(
            corpus, plan, asking, journal, prompts=prompts, digest=judging.digest(), notes=list(_notes(plan, corpus))
        )
    write_cards(corpus)
    return corpus


def _rows(
    plan: JudgePlan, source: Corpus, model: plugins.Model, asking: Asking, table: VerdictTable
) -> Iterator[Record | Reject]:
    """Give the records again, each with its verdict in the table, or as set aside."""
    is_chosen = chosen(plan, source)
    # The records are read twice, for between two of a small sample lie more than memory holds.
    judged = verdicts(plan, _chosen_records(plan, source, is_chosen), model, asking)
    following = next(judged, None)
    for number, record in enumerate(taken_records(source, plan.shards)):
        if not is_chosen(record.id):
            verdict = _NOT_CHOSEN
        elif following is not None and following.number == number:
            verdict, following = following.verdict, next(judged, None)
        else:
            continue  # the run had to stop before its turn
        if verdict.reasons:
            yield reject_record(record, verdict.reasons, where=f"{record.origin.dataset} {record.origin.key}")
        else:
            table.add(record.id, verdict)
            yield record


def _chosen_records(plan: JudgePlan, source: Corpus, is_chosen: Callable[[str], bool]) -> Iterator[tuple[int, Record]]:
    wanted = FIELDS if plan.see else FIELDS - {"media"}  # pictures that nobody looks at are not read
    for number, record in enumerate(taken_records(source, plan.shards, wanted)):
        if is_chosen(record.id):
            yield number, record


def _made(plan: JudgePlan, source: Corpus, model: plugins.Model) -> dict[str, Any]:
    """Say what shapes the corpus; addresses, pace and money do not."""
    made = {
        "step": "judge",
        "from": str(source.place),
        "inputs": [[number, rows, sha256] for number, rows, sha256 in plan.shards],
        "backend": plan.backend,
        "model": model.model,
        "settings": dict(model.shape()),
        "prompts": judging.digest(),
        "tests": list(plan.tests),
        "see": plan.see,
        "least": plan.least,
        "blind_share": plan.blind_share,
        "sample": plan.sample,
        "seed": plan.seed,
    }
    return {key: value for key, value in made.items() if value is not None}


def _notes(plan: JudgePlan, corpus: Corpus) -> Iterator[str]:
    for reason, count in sorted(unjudged(corpus).items(), key=lambda item: (-item[1], item[0])):
        yield f"{count_of(count, 'record is', 'records are')} kept unjudged: {reason}"
    left = plan.records - corpus.summary["rows"] - corpus.summary["rejected"]
    if left:
        yield f"{count_of(left, 'record is', 'records are')} left out: the run had to stop before their turn"
