"""Generate: instruction data from the facts of a corpus, each record checked before it is written.

A program is asked in every process at once, one task a shard. A model is asked by one process that has many requests
in flight, and its answers are kept in a journal.
"""

from typing import Any

from pictus.engine.events import Events
from pictus.steps.asked import Kept
from pictus.steps.generate import batch, model, program
from pictus.steps.generate.plan import (
    CHECKS,
    KINDS,
    GeneratePlan,
    draft,
    is_program,
    load_backend,
    plan,
    recipe_options,
)
from pictus.store.corpus import Corpus, open_corpus

__all__ = ["CHECKS", "KINDS", "GeneratePlan", "draft", "plan", "recipe_options", "run"]


def run(plan: GeneratePlan, events: Events) -> Corpus:
    """Ask, check and write; then the cards."""
    source = open_corpus(plan.source)
    backend: Any = load_backend(plan)
    if is_program(backend):
        return program.run(plan, source, events)
    if plan.batch is not None:
        batch.run(plan, source, backend, events)
        backend = Kept(backend)
    return model.run(plan, source, backend, events)
