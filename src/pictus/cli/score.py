"""Score answers as a benchmark's official scorer does, item by item."""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from pictus.cli import output
from pictus.cli.contamination import compared, tell_table
from pictus.reading.wording import count_of

_FILE = click.Path(path_type=Path)
_OUTCOMES = {
    "empty": ("answer is empty", "answers are empty"),
    "refused": ("answer is a refusal", "answers are refusals"),
    "unreadable": ("answer could not be read", "answers could not be read"),
    "fallback": (
        "answer could not be read and was drawn by chance, as the official scorer does",
        "answers could not be read and were drawn by chance, as the official scorer does",
    ),
    "missing": ("question has no answer", "questions have no answer"),
}
_MOST_EMPTY = 3  # figures without a value that are listed


@click.command("score")
@click.argument("benchmark")
@click.option("--predictions", required=True, type=_FILE, help="What a model answered, in the official layout.")
@click.option("--questions", type=_FILE, help="What was asked.")
@click.option("--truth", type=_FILE, help="What is true.")
@click.option("--option", "options", multiple=True, metavar="KEY=VALUE", help="An option of the benchmark.")
@click.option("--per-item", type=_FILE, help="Write what each item is worth, as JSON Lines.")
@click.option("--against", multiple=True, metavar="CORPUS", help="Say which questions stand in this training corpus.")
@click.option("--from", "root", type=_FILE, help="With --against: where the data of the benchmark lies.")
@click.option("--split", help="With --against: which split was asked.  [default: the usual one]")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON, by their official names.")
def command(
    benchmark: str,
    predictions: Path,
    questions: Path | None,
    truth: Path | None,
    options: tuple[str, ...],
    per_item: Path | None,
    against: tuple[str, ...],
    root: Path | None,
    split: str | None,
    as_json: bool,
) -> None:
    """Score answers to BENCHMARK, which `pictus list benchmarks` names.

    \b
    pictus score vqav2 --questions questions.json --truth annotations.json --predictions results.json
    pictus score vqav2 --truth annotations.json --predictions results.json --against corpora/mix --from DATA
    """
    from pictus.grade import Files
    from pictus.steps import score

    files, settings = Files(predictions=predictions, questions=questions, truth=truth), output.settings_of(options)
    plan = score.plan(benchmark, files, options=settings, per_item=per_item)
    table = None
    if against or root is not None or split is not None:
        table = compared(benchmark, split, settings, root, against)
        plan = replace(plan, seen=table.lines)
    done = score.run(plan)
    if as_json:
        overlap = {} if table is None else {"contamination": table.plain()}
        output.result({**done.figures, "pictus": done.honest, **overlap})
    else:
        output.table(figure_rows(done.figures))
    for line in told_of(done):
        output.say(line)
    if table is not None:
        tell_table(table)
    sys.exit(output.SET_ASIDE if done.unscored else output.DONE)


def told_of(done: Any) -> Iterator[str]:
    """Say how sure a score is, and which answers were none that a model meant."""
    pictures = f" about {count_of(done.pictures, 'picture')}" if done.pictures else ""
    yield f"{count_of(done.items, 'item')}{pictures}"
    if done.interval is not None:
        yield f"mean of the items' scores: {_between(done.interval)}"
    for name, interval in done.controls.items():
        yield f"the same, asked with a {name} picture: {_between(interval)}"
    for name, (items, mean) in done.remainders.items():
        if mean is not None:
            yield f"mean, {name.replace('_', ' ')}: {_between(mean)}; {count_of(items, 'item')}"
    for name, count in sorted(done.outcomes.items()):
        if name != "answered":
            yield count_of(count, *_OUTCOMES[name])
    if done.unscored:
        unscored = count_of(done.unscored, "item has", "items have")
        yield f"{unscored} no score: the official scorer ends with an error there"


def mean_told(interval: Any) -> tuple[str, str]:
    """Tell a mean and its interval as the official figures are told."""
    return f"{interval.mean:.4f}", f"{interval.low:.4f} to {interval.high:.4f}"


def _between(interval: Any) -> str:
    mean, range_ = mean_told(interval)
    return f"{mean}, {interval.level:.0%} interval {range_}"


def figure_rows(figures: Mapping[str, Any]) -> list[list[str]]:
    """List the figures, those of kinds below the name of their group; many that have no value are counted alone."""
    rows = []
    empty = sum(value is None for value in figures.values())
    for name, value in figures.items():
        if value is None and empty > _MOST_EMPTY:
            continue
        if isinstance(value, Mapping):
            rows.append([name, ""])
            rows += [[f"  {kind}", _told(one)] for kind, one in value.items()]
        else:
            rows.append([name, _told(value)])
    if empty > _MOST_EMPTY:
        rows.append([f"{empty} others", "– (no items)"])
    return rows


def _told(value: Any) -> str:
    return "–" if value is None else f"{value:.4f}" if isinstance(value, float) else str(value)
