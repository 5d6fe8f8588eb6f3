"""Ask a model: prompts of a prompt set about each record, many in flight, the answers in the order of the records."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from pictus import plugins
from pictus.ask.asking import Asking
from pictus.ask.question import Asked, Question
from pictus.engine.events import Events
from pictus.engine.making import make_from_stream
from pictus.prompt import Answer, Prompt
from pictus.prompt_sets.answers import place_media, read_turns
from pictus.prompt_sets.messages import Unfit, asked_entries, prompt_for, seed_of
from pictus.prompt_sets.model import Entry, PromptSet
from pictus.record import Record, Reject
from pictus.steps.asked import begin_asked, kept_journal, start_asking, taken_records, tell_asked
from pictus.steps.cards import write_cards
from pictus.steps.generate.calls import read_calling, wanted
from pictus.steps.generate.plan import GeneratePlan, load_checks, load_entries
from pictus.steps.generate.rows import Said, checked, made_record, set_aside
from pictus.store.corpus import Corpus


@dataclass(frozen=True, slots=True)
class _Item:
    """What a question is about."""

    record: Record
    name: str  # of the entry
    told: str  # what was left out of its facts


def run(plan: GeneratePlan, source: Corpus, model: plugins.Model, events: Events) -> Corpus:
    """Make the corpus of a plan."""
    prompts = load_entries(plan)
    corpus = begin(plan, source, model, prompts)
    with kept_journal(plan, corpus) as journal:
        with start_asking(plan, corpus, model, journal, events) as asking:
            asking.total = plan.records * sum(entry.per_picture for entry in prompts.entries.values())
            stream = partial(_rows, plan, source, model, prompts, asking)
            corpus = make_from_stream(corpus, stream, events)
        tell_asked(corpus, plan, asking, journal, prompts=prompts.name, digest=prompts.digest())
    write_cards(corpus)
    return corpus


def begin(plan: GeneratePlan, source: Corpus, model: plugins.Model, prompts: PromptSet) -> Corpus:
    """Begin the corpus of a plan, or go on with it."""
    return begin_asked(plan, roots=source.roots, made=_made(plan, source, model, prompts))


def _rows(
    plan: GeneratePlan, source: Corpus, model: plugins.Model, prompts: PromptSet, asking: Asking
) -> Iterator[Record | Reject]:
    """Give the rows of the corpus; with a target, until so many records are accepted."""
    accepted = 0

    def room() -> int | None:
        return None if plan.target is None else plan.target - accepted

    records = taken_records(source, plan.shards)
    for row in checked(generated(records, model, prompts, asking, seed=plan.seed, room=room), load_checks(plan.checks)):
        accepted += isinstance(row, Record)
        yield row
        if accepted == plan.target:
            return


def generated(
    records: Iterable[Record],
    model: plugins.Model,
    prompts: PromptSet,
    asking: Asking,
    *,
    seed: int,
    room: Callable[[], int | None] = lambda: None,
) -> Iterator[Record | Reject]:
    """Ask about each record, once for each sample of each entry, and give one row for each."""
    unfit: deque[tuple[int, Reject]] = deque()  # with the number of questions before it
    asked_before = 0

    def questions() -> Iterator[Question]:
        nonlocal asked_before
        for question in questions_of(records, model, prompts, seed=seed):
            if isinstance(question, Reject):
                unfit.append((asked_before, question))
            else:
                asked_before += 1
                yield question

    for number, asked in enumerate(asking.ask(questions(), room=room)):
        while unfit and unfit[0][0] <= number:
            yield unfit.popleft()[1]
        yield _row(asked, model, prompts.name)
    yield from (row for _, row in unfit)


def questions_of(
    records: Iterable[Record], model: plugins.Model, prompts: PromptSet, *, seed: int
) -> Iterator[Question | Reject]:
    """Give the questions about records; what cannot be asked about is set aside."""
    for record in records:
        for name, entry, sample in asked_entries(prompts, record, seed):
            try:
                seed_ = seed_of(record, name, sample, seed)
                want = wanted(entry.tools, record.facts, seed_) if entry.tools else None
                prompt, told = prompt_for(
                    record,
                    name,
                    entry,
                    sample=sample,
                    seed=seed,
                    context=model.context,
                    system_role=bool(model.system_role),
                    more=want.blocks if want else {},
                )
            except Unfit as error:
                yield set_aside(record, f"{prompts.name}/{name}: {error}")
            else:
                read = partial(read_calling, want, record.facts) if want else partial(_read, entry)
                yield Question(item=_Item(record, name, told), prompt=prompt, read=read, tries=entry.tries)


def _read(entry: Entry, prompt: Prompt, answer: Answer) -> Said:
    turns, mended = read_turns(prompt, entry, answer)
    return Said(turns=turns, mended=mended)


def _row(asked: Asked, model: plugins.Model, prompts: str) -> Record | Reject:
    item: _Item = asked.item
    if asked.problem is not None:
        # What cannot be read is kept as it came, for whoever wants to know why.
        turns = () if asked.answer is None else asked.answer.turns
        return set_aside(replace(item.record, turns=turns), f"{prompts}/{item.name}: {asked.problem}")
    assert asked.answer is not None
    said: Said = asked.value
    kinds = tuple(medium.kind for medium in item.record.media)
    notes = [asked.answer.model or model.model, f"{prompts}/{item.name}", f"seed {asked.prompt.seed}"]
    notes += [item.told] if item.told else []
    notes += [f"mended: {', '.join(said.mended)}"] if said.mended else []
    turns = place_media(said.turns, kinds, asked.prompt.seed)
    made_by = ", ".join(notes)
    return made_record(item.record, turns, made_by=made_by, terms=model.terms, tools=said.tools, facts=said.facts)


def _made(plan: GeneratePlan, source: Corpus, model: plugins.Model, prompts: PromptSet) -> dict[str, Any]:
    """Say what shapes the corpus; addresses, pace and money do not."""
    made = {
        "step": "generate",
        "from": str(source.place),
        "inputs": [[number, rows, sha256] for number, rows, sha256 in plan.shards],
        "backend": plan.backend,
        "model": model.model,
        "settings": dict(model.shape()),
        "prompts": f"{prompts.name} {prompts.digest()}",
        "entries": list(prompts.entries),
        "checks": {name: dict(settings) for name, settings in plan.checks.items()},
        "seed": plan.seed,
        "target": plan.target,
    }
    return {key: value for key, value in made.items() if value is not None}
