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
    from pictus.steps.arrange.plan import Unpack

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
        _tell(done, plan, data)
        output.next_command(f"pictus check {data}")
    sys.exit(output.SET_ASIDE if done.pictures.left.counts else output.DONE)


def _plain(plan: "ArrangePlan") -> dict[str, Any]:
    return {**asdict(plan), "size_bytes": plan.size_bytes}


def _tell_plan(plan: "ArrangePlan", data: Path) -> None:
    from pictus.cli.terminal import table

    if plan.is_nothing:
        click.echo(f"{data}: nothing is left to do")
    if plan.folders or plan.aliases:
        click.echo(f"would make in {data}: folders: {len(plan.folders)}, links: {len(plan.aliases)}")
        for alias, path in plan.aliases.items():
            click.echo(f"  {alias} -> {path}")
    rows = [["unpack", _name(one.archive), " ".join(one.places), *_size(one)] for one in plan.archives]
    rows += [[plan.by, _name(one.folder), one.place, f"{one.count:,}", ""] for one in plan.pictures]
    rows += [[plan.by, _name(one.file), one.target.rpartition("/")[0] or ".", "1", ""] for one in plan.annotations]
    if plan.covers:
        rows.append(["make JPEG", "ocr_vqa, originals are kept", "ocr_vqa/images", f"{len(plan.covers):,}", ""])
    if rows:
        table(("would", "what", "into", "files", "size"), rows)
    if plan.archives:
        output.say(f"{output.size_of(plan.size_bytes)} would be unpacked")
    _tell_left(plan.left, plan)
    if not plan.is_nothing:
        output.say("next: the same command without --dry-run")


def _size(one: "Unpack") -> tuple[str, str]:
    """Tell how much an archive holds; of one without a listing only its own size is known."""
    count = "all" if one.pictures is None else f"{one.pictures:,}"
    return count, output.size_of(one.size_bytes).replace(" ", "\N{NO-BREAK SPACE}")


def _name(path: Path) -> str:
    """Name a path as short as it can be typed here."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def _tell(done: "Arranged", plan: "ArrangePlan", data: Path) -> None:
    taken = done.pictures
    counts = {
        "folders and links made": len(done.folders) + len(done.aliases),
        "annotation files": len(done.annotations),
        "archives unpacked": len(done.archives),
        "pictures": taken.written,
        "of these made JPEG": taken.converted,
    }
    rows = [[what, f"{count:,}"] for what, count in counts.items() if count]
    click.echo(f"{data}:" if rows else f"{data}: nothing was left to do")
    if rows:
        output.table(rows)
    if plan.by == "link" and (done.annotations or plan.pictures):
        output.say("loose files came as links: keep them where they are, or run this with `--by move`")
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
            # Archives may hold names that a terminal would obey.
            line = "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in sample.where)
            output.say(f"             {line}: {sample.reason}")
