"""A blend as training reads it: the order of each stage, its corpora, and the rows that were chosen of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pictus.errors import PictusError, unknown_name
from pictus.record import Record, Reject
from pictus.stages import CaptionStyle, Model, StageName, Training
from pictus.steps.blend.head import Mixture, Taken, read_head
from pictus.steps.blend.order import Drawn, Integers, Order
from pictus.steps.blend.spoken import spoken
from pictus.store.corpus import Corpus, open_corpus

_AGAIN = "run `pictus blend RECIPE` into this folder again"


@dataclass(frozen=True, slots=True, kw_only=True)
class BlendedPart:
    """A corpus that a stage takes rows of."""

    name: str
    corpus: Corpus
    rows: Integers | None  # numbers of the rows that were chosen, read from the disk when asked for; None for all

    def numbers(self, places: Integers) -> Integers:
        """Give the numbers in the corpus of the rows at these places among the chosen ones."""
        return places if self.rows is None else np.asarray(self.rows[places])


@dataclass(frozen=True, slots=True, kw_only=True)
class BlendedStage:
    """What a stage is fed with; another process that is sent it opens the files anew."""

    folder: Path
    name: StageName
    seed: int
    captions: CaptionStyle
    parts: tuple[BlendedPart, ...]
    order: Order
    train: Training | None
    fingerprint: str  # of the order, the corpora and the rows chosen: of what a training must find again
    is_held_out: bool = False  # what the stage is measured on, instead of what it learns

    def __len__(self) -> int:
        return len(self.order)

    def __reduce__(self) -> tuple[Any, ...]:
        return open_stage, (self.folder, self.name, self.is_held_out)

    def at(self, positions: Integers) -> Drawn:
        """Say which part stands at each position, the row by its number in the corpus, and the epoch."""
        drawn = self.order.at(positions)
        rows = drawn.rows
        for number in np.unique(drawn.corpora):
            of_part = drawn.corpora == number
            rows[of_part] = self.parts[number].numbers(rows[of_part])
        return Drawn(drawn.corpora, rows, drawn.epochs)

    def spoken(self, record: Record, epoch: int) -> Record | Reject:
        """Make the conversation of a record that stands in this stage, in an epoch of its corpus."""
        return spoken(record, self.captions, seed=self.seed, epoch=epoch)


@dataclass(frozen=True, slots=True, kw_only=True)
class Blend:
    """A blend that was made."""

    folder: Path
    recipe: str
    model: Model | None
    stages: Mapping[StageName, BlendedStage]  # in the order of a training


def open_blend(folder: str | Path, *stages: StageName, is_held_out: bool = False) -> Blend:
    """Open a blend, or only these stages of it; a corpus that changed since it was made is refused.

    With `is_held_out` each stage is what it is measured on, instead of what it learns.
    """
    folder = Path(folder).absolute()
    head = read_head(folder)
    known = {mixture.name: mixture for mixture in head.stages}
    for name in stages:
        if name not in known:
            raise unknown_name("stage", name, list(known), where=str(folder))
    opened = {
        name: _stage(folder, mixture, head.recipe, is_held_out)
        for name, mixture in known.items()
        if not stages or name in stages
    }
    return Blend(folder=folder, recipe=head.recipe, model=head.model, stages=opened)


def open_stage(folder: str | Path, name: StageName, is_held_out: bool = False) -> BlendedStage:
    """Open one stage of a blend, or what it is measured on: rows that nothing is learned from, perhaps none."""
    return open_blend(folder, name, is_held_out=is_held_out).stages[name]


def _stage(folder: Path, mixture: Mixture, recipe: str, is_held_out: bool) -> BlendedStage:
    parts = []
    for number, taken in enumerate(mixture.parts, 1):
        try:
            parts.append(_part(folder, taken, recipe, is_held_out))
        except PictusError as error:
            where = f"{folder}, {mixture.name}, part {number}: {error.where}"
            raise PictusError(error.what, where=where, mend=error.mend) from None
    return BlendedStage(
        folder=folder,
        name=mixture.name,
        seed=mixture.seed,
        captions=mixture.captions,
        parts=tuple(parts),
        order=mixture.measured if is_held_out else mixture.order,
        train=mixture.train,
        fingerprint=mixture.fingerprint,
        is_held_out=is_held_out,
    )


def _part(folder: Path, taken: Taken, recipe: str, is_held_out: bool) -> BlendedPart:
    corpus = open_corpus(taken.corpus)
    if corpus.fingerprint != taken.fingerprint:
        have = corpus.summary["rows"]
        counts = f": it had {taken.rows:,} rows and has {have:,}" if have != taken.rows else ""
        mend = f"run `pictus blend {recipe} --to {folder}` again; a training that has begun needs the corpus as it was"
        what = f"the corpus of {taken.name} has changed since it was blended{counts}"
        raise PictusError(what, where=str(corpus.place), mend=mend)
    chosen = (taken.held_file, taken.held) if is_held_out else (taken.file, taken.chosen)
    rows = _rows(folder, *chosen)
    return BlendedPart(name=taken.name, corpus=corpus, rows=rows)


def _rows(folder: Path, file: str | None, count: int) -> Integers | None:
    """Map the numbers of the chosen rows into memory: they are read where they are asked for."""
    if file is None:
        return None
    path = folder / file
    try:
        rows: Integers = np.load(path, mmap_mode="r")
    except (OSError, ValueError, EOFError) as error:
        raise PictusError(f"the rows that were chosen cannot be read: {error}", where=str(path), mend=_AGAIN) from None
    if rows.shape != (count,) or rows.dtype != np.int64:
        what = f"the file of chosen rows is damaged: {count:,} numbers belong into it"
        raise PictusError(what, where=str(path), mend=_AGAIN)
    return rows
