"""Make the tree of folders that LLaVA and ConvLLaVA expect, from archives and loose files."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pictus.cli import output

if TYPE_CHECKING:
    from pictus.report.reasons import Reasons
    from pictus.steps.arrange import Arranged, ArrangePlan

_SHOWN = 3  # samples of each reason; `--json` gives all that were kept


@click.command("arrange")
@click.argument("data", type=click.Path(path_type=Path))
@click.option(
    "--from",
    "folders",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Folder of downloads, looked through with all below it; repeat for more. By default DATA itself.",
)
@click.option(
    "--by",
    type=click.Choice(["link", "move", "copy"]),
    default="link",
    show_default=True,
    help="How loose files come: as symbolic links, or moved, or copied. Archives are unpacked, and stay.",
)
@click.option("--workers", type=click.IntRange(1), help="Processes; by default one for each processor.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and stop.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(data: Path, folders: tuple[Path, ...], by: Any, workers: int | None, dry_run: bool, as_json: bool) -> None:
    """Make the tree of folders in DATA, the data root that LLaVA's and ConvLLaVA's annotations begin their paths at.

    Nothing is deleted or written over. Run it again whenever more has been downloaded: it does only what is missing.

    \b
    pictus arrange data --from ~/Downloads --dry-run
    pictus arrange data --from ~/Downloads
    """
    from pictus.steps import arrange

    plan = arrange.plan(data, folders, by=by)
    if dry_run:
        output.result(_plain(plan)) if as_json else _tell_plan(plan, data)
        return
    with output.progress() as events:
        done = arrange.run(plan, events, workers=workers)
    if as_json:
        output.result({**asdict(done), "strangers": plan.strangers})
    else:
        _tell(done, plan)
        output.next_command(f"pictus check {data}")
    sys.exit(output.SET_ASIDE if done.pictures.left.counts else output.DONE)


def _plain(plan: "ArrangePlan") -> dict[str, Any]:
    return {**asdict(plan), "size_bytes": plan.size_bytes}


def _tell_plan(plan: "ArrangePlan", data: Path) -> None:
    if plan.is_nothing:
        click.echo(f"{data}: nothing is left to do")
    if plan.folders:
        click.echo(f"would make {len(plan.folders)} folders: {', '.join(plan.folders)}")
    for alias, path in plan.aliases.items():
        click.echo(f"would make the link {alias} -> {path}")
    verb = {"link": "link to", "move": "move", "copy": "copy"}[plan.by]
    for one in plan.annotations:
        click.echo(f"would {verb} {one.file} as {one.target}")
    for pictures in plan.pictures:
        click.echo(f"would {verb} {pictures.count:,} pictures of {pictures.folder} into {pictures.place}")
    for archive in plan.archives:
        count = "the" if archive.pictures is None else f"{archive.pictures:,}"
        size = output.size_of(archive.size_bytes)
        click.echo(f"would unpack {count} pictures, {size}, of {archive.archive} into {' and '.join(archive.places)}")
    if plan.covers:
        click.echo(f"would convert {len(plan.covers):,} pictures to JPEG, and keep the originals")
    _tell_left(plan.left, plan)


def _tell(done: "Arranged", plan: "ArrangePlan") -> None:
    taken = done.pictures
    rows = [
        ["folders and links made", f"{len(done.folders) + len(done.aliases):,}"],
        ["annotation files", f"{len(done.annotations):,}"],
        ["archives unpacked", f"{len(done.archives):,}"],
        ["pictures", f"{taken.written:,}"],
        ["of these made JPEG", f"{taken.converted:,}"],
    ]
    click.echo(f"{plan.data}:")
    output.table(row for row in rows if row[1] != "0") if any(row[1] != "0" for row in rows) else click.echo(
        "  nothing was left to do"
    )
    _tell_left(taken.left, plan)


def _tell_left(left: "Reasons", plan: "ArrangePlan") -> None:
    if plan.strangers:
        names = ", ".join(path.name for path in plan.strangers[:_SHOWN])
        more = f" and {len(plan.strangers) - _SHOWN} more" if len(plan.strangers) > _SHOWN else ""
        output.say(f"archives that hold no picture of the tree, left as they are: {names}{more}")
    if left.counts:
        output.say("not taken:")
    for code, count in left.counts.most_common():
        output.say(f"  {count:>9,}  {code}")
        for sample in left.samples.get(code, ())[:_SHOWN]:
            output.say(f"             {sample.where}: {sample.reason}")
