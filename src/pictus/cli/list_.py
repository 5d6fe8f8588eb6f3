"""Show what there is: sources, formats, backends, checks, tools, benchmarks, prompt sets and recipes."""

from typing import Any, get_args

import click

from pictus.card import Stage
from pictus.cli import output

_SHELVES = ("sources", "formats", "backends", "checks", "tools", "benchmarks", "prompts", "recipes")


@click.command("list")
@click.argument("family", required=False, type=click.Choice(_SHELVES))
@click.option(
    "--stage",
    "stages",
    type=click.Choice(get_args(Stage)),
    multiple=True,
    help="Only sources for this; repeat for more.",
)
@click.option(
    "--commercial",
    type=click.Choice(["yes", "no", "depends"]),
    multiple=True,
    help="Only sources whose licences say this of commercial use; repeat for more.",
)
@click.option("--read/--unread", default=None, help="Only sources that `pictus mark` made so.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(
    family: str | None, stages: tuple[str, ...], commercial: tuple[str, ...], read: bool | None, as_json: bool
) -> None:
    """List all there is by name, or what is of one FAMILY with what it is for.

    Commercial use depends where nothing forbids it and something is open: each picture's own licence, or what
    is not known. Do not take it for yes; `pictus show NAME` says on what it depends.
    """
    wanted = {"stages": stages, "commercial": commercial, "read": read}
    is_chosen = any(value not in ((), None) for value in wanted.values())
    if is_chosen and family not in (None, "sources"):
        raise click.UsageError(f"--stage, --commercial, --read and --unread choose among sources, not {family}.")
    if as_json:
        shelves = _SHELVES if not (family or is_chosen) else (family or "sources",)
        return output.result({shelf: _plain(shelf, wanted) for shelf in shelves})
    if is_chosen or family == "sources":
        return _list_datasets(wanted)
    return _list_names() if family is None else _list_entries(family)


def _plain(shelf: str, wanted: dict[str, Any]) -> list[dict[str, Any]]:
    from dataclasses import asdict

    from pictus.steps import catalogue, datasets

    if shelf == "sources":
        return [one.plain() for one in datasets.datasets(**wanted)]
    return [asdict(entry) for entry in catalogue.entries(shelf)]


def _list_names() -> None:
    from pictus.cli.terminal import paragraph
    from pictus.steps import catalogue

    for shelf in _SHELVES:
        click.echo(paragraph(", ".join(catalogue.names(shelf)), first=f"{shelf:12}"))
    output.next_command("pictus list sources")


def _list_datasets(wanted: dict[str, Any]) -> None:
    from pictus.cli.terminal import table
    from pictus.steps.datasets import datasets, short_size

    found = datasets(**wanted)
    if not found:
        return output.say("no source is so; `pictus list sources` shows all")
    rows = [
        [
            *(one.name, ", ".join(one.card.stages), short_size(one.card)),
            " / ".join(dict.fromkeys((one.card.text_licence, one.card.picture_licence))),
            *(one.outlook.verdict, "yes" if one.read else "no"),
        ]
        for one in found
    ]
    table(("source", "stages", "size", "licence", "commercial", "read"), rows)
    output.say("licence: of the texts / of the pictures")
    output.say("depends: nothing forbids it, but something is open, so do not take it for yes")
    return output.next_command(f"pictus show {found[0].name}")


def _list_entries(shelf: str) -> None:
    from pictus.cli.terminal import table
    from pictus.steps import catalogue

    found = catalogue.entries(shelf)
    if shelf == "recipes":
        table(("recipe", "commercial", "what"), [[one.name, one.commercial, one.summary] for one in found], firm=2)
    else:
        table((shelf.removesuffix("s"), "what"), [[one.name, one.summary] for one in found])
    output.next_command(f"pictus show {found[0].name}")
