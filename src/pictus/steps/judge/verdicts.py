"""Ask a judge: one test after the other over the same stream, so that nothing is asked about what a test set aside."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from pictus import plugins
from pictus.ask.asking import Asking
from pictus.ask.question import Asked, Question
from pictus.prompt import Answer, Prompt
from pictus.prompt_sets import judging
from pictus.prompt_sets.judging import SCORES, Scores
from pictus.prompt_sets.messages import Unfit
from pictus.record import Record
from pictus.steps.judge.agreement import compare, is_answerable
from pictus.steps.judge.plan import JudgePlan

_WHY = 80  # letters of what a judge says, in a reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the tests found of a record."""

    scores: Scores | None = None
    blind: float | None = None  # the share of its questions that were answered without the picture
    reasons: tuple[str, ...] = ()  # why it is set aside
    unjudged: tuple[str, ...] = ()  # why a test has nothing to say of it


@dataclass(frozen=True, slots=True)
class Item:
    """A record on its way through the tests, with its place in the input; let go of once nothing more is asked."""

    number: int
    record: Record | None
    verdict: Verdict = Verdict()


_READ: Mapping[str, Callable[[Prompt, Answer], Any]] = {"blind": judging.read_blind, "quality": judging.read_quality}


def verdicts(
    plan: JudgePlan, records: Iterable[tuple[int, Record]], model: plugins.Model, asking: Asking
) -> Iterator[Item]:
    """Judge records; they come out in their order, and those that a stopped run did not reach are left out."""
    items: Iterator[Item] = (Item(number, record) for number, record in records)
    for test in plan.tests:
        items = _tested(test, plan, items, model, asking)
    return items


def _tested(test: str, plan: JudgePlan, items: Iterator[Item], model: plugins.Model, asking: Asking) -> Iterator[Item]:
    passing: deque[Item] = deque()  # of which nothing is asked, in front of the next that is

    def questions() -> Iterator[Question]:
        for item in items:
            if item.record is None or item.verdict.reasons:
                passing.append(replace(item, record=None))
                continue
            try:
                prompt = prompt_of(test, plan, item.record, model)
            except Unfit as error:
                passing.append(replace(item, verdict=_unjudged(item.verdict, f"{test}: {error}")))
                continue
            yield Question(item=item, prompt=prompt, read=_READ[test], tries=judging.TRIES)

    for asked in asking.ask(questions()):
        while passing and passing[0].number < asked.item.number:
            yield passing.popleft()
        yield _judged(test, plan, asked)
    yield from passing


def prompt_of(test: str, plan: JudgePlan, record: Record, model: plugins.Model) -> Prompt:
    """Make the prompt of a test; `Unfit` says why there is none."""
    ask = judging.blind_prompt if test == "blind" else partial(judging.quality_prompt, see=plan.see)
    return ask(record, seed=plan.seed, context=model.context, system_role=bool(model.system_role))


def _judged(test: str, plan: JudgePlan, asked: Asked) -> Item:
    item: Item = asked.item
    assert item.record is not None
    if asked.problem is not None:
        # That a judge fails is no fault of the record's.
        return replace(item, verdict=_unjudged(item.verdict, f"{test}: {asked.problem}"))
    found = _blind(item.record, asked.value, plan) if test == "blind" else _quality(asked.value, plan)
    return replace(item, verdict=found(item.verdict))


def _blind(record: Record, answers: tuple[str, ...], plan: JudgePlan) -> Callable[[Verdict], Verdict]:
    pairs = judging.pairs(record)
    said = iter(answers)
    outcomes = [compare(question, answer, next(said) if answer else "") for question, answer in pairs]
    agreeing = sum(outcome.agrees for outcome in outcomes)
    which = "every question is" if agreeing == len(pairs) else f"{agreeing} of {len(pairs)} questions are"
    aside = is_answerable(outcomes, plan.blind_share)
    reasons = (f"blind: {which} answered without the picture",) if aside else ()
    return partial(replace, blind=agreeing / len(pairs), reasons=reasons)


def _quality(scores: Scores, plan: JudgePlan) -> Callable[[Verdict], Verdict]:
    why = scores.why if len(scores.why) <= _WHY else f"{scores.why[: _WHY - 1]}…"
    low = [(name, score) for name in SCORES if (score := getattr(scores, name)) < plan.least]
    return partial(replace, scores=scores, reasons=tuple(f"judge: {name} {score} of 5: {why}" for name, score in low))


def _unjudged(verdict: Verdict, why: str) -> Verdict:
    return replace(verdict, unjudged=(*verdict.unjudged, why))
