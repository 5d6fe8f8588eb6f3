"""What a run would ask, take and cost, from a sample of its records; nothing is asked."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from pictus import plugins
from pictus.ask.money import Price, picture_tokens
from pictus.prompt import Prompt, Usage
from pictus.prompt_sets.messages import Unfit, asked_entries, prompt_for
from pictus.prompt_sets.model import PromptSet
from pictus.prompt_sets.tokens import estimated_prompt_tokens, estimated_tokens
from pictus.steps.asked import price_for
from pictus.steps.generate.plan import GeneratePlan, load_backend, load_entries
from pictus.store.corpus import open_corpus
from pictus.store.shards import read_shard

_SAMPLE = 300  # records
_TOKENS_PER_SECOND = (25.0, 100.0)  # of one answer: what hosted models write, slow and quick
_USUAL_ANSWER = 250  # tokens, for an entry that has no example


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What would be asked; pairs are the least and the most that is likely."""

    model: str
    records: int
    sample: int  # records that were looked at
    requests: int
    unfit: int  # of the requests that nothing can be asked for
    trimmed: int  # requests whose facts do not fit into the context whole
    prompt_tokens: int
    picture_tokens: int
    completion_tokens: tuple[int, int]
    dollars: tuple[float, float] | None
    dollars_by_batch: tuple[float, float] | None
    price_date: str
    price_source: str
    minutes: tuple[float, float]


def estimate(plan: GeneratePlan) -> Estimate:
    """Work out what a plan would ask of a model."""
    model: plugins.Model = load_backend(plan)
    prompts = load_entries(plan)
    seen = asked = unfit = trimmed = words = pictures = likely = most = 0
    for prompt in _sample(plan, model, prompts):
        if prompt is None:
            seen += 1
        elif isinstance(prompt, Unfit):
            unfit += 1
        else:
            asked, trimmed = asked + 1, trimmed + bool(prompt[1])
            words += estimated_prompt_tokens(prompt[0].messages) + estimated_tokens(prompt[0].schema or "")
            pictures += picture_tokens(prompt[0], model.model)
            likely += _likely_answer(prompts, prompt[0].kind)
            most += prompt[0].sampling.max_tokens or 0
    scale = plan.records / max(seen, 1)
    if plan.target is not None:
        scale = min(scale, plan.target / max(asked, 1))
    requests, text, shown = round(asked * scale), round(words * scale), round(pictures * scale)
    answers = (round(likely * scale * 0.6), round(min(likely * 1.8, most) * scale))
    price = price_for(plan, model.model)
    seconds = [answers[n] / max(requests, 1) / _TOKENS_PER_SECOND[1 - n] * requests / model.at_once for n in (0, 1)]
    return Estimate(
        model=model.model,
        records=plan.records,
        sample=seen,
        requests=requests,
        unfit=round(unfit * scale),
        trimmed=round(trimmed * scale),
        prompt_tokens=text,
        picture_tokens=shown,
        completion_tokens=answers,
        dollars=_dollars(price, text + shown, answers),
        dollars_by_batch=_dollars(price, text + shown, answers, batch=True),
        price_date=price.date if price else "",
        price_source=price.source if price else "",
        minutes=(seconds[0] / 60, seconds[1] / 60),
    )


def _sample(
    plan: GeneratePlan, model: plugins.Model, prompts: PromptSet
) -> Iterator[tuple[Prompt, str] | Unfit | None]:
    """Give the prompts of some records, with what was left out of their facts; None after each record."""
    source = open_corpus(plan.source)
    share = max(_SAMPLE // len(plan.shards), 1)  # from every shard, since corpora are sorted by all kinds of things
    for number, rows, _ in plan.shards[:_SAMPLE]:
        for record in islice(read_shard(source.place, number, roots=source.roots), min(rows, share)):
            for name, entry, sample in asked_entries(prompts, record, plan.seed):
                known = {"context": model.context, "system_role": bool(model.system_role)}
                try:
                    yield prompt_for(record, name, entry, sample=sample, seed=plan.seed, **known)  # type: ignore[arg-type]
                except Unfit as error:
                    yield error
            yield None


def _likely_answer(prompts: PromptSet, name: str) -> int:
    """Expect an answer as long as those of the worked examples."""
    examples = prompts.entries[name].examples
    if not examples:
        return _USUAL_ANSWER
    return sum(estimated_tokens(example.output) for example in examples) // len(examples)


def _dollars(
    price: Price | None, prompt: int, completion: tuple[int, int], *, batch: bool = False
) -> tuple[float, float] | None:
    if price is None:
        return None
    least, most = (Usage(prompt=prompt, completion=one) for one in completion)
    return price.cost(least, batch=batch) * 0.85, price.cost(most, batch=batch) * 1.15  # tokens are estimated
