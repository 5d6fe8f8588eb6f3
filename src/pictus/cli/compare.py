"""Compare two models by what each item is worth."""

from pathlib import Path
from shlex import quote
from typing import Any

import click

from pictus.cli import output

_NAMED = 10  # flips that the table names


@click.command("compare")
@click.argument("a", type=click.Path(path_type=Path))
@click.argument("b", type=click.Path(path_type=Path))
@click.option("--margin", type=float, default=0.01, show_default=True, help="A difference too small to care about.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the pictures that are drawn again.")
@click.option(
    "--report", "folder", type=click.Path(path_type=Path), help="Write a page with the items into this folder."
)
@click.option("--show", type=click.IntRange(1), default=200, show_default=True, help="Items on that page.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON, all flips among it.")
def command(a: Path, b: Path, margin: float, seed: int, folder: Path | None, show: int, as_json: bool) -> None:
    """Say how B differs from A: both files of `pictus score --per-item`, or both folders of `pictus evaluate`.

    The difference comes first, with its 95 % interval: pictures are drawn again, all their questions with them. Then
    how many items flipped each way, how likely that is by chance, and whether the difference is surely smaller than
    the margin, which is more than not having found one.

    \b
    pictus compare old/items.jsonl new/items.jsonl
    pictus compare runs/base runs/tuned --margin 0.005
    """
    from pictus.steps import compare, report

    plan = compare.plan(a, b, margin=margin, seed=seed)
    found = compare.run(plan)
    page = None if folder is None else report.report_comparison(plan, found, folder, shown=show)
    if as_json:
        output.result({"a": str(a), "b": str(b), "comparisons": found})
    else:
        _tell(plan, found)
    again = f"pictus compare {quote(str(a))} {quote(str(b))} --report FOLDER"
    output.next_command(again if page is None else f"open {page}")


def _tell(plan: Any, found: Any) -> None:
    for name, one in found.items():
        click.echo(f"{name}: {one.overall.items:,} items in {one.overall.groups:,} groups by picture")
        output.table(_rows(one))
        _tell_flips(one)
    for name in plan.alone:
        output.say(f"{name}: only one of the two was evaluated on it")


def _rows(one: Any) -> list[list[str]]:
    overall = one.overall
    equivalence = overall.equivalence
    means = f"{one.mean_a:.4f} before, {one.mean_b:.4f} after"
    within = "within" if equivalence.is_equivalent else "not shown to be within"
    rows = [
        ["mean score", means],
        ["difference", _difference(overall)],
        ["flips", f"{overall.better:,} better, {overall.worse:,} worse"],
        ["no difference", f"{_chance(overall.p)} by picture; {_chance(overall.mcnemar_p)} by McNemar's exact test"],
        ["equivalence", f"{within} {equivalence.margin:g}: {_chance(equivalence.p)}"],
    ]
    rows += [[f"  {kind or 'of no kind'}", _kind(found)] for kind, found in one.kinds.items()]
    return rows


def _kind(found: Any) -> str:
    return f"{_difference(found)}; {found.items:,} items, {found.better:,} better, {found.worse:,} worse"


def _difference(found: Any) -> str:
    interval = found.interval
    return f"{found.difference:+.4f}, {interval.level:.0%} interval {interval.low:+.4f} to {interval.high:+.4f}"


def _chance(p: float) -> str:
    return "p < 0.0001" if p < 0.0001 else f"p = {p:.4f}"


def _tell_flips(one: Any) -> None:
    for word, keys in (("better", one.better), ("worse", one.worse)):
        if keys:
            more = f" and {len(keys) - _NAMED:,} more: `--json` has all" if len(keys) > _NAMED else ""
            output.say(f"{word}: {', '.join(keys[:_NAMED])}{more}")
    for side, keys in (("A", one.only_a), ("B", one.only_b)):
        if keys:
            output.say(f"{len(keys):,} items have a score in {side} alone, and are left out")
