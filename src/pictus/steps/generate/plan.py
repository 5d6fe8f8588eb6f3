"""The plan of a generate run: what is asked of whom about which records, worked out before anything is asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, TypeAlias

from pictus import plugins
from pictus.engine.engines import LOCAL
from pictus.errors import PictusError, unknown_name
from pictus.prompt_sets.model import PromptSet
from pictus.prompt_sets.shelf import load_prompts
from pictus.recipe import read_recipe, recipe_path
from pictus.steps.asked import Taken, check_means, take
from pictus.store.corpus import open_corpus
from pictus.tools.own import read_tools

KINDS = ("conversation", "detail", "reasoning")
CHECKS: Mapping[str, Mapping[str, Any]] = {
    "turn_order": {},
    "placeholders": {},
    "answer_length": {},
    "source_leak": {},
    "calls": {},
}
PROMPTS = "llava"
Settings: TypeAlias = Mapping[str, Any]
BatchStep: TypeAlias = Literal["go", "write", "submit", "poll", "ingest"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratePlan:
    """What is asked of which backend about which records, and where the answers go."""

    source: str  # a corpus
    to: str
    backend: str = "program"
    settings: Settings = field(default_factory=dict)  # of the backend
    prompts: str | None = None  # a prompt set, for a backend that asks a model
    kinds: tuple[str, ...] = ()  # of a program, or entries of the prompt set; empty for all
    checks: Mapping[str, Settings] = field(default_factory=lambda: dict(CHECKS))
    seed: int = 0
    limit: int | None = None  # take only the first records
    target: int | None = None  # stop when so many are accepted
    budget: float | None = None  # dollars
    price: str | None = None  # IN,OUT for a million tokens, where the table does not know the model
    journal: str | None = None  # where answers are kept; by default with the corpus
    at_once: int | None = None  # requests in flight, at most
    batch: BatchStep | None = None  # ask by the vendor's batch files
    finish: bool = False  # a run that must stop ends with what there is
    workers: int | None = 1  # shards at once, of a program; None for as many as there is room for
    engine: str = LOCAL  # where a program runs
    shards: Taken = ()

    @property
    def records(self) -> int:
        """Count the records that are asked about."""
        return sum(rows for _, rows, _ in self.shards)


def recipe_options(path: str | Path) -> dict[str, Any]:
    """Take the options of a plan from a recipe: a path, or the name of one that ships."""
    recipe = read_recipe(recipe_path(path, only="generate"))
    if recipe.stages and "generate" not in recipe.model_fields_set:
        mend = f"`pictus blend {path}` mixes what its stages name"
        raise PictusError("this recipe is for training, and generates nothing", where=str(path), mend=mend)
    chosen = recipe.generate.model_dump(
        exclude_unset=True
    )  # a backend that nobody named may still follow from `--model`
    options: dict[str, Any] = {name: value for name, value in chosen.items() if value is not None}
    if "kinds" in options:
        options["kinds"] = tuple(options["kinds"])
    if recipe.checks is not None:
        options["checks"] = recipe.checks
    return options


def draft(source: str, to: str, **options: Any) -> GeneratePlan:
    """Check the options and the names and settings of plug-ins; the corpus need not be there yet."""
    draft = GeneratePlan(source=source, to=to, **options)
    backend = load_backend(draft)
    load_checks(draft.checks)
    return _for_program(draft, backend.kinds) if is_program(backend) else _for_model(draft, backend.model)


def plan(source: str, to: str, **options: Any) -> GeneratePlan:
    """Work out which shards are asked about."""
    drafted = draft(source, to, **options)
    return replace(drafted, shards=take(open_corpus(source), drafted.limit))


def load_backend(plan: GeneratePlan) -> Any:
    """Make the backend: a program, or a model to ask."""
    return plugins.load("backends", plan.backend, plan.settings)


def is_program(backend: Any) -> bool:
    """Say whether a backend answers from the facts by itself."""
    return hasattr(backend, "answer_many")


def load_checks(checks: Mapping[str, Settings]) -> dict[str, plugins.Check]:
    """Make the checks of a run."""
    loaded = {name: plugins.load("checks", name, values) for name, values in checks.items()}
    for name, check in loaded.items():
        if not hasattr(check, "problems"):
            mend = "leave it out here, and run `pictus check` on what was made"
            raise PictusError(f"the check `{name}` needs all rows at once", where="checks", mend=mend)
    return loaded


def load_entries(plan: GeneratePlan) -> PromptSet:
    """Read the prompt set of a plan, with only the entries that were chosen."""
    prompts = load_prompts(plan.prompts or PROMPTS)
    for name in plan.kinds:
        if name not in prompts.entries:
            raise unknown_name("entry", name, tuple(prompts.entries), where=f"prompt set {prompts.name}")
    for entry in prompts.entries.values():
        if entry.tools not in (None, "library"):
            read_tools(Path(entry.tools))  # now, so that a mistake there is told before anything is asked
    chosen = {name: entry for name, entry in prompts.entries.items() if not plan.kinds or name in plan.kinds}
    return prompts.model_copy(update={"entries": chosen})


def _for_program(draft: GeneratePlan, known: tuple[str, ...]) -> GeneratePlan:
    for kind in draft.kinds:
        if kind not in known:
            raise unknown_name("kind of instruction", kind, known, where=f"backend {draft.backend}")
    for name in ("prompts", "target", "budget", "price", "journal", "batch"):
        if getattr(draft, name) is not None:
            mend = "leave it out, or choose a backend that asks a model"
            raise PictusError(f"`{name}` means nothing to the backend `{draft.backend}`", where="generate", mend=mend)
    return replace(draft, kinds=draft.kinds or KINDS)


def _for_model(draft: GeneratePlan, model: str) -> GeneratePlan:
    if draft.engine != LOCAL:
        what = f"the backend `{draft.backend}` asks a model, and that is done from one machine"
        raise PictusError(what, where="--engine", mend="leave `--engine` out")
    prompts = load_entries(draft)
    check_means(draft, model)
    if draft.batch is not None and (draft.backend != "openai" or draft.target is not None):
        what = "a target cannot be kept" if draft.target is not None else "only the backend `openai` knows batch files"
        raise PictusError(f"{what} with `--batch`", where="--batch", mend="leave `--batch` out, or use `--limit`")
    return replace(draft, prompts=draft.prompts or prompts.name)
