"""How a dataset is acquired, told: what is here, what comes, what only a person can do, and what to type next."""

import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pictus.cli import output
from pictus.errors import PictusError
from pictus.reading.wording import count_of

if TYPE_CHECKING:
    from pictus.steps.acquire.plan import AcquirePlan, Item
    from pictus.steps.acquire.run import Acquired

_SHOWN = 20  # files of a source in a table; `--json` gives all


DATASET_OPTIONS = (
    click.option("--split", "splits", multiple=True, help="Only this split; repeat for more. By default all."),
    click.option(
        "--set",
        "settings",
        multiple=True,
        metavar="NAME=VALUE",
        help="Setting of the dataset; some need more files.",
    ),
    click.option("--annotations", "only_annotations", is_flag=True, help="Annotations alone, without pictures."),
    click.option("--with-needs", is_flag=True, help="Also the pictures of the datasets whose pictures it uses."),
    click.option(
        "--links",
        type=click.Path(path_type=Path, exists=True, dir_okay=False),
        help="The list of names and links that the page of SA-1B gives.",
    ),
    click.option("--tars", metavar="FIRST-LAST", help="Which tars of SA-1B, such as 000000-000050."),
    click.option(
        "--keep-archives/--drop-archives",
        default=True,
        show_default=True,
        help="What becomes of an archive that was unpacked.",
    ),
)


def acquire_dataset(name: str, to: Path, options: Mapping[str, Any], *, dry_run: bool, as_json: bool) -> None:
    """Plan, tell, fetch, and tell what came of it.

    Args:
        name: the source.
        to: the data root.
        options: those of `DATASET_OPTIONS`.
        dry_run: tell the plan alone.
        as_json: tell it to programs.
    """
    from pictus.cli.fetching import plain
    from pictus.steps.acquire.measure import measured
    from pictus.steps.acquire.run import run

    plan = measured(_plan(name, to, options))
    if dry_run:
        if as_json:
            output.result({**plain(plan), "free_bytes": _free(to)})
        else:
            _tell_plan(plan, to, with_needs=options["with_needs"])
        return
    if not plan.items:
        raise _nothing(plan)
    _say_what_comes(plan)
    with output.progress() as events:
        done = run(plan, events, workers=options["workers"], keep_archives=options["keep_archives"])
    if as_json:
        output.result({**plain(_plan(name, to, options)), "done": _done(done)})
    else:
        _tell(plan, done, to)
    sys.exit(output.SET_ASIDE if done.by_hand or done.files.refused.counts else output.DONE)


def _plan(name: str, to: Path, options: Mapping[str, Any]) -> "AcquirePlan":
    from pictus.steps.acquire.links import numbers_of, read_links
    from pictus.steps.acquire.plan import plan_below

    links, tars = options["links"], options["tars"]
    plan = plan_below(
        to,
        name,
        options["splits"],
        with_needs=options["with_needs"],
        settings=output.settings_of(options["settings"]),
        pictures=not options["only_annotations"],
        links=read_links(links) if links is not None else {},
        numbers=numbers_of(tars) if tars is not None else None,
    )
    if (links or tars) and not any(item.asset.listed for item in plan.all_items):
        raise click.UsageError(f"`--links` and `--tars` mean nothing for {name}: they are for SA-1B")
    return plan


def _nothing(plan: "AcquirePlan") -> PictusError:
    from pictus import plugins

    if plugins.load("sources", plan.name).assets():
        what = f"what is told of the pictures of {plan.name} comes with them"
        return PictusError(what, where=plan.name, mend="leave out `--annotations`")
    mend = plan.card.advice or f"give the folder of your files to `pictus import {plan.name}` with `--from`"
    return PictusError(f"nothing of {plan.name} can be fetched", where=plan.name, mend=mend)


def _free(to: Path) -> int:
    folder = next(folder for folder in (to.absolute(), *to.absolute().parents) if folder.is_dir())
    return shutil.disk_usage(folder).free


def _tell_plan(plan: "AcquirePlan", to: Path, *, with_needs: bool) -> None:
    for one in (plan, *plan.needs):
        _tell_files(one)
    left = sum(item.left_bytes for item in plan.all_items)
    is_known = None not in [one.size_bytes for one in (plan, *plan.needs)]
    scarce = "" if left < _free(to) else ", which is not enough"
    click.echo(f"to fetch: {_size(left, is_whole=is_known)}; free on the disk: {output.size_of(_free(to))}{scarce}")
    _say_hand([item for item in plan.all_items if item.state == "by hand"])
    _say_more(plan, to, with_needs=with_needs)


def _size(known: int, *, is_whole: bool) -> str:
    """Say how much is to be fetched, as far as anybody knows."""
    if is_whole:
        return output.size_of(known)
    return f"{output.size_of(known)}, and files whose size nobody says" if known else "files whose size nobody says"


def _tell_files(plan: "AcquirePlan") -> None:
    from pictus.cli.fetching import size_word

    card = plan.card
    licences = f"pictures {card.picture_licence}, texts {card.text_licence}"
    terms = f", model's terms {card.model_terms}" if card.model_terms else ""
    click.echo(f"{plan.name}, {card.title}: {count_of(len(plan.items), 'file')} into {plan.root}")
    click.echo(f"  licences: {licences}{terms}")
    if plan.items:
        output.table([item.state, size_word(item), item.asset.kind, item.asset.path] for item in plan.items[:_SHOWN])
    if len(plan.items) > _SHOWN:
        click.echo(f"  and {len(plan.items) - _SHOWN:,} more, which `--json` lists")


def _say_more(plan: "AcquirePlan", to: Path, *, with_needs: bool) -> None:
    """Say what else is wanted: pictures of other datasets, and such as are addresses."""
    from pictus.steps.acquire.plan import needs_of, plan_below

    needs = needs_of(plan.name)
    if needs and not with_needs:
        output.say("it uses the pictures of others too, which `--with-needs` fetches:")
        for need in plan_below(to, plan.name, with_needs=True, pictures=False).needs:
            known = sum(item.left_bytes for item in need.items)
            size = output.size_of(known) if need.size_bytes is not None else "size not known"
            output.say(f"  {need.name}: {count_of(len(need.left), 'file')} to fetch, {size}")
    for one in (plan, *plan.needs):
        if one.card.by_address:
            output.say(f"the pictures of {one.name} are addresses in its annotations; when those are here:")
            for command in _commands_of_pictures(one):
                output.say(f"  {command}")


def _commands_of_pictures(plan: "AcquirePlan") -> tuple[str, str]:
    """Give what gets the pictures of a dataset of addresses."""
    corpus = f"corpora/{plan.name}"
    listed = f"pictus import {plan.name} --from {plan.root} --to {corpus}"
    return listed, f"pictus acquire {corpus} --to {corpus}-pictures"


def _say_what_comes(plan: "AcquirePlan") -> None:
    fetched = [item for item in plan.all_items if item.is_fetched]
    if fetched:
        known = sum(item.left_bytes for item in fetched)
        is_whole = all(item.size_bytes or item.asset.about_bytes for item in fetched)
        size = _size(known, is_whole=is_whole)
        output.say(f"fetching {count_of(len(fetched), 'file')} into {plan.root}: {size}")


def _say_hand(items: "list[Item]") -> None:
    if items:
        output.say("only a person can fetch these; run the same command when they are there:")
    for item in items:
        output.say(f"  {item.path}")
        output.say(f"    {item.asset.by_hand}: {item.asset.url}")


def _done(done: "Acquired") -> Mapping[str, Any]:
    return {
        "fetched": done.fetched,
        "unpacked": done.unpacked,
        "files_unpacked": done.files.written,
        "refused": done.files.refused.counts,
        "by_hand": [item.path for item in done.by_hand],
    }


def _tell(plan: "AcquirePlan", done: "Acquired", to: Path) -> None:
    from pictus.cli.fetching import say_refused

    counts = {
        "files fetched": len(done.fetched),
        "archives unpacked": len(done.unpacked),
        "files unpacked": done.files.written,
    }
    rows = [[what, f"{count:,}"] for what, count in counts.items() if count]
    state = "the rest is yours to do" if done.by_hand else "all is here"
    click.echo(f"{plan.root}: {plan.name}, {state}" if not rows else f"{plan.root}: {plan.name}")
    if rows:
        output.table(rows)
    say_refused(done.files.refused.counts)
    for samples in done.files.refused.samples.values():
        for sample in samples[:3]:
            where = "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in sample.where)
            output.say(f"             {where}")
    _say_hand(done.by_hand)
    if done.by_hand:
        return _say_more(plan, to, with_needs=bool(plan.needs))
    if plan.card.by_address:
        for command in _commands_of_pictures(plan):
            output.next_command(command)
        return None
    _say_more(plan, to, with_needs=bool(plan.needs))
    if plan.needs or any(item.asset.listed for item in plan.all_items):
        output.next_command(f"pictus arrange {to}")
    elif plan.items:
        output.next_command(f"pictus import {plan.name} --from {plan.root} --to corpora/{plan.name}")
    return None
