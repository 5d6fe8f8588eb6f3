"""The plan of an evaluation: which benchmarks a model is asked, worked out before it is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pictus import plugins
from pictus.ask.which import backend_of, model_named
from pictus.errors import PictusError
from pictus.steps.asked import check_means
from pictus.steps.contamination import open_named
from pictus.steps.sitting import Sitting, sittings_of
from pictus.steps.splits import find_splits


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluatePlan:
    """Who is asked what, how, and where the answers and scores go."""

    model: str
    root: Path  # of the data
    to: str
    sittings: tuple[Sitting, ...]
    backend: str
    settings: Mapping[str, Any] = field(default_factory=dict)  # of the backend
    instruction: str | None = None  # in place of the benchmarks'
    max_tokens: int | None = None  # likewise
    temperature: float | None = 0.0
    limit: int | None = None  # only the first questions
    sample: int | None = None  # of these, so many by chance
    seed: int = 0  # another seed, another sample
    budget: float | None = None  # dollars
    price: str | None = None
    journal: str | None = None
    at_once: int | None = None
    against: tuple[str, ...] = ()  # corpora that the model was trained on

    @property
    def finish(self) -> bool:
        """An evaluation that must stop has no score: the questions that came first are no sample."""
        return False


def plan(
    model: str,
    on: Iterable[str],
    root: Path,
    to: str,
    *,
    backend: str | None = None,
    options: Mapping[str, Any] | None = None,
    **rest: Any,
) -> EvaluatePlan:
    """Work out what is asked; names, settings and files are checked now.

    Args:
        model: a name, a folder of weights, a GGUF file, `backend:name`, or a server's address.
        on: benchmarks, each as `name` or `name:split`.
        root: where the data lies.
        to: the folder of the run.
        backend: what asks; by default what fits the model.
        options: of benchmarks, each as `name.option`.
        rest: the other fields of a plan.
    """
    sittings = sittings_of(list(on), dict(options or {}))
    draft = EvaluatePlan(model=model, root=root, to=to, sittings=sittings, backend=backend or "", **rest)
    for name in ("limit", "sample", "max_tokens"):
        if (value := getattr(draft, name)) is not None and value < 1:
            raise PictusError(f"`{name}` cannot be {value}", where="evaluate", mend="give a number of at least 1")
    open_named(draft.against)
    check_means(draft, load_model(draft).model)
    for sitting in sittings:
        if name := sitting.exam.source:
            said = f"as `--on {sitting.benchmark}:SPLIT`"
            find_splits(name, sitting.source, root, [sitting.split], said=said)
        else:  # the benchmark reads a corpus itself
            sitting.source.files(root, sitting.split)
    return draft


def load_model(plan: EvaluatePlan) -> plugins.Model:
    """Make the backend that asks the model."""
    model: Any = model_named(plan.model, plan.backend or None, dict(plan.settings))
    if not hasattr(model, "answer"):
        mend = "give a model: a name, a folder of weights, a GGUF file, or a server's address"
        raise PictusError("a program answers from annotations, and cannot be evaluated", where=plan.model, mend=mend)
    found: plugins.Model = model
    return found


def backend_named(plan: EvaluatePlan) -> str:
    """Name what asks the model."""
    return plan.backend or backend_of(plan.model)
