"""Make instruction data from the facts of a corpus, and check it."""

import sys
from typing import Any

import click

from pictus.cli import output


@click.command("generate")
@click.argument("corpus")
@click.option("--to", required=True, help="The corpus to make: a new folder, or an fsspec address.")
@click.option("--backend", help="What answers; `pictus list backends` shows them.  [default: program]")
@click.option("--model", help="The model to ask: a name, a folder or a GGUF file. Chooses the backend if you do not.")
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
@click.option(
    "--recipe", type=click.Path(), help="A recipe: `pictus list recipes`, or a YAML file; options come before it."
)
@click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="A setting of the backend.")
@click.option("--dry-run", is_flag=True, help="Say what would be asked, what it takes and costs, and stop.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(corpus: str, to: str, recipe: str | None, dry_run: bool, as_json: bool, **options: Any) -> None:
    """Ask a backend about each record of CORPUS; what it answers is checked and written to a new corpus.

    \b
    pictus generate corpora/coco --to corpora/coco-instruct
    pictus generate corpora/coco --model gpt-4o-mini --budget 5 --to corpora/coco-gpt
    """
    from pictus.ask.which import backend_of
    from pictus.engine.local import default_workers
    from pictus.steps import generate

    chosen = generate.recipe_options(recipe) if recipe else {}
    settings = {**chosen.get("settings", {}), **output.settings_of(options.pop("settings"))}
    for name in ("model", "base_url"):
        if (value := options.pop(name)) is not None:
            settings[name] = value
    chosen |= {name: value for name, value in options.items() if value not in (None, ())}
    chosen["settings"] = settings
    chosen.setdefault("workers", default_workers())
    if "backend" not in chosen and "model" in settings:
        chosen["backend"] = backend_of(settings["model"])
    plan = generate.plan(corpus, to, **chosen)
    if dry_run:
        _dry_run(plan, as_json=as_json)
    else:
        with output.progress(to) as events:
            made = generate.run(plan, events)
        _report(to, made, as_json=as_json)


def _report(to: str, made: Any, *, as_json: bool) -> None:
    summary = made.summary
    if as_json:
        output.result({"corpus": to, **summary})
    else:
        click.echo(f"{to}: {summary['rows']:,} records, {summary['turns']:,} turns, {output.media_of(summary)}")
    if made.place.exists("asked.json"):
        output.asked(made.place.read("asked.json"))
    if summary["rejected"]:
        output.say(f"{summary['rejected']:,} were set aside; {to}/rejected.json shows ten of each:")
        output.reasons(summary["reasons"])
    output.next_command(f"pictus export {to} --format llava --to {to.rstrip('/')}.json")
    sys.exit(output.SET_ASIDE if summary["rejected"] else output.DONE)


def _dry_run(plan: Any, *, as_json: bool) -> None:
    from pictus.steps.generate.estimate import estimate
    from pictus.steps.generate.plan import is_program, load_backend

    if is_program(load_backend(plan)):
        if as_json:
            return output.result(plan)
        asked = len(plan.kinds) * plan.records
        click.echo(f"would ask {plan.backend} {asked:,} times: {len(plan.kinds)} kinds for {plan.records:,} records")
        return None
    found = estimate(plan)
    if as_json:
        return output.result(found)
    click.echo(f"would ask {found.model} {found.requests:,} times about {found.records:,} records, by `{plan.prompts}`")
    rows = [
        ["tokens", f"{found.prompt_tokens:,} of prompts, {_range(*found.completion_tokens)} of answers (estimated)"]
    ]
    if found.picture_tokens:
        rows.append(["pictures", f"{found.picture_tokens:,} tokens more (estimated)"])
    if found.dollars is None or found.dollars_by_batch is None:
        rows.append(["money", f"nobody knows the price of {found.model}; say `--price IN,OUT`"])
    else:
        since = f"prices of {found.price_date}, {found.price_source}" if found.price_date else found.price_source
        rows.append(["money", f"${found.dollars[0]:,.2f} to ${found.dollars[1]:,.2f} ({since})"])
        rows.append(["", f"${found.dollars_by_batch[0]:,.2f} to ${found.dollars_by_batch[1]:,.2f} with `--batch`"])
    low, high = found.minutes
    rows.append(["time", f"{_minutes(low)} to {_minutes(high)}, if the server lets all of them in flight"])
    if found.unfit:
        rows.append(["unfit", f"{found.unfit:,} more have nothing to ask about, or fit into no context"])
    if found.trimmed:
        rows.append(["trimmed", f"{found.trimmed:,} leave facts out, to fit into the context"])
    output.table(rows)
    output.say(f"worked out from {found.sample:,} records; nothing was asked")
    return None


def _range(least: int, most: int) -> str:
    return f"{least:,} to {most:,}"


def _minutes(minutes: float) -> str:
    if minutes < 1:
        return f"{max(minutes * 60, 1):.0f} s"
    return f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.1f} h"
