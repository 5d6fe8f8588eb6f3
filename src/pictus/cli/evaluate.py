"""Ask a model the questions of benchmarks, and score its answers."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from pictus.cli import output
from pictus.reading.wording import count_of


@click.command("evaluate")
@click.argument("model")
@click.option("--on", required=True, metavar="NAME[:SPLIT],…", help="Benchmarks; `pictus list benchmarks` names them.")
@click.option("--from", "root", required=True, type=click.Path(path_type=Path), help="Where their data lies.")
@click.option("--to", required=True, type=click.Path(), help="The folder of the run.")
@click.option("--backend", help="What asks; by default what fits the model.")
@click.option("--base-url", help="The address of an OpenAI-compatible server.")
@click.option("--instruction", help="What is said after each question, in place of the benchmark's usual words.")
@click.option("--max-tokens", type=click.IntRange(1), help="Of an answer, in place of the benchmark's.")
@click.option(
    "--temperature", type=click.FloatRange(0, 2), default=0.0, show_default=True, help="0 for the likeliest words."
)
@click.option("--limit", type=click.IntRange(1), help="Ask only the first questions.")
@click.option("--sample", type=click.IntRange(1), help="Ask so many, drawn by chance.")
@click.option("--seed", type=int, default=0, show_default=True, help="Another seed, another sample.")
@click.option("--option", "options", multiple=True, metavar="NAME.KEY=VALUE", help="An option of a benchmark.")
@click.option("--budget", type=float, help="Dollars; the run stops before they are exceeded.")
@click.option("--price", metavar="IN,OUT", help="Dollars for a million tokens, for a model that is not in the table.")
@click.option("--journal", type=click.Path(), help="Where answers are kept.  [default: with the run]")
@click.option("--at-once", type=click.IntRange(1), help="Requests in flight, at most.")
@click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="A setting of the backend.")
@click.option(
    "--against",
    multiple=True,
    metavar="CORPUS",
    help="A corpus that the model was trained on: say which questions stand in it, and score the others apart.",
)
@click.option("--show", type=click.IntRange(0), help="Items on the report's page; 0 for no report.  [default: 200]")
@click.option("--dry-run", is_flag=True, help="Say what would be asked, what it takes and costs, and stop.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON, by their official names.")
def command(
    model: str, on: str, root: Path, to: str, show: int | None, dry_run: bool, as_json: bool, **given: Any
) -> None:
    """Evaluate MODEL: a name, a folder of weights, a GGUF file, `backend:name`, or the address of a server.

    Each question is asked with the instruction that is usual for its benchmark. Stop the run as you like: the same
    command goes on from there, and asks nothing twice. Where the answers of a split are not public, the file of
    predictions is what the official server takes. With `--against`, every score stands there twice: of all questions,
    and of those that no corpus has.

    \b
    pictus evaluate models/tuned --on vqav2,gqa --from DATA --to runs/tuned
    pictus evaluate gpt-4o-mini --on scienceqa --sample 500 --budget 1 --from DATA --to runs/small
    """
    from pictus.steps import evaluate, report

    settings = output.settings_of(given.pop("settings"))
    if (address := given.pop("base_url")) is not None:
        settings["base_url"] = address
    options = output.settings_of(given.pop("options"))
    plan = evaluate.plan(model, on.split(","), root, to, settings=settings, options=options, **given)
    if dry_run:
        return _dry_run(plan, as_json=as_json)
    with output.progress(to) as events:
        done = evaluate.run(plan, events)
    if as_json:
        output.result({one.name: one.plain() for one in done})
    for one in done:
        _tell(one, as_json=as_json)
    if len(done) > 1 and not as_json:
        _tell_all(done)
    if show != 0:
        output.next_command(f"open {report.report_run(Path(to), shown=show or report.SHOWN)}")
    sys.exit(output.DONE if all(one.is_clean for one in done) else output.SET_ASIDE)


def _tell_all(done: list[Any]) -> None:
    """Set benchmarks beside each other, by the one figure that all of them have."""
    from pictus.cli.score import mean_told

    rows = [["benchmark", "questions", "mean of the items", "95% interval"]]
    for one in done:
        interval = None if one.scored is None else one.scored.interval
        rows.append([one.name, f"{one.asked:,}", *(("–", "") if interval is None else mean_told(interval))])
    click.echo()
    output.table(rows, indent=0)


def _tell(one: Any, *, as_json: bool) -> None:
    from pictus.cli.score import figure_rows, told_of

    part = "" if one.asked == one.of else f"{one.asked:,} of "
    head = f"{one.name}, {one.split}: {part}{count_of(one.of, 'question')}"
    if one.scored is not None and not as_json:
        click.echo(head)
        output.table(figure_rows(one.scored.figures))
    else:
        output.say(head)
    for line in () if one.scored is None else told_of(one.scored):
        output.say(line)
    if one.scored is None:
        output.say(f"its answers are not public: {one.predictions} is for the official server")
    if one.overlap is not None:
        _tell_overlap(one.name, one.overlap, as_json=as_json)
    for what, counts in (("cannot be asked", one.unasked), ("got no answer", one.unanswered)):
        if counts:
            output.say(f"{count_of(sum(counts.values()), 'question')} {what}:")
            output.reasons(counts)


def _tell_overlap(name: str, overlap: Any, *, as_json: bool) -> None:
    """Say which questions stand in corpora, and what the official figures of the others are."""
    from pictus.cli.contamination import tell_table
    from pictus.cli.score import figure_rows

    tell_table(overlap.table)
    if overlap.unscored:
        output.say(f"no official figures of what is left: {overlap.unscored}")
    elif overlap.clean is not None and overlap.table.seen and not as_json:
        click.echo(f"{name}, not seen: {count_of(overlap.clean.items, 'question')}")
        output.table(figure_rows(overlap.clean.figures))


def _dry_run(plan: Any, *, as_json: bool) -> None:
    from pictus.steps import evaluate
    from pictus.steps.evaluate.estimate import estimate

    found = [(sitting, evaluate.choose(plan, sitting)) for sitting in plan.sittings]
    cost = estimate(plan, [chosen for _, chosen in found])
    told = {
        sitting.name: {
            "split": sitting.split,
            "asked": len(chosen.ids),
            "of": chosen.of,
            "unasked": dict(chosen.unfit),
            "instruction": sitting.exam.instruction if plan.instruction is None else plan.instruction,
        }
        for sitting, chosen in found
    }
    if as_json:
        return output.result({"benchmarks": told, "estimate": asdict(cost)})
    for name, one in told.items():
        click.echo(
            f"{name}, {one['split']}: would ask {one['asked']:,} of {count_of(one['of'], 'question')}, with the words"
        )
        click.echo(f"  {one['instruction'] or '(none)'}")
        output.reasons(one["unasked"])
    return output.estimate(cost, takes_batches=False)
