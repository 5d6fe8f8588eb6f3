"""What an evaluation would ask, take and cost, from a sample of its questions; nothing is asked."""

from collections.abc import Iterator, Sequence
from itertools import islice

from pictus.steps.asked import price_for
from pictus.steps.estimate import Estimate, Look, estimate_of
from pictus.steps.evaluate.plan import EvaluatePlan, load_model
from pictus.steps.evaluate.questions import Chosen, chosen_items, prompt_of

_SAMPLE = 300  # questions, of all sittings together
_SHORT, _LONG = 4, 100  # tokens of a usual answer: a word or a letter; a response or a call


def estimate(plan: EvaluatePlan, chosen: Sequence[Chosen]) -> Estimate:
    """Work out what a plan would ask of a model."""
    model = load_model(plan)
    records = sum(len(one.ids) for one in chosen)
    return estimate_of(_looks(plan, chosen), model, price_for(plan, model.model), records=records)


def _looks(plan: EvaluatePlan, chosen: Sequence[Chosen]) -> Iterator[Look | None]:
    """Look at as many questions of each sitting as its part of all questions is."""
    all_questions = sum(len(one.ids) for one in chosen)
    for sitting, one in zip(plan.sittings, chosen, strict=True):
        exam = sitting.exam
        share = max(round(_SAMPLE * len(one.ids) / all_questions), 1)
        for item in islice(chosen_items(plan, sitting, one), share):
            prompt = prompt_of(plan, exam, item)
            yield Look(prompt, _SHORT if (prompt.sampling.max_tokens or _LONG) < _LONG else _LONG)
            yield None
