"""Name everything that is wrong with a corpus, a dataset, a file or a recipe."""

import sys
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pictus.cli import output

if TYPE_CHECKING:
    from pictus.steps.check import CheckReport

SHOWN = 3  # samples of each reason; `--json` gives all that were kept


@click.command("check")
@click.argument("target")
@click.option("--pictures", type=click.Path(path_type=Path), help="Folder of a file's pictures; by default its own.")
@click.option("--only", multiple=True, help="Run only these checks; `pictus list checks` shows them.")
@click.option("--fast", is_flag=True, help="Read only the heads of pictures instead of decoding them.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(target: str, pictures: Path | None, only: tuple[str, ...], fast: bool, as_json: bool) -> None:
    """Look at TARGET: a corpus, the data root of a source, a file in a known format, or a recipe.

    \b
    pictus check corpora/coco-instruct
    pictus check chat.json --pictures images
    """
    from pictus.steps.check import check

    report = check(target, pictures=pictures, decode=not fast, only=only)
    if as_json:
        damages = [{"what": e.what, "where": e.where, "mend": e.mend} for e in report.damages]
        found = [
            {"check": check, "code": code, "count": count, "samples": [asdict(sample) for sample in samples]}
            for check, code, count, samples in report.listing()
        ]
        counts = {"records": report.records, "damages": damages, "reasons": report.reasons}
        output.result({"what": report.what, **counts, "found": found})
    else:
        for error in report.damages:
            click.echo(f"{error}\n")
        _print_found(report)
        verdict = "nothing is wrong" if not report.damages and not report.reasons else "see above"
        click.echo(f"{report.what}: {report.records:,} records, {verdict}")
    sys.exit(1 if report.damages else output.SET_ASIDE if report.reasons else output.DONE)


def _print_found(report: "CheckReport") -> None:
    for check, rows in groupby(report.listing(), key=lambda row: row[0]):
        click.echo(f"{check}: {report.reasons[check]:,} problems")
        for _, code, count, samples in rows:
            click.echo(f"  {count:>9,}  {code}")
            for sample in samples[:SHOWN]:
                place = " ".join(filter(None, (sample.where, sample.id[:12])))
                text = f" | {sample.text}" if sample.text else ""
                click.echo(f"             {place}: {sample.reason}{text}")
