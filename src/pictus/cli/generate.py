"""Make instruction data from the facts of a corpus, and check it."""

import sys
from typing import Any

import click

from pictus.cli import output


@click.command("generate")
@click.argument("corpus")
@click.option("--to", required=True, help="The corpus to make: a new folder, or an fsspec address.")
@click.option("--backend", help="What answers; `pictus list backends` shows them.  [default: program]")
@click.option("--kind", "kinds", multiple=True, help="conversation, detail or reasoning; by default all three.")
@click.option("--seed", type=int, help="Another seed, other questions.  [default: 0]")
@click.option("--limit", type=click.IntRange(1), help="Take only the first records.")
@click.option("--workers", type=click.IntRange(1), help="Processes; by default one for each processor.")
@click.option("--recipe", type=click.Path(), help="A YAML file with `generate:` and `checks:`; options come before it.")
@click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="A setting of the backend.")
@click.option("--dry-run", is_flag=True, help="Say what would be asked, and stop.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(
    corpus: str, to: str, recipe: str | None, settings: tuple[str, ...], dry_run: bool, as_json: bool, **options: Any
) -> None:
    r"""Ask a backend about each record of CORPUS; what it answers is checked and written to a new corpus.

    \b
    pictus generate corpora/coco --backend program --to corpora/coco-instruct
    """
    from pictus.engine.local import default_workers
    from pictus.steps import generate

    chosen = generate.recipe_options(recipe) if recipe else {}
    chosen |= {name: value for name, value in options.items() if value not in (None, ())}
    chosen["settings"] = {**chosen.get("settings", {}), **output.settings_of(settings)}
    chosen.setdefault("workers", default_workers())
    plan = generate.plan(corpus, to, **chosen)
    if dry_run:
        if as_json:
            return output.result(plan)
        records = sum(rows for _, rows, _ in plan.shards)
        click.echo(f"would ask {plan.backend} {plan.prompts:,} times: {len(plan.kinds)} kinds for {records:,} records")
        return None
    with output.progress(to) as events:
        made = generate.run(plan, events)
    summary = made.summary
    if as_json:
        output.result({"corpus": to, **summary})
    else:
        click.echo(f"{to}: {summary['rows']:,} records, {summary['turns']:,} turns, {summary['pictures']:,} pictures")
    if summary["rejected"]:
        output.say(f"{summary['rejected']:,} were set aside, kept in {to}/rejects:")
        output.reasons(summary["reasons"])
    output.next_command(f"pictus export {to} --format llava --to {to.rstrip('/')}.json")
    sys.exit(output.SET_ASIDE if summary["rejected"] else output.DONE)
