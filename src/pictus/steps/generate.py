"""Generate: instruction data from the facts of a corpus, each record checked before it is written."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import Any

from pictus import plugins
from pictus.engine.events import Events
from pictus.engine.making import make_from_tasks
from pictus.engine.task import Task
from pictus.errors import PictusError
from pictus.prompt import Answer, Prompt
from pictus.recipe import read_recipe
from pictus.record import Record, Reject, make_record, reject_record
from pictus.steps.cards import write_cards
from pictus.store.corpus import Corpus, begin_corpus, open_corpus
from pictus.store.place import Place
from pictus.store.receipts import Receipt
from pictus.store.shards import Rows, read_shard, write_shard

KINDS = ("conversation", "detail", "reasoning")
CHECKS: Mapping[str, Mapping[str, Any]] = {
    "turn_order": {},
    "placeholders": {},
    "answer_length": {},
    "source_leak": {},
}
_AT_ONCE = 256  # records asked about together: enough to batch, few enough to hold


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratePlan:
    """What is asked of which backend about which records, and where the answers go."""

    source: str  # a corpus
    to: str
    backend: str = "program"
    settings: Mapping[str, Any] = field(default_factory=dict)  # of the backend
    kinds: tuple[str, ...] = KINDS
    checks: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: dict(CHECKS))
    seed: int = 0
    limit: int | None = None  # take only the first records
    workers: int = 1
    shards: tuple[tuple[int, int, str], ...] = ()  # number, rows to take, sha256 of each input shard

    @property
    def prompts(self) -> int:
        """Count what the backend will be asked."""
        return len(self.kinds) * sum(rows for _, rows, _ in self.shards)


def recipe_options(path: str | Path) -> dict[str, Any]:
    """Take the options of a plan from a recipe."""
    recipe = read_recipe(Path(path))
    options: dict[str, Any] = {name: value for name, value in recipe.generate.model_dump().items() if value is not None}
    options["kinds"] = tuple(options["kinds"])
    if recipe.checks is not None:
        options["checks"] = recipe.checks
    return options


def plan(source: str, to: str, **options: Any) -> GeneratePlan:
    """Work out which shards are asked about; names and settings of plug-ins are checked now."""
    draft = GeneratePlan(source=source, to=to, **options)
    _load(draft.backend, draft.settings, draft.checks)
    corpus = open_corpus(source)
    shards, left = [], draft.limit
    for entry in corpus.summary["shards"]:
        rows = entry["rows"] if left is None else min(entry["rows"], left)
        if rows:
            shards.append((entry["shard"], rows, entry["sha256"]))
        left = None if left is None else left - rows
    if not shards:
        raise PictusError("there is nothing to ask about", where=source, mend="import some records first")
    return replace(draft, shards=tuple(shards))


def run(plan: GeneratePlan, events: Events) -> Corpus:
    """Ask, check and write, one task a shard; then the cards."""
    source = open_corpus(plan.source)
    corpus = begin_corpus(plan.to, roots=source.roots, made=_made(plan, source))
    tasks = [
        Task(
            shard=place,
            function="pictus.steps.generate:write_generated",
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
    corpus = make_from_tasks(corpus, tasks, events, workers=plan.workers)
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
    asked, checkers = _load(backend, settings, checks)
    records = read_shard(open_corpus(source).place, source_shard, roots=roots)
    made = generated(islice(records, rows), asked, name=backend, kinds=kinds, seed=seed)
    root_names = {address: name for name, address in roots.items()}
    return write_shard(Place(to), shard, Rows(checked(made, checkers)), root_names=root_names)


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
                _answered(record, prompt, answer, backend.terms, seed)
                for prompt, answer in islice(answers, len(kinds))
                if answer is not None
            ]
            yield from made
            if not made:
                reason = f"{name}: its facts carry nothing to ask about"
                yield reject_record(record, [reason], where=f"{record.origin.dataset} {record.origin.key}")


def checked(rows: Iterable[Record | Reject], checks: Mapping[str, plugins.Check]) -> Iterator[Record | Reject]:
    """Set aside the records that a check has something against."""
    for row in rows:
        if isinstance(row, Record):
            reasons = [f"{name}: {problem}" for name, check in checks.items() for problem in check.problems(row)]
            if reasons:
                yield reject_record(row, reasons, where=f"{row.origin.dataset} {row.origin.key}")
                continue
        yield row


def _prompt(record: Record, kind: str, seed: int) -> Prompt:
    key = blake2b(f"{record.id} {kind} {seed}".encode(), digest_size=6).digest()
    return Prompt(kind=kind, media=record.media, facts=record.facts, seed=int.from_bytes(key))


def _answered(record: Record, prompt: Prompt, answer: Answer, terms: str | None, seed: int) -> Record:
    origin = replace(
        record.origin,
        made_by=f"{answer.model}, {prompt.kind}, seed {seed}",
        model_terms=terms or record.origin.model_terms,
        parents=(record.id,),
    )
    facts = answer.facts or record.facts
    return make_record(origin, media=record.media, turns=answer.turns, tools=answer.tools, facts=facts)


def _load(
    backend: str, settings: Mapping[str, Any], checks: Mapping[str, Mapping[str, Any]]
) -> tuple[plugins.Backend, dict[str, plugins.Check]]:
    asked = plugins.load("backends", backend, settings)
    return asked, {name: plugins.load("checks", name, values) for name, values in checks.items()}


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
