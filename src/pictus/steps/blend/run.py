"""Blend: import what is missing, choose the rows, and write what training reads: `blend.json` and the rows chosen."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import orjson

from pictus.engine.events import Events
from pictus.errors import PictusError
from pictus.stages import StageName
from pictus.steps import import_
from pictus.steps.blend.choosing import Chosen, choose
from pictus.steps.blend.plan import BlendPlan, PartPlan, StagePlan, draws_of
from pictus.store.corpus import Corpus
from pictus.store.whole_file import whole_file

HEAD = "blend.json"
_LOOKED_AT = 1  # shards of a corpus, where a plan only wants to know about how much there is


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What a stage takes of one corpus."""

    name: str
    corpus: str
    fingerprint: str  # of the corpus: what training began with is what it goes on with
    rows: int  # that the corpus has
    chosen: int  # of these, that stand
    file: str | None  # their numbers, where not all stand
    draws: int  # samples that the stage takes
    tokens: int  # of the texts of these, estimated
    pictures: int
    left_out: Mapping[str, int]
    licences: Sequence[tuple[str, str, str, int]]
    is_estimate: bool = False  # only the beginning of the corpus was looked at

    @property
    def epochs(self) -> float:
        """Say how often each row comes, on average."""
        return self.draws / self.chosen if self.chosen else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BlendedStage:
    """What a stage is fed with."""

    name: StageName
    seed: int
    captions: str
    parts: tuple[Taken, ...]
    image_tokens: int | None
    batch: int | None
    train: Mapping[str, Any] | None
    to_import: tuple[str, ...] = ()  # parts that a dry run could not count

    @property
    def samples(self) -> int:
        """Count what the stage sees."""
        return sum(part.draws for part in self.parts)

    @property
    def tokens(self) -> int:
        """Count the tokens that it sees, pictures included where it is known what one takes."""
        return sum(part.tokens + part.pictures * (self.image_tokens or 0) for part in self.parts)

    @property
    def steps(self) -> int | None:
        """Count the steps of the optimiser, where the size of a batch is known; the last may be smaller."""
        return None if self.batch is None else -(-self.samples // self.batch)


def look(plan: BlendPlan) -> tuple[BlendedStage, ...]:
    """Tell about what a blend would give; nothing is written, and of a large corpus only the beginning is read."""
    return tuple(_blended(stage, plan, shards=_LOOKED_AT)[0] for stage in plan.stages)


def run(plan: BlendPlan, events: Events) -> tuple[BlendedStage, ...]:
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
    with whole_file(plan.to / HEAD) as file:
        file.write(orjson.dumps(_head(plan, stages), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    return stages


def _blended(stage: StagePlan, plan: BlendPlan, *, shards: int | None = None) -> tuple[BlendedStage, list[Chosen]]:
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
    train = stage.train
    empty = [part.name for part in parts if part.chosen == 0]
    if empty:
        raise PictusError(
            f"no row of {empty[0]} can be taken: {_most(parts, empty[0])}",
            where=f"{plan.recipe}, {stage.name}",
            mend="take the part out of the recipe, or ask less of its rows",
        )
    blended = BlendedStage(
        name=stage.name,
        seed=plan.seed,
        captions=stage.captions,
        parts=parts,
        image_tokens=None if train is None else train.image_tokens,
        batch=None if train is None else train.batch,
        train=None if train is None else train.model_dump(),
        to_import=missing,
    )
    return blended, chosen


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
        licences=[(*names, some.scaled(count)) for names, count in some.licences.most_common()],
        is_estimate=some.is_part,
    )


def _most(parts: Sequence[Taken], name: str) -> str:
    left_out: Counter[str] = Counter(next(part.left_out for part in parts if part.name == name))
    return "; ".join(f"{reason} ({count:,})" for reason, count in left_out.most_common(2)) or "it is empty"


def _head(plan: BlendPlan, stages: Sequence[BlendedStage]) -> dict[str, Any]:
    return {"recipe": plan.recipe, "seed": plan.seed, "stages": {stage.name: asdict(stage) for stage in stages}}
