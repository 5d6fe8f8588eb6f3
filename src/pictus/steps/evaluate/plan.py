"""The plan of an evaluation: which benchmarks a model is asked, worked out before it is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pictus import plugins
from pictus.ask.which import backend_of, model_named
from pictus.errors import ManyErrors, PictusError
from pictus.steps.asked import check_means
from pictus.steps.splits import find_splits


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitting:
    """One benchmark, and the split that is asked."""

    benchmark: str
    split: str
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Name it, as its folder: several splits of a benchmark may be asked in one run."""
        return self.benchmark if self.split == self.exam.usual_split else f"{self.benchmark}-{self.split}"

    @property
    def exam(self) -> plugins.Exam:
        """Make the benchmark."""
        found: plugins.Exam = plugins.load("benchmarks", self.benchmark, self.options)
        return found

    @property
    def source(self) -> plugins.Questions:
        """Make the reader of the questions' dataset."""
        exam: Any = self.exam
        found: plugins.Questions = exam
        if exam.source:
            found = plugins.load("sources", exam.source, getattr(exam, "source_settings", None))
        return found


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
    sittings = _sittings(list(on), dict(options or {}))
    draft = EvaluatePlan(model=model, root=root, to=to, sittings=sittings, backend=backend or "", **rest)
    for name in ("limit", "sample", "max_tokens"):
        if (value := getattr(draft, name)) is not None and value < 1:
            raise PictusError(f"`{name}` cannot be {value}", where="evaluate", mend="give a number of at least 1")
    check_means(draft, load_model(draft).model)
    for sitting in sittings:
        said = f"as `--on {sitting.benchmark}:SPLIT`"
        find_splits(sitting.exam.source, sitting.source, root, [sitting.split], said=said)
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


def _sittings(on: list[str], options: dict[str, Any]) -> tuple[Sitting, ...]:
    if not on:
        mend = "name benchmarks: `--on vqav2,gqa`"
        raise PictusError("nothing is asked", where="--on", mend=mend)
    sittings, problems = [], []
    taken: set[str] = set()
    known = plugins.names("benchmarks")
    for told in on:
        name, _, split = told.strip().partition(":")
        name = name.replace("-", "_")
        own = {key.partition(".")[2]: value for key, value in options.items() if key.partition(".")[0] == name}
        taken |= {f"{name}.{key}" for key in own}
        exam = plugins.load("benchmarks", name, own, where="--option" if name in known and own else "--on")
        if not hasattr(exam, "items"):
            mend = f"score answers of your own: `pictus score {name} --predictions FILE`"
            problems.append(PictusError(f"{name} has no questions to ask", where="--on", mend=mend))
        else:
            sittings.append(Sitting(benchmark=name, split=split or exam.usual_split, options=own))
    names = [one.name for one in sittings]
    problems += [
        PictusError(f"{name} stands here twice", where="--on", mend="name it once")
        for name in dict.fromkeys(names)
        if names.count(name) > 1
    ]
    problems += [
        PictusError(
            f"no benchmark takes `{key}`", where="--option", mend="write `NAME.OPTION=VALUE`, NAME after `--on`"
        )
        for key in options
        if key not in taken
    ]
    if problems:
        raise ManyErrors(problems, where="evaluate") if len(problems) > 1 else problems[0]
    return tuple(sittings)
