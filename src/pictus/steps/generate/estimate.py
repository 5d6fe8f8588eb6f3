"""What a run of `generate` would ask a model."""

from collections.abc import Iterator

from pictus import plugins
from pictus.prompt_sets.model import PromptSet
from pictus.prompt_sets.tokens import estimated_tokens
from pictus.record import Reject
from pictus.steps.asked import price_for
from pictus.steps.estimate import Estimate, Look, estimate_of, sampled
from pictus.steps.generate.model import questions_of
from pictus.steps.generate.plan import GeneratePlan, load_backend, load_entries
from pictus.store.corpus import open_corpus

_USUAL_ANSWER = 250  # tokens, for an entry that has no example


def estimate(plan: GeneratePlan) -> Estimate:
    """Work out what a plan would ask of a model."""
    model: plugins.Model = load_backend(plan)
    looks = _looks(plan, model, load_entries(plan))
    price = price_for(plan, model.model)
    return estimate_of(looks, model, price, records=plan.records, most_requests=plan.target)


def _looks(plan: GeneratePlan, model: plugins.Model, prompts: PromptSet) -> Iterator[Look | Reject | None]:
    usual = {name: _likely_answer(prompts, name) for name in prompts.entries}
    for record in sampled(open_corpus(plan.source), plan.shards):
        for question in questions_of([record], model, prompts, seed=plan.seed):
            if isinstance(question, Reject):
                yield question
            else:
                item = question.item
                yield Look(question.prompt, usual[item.name], is_trimmed=bool(item.told))
        yield None


def _likely_answer(prompts: PromptSet, name: str) -> int:
    """Expect an answer as long as those of the worked examples."""
    examples = prompts.entries[name].examples
    if not examples:
        return _USUAL_ANSWER
    return sum(estimated_tokens(example.output) for example in examples) // len(examples)
