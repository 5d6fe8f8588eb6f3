"""Blend: import what is missing, choose the rows, and write what training reads; or only look at what there is."""

from collections import Counter
from itertools import islice

from pictus import plugins
from pictus.engine.events import Events
from pictus.errors import PictusError
from pictus.record import Record
from pictus.steps import import_
from pictus.steps.blend.choosing import Choice, Counts, chosen, looked_at, looked_at_rows
from pictus.steps.blend.head import Head, Mixture, Seen, Taken, write_head
from pictus.steps.blend.page import write_picture
from pictus.steps.blend.plan import BlendPlan, PartPlan, StagePlan, draws_of
from pictus.store.corpus import Corpus

_LOOKED_AT = 1_000  # rows of what is not imported yet


def look(plan: BlendPlan) -> tuple[Mixture, ...]:
    """Tell about what a blend would give; nothing is written, and of what is large only some is read."""
    return tuple(_looked_at(stage, plan) for stage in plan.stages)


def run(plan: BlendPlan, events: Events) -> tuple[Mixture, ...]:
    """Make the blend; running it again does only what is missing."""
    for part in {planned.corpus: planned for stage in plan.stages for planned in stage.parts}.values():
        if part.imported is not None and part.opened() is None:
            import_.run(part.imported, events)
    stages = tuple(_chosen(stage, plan, events) for stage in plan.stages)
    write_head(plan.to, Head(recipe=plan.recipe, seed=plan.seed, model=plan.model, stages=stages))
    write_picture(plan.to, plan.recipe, stages)
    return stages


def _chosen(stage: StagePlan, plan: BlendPlan, events: Events) -> Mixture:
    """Choose the rows of each part, and share the samples of the stage among the parts."""
    choices: list[tuple[PartPlan, Corpus, Choice]] = []
    for part in stage.parts:
        corpus = part.opened()
        assert corpus is not None, "what is missing was imported"
        choices.append((part, corpus, chosen(corpus, part.sieve, plan.to, events)))
    draws = draws_of(stage, [choice.counts.chosen for _, _, choice in choices])
    taken = []
    for (part, corpus, choice), count in zip(choices, draws, strict=True):
        _refuse_nothing(part, choice.counts, count, f"{plan.recipe}, {stage.name}")
        taken.append(_taken(part, choice.counts, count or 0, corpus=corpus, choice=choice))
    mixture = _mixture(stage, taken)
    _refuse_unmeasured(mixture, plan.recipe)
    return mixture


def _looked_at(stage: StagePlan, plan: BlendPlan) -> Mixture:
    found = [_counted(part) for part in stage.parts]
    have = [counts.scaled(counts.chosen) if is_known else None for counts, is_known, _ in found]
    taken = []
    for part, (counts, is_known, corpus), draws in zip(stage.parts, found, draws_of(stage, have), strict=True):
        _refuse_nothing(part, counts, draws, f"{plan.recipe}, {stage.name}")
        seen: Seen = "nothing" if not is_known else "all" if counts.seen == counts.rows else "the beginning"
        taken.append(_taken(part, counts, draws or 0, corpus=corpus, seen=seen))
    mixture = _mixture(stage, taken)
    if all(part.seen == "all" for part in taken):
        _refuse_unmeasured(mixture, plan.recipe)
    return mixture


def _counted(part: PartPlan) -> tuple[Counts, bool, Corpus | None]:
    """Look at a corpus, or at the first rows of what is not imported yet, and say whether all are known."""
    corpus = part.opened()
    if corpus is not None:
        return looked_at(corpus, part.sieve), True, corpus
    assert part.imported is not None, "a corpus that was given is there"
    rows = list(islice(import_.rows_of(part.imported), _LOOKED_AT))
    are_all = len(rows) < _LOOKED_AT
    counts = looked_at_rows([row for row in rows if isinstance(row, Record)], part.sieve, are_all=are_all)
    return counts, are_all, None


def _refuse_nothing(part: PartPlan, counts: Counts, draws: int | None, where: str) -> None:
    """Refuse a part that gives nothing: whoever named it wanted it to."""
    if not counts.chosen:
        most = "; ".join(f"{reason} ({count:,})" for reason, count in counts.left_out.most_common(2))
        what = f"no row of {part.part.name} can be taken: {most or 'it is empty'}"
        raise PictusError(what, where=where, mend="take the part out of the recipe, or ask less of its rows")
    if draws == 0:
        key = "weight" if part.part.weight is not None else "epochs"
        what = f"{part.part.name} gives no sample: its `{key}` of {getattr(part.part, key):g} is too small"
        raise PictusError(what, where=where, mend="give it more, or take the part out of the recipe")


def _refuse_unmeasured(mixture: Mixture, recipe: str) -> None:
    """Refuse rows held out of which none can be measured: whoever asked for them wanted to see a loss."""
    if mixture.held_out and not len(mixture.measured):
        what = f"of the {mixture.held_out:,} rows held out of each corpus, this stage could take none"
        raise PictusError(what, where=f"{recipe}, {mixture.name}", mend="set `held_out` higher, or leave it out")


def _taken(
    part: PartPlan,
    counts: Counts,
    draws: int,
    *,
    corpus: Corpus | None,
    choice: Choice | None = None,
    seen: Seen = "all",
) -> Taken:
    share = draws / counts.scaled(counts.chosen)
    is_known = seen != "nothing"
    return Taken(
        name=part.part.name,
        corpus=part.corpus,
        fingerprint="" if corpus is None else corpus.fingerprint,
        rows=counts.rows if is_known else 0,
        chosen=counts.scaled(counts.chosen) if is_known else 0,
        file=None if choice is None else choice.file,
        draws=draws,
        tokens=round(counts.scaled(counts.tokens) * share),
        pictures=round(counts.scaled(counts.pictures) * share),
        left_out={reason: counts.scaled(count) for reason, count in Counter(counts.left_out).most_common()},
        licences=tuple((*names, counts.scaled(count)) for names, count in counts.licences.most_common()),
        seen=seen,
        size="" if is_known else _size(part),
        held=counts.scaled(counts.held),
        held_file=None if choice is None else choice.held_file,
    )


def _size(part: PartPlan) -> str:
    source = part.part.source
    size: str = "" if source is None else plugins.load_class("sources", source).card.size
    return size


def _mixture(stage: StagePlan, taken: list[Taken]) -> Mixture:
    captions = stage.parts[0].sieve.captions
    return Mixture(
        name=stage.name,
        seed=stage.seed,
        captions=captions,
        parts=tuple(taken),
        train=stage.train,
        held_out=stage.held_out,
    )
