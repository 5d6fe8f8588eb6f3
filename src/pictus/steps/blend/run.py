"""Blend: import what is missing, choose the rows, and write what training reads: `blend.json` and the rows chosen."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from pictus.engine.events import Events
from pictus.errors import PictusError
from pictus.steps import import_
from pictus.steps.blend.choosing import Chosen, choose
from pictus.steps.blend.head import Head, Mixture, Taken, write_head
from pictus.steps.blend.plan import BlendPlan, PartPlan, StagePlan, draws_of
from pictus.store.corpus import Corpus
from pictus.store.whole_file import whole_file

_LOOKED_AT = 1  # shards of a corpus, where a plan only wants to know about how much there is


def look(plan: BlendPlan) -> tuple[Mixture, ...]:
    """Tell about what a blend would give; nothing is written, and of a large corpus only the beginning is read."""
    return tuple(_blended(stage, plan, shards=_LOOKED_AT)[0] for stage in plan.stages)


def run(plan: BlendPlan, events: Events) -> tuple[Mixture, ...]:
    """Make the blend; running it again does only what is missing."""
    for part in {planned.corpus: planned for stage in plan.stages for planned in stage.parts}.values():
        if part.imported is not None and not part.is_there:
            import_.run(part.imported, events)
    made = [_blended(stage, plan) for stage in plan.stages]
    for stage, chosen in made:
        for taken, some in zip(stage.parts, chosen, strict=True):
            if taken.file is not None:
                with whole_file(plan.to / taken.file) as file:
                    np.save(file, some.rows)
    stages = tuple(stage for stage, _ in made)
    write_head(plan.to, Head(recipe=plan.recipe, seed=plan.seed, model=plan.model, stages=stages))
    return stages


def _blended(stage: StagePlan, plan: BlendPlan, *, shards: int | None = None) -> tuple[Mixture, list[Chosen]]:
    opened = [(part, part.opened()) for part in stage.parts]
    there = [(part, corpus) for part, corpus in opened if corpus is not None]
    missing = tuple(part.part.name for part, corpus in opened if corpus is None)
    chosen = [choose(corpus, part.part, stage.captions, most_shards=shards) for part, corpus in there]
    rows = [some.scaled(len(some.rows)) for some in chosen]
    draws = draws_of(stage, rows) if not missing else tuple(0 for _ in rows)
    parts = tuple(
        _taken(part, corpus, some, have, count, f"rows/{stage.name}-{number}.npy")
        for number, ((part, corpus), some, have, count) in enumerate(zip(there, chosen, rows, draws, strict=True))
    )
    empty = [part.name for part in parts if part.chosen == 0]
    if empty:
        raise PictusError(
            f"no row of {empty[0]} can be taken: {_most(parts, empty[0])}",
            where=f"{plan.recipe}, {stage.name}",
            mend="take the part out of the recipe, or ask less of its rows",
        )
    mixture = Mixture(name=stage.name, seed=stage.seed, captions=stage.captions, parts=parts, train=stage.train)
    return mixture, chosen


def _taken(part: PartPlan, corpus: Corpus, some: Chosen, have: int, draws: int, file: str) -> Taken:
    share = draws / max(len(some.rows), 1)
    rows = corpus.summary["rows"]
    return Taken(
        name=part.part.name,
        corpus=str(corpus.place),
        fingerprint=corpus.fingerprint,
        rows=rows,
        chosen=have,
        file=None if have == rows else file,
        draws=draws,
        tokens=round(some.tokens * share),
        pictures=round(some.pictures * share),
        left_out={reason: some.scaled(count) for reason, count in some.left_out.most_common()},
        licences=tuple((*names, some.scaled(count)) for names, count in some.licences.most_common()),
        seen="the beginning" if some.is_part else "all",
    )


def _most(parts: Sequence[Taken], name: str) -> str:
    left_out: Counter[str] = Counter(next(part.left_out for part in parts if part.name == name))
    return "; ".join(f"{reason} ({count:,})" for reason, count in left_out.most_common(2)) or "it is empty"
