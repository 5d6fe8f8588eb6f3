"""Name everything that is wrong with a corpus, a dataset, a file or a recipe."""

import sys
from pathlib import Path

import click

from pictus.cli import output


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
        found = {"records": report.records, "damages": damages, "reasons": report.reasons, "examples": report.examples}
        output.result({"what": report.what, **found})
    else:
        for error in report.damages:
            click.echo(f"{error}\n")
        for name, count in report.reasons.most_common():
            click.echo(f"{name}: {count:,} problems")
            for example in report.examples[name]:
                click.echo(f"  {example}")
        verdict = "nothing is wrong" if not report.damages and not report.reasons else "see above"
        click.echo(f"{report.what}: {report.records:,} records, {verdict}")
    sys.exit(1 if report.damages else output.SET_ASIDE if report.reasons else output.DONE)
