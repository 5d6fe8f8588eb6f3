"""Score answers as a benchmark's official scorer does, item by item."""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from pictus.cli import output
from pictus.reading.wording import count_of

_FILE = click.Path(path_type=Path)
_OUTCOMES = {
    "empty": "answers are empty",
    "refused": "answers are refusals",
    "unreadable": "answers could not be read",
    "fallback": "answers could not be read and were drawn by chance, as the official scorer does",
    "missing": "questions have no answer",
}


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
        output.result({**done.figures, "pictus": done.honest})
    else:
        output.table(figure_rows(done.figures))
    for line in told_of(done):
        output.say(line)
    sys.exit(output.SET_ASIDE if done.unscored else output.DONE)


def told_of(done: Any) -> Iterator[str]:
    """Say how sure a score is, and which answers were none that a model meant."""
    pictures = f" about {count_of(done.pictures, 'picture')}" if done.pictures else ""
    yield f"{count_of(done.items, 'item')}{pictures}"
    if done.interval is not None:
        mean, low, high = (
            f"{100 * value:.2f}" for value in (done.interval.mean, done.interval.low, done.interval.high)
        )
        yield f"mean of the items' scores: {mean}, {done.interval.level:.0%} interval {low} to {high}"
    for name, count in sorted(done.outcomes.items()):
        if name != "answered":
            yield f"{count:,} {_OUTCOMES[name]}"
    if done.unscored:
        yield f"{done.unscored:,} items have no score: the official scorer ends with an error there"


def figure_rows(figures: Mapping[str, Any]) -> list[list[str]]:
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
