"""What a run would ask, take and cost, from a sample of its records; nothing is asked."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from pictus import plugins
from pictus.ask.money import Price, picture_tokens
from pictus.prompt import Prompt, Usage
from pictus.prompt_sets.messages import Unfit
from pictus.prompt_sets.tokens import estimated_prompt_tokens, estimated_tokens
from pictus.record import Record, Reject
from pictus.steps.asked import Taken
from pictus.store.corpus import Corpus
from pictus.store.shards import read_shard

_SAMPLE = 300  # records
_TOKENS_PER_SECOND = (25.0, 100.0)  # of one answer: what hosted models write, slow and quick


@dataclass(frozen=True, slots=True)
class Look:
    """A prompt as it would be sent, the tokens that its answer usually has, and whether facts were left out."""

    prompt: Prompt
    answer_tokens: int
    is_trimmed: bool = False


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
    is_local: bool = False  # the model runs here: it costs nothing, and nobody knows how fast it is


def sampled(source: Corpus, taken: Taken) -> Iterator[Record]:
    """Give some records from every shard, since corpora are sorted by all kinds of things."""
    share = max(_SAMPLE // len(taken), 1)
    for number, rows, _ in taken[:_SAMPLE]:
        yield from islice(read_shard(source.place, number, roots=source.roots), min(rows, share))


def estimate_of(
    looks: Iterable[Look | Unfit | Reject | None],
    model: plugins.Model,
    price: Price | None,
    *,
    records: int,
    most_requests: int | None = None,
) -> Estimate:
    """Add up what would be asked about some records, and scale it to all.

    Args:
        looks: what would be asked, or why nothing can be; None after each record.
        model: who would be asked.
        price: of the model, where it is known.
        records: how many are asked about.
        most_requests: after which the run ends, if so.
    """
    seen = asked = unfit = trimmed = words = pictures = likely = most = 0
    for look in looks:
        if look is None:
            seen += 1
        elif isinstance(look, Unfit | Reject):
            unfit += 1
        else:
            prompt = look.prompt
            asked, trimmed = asked + 1, trimmed + look.is_trimmed
            words += estimated_prompt_tokens(prompt.messages) + estimated_tokens(prompt.schema or "")
            pictures += picture_tokens(prompt, model.model)
            likely += look.answer_tokens
            most += prompt.sampling.max_tokens or 0
    scale = records / max(seen, 1)
    if most_requests is not None:
        scale = min(scale, most_requests / max(asked, 1))
    requests, text, shown = round(asked * scale), round(words * scale), round(pictures * scale)
    answers = (round(likely * scale * 0.6), round(min(likely * 1.8, most) * scale))
    seconds = [answers[n] / max(requests, 1) / _TOKENS_PER_SECOND[1 - n] * requests / model.at_once for n in (0, 1)]
    return Estimate(
        model=model.model,
        records=records,
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
        is_local=not hasattr(model, "base_url"),
    )


def _dollars(
    price: Price | None, prompt: int, completion: tuple[int, int], *, batch: bool = False
) -> tuple[float, float] | None:
    if price is None:
        return None
    least, most = (Usage(prompt=prompt, completion=one) for one in completion)
    return price.cost(least, batch=batch) * 0.85, price.cost(most, batch=batch) * 1.15  # tokens are estimated
