"""Write a corpus to a file that trainers read."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pictus.cli import output
from pictus.reading.wording import count_of

if TYPE_CHECKING:
    from pictus.steps.export import Exported


@click.command("export")
@click.argument("corpus")
@click.option("--format", "format_name", required=True, help="`pictus list formats` shows them.")
@click.option("--to", required=True, type=click.Path(path_type=Path), help="The file to write.")
@click.option(
    "--require",
    type=click.Choice(["commercial", "derivatives", "train"]),
    help="Write only records whose licences permit this.",
)
@click.option("--limit", type=click.IntRange(1), help="Write only the first records.")
@click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="A setting of the format.")
@click.option("--dry-run", is_flag=True, help="Say what would be written, and stop.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(
    corpus: str,
    format_name: str,
    to: Path,
    settings: tuple[str, ...],
    dry_run: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Write CORPUS in a trainer's format, with its notices and citations beside it.

    \b
    pictus export corpora/coco-instruct --format llava --to chat.json --require commercial
    """
    from pictus.steps import export

    plan = export.plan(corpus, to, format_name, settings=output.settings_of(settings), **options)
    if dry_run:
        if as_json:
            return output.result(plan)
        click.echo(f"would write {corpus} as {plan.format} to {to}")
        return None
    with output.progress() as events:
        done = export.run(plan, events)
    if as_json:
        output.result(done)
    else:
        click.echo(f"{to}: {count_of(done.rows, 'row')}")
        for file in done.files[1:]:
            click.echo(f"{file}")
    tell(done, plan.format)
    output.next_command(f"pictus check {to}" if done.rows else f"pictus show {corpus}")
    sys.exit(output.SET_ASIDE if done.rejected else output.DONE)


def tell(done: "Exported", format_name: str) -> None:
    """Say what did not go into the file, and why."""
    if done.left_out:
        output.say(
            f"{count_of(sum(done.left_out.values()), 'record was', 'records were')} left out for their licences:"
        )
        output.reasons(done.left_out)
    if done.lost:
        output.say(f"{format_name} cannot carry:")
        output.reasons(done.lost)
    if done.unanswered:
        asking = count_of(done.unanswered, "record only asks", "records only ask")
        output.say(f"{asking}: nobody answers there, so a trainer has nothing to learn from")
    if done.rejected:
        output.say(f"{count_of(len(done.rejected), 'record does', 'records do')} not fit into {format_name}:")
        output.reasons(done.reasons)
