"""Say how many rows of a corpus may be used in a way, and what blocks the others."""

import sys
from typing import TYPE_CHECKING

import click

from pictus.cli import output
from pictus.reading.wording import count_of

if TYPE_CHECKING:
    from pictus.steps.licence import LicenceReport


@click.command("licence")
@click.argument("corpus")
@click.option(
    "--use",
    type=click.Choice(["commercial", "derivatives", "train"]),
    default="commercial",
    show_default=True,
    help="commercial use, adaptation (derivatives), or the training of competing models (train).",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(corpus: str, use: str, as_json: bool) -> None:
    """Rule on every row of CORPUS. A reading of the licences, not legal advice.

    Ends with 0 when all rows are permitted, and with 3 when some are refused or unknown.
    """
    from pictus.steps import licence
    from pictus.store.corpus import open_corpus

    found = licence.report(open_corpus(corpus), use)  # type: ignore[arg-type]
    if as_json:
        output.result(found)
    else:
        _tell(corpus, found)
    sys.exit(output.DONE if found.permitted == found.rows else output.SET_ASIDE)


def _tell(corpus: str, found: "LicenceReport") -> None:
    share = found.permitted / found.rows if found.rows else 0
    rows = count_of(found.rows, "record is", "records are")
    click.echo(f"{found.use} use: {found.permitted:,} of {rows} permitted ({share:.0%})")
    output.table(
        [["permitted", f"{found.permitted:,}"], ["refused", f"{found.refused:,}"], ["unknown", f"{found.unknown:,}"]]
    )
    if found.blockers:
        click.echo("what blocks the others:")
        output.table([f"{count:,}", reason] for reason, count in found.blockers)
    if found.duties:
        click.echo("what is asked in return:")
        output.table([f"{count:,}", duty] for duty, count in found.duties)
    if found.permitted:
        output.next_command(f"pictus export {corpus} --format llava --to chat.json --require {found.use}")
