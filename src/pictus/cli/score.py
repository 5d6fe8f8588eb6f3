"""Score answers as a benchmark's official scorer does, item by item."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from pictus.cli import output

_FILE = click.Path(path_type=Path)


@click.command("score")
@click.argument("benchmark")
@click.option("--predictions", required=True, type=_FILE, help="What a model answered, in the official layout.")
@click.option("--questions", type=_FILE, help="What was asked.")
@click.option("--truth", type=_FILE, help="What is true.")
@click.option("--option", "options", multiple=True, metavar="KEY=VALUE", help="An option of the benchmark.")
@click.option("--per-item", type=_FILE, help="Write what each item is worth, as JSON Lines.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON, by their official names.")
def command(
    benchmark: str,
    predictions: Path,
    questions: Path | None,
    truth: Path | None,
    options: tuple[str, ...],
    per_item: Path | None,
    as_json: bool,
) -> None:
    """Score answers to BENCHMARK, which `pictus list benchmarks` names.

    \b
    pictus score vqav2 --questions questions.json --truth annotations.json --predictions results.json
    """
    from pictus.grade import Files
    from pictus.steps import score

    files = Files(predictions=predictions, questions=questions, truth=truth)
    done = score.run(score.plan(benchmark, files, options=output.settings_of(options), per_item=per_item))
    if as_json:
        output.result(done.figures)
    else:
        output.table(_rows(done.figures))
    apart = {name: count for name, count in done.outcomes.items() if name != "answered"}
    output.say(f"{done.items:,} items" + "".join(f", {count:,} {name}" for name, count in apart.items()))
    if done.unscored:
        output.say(f"{done.unscored:,} items have no score: the official scorer ends with an error there")
    sys.exit(output.SET_ASIDE if done.unscored else output.DONE)


def _rows(figures: Mapping[str, Any]) -> list[list[str]]:
    """List the figures, those of kinds below the name of their group."""
    rows = []
    for name, value in figures.items():
        if isinstance(value, Mapping):
            rows.append([name, ""])
            rows += [[f"  {kind}", _told(one)] for kind, one in value.items()]
        else:
            rows.append([name, _told(value)])
    return rows


def _told(value: Any) -> str:
    return "–" if value is None else f"{value:.4f}" if isinstance(value, float) else str(value)
