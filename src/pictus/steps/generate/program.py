"""Ask a program: one task for each shard of the input, in as many processes as there are."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from pictus import plugins
from pictus.engine.engines import make_sure_of
from pictus.engine.events import Events
from pictus.engine.making import make_from_tasks
from pictus.engine.task import Task
from pictus.prompt import Prompt
from pictus.prompt_sets.messages import seed_of
from pictus.record import Record, Reject
from pictus.steps.cards import write_cards
from pictus.steps.generate.plan import GeneratePlan, load_checks
from pictus.steps.generate.rows import checked, made_record, set_aside
from pictus.store.corpus import Corpus, begin_corpus, open_corpus
from pictus.store.place import Place
from pictus.store.receipts import Receipt
from pictus.store.shards import Rows, read_shard, write_shard

_AT_ONCE = 256  # records asked about together: enough to batch, few enough to hold


def run(plan: GeneratePlan, source: Corpus, events: Events) -> Corpus:
    """Make the corpus of a plan."""
    make_sure_of(plan.engine)
    corpus = begin_corpus(plan.to, roots=source.roots, made=_made(plan, source))
    tasks = [
        Task(
            shard=place,
            function="pictus.steps.generate.program:write_generated",
            arguments={
                "source": plan.source,
                "source_shard": number,
                "rows": rows,
                "to": plan.to,
                "roots": dict(source.roots),
                "backend": plan.backend,
                "settings": dict(plan.settings),
                "kinds": plan.kinds,
                "checks": {name: dict(settings) for name, settings in plan.checks.items()},
                "seed": plan.seed,
            },
        )
        for place, (number, rows, _) in enumerate(plan.shards)
    ]
    corpus = make_from_tasks(corpus, tasks, events, workers=plan.workers, engine=plan.engine)
    write_cards(corpus)
    return corpus


def write_generated(
    shard: int,
    *,
    source: str,
    source_shard: int,
    rows: int,
    to: str,
    roots: Mapping[str, str],
    backend: str,
    settings: Mapping[str, Any],
    kinds: Sequence[str],
    checks: Mapping[str, Mapping[str, Any]],
    seed: int,
) -> Receipt:
    """Make one shard: the work of a task."""
    asked: plugins.Backend = plugins.load("backends", backend, settings)
    records = read_shard(open_corpus(source).place, source_shard, roots=roots)
    made = generated(islice(records, rows), asked, name=backend, kinds=kinds, seed=seed)
    root_names = {address: name for name, address in roots.items()}
    return write_shard(Place(to), shard, Rows(checked(made, load_checks(checks))), root_names=root_names)


def generated(
    records: Iterable[Record], backend: plugins.Backend, *, name: str, kinds: Sequence[str], seed: int
) -> Iterator[Record | Reject]:
    """Ask about each record, once for each kind; a record that gave nothing at all is set aside."""
    records = iter(records)
    while some := list(islice(records, _AT_ONCE)):
        prompts = [_prompt(record, kind, seed) for record in some for kind in kinds]
        answers = iter(zip(prompts, backend.answer_many(prompts), strict=True))
        for record in some:
            made = [
                made_record(
                    record,
                    answer.turns,
                    made_by=f"{answer.model}, {prompt.kind}, seed {seed}",
                    terms=backend.terms,
                    tools=answer.tools,
                    facts=answer.facts,
                )
                for prompt, answer in islice(answers, len(kinds))
                if answer is not None
            ]
            yield from made
            if not made:
                yield set_aside(record, f"{name}: its facts carry nothing to ask about")


def _prompt(record: Record, kind: str, seed: int) -> Prompt:
    return Prompt(kind=kind, media=record.media, facts=record.facts, seed=seed_of(record, kind, 0, seed))


def _made(plan: GeneratePlan, source: Corpus) -> dict[str, Any]:
    return {
        "step": "generate",
        "from": str(source.place),
        "inputs": [[number, rows, sha256] for number, rows, sha256 in plan.shards],
        "backend": plan.backend,
        "settings": dict(plan.settings),
        "kinds": list(plan.kinds),
        "checks": {name: dict(settings) for name, settings in plan.checks.items()},
        "seed": plan.seed,
    }
