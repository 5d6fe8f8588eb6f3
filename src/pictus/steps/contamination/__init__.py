"""Contamination: which questions of a benchmark stand in the corpora that a model is trained on.

Pictures are known by their ids, by their files, by their pixels, and by how they look; words by the question, and by
the question with its answer, where the picture is the same.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from pictus.engine.events import Events
from pictus.errors import PictusError
from pictus.reading.wording import count_of
from pictus.scoring.overlap.levels import LEVELS
from pictus.steps.contamination.hashing import hash_corpus
from pictus.steps.contamination.join import Overlap, Seen, find_overlap, merged
from pictus.steps.contamination.question_set import QuestionSet, find_partners, read_question_set
from pictus.steps.sitting import Sitting, sittings_of
from pictus.store.corpus import Corpus, open_corpus
from pictus.store.whole_file import whole_file

__all__ = ["ContaminationPlan", "Table", "compare", "open_named", "plan", "run", "write_pairs"]

# Collections that took half of their pictures from one place, and whose list of pictures says which.
_JOINED = {"coco", "vg"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ContaminationPlan:
    """Which corpora are compared with which benchmarks, and where the benchmarks' data lies."""

    corpora: tuple[str, ...]
    sittings: tuple[Sitting, ...]
    root: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """What was found of one benchmark: a row for each corpus, and each question that was found in any."""

    name: str
    split: str
    questions: int
    seen: Mapping[str, Seen]  # by the id of the question
    rows: Mapping[str, Mapping[str, Any]]  # by corpus, as JSON has it
    notes: Mapping[str, tuple[str, ...]]  # by corpus: what could not be compared

    @property
    def lines(self) -> dict[str, dict[str, Any]]:
        """Say of each question that was found how, and where, as lines about items do."""
        return {key: one.plain() for key, one in self.seen.items()}

    def plain(self) -> dict[str, Any]:
        """Give it as JSON has it."""
        counts = {level: sum(level in one.levels for one in self.seen.values()) for level in LEVELS}
        told = {"split": self.split, "questions": self.questions, "seen": len(self.seen), "levels": counts}
        rows = {name: {**row, "notes": list(self.notes[name])} for name, row in self.rows.items()}
        return {**told, "corpora": rows}


def plan(corpora: Sequence[str], on: Sequence[str], root: Path) -> ContaminationPlan:
    """Check that the corpora, the benchmarks and their data are there."""
    sittings = sittings_of(on, {}, flag="--contamination")
    open_named(corpora)
    for sitting in sittings:
        sitting.source.files(root, sitting.split)
    return ContaminationPlan(corpora=tuple(corpora), sittings=sittings, root=root)


def run(plan: ContaminationPlan, events: Events) -> list[Table]:
    """Hash the corpora's pictures where that was not done, and compare."""
    return compare(plan.sittings, plan.root, plan.corpora, events)


def compare(
    sittings: Sequence[Sitting],
    root: Path,
    corpora: Sequence[str],
    events: Events,
    *,
    only: Mapping[str, Collection[str]] | None = None,
) -> list[Table]:
    """Compare benchmarks with corpora, benchmark by benchmark.

    Args:
        sittings: the benchmarks.
        root: where their data lies.
        corpora: addresses.
        events: hear of the pictures that are hashed.
        only: by the name of a sitting, the ids of the questions that matter; all, unless said.
    """
    found = open_named(corpora)
    for corpus in found.values():
        hash_corpus(corpus, events)
    partners, list_of_pictures = find_partners(root)
    tables = []
    for sitting in sittings:
        asked = read_question_set(sitting, root, partners, only=only and only[sitting.name])
        if not asked.questions:
            mend = "check the data root and the split"
            raise PictusError(f"no question of {sitting.name} can be read", where=str(root), mend=mend)
        tables.append(_table(asked, found, has_partners=list_of_pictures is not None))
    return tables


def write_pairs(path: Path, tables: Sequence[Table]) -> None:
    """Write a line for each question that was found: how, and the record that has most of it."""
    with whole_file(path) as file:
        for table in tables:
            for key, one in table.lines.items():
                line = {"benchmark": table.name, "id": key, **one}
                file.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))


def open_named(addresses: Sequence[str]) -> dict[str, Corpus]:
    """Open corpora, each under its own name, or under its address where two have one name."""
    corpora = {address: open_corpus(address) for address in dict.fromkeys(addresses)}
    names = [corpus.name for corpus in corpora.values()]
    return {corpus.name if names.count(corpus.name) == 1 else address: corpus for address, corpus in corpora.items()}


def _table(asked: QuestionSet, corpora: Mapping[str, Corpus], *, has_partners: bool) -> Table:
    overlaps = [find_overlap(asked, corpus, name) for name, corpus in corpora.items()]
    return Table(
        name=asked.name,
        split=asked.split,
        questions=len(asked.questions),
        seen={asked.questions[number].id: one for number, one in sorted(merged(overlaps).items())},
        rows={one.corpus: _row(asked, one) for one in overlaps},
        notes={one.corpus: tuple(_notes(asked, one, has_partners=has_partners)) for one in overlaps},
    )


def _row(asked: QuestionSet, one: Overlap) -> dict[str, Any]:
    return {
        "seen": len(one.seen),
        "levels": one.counts(),
        "pictures": len(one.pictures),
        "records": one.records,
        "refuted_ids": one.refuted,
        "compared": {
            "corpus": {
                "records": one.of_records,
                "pictures": one.of_pictures,
                "named": dict(one.named),
                "hashed": one.hashed,
                "unhashed": dict(one.unhashed),
            },
            "benchmark": {"pictures": len(asked.pictures), "named": dict(asked.named), "hashed": asked.hashed},
        },
    }


def _notes(asked: QuestionSet, one: Overlap, *, has_partners: bool) -> Iterator[str]:
    """Say what could not be compared: where nobody looked, nothing is clean."""
    pictures = len(asked.pictures)
    if not pictures or not one.of_pictures:
        yield f"{'the benchmark' if not pictures else 'the corpus'} has no pictures: only words were compared"
        return
    ours, theirs = set(asked.named), set(one.named)
    if not ours & theirs:
        told = f"{', '.join(sorted(ours)) or 'none'} here, {', '.join(sorted(theirs)) or 'none'} in the corpus"
        yield f"no picture can be known by its id: the ids are of other collections ({told})"
    if (ours | theirs) >= _JOINED and not has_partners:
        yield "ids of Visual Genome and COCO were not joined: its image_data.json is not below the data root"
    if one.hashed < one.of_pictures:
        why = "; ".join(f"{count:,} {reason}" for reason, count in one.unhashed.most_common(3))
        yield (
            f"{one.hashed:,} of {count_of(one.of_pictures, 'picture')} of the corpus could be compared by hash "
            f"({why}): of the others, copies under another name would not be found"
        )
    if asked.hashed < pictures:
        yield (
            f"{asked.hashed:,} of {count_of(pictures, 'picture')} of the benchmark could be compared by hash: "
            "the others are not there or cannot be decoded"
        )
    if one.refuted:
        yield f"{count_of(one.refuted, 'pair')} of pictures of the same id look quite different, and were not counted"
