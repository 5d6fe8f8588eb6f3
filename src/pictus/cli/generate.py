"""Make instruction data from the facts of a corpus, and check it."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from pictus.cli import output
from pictus.errors import PictusError
from pictus.reading.wording import count_of

if TYPE_CHECKING:
    from pictus.steps.generate.inputs import Input
    from pictus.steps.generate.older_words import Said

_Function = TypeVar("_Function", bound=Callable[..., Any])


def _older(name: str) -> Callable[[_Function], _Function]:
    """Take an option of older scripts: `docs/older-scripts.md` says what it means."""
    return click.option(f"--{name}", f"--{name.replace('_', '-')}", name, hidden=True)


@click.command("generate")
@click.argument("inputs", nargs=-1, required=True, metavar="CORPUS|DATASET...")
@click.option("--to", help="The corpus to make: a new folder, or an fsspec address.")
@click.option("--data", type=click.Path(), help="Where the files of a DATASET are or will be.  [default: data]")
@click.option("--split", "splits", multiple=True, help="Splits of a DATASET; by default those whose files are there.")
@click.option("--backend", help="What answers; `pictus list backends` shows them.  [default: program]")
@click.option(
    "--model", help="The model to ask: a name, a folder, a GGUF file or a server's address. Chooses the backend too."
)
@click.option("--base-url", help="The address of an OpenAI-compatible server.")
@click.option("--prompts", help="A prompt set: `pictus list prompts`, a YAML file or a folder.  [default: llava]")
@click.option(
    "--kind", "kinds", multiple=True, help="conversation, detail, reasoning, tools; or an entry of the prompt set."
)
@click.option("--seed", type=int, help="Another seed, other questions.  [default: 0]")
@click.option("--limit", type=click.IntRange(1), help="Take only the first records.")
@click.option("--target", type=click.IntRange(1), help="Stop when so many are accepted.")
@click.option("--budget", type=float, help="Dollars; the run stops before they are exceeded.")
@click.option("--price", metavar="IN,OUT", help="Dollars for a million tokens, for a model that is not in the table.")
@click.option("--finish", is_flag=True, default=None, help="When the run must stop, end with the answers there are.")
@click.option(
    "--batch",
    is_flag=False,
    flag_value="go",
    type=click.Choice(["go", "write", "submit", "poll", "ingest"]),
    help="Ask by the vendor's batch files, at half the price; alone it goes as far as it can, and again goes on.",
)
@click.option("--journal", type=click.Path(), help="Where answers are kept.  [default: with the corpus]")
@click.option("--at-once", type=click.IntRange(1), help="Requests in flight, at most.")
@click.option("--workers", type=click.IntRange(1), help="Processes of a program; by default one for each processor.")
@output.engine_option
@click.option(
    "--recipe", type=click.Path(), help="A recipe: `pictus list recipes`, or a YAML file; options come before it."
)
@click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="A setting of the backend.")
@click.option("--dry-run", is_flag=True, help="Say what would be asked, what it takes and costs, and stop.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@_older("model_source")
@_older("openai_base_url")
@_older("prompt_config")
@_older("dataset_storage_path")
@_older("output_path")
@_older("output_format")
def command(
    inputs: tuple[str, ...], to: str | None, recipe: str | None, dry_run: bool, as_json: bool, **options: Any
) -> None:
    """Ask a backend about each record of a CORPUS; what it answers is checked and written to a new corpus.

    Of a DATASET that `pictus list sources` shows, annotations that are missing are fetched into the data folder, and
    imported into a corpus there, first; pictures never. With several inputs the answers to each go into a folder of
    its name below `--to`; limit and target count for each, a budget for all.

    \b
    pictus generate corpora/coco --to corpora/coco-instruct
    pictus generate corpora/coco --model gpt-4o-mini --budget 5 --to corpora/coco-gpt
    pictus generate coco2017 --data data --model gpt-4o-mini --to corpora/coco-gpt
    """
    from pictus import plugins
    from pictus.steps import generate
    from pictus.steps.generate.inputs import inputs as inputs_of
    from pictus.steps.generate.older_words import in_our_words

    options["settings"] = output.settings_of(options["settings"])
    said = in_our_words(inputs, to, options, recipe=recipe is not None)
    if said.to is None:
        raise click.UsageError("nothing says where the answers go: name a folder with `--to`")
    options = dict(said.options)
    found = inputs_of(inputs, data=said.data, splits=options.pop("splits", ()))
    asked = _asked(options, recipe)
    if any(one.source for one in found):  # what is wrong is told before much is fetched
        generate.draft("", said.to, **asked)
    if said.format is not None:
        plugins.load("formats", said.format)
    (_say_all if dry_run else _make_all)(found, said, asked, as_json=as_json)


def _asked(options: dict[str, Any], recipe: str | None) -> dict[str, Any]:
    """Give the options of a plan: those of a recipe, and those of the command line before them."""
    from pictus.ask.which import backend_of, served_model
    from pictus.steps import generate

    chosen = generate.recipe_options(recipe) if recipe else {}
    settings = {**chosen.get("settings", {}), **options.pop("settings", {})}
    settings |= {name: options.pop(name) for name in ("model", "base_url") if name in options}
    if str(settings.get("model")).startswith(("http://", "https://")):
        settings = {**settings, "base_url": settings["model"], "model": served_model(settings["model"])}
    chosen = {"workers": None, **chosen, **options, "settings": settings}
    if "backend" not in chosen and "model" in settings:
        chosen["backend"] = backend_of(settings["model"])
    return chosen


def _make_all(found: "tuple[Input, ...]", said: "Said", asked: dict[str, Any], *, as_json: bool) -> None:
    """Fetch, import and ask about one input after the other; then export, where older words want a file."""
    from pictus.cli.fetching import make_ready
    from pictus.steps import generate

    for one in found:  # all, before the first answer is paid for
        make_ready(one)
    made, spent = {}, 0.0
    for one in found:
        to, rest = _folder(said, one), _purse(asked, spent, one)
        if rest is None:
            break
        with output.progress(to) as events:
            corpus = made[to] = generate.run(generate.plan(one.corpus, to, **rest), events)
        if corpus.place.exists("asked.json"):
            spent += _dollars(corpus)
        output.tell_made(to, corpus, as_json=as_json)
    sets_aside = any(corpus.summary["rejected"] for corpus in made.values())
    results = [{"corpus": to, **corpus.summary} for to, corpus in made.items()]
    if said.file is not None:
        done = _export(list(made), said, as_json=as_json)
        sets_aside = sets_aside or bool(done.rejected)
        results.append({"file": said.file, "format": said.format, "rows": done.rows, "lost": done.lost})
    else:
        output.after_making(*max(made.items(), key=lambda one: bool(one[1].summary["rows"])))
    if as_json:
        output.result(results[0] if len(results) == 1 else results)
    sys.exit(output.SET_ASIDE if sets_aside else output.DONE)


def _folder(said: "Said", one: "Input") -> str:
    assert said.to is not None
    return f"{said.to.rstrip('/')}/{one.name}" if said.each else said.to


def _purse(asked: dict[str, Any], spent: float, one: "Input") -> dict[str, Any] | None:
    """Leave of a budget what the inputs before did not take; None where the run is to end with what there is.

    A journal that the inputs share counts what was spent itself.
    """
    if not spent or asked.get("budget") is None or asked.get("journal") is not None:
        return asked
    left = asked["budget"] - spent
    if left <= 0 and asked.get("finish"):
        output.say(f"nothing of the budget is left for {one.name}: it is left out")
        return None
    if left <= 0:
        mend = "run the same command with a larger `--budget`, or name fewer inputs"
        raise PictusError(f"nothing of the budget is left for {one.name}", where="--budget", mend=mend)
    output.say(f"${left:,.2f} of the budget are left for {one.name}")
    return {**asked, "budget": left}


def _dollars(corpus: Any) -> float:
    import orjson

    return orjson.loads(corpus.place.read("asked.json"))["dollars"] or 0.0


def _export(made: list[str], said: "Said", *, as_json: bool) -> Any:
    from pictus.cli.export import tell
    from pictus.steps import export
    from pictus.store.corpus import open_corpus

    assert said.file is not None and said.format is not None
    plan = export.plan(made[0], said.file, said.format, also=tuple(made[1:]))
    with output.progress() as events:
        done = export.run(plan, events)
    if not as_json:
        click.echo(f"{said.file}: {count_of(done.rows, 'row')} of the format {said.format}")
    tell(done, said.format)
    corpora = [open_corpus(to) for to in made]
    roots = {root for corpus in corpora for root in corpus.roots.values()}
    output.say(f"the pictures that it names belong below {export.media_root(corpora) or ', '.join(sorted(roots))}")
    output.next_command(f"pictus check {said.file}")
    return done


def _say_all(found: "tuple[Input, ...]", said: "Said", asked: dict[str, Any], *, as_json: bool) -> None:
    """Say what would be fetched, imported, asked and written."""
    from pictus.cli.fetching import plain, say_fetch
    from pictus.steps import generate
    from pictus.steps.acquire.measure import measured
    from pictus.steps.generate.inputs import fetch_plan

    results = []
    for one in found:
        plan = fetch_plan(one)
        if plan is None:
            results.append(_dry_run(generate.plan(one.corpus, _folder(said, one), **asked), as_json=as_json))
            continue
        plan = measured(plan)
        results.append({"fetch": plain(plan), "import": one})
        if not as_json:
            if plan.left:
                say_fetch(plan, "would fetch", click.echo)
            click.echo(f"would import {one.name} from {one.root} into {one.corpus}; only then its records are counted")
    if as_json:
        output.result(results[0] if len(results) == 1 else results)
    elif said.file is not None:
        click.echo(f"would write {said.file}, of the format {said.format}")


def _dry_run(plan: Any, *, as_json: bool) -> Any:
    """Give what would be asked; and say it, if it is not to be JSON."""
    from pictus.steps.generate.estimate import estimate
    from pictus.steps.generate.plan import is_program, load_backend

    if is_program(load_backend(plan)):
        if as_json:
            return plan
        asked = len(plan.kinds) * plan.records
        told = f"{count_of(len(plan.kinds), 'kind')} for {count_of(plan.records, 'record')}"
        click.echo(f"would ask {plan.backend} {count_of(asked, 'time')}: {told}")
        return None
    found = estimate(plan)
    if as_json:
        return found
    times = count_of(found.requests, "time")
    click.echo(f"would ask {found.model} {times} about {count_of(found.records, 'record')}, by `{plan.prompts}`")
    return output.estimate(found)
