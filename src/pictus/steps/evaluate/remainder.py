"""The scores of those questions that a model cannot have seen, beside the scores of all."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson

from pictus.errors import PictusError
from pictus.grade import Files, Reply
from pictus.reading.json import read_lines
from pictus.record import Call, Part, Reject, Turn
from pictus.steps import score
from pictus.steps.contamination import Table
from pictus.steps.evaluate.plan import EvaluatePlan
from pictus.steps.evaluate.questions import Chosen, chosen_items, paper_of
from pictus.steps.report import REPLIES, SEEN
from pictus.steps.sitting import Sitting
from pictus.store.whole_file import whole_file

_CLEAN = "clean"  # the folder of the official files of what is left


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """What corpora have of the questions that were asked, and what is left without these."""

    table: Table
    clean: score.Scored | None = None  # of the questions that were not found at all
    unscored: str = ""  # why the official scorer has no figures for them

    def plain(self) -> dict[str, Any]:
        """Give it as JSON has it."""
        clean = None if self.clean is None else {**self.clean.figures, "pictus": self.clean.honest}
        return {**self.table.plain(), "clean": clean, "unscored": self.unscored or None}


def write_seen(folder: Path, table: Table | None) -> None:
    """Write how each question was found, and where; what another run wrote is removed."""
    path = folder / SEEN
    if table is None:
        path.unlink(missing_ok=True)
        return
    with whole_file(path) as file:
        for key, one in table.lines.items():
            file.write(orjson.dumps({"id": key, "seen": one}, option=orjson.OPT_APPEND_NEWLINE))


def score_remainder(plan: EvaluatePlan, sitting: Sitting, chosen: Chosen, table: Table, whole: score.Scored) -> Overlap:
    """Score what was not found in any corpus as the official scorer does, from the replies that are there."""
    folder = Path(plan.to) / sitting.name
    overlap = Overlap(table=table)
    ids = chosen.ids.difference(table.seen)
    if not ids:
        return replace(overlap, unscored="every question was found")
    if len(ids) == len(chosen.ids):
        return replace(overlap, clean=whole)
    left, to, exam = replace(chosen, ids=ids), folder / _CLEAN, sitting.exam
    exam.write(_replies(plan, sitting, left, folder / REPLIES), to / exam.predictions)
    try:
        official = exam.official(paper_of(plan, sitting, left), to)
        assert not isinstance(official, Path), "the whole has official files, so a part has"
        files = Files(predictions=to / exam.predictions, questions=official.questions, truth=official.truth)
        options = {**sitting.options, **official.options}
        return replace(overlap, clean=score.run(score.plan(sitting.benchmark, files, options=options)))
    except PictusError as error:  # a scorer may refuse a part, as one without any question of a kind
        return replace(overlap, unscored=error.what)


def _replies(plan: EvaluatePlan, sitting: Sitting, left: Chosen, path: Path) -> Iterator[Reply]:
    """Read again what was answered to some questions; the lines stand in the order of the questions."""
    items = chosen_items(plan, sitting, left)
    for line in _lines(path, left.ids):
        item = next(items)
        assert item.id == line["id"], "replies stand in the order of the questions"
        calls = tuple(Call(**one) for one in line["calls"])
        parts = (Part("text", line["answer"]),) if line["answer"] else ()
        yield Reply(item=item, prompt=line["prompt"], turn=Turn("assistant", parts, calls=calls))


def _lines(path: Path, ids: Collection[str]) -> Iterator[Mapping[str, Any]]:
    for row in read_lines(path):
        assert not isinstance(row, Reject), "this run wrote the lines"
        if row[1]["id"] in ids:
            yield row[1]
