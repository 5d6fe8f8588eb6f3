"""What a run of `judge` would ask a model, at most: what one test sets aside is not asked about by the next."""

from collections.abc import Iterator

from pictus import plugins
from pictus.prompt_sets.messages import Unfit
from pictus.steps.asked import price_for
from pictus.steps.estimate import Estimate, Look, estimate_of, sampled
from pictus.steps.judge.plan import JudgePlan, load_model
from pictus.steps.judge.verdicts import prompt_of
from pictus.store.corpus import open_corpus

_USUAL_ANSWER = {"blind": 40, "quality": 80}  # tokens


def estimate(plan: JudgePlan) -> Estimate:
    """Work out what a plan would ask of a model."""
    model = load_model(plan)
    return estimate_of(_looks(plan, model), model, price_for(plan, model.model), records=plan.judged)


def _looks(plan: JudgePlan, model: plugins.Model) -> Iterator[Look | Unfit | None]:
    for record in sampled(open_corpus(plan.source), plan.shards):
        for test in plan.tests:
            try:
                yield Look(prompt_of(test, plan, record, model), _USUAL_ANSWER[test])
            except Unfit as error:
                yield error
        yield None
