"""The plan of a judge's run: which tests are made on which records, by which model, worked out before it is asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pictus import plugins
from pictus.errors import PictusError, unknown_name
from pictus.steps.asked import Taken, check_means, take
from pictus.store.corpus import open_corpus

TESTS = ("blind", "quality")  # in this order: what is set aside by one is not asked about by the next


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgePlan:
    """Who judges which records by what, and where those that stand go."""

    source: str  # a corpus
    to: str
    backend: str = "openai"
    settings: Mapping[str, Any] = field(default_factory=dict)  # of the backend
    tests: tuple[str, ...] = TESTS
    see: bool = False  # show the picture, where there is one; else the facts are told
    least: int = 3  # of each score, or the record is set aside
    blind_share: float = 1.0  # of the questions answered without the picture, from which the record is set aside
    sample: int | None = None  # judge so many; the others pass
    seed: int = 0
    limit: int | None = None  # take only the first records
    budget: float | None = None  # dollars
    price: str | None = None  # IN,OUT for a million tokens, where the table does not know the model
    journal: str | None = None  # where answers are kept; by default with the corpus
    at_once: int | None = None  # requests in flight, at most
    finish: bool = False  # a run that must stop ends with what was judged
    shards: Taken = ()

    @property
    def records(self) -> int:
        """Count the records that are taken."""
        return sum(rows for _, rows, _ in self.shards)

    @property
    def judged(self) -> int:
        """Count the records that are asked about."""
        return self.records if self.sample is None else min(self.sample, self.records)


def plan(source: str, to: str, **options: Any) -> JudgePlan:
    """Work out what is judged; names, settings and limits are checked now."""
    draft = JudgePlan(source=source, to=to, **options)
    for name in draft.tests:
        if name not in TESTS:
            raise unknown_name("test", name, TESTS, where="--test")
    for name, fits, mend in (
        ("tests", bool(draft.tests), f"name one: {', '.join(TESTS)}"),
        ("least", 1 <= draft.least <= 5, "give a score from 1 to 5; 1 sets nothing aside"),
        ("blind_share", 0 < draft.blind_share <= 1, "give a share above 0, at most 1"),
        ("sample", draft.sample is None or draft.sample >= 1, "give a number of records"),
    ):
        if not fits:
            raise PictusError(f"`{name}` cannot be {getattr(draft, name)!r}", where="judge", mend=mend)
    check_means(draft, load_model(draft).model)
    corpus = open_corpus(source)
    shards = take(corpus, draft.limit)
    if not corpus.summary["turns"]:
        mend = "make some first: `pictus generate`"
        raise PictusError("the corpus holds no conversations", where=source, mend=mend)
    return replace(draft, tests=tuple(name for name in TESTS if name in draft.tests), shards=shards)


def load_model(plan: JudgePlan) -> plugins.Model:
    """Make the backend that asks the judge."""
    model: Any = plugins.load("backends", plan.backend, plan.settings)
    if not hasattr(model, "answer"):
        mend = "name a model to ask: `--model NAME`"
        raise PictusError(f"the backend `{plan.backend}` has no model that could judge", where="judge", mend=mend)
    found: plugins.Model = model
    return found
