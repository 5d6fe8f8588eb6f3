"""Name everything that is wrong with a corpus, a dataset, a file or a recipe."""

import sys
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

import click

from pictus.cli import output
from pictus.reading.wording import count_of

if TYPE_CHECKING:
    from pictus.steps.check import CheckReport

SHOWN = 3  # samples of each reason; `--json` gives all that were kept


@click.command("check")
@click.argument("targets", metavar="TARGET", nargs=-1, required=True)
@click.option("--pictures", type=click.Path(path_type=Path), help="Folder of a file's pictures; by default its own.")
@click.option("--only", multiple=True, help="Run only these checks; `pictus list checks` shows them.")
@click.option("--fast", is_flag=True, help="Only look at the heads of pictures; of a tree, at their names.")
@click.option("--as", "source", metavar="NAME", help="Read a folder as the data of this source.")
@click.option("--training", "trainings", multiple=True, help="Of a tree: look only at what this training needs.")
@click.option(
    "--missing", type=click.Path(path_type=Path), help="Of a tree: write the paths of all missing pictures here."
)
@click.option(
    "--contamination", metavar="NAME[:SPLIT],…", help="Of corpora: say which questions of these benchmarks stand there."
)
@click.option("--from", "root", type=click.Path(path_type=Path), help="With --contamination: where their data lies.")
@click.option(
    "--pairs", type=click.Path(path_type=Path), help="With --contamination: write each such question with its record."
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(
    targets: tuple[str, ...],
    only: tuple[str, ...],
    fast: bool,
    trainings: tuple[str, ...],
    missing: Path | None,
    **options: Any,
) -> None:
    """Look at TARGET: a corpus, the data root of a source, a file in a known format, or a recipe.

    Of a tree that several datasets share, as `pictus arrange` makes it, say which trainings can run, and what the
    others lack; `--as NAME` looks at the rows of one dataset in it.

    With `--contamination`, look in corpora for the questions of benchmarks: for their pictures by id, file, pixels and
    looks, and for the words about the same picture. Exit code 3 says that some were found. The hashes of a corpus's
    pictures are kept beside it.

    \b
    pictus check corpora/coco-instruct
    pictus check chat.json --pictures images
    pictus check data
    pictus check corpora/mix corpora/more --contamination vqav2,gqa --from DATA
    """
    on, root, pairs = options["contamination"], options["root"], options["pairs"]
    if on is not None:
        from pictus.cli.contamination import check_contamination

        others = (only, fast, trainings, missing, options["pictures"], options["source"])
        if any(others):
            raise click.UsageError("--contamination goes with --from, --pairs and --json alone.")
        if root is None:
            raise click.UsageError("--contamination needs --from: where the data of the benchmarks lies.")
        return check_contamination(targets, on, root, pairs=pairs, as_json=options["as_json"])
    if root is not None or pairs is not None:
        raise click.UsageError("--from and --pairs go with --contamination.")
    if len(targets) > 1:
        raise click.UsageError("Several targets are for --contamination; all else looks at one.")
    (target,) = targets
    pictures, source, as_json = options["pictures"], options["source"], options["as_json"]
    for_trees = trainings or missing is not None
    if _is_tree(target) and source is None and not only:
        from pictus.cli.readiness import check_tree

        return check_tree(Path(target), trainings, fast=fast, missing=missing, as_json=as_json)
    if for_trees:
        raise click.UsageError("--training and --missing are for a tree that `pictus arrange` made.")
    from pictus.steps.check import check

    report = check(target, pictures=pictures, decode=not fast, only=only, source=source)
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
        counted = "" if report.is_recipe else f"{count_of(report.records, 'record')}, "
        click.echo(f"{report.what}: {counted}{verdict}")
    if report.stages and not report.damages:
        output.next_command(f"pictus blend {quote(target)} --dry-run")
    if report.others:
        output.say(f"other sources find files here too, and `--as NAME` takes one: {', '.join(report.others)}")
    sys.exit(1 if report.damages else output.SET_ASIDE if report.reasons else output.DONE)


def _is_tree(target: str) -> bool:
    path = Path(target)
    if not path.is_dir() or (path / "corpus.json").is_file():
        return False
    from pictus.steps.arrange.readiness import is_tree

    return is_tree(path)


def _print_found(report: "CheckReport") -> None:
    for check, rows in groupby(report.listing(), key=lambda row: row[0]):
        click.echo(f"{check}: {count_of(report.reasons[check], 'problem')}")
        for _, code, count, samples in rows:
            click.echo(f"  {count:>9,}  {code}")
            for sample in samples[:SHOWN]:
                place = " ".join(filter(None, (sample.where, sample.id[:12])))
                text = f" | {sample.text}" if sample.text else ""
                click.echo(f"             {place}: {sample.reason}{text}")
