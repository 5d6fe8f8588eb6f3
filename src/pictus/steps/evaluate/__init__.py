"""Evaluate: ask a model a benchmark's questions, write its answers in the official layout, and score them.

A run's folder has one folder for each benchmark: `asked.json` says what is asked, `replies.jsonl` what was said,
`items.jsonl` what each item is worth, `scores.json` the figures. The journal stands beside them.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import blake2b
from itertools import groupby
from pathlib import Path
from typing import IO, Any

import orjson

from pictus import plugins
from pictus.ask.asking import Asking, Rules
from pictus.ask.journal import Totals
from pictus.ask.money import Price
from pictus.ask.question import Asked, Question
from pictus.engine.events import Events
from pictus.errors import PictusError
from pictus.grade import Files, Item, Reply
from pictus.prompt import Answer, Prompt
from pictus.record import Media, Turn
from pictus.steps import contamination, score
from pictus.steps.asked import open_journal, price_for
from pictus.steps.compare import ITEMS
from pictus.steps.evaluate.plan import EvaluatePlan, load_model, plan
from pictus.steps.evaluate.questions import Chosen, choose, chosen_items, paper_of, prompt_of, words_of
from pictus.steps.evaluate.remainder import Overlap, score_remainder, write_seen
from pictus.steps.report import EVALUATION, REPLIES
from pictus.steps.sitting import Sitting
from pictus.store.whole_file import whole_file

__all__ = ["EvaluatePlan", "Evaluated", "choose", "plan", "run"]


PICTURES = "pictures"  # the folder of those that lie in no folder


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluated:
    """What came of one benchmark."""

    name: str  # the benchmark's, and the split's where it is not the usual one
    split: str
    asked: int
    of: int  # questions of the split
    predictions: Path
    scored: score.Scored | None  # None where the answers are not public: the predictions are for the official server
    unasked: Mapping[str, int]  # rows of the dataset that nothing can be asked about, by reason
    unanswered: Mapping[str, int]  # questions that got no answer, by reason; they count as empty answers
    overlap: Overlap | None = None  # with the corpora that it was compared with

    @property
    def is_clean(self) -> bool:
        """Say whether nothing was set aside."""
        return not self.unasked and not self.unanswered and not (self.scored and self.scored.unscored)

    def plain(self) -> dict[str, Any]:
        """Give everything as `--json` prints it."""
        figures = None if self.scored is None else {**self.scored.figures, "pictus": self.scored.honest}
        counts = {"unasked": dict(self.unasked), "unanswered": dict(self.unanswered)}
        told = {"split": self.split, "asked": self.asked, "of": self.of, "predictions": str(self.predictions)}
        overlap = {} if self.overlap is None else {"contamination": self.overlap.plain()}
        return {**told, **counts, "figures": figures, **overlap}


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a question belongs."""

    number: int  # of the sitting
    item: Item


def run(plan: EvaluatePlan, events: Events) -> list[Evaluated]:
    """Ask, write and score; what the journal holds is not asked again."""
    model = load_model(plan)
    for sitting in plan.sittings:
        _begin(plan, sitting, model)
    chosen = [choose(plan, sitting) for sitting in plan.sittings]
    tables = _compared(plan, chosen, events)
    rules = Rules(price=price_for(plan, model.model), budget=plan.budget, at_once=plan.at_once)
    done = []
    with open_journal(plan, try_again=True) as journal, Asking(model, journal, rules, events) as asking:
        asking.total = sum(len(one.ids) for one in chosen)
        for number, asked in groupby(asking.ask(_questions(plan, chosen)), key=lambda one: one.item.number):
            done.append(_written(plan, plan.sittings[number], asked))
        told = _told(plan, model, rules.price, journal.totals())
    finished = [_scored(plan, *one) for one in zip(plan.sittings, chosen, done, tables, strict=True)]
    results = {one.name: one.plain() for one in finished}
    _write_json(Path(plan.to) / EVALUATION, {**told, "benchmarks": results})
    return finished


def _compared(plan: EvaluatePlan, chosen: list[Chosen], events: Events) -> list[contamination.Table | None]:
    """Look for the questions in corpora, before anybody is asked: that may take long, and fail."""
    if not plan.against:
        return [None] * len(chosen)
    only = {sitting.name: one.ids for sitting, one in zip(plan.sittings, chosen, strict=True)}
    return [*contamination.compare(plan.sittings, plan.root, plan.against, events, only=only)]


def _questions(plan: EvaluatePlan, chosen: list[Chosen]) -> Iterator[Question]:
    for number, sitting in enumerate(plan.sittings):
        exam = sitting.exam
        for item in chosen_items(plan, sitting, chosen[number]):
            yield Question(item=_Place(number, item), prompt=prompt_of(plan, exam, item), read=_last_turn)


def _last_turn(prompt: Prompt, answer: Answer) -> Turn:
    return answer.turns[-1]


def _written(plan: EvaluatePlan, sitting: Sitting, asked: Iterable[Asked]) -> Counter[str]:
    """Write what came in, as it came and as the benchmark wants it; count why questions have no answer."""
    folder, exam = Path(plan.to) / sitting.name, sitting.exam
    for left in folder.glob(".*.part"):  # by a run that was killed
        left.unlink()
    unanswered: Counter[str] = Counter()
    with whole_file(folder / REPLIES) as file:
        exam.write(_replies(asked, folder, file, unanswered), folder / exam.predictions)
    return unanswered


def _replies(asked: Iterable[Asked], folder: Path, file: IO[bytes], unanswered: Counter[str]) -> Iterator[Reply]:
    for one in asked:
        item: Item = one.item.item
        turn: Turn = one.value if one.problem is None else Turn("assistant")
        prompt = words_of(one.prompt.messages)
        if one.problem is not None:
            unanswered[one.problem] += 1
        line = {
            "id": item.id,
            "prompt": prompt,
            "answer": turn.text,
            "calls": turn.calls,
            "finish": one.answer and one.answer.finish,
            "problem": one.problem,
            "truth": item.truth,
            "pictures": [_kept(medium, folder) for medium in item.media],
        }
        file.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
        yield Reply(item=item, prompt=prompt, turn=turn)


def _kept(medium: Media, folder: Path) -> dict[str, str | None]:
    """Say where a picture lies; one that lies inside a table is kept beside the answers, so that a report shows it."""
    if medium.data is None:
        return {"path": medium.path, "root": medium.root}
    name = f"{PICTURES}/{blake2b(medium.data, digest_size=16).hexdigest()}"
    if not (folder / name).exists():
        with whole_file(folder / name, safe=False) as file:
            file.write(medium.data)
    return {"path": name, "root": None}


def _scored(
    plan: EvaluatePlan, sitting: Sitting, chosen: Chosen, unanswered: Counter[str], table: contamination.Table | None
) -> Evaluated:
    folder, exam = Path(plan.to) / sitting.name, sitting.exam
    write_seen(folder, table)
    official = exam.official(paper_of(plan, sitting, chosen), folder)
    evaluated = Evaluated(
        name=sitting.name,
        split=sitting.split,
        asked=len(chosen.ids),
        of=chosen.of,
        predictions=folder / exam.predictions,
        scored=None,
        unasked=chosen.unfit,
        unanswered=unanswered,
        overlap=None if table is None else Overlap(table=table),
    )
    if isinstance(official, Path):
        return replace(evaluated, predictions=official)
    files = Files(predictions=evaluated.predictions, questions=official.questions, truth=official.truth)
    options = {**sitting.options, **official.options}
    seen = None if table is None else table.lines
    scored = score.run(score.plan(sitting.benchmark, files, options=options, per_item=folder / ITEMS, seen=seen))
    _write_json(folder / "scores.json", {**scored.figures, "pictus": scored.honest})
    if table is None:
        return replace(evaluated, scored=scored)
    return replace(evaluated, scored=scored, overlap=score_remainder(plan, sitting, chosen, table, scored))


def _begin(plan: EvaluatePlan, sitting: Sitting, model: plugins.Model) -> None:
    """Say what is asked, or refuse a folder in which something else was."""
    exam = sitting.exam
    asked = {
        "model": model.model,
        "settings": dict(model.shape()),
        "benchmark": sitting.benchmark,
        "split": sitting.split,
        "options": dict(sitting.options),
        "instruction": exam.instruction if plan.instruction is None else plan.instruction,
        "max_tokens": plan.max_tokens or exam.max_tokens,
        "temperature": plan.temperature,
        "limit": plan.limit,
        "sample": plan.sample,
        "seed": plan.seed if plan.sample is not None else None,
    }
    path = Path(plan.to) / sitting.name / "asked.json"
    asked = orjson.loads(orjson.dumps(asked, default=str))
    if not path.is_file():
        return _write_json(path, asked)
    try:
        before = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError:
        before = {}
    other = [name for name in asked if before.get(name) != asked[name]]
    if other:
        mend = "choose another folder; with `--journal` of this one, what was answered is not asked again"
        raise PictusError(f"something else was asked here: another {', '.join(other)}", where=str(path), mend=mend)
    return None


def _told(plan: EvaluatePlan, model: plugins.Model, price: Price | None, totals: Totals) -> dict[str, Any]:
    """Say who was asked, and what everything in the journal came to."""
    return {
        "model": model.model,
        "folder": plan.model if Path(plan.model).is_dir() else None,
        "settings": dict(model.shape()),
        "answers": totals.answers,
        "prompt_tokens": totals.prompt,
        "completion_tokens": totals.completion,
        "dollars": None if price is None else round(totals.cost, 6),
        "price_date": price and price.date,
        "notes": list(model.notes),
    }


def _write_json(path: Path, value: Any) -> None:
    with whole_file(path) as file:
        file.write(orjson.dumps(value, default=str, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS))
