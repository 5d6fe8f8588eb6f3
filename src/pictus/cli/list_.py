"""Show what there is: sources, formats, backends, checks, tools, prompt sets and recipes."""

import click

from pictus.cli import output


@click.command("list")
@click.argument(
    "family",
    required=False,
    type=click.Choice(["sources", "formats", "backends", "checks", "tools", "prompts", "recipes"]),
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(family: str | None, as_json: bool) -> None:
    """List all there is, or what is of one FAMILY."""
    from pictus.steps import catalogue

    wanted = [name for name in catalogue.SHELVES if family in (None, name)]
    found = {name: catalogue.entries(name) for name in wanted}
    if as_json:
        from dataclasses import asdict

        return output.result({name: [asdict(entry) for entry in entries] for name, entries in found.items()})
    for name, entries in found.items():
        click.echo(name)
        output.table(
            [entry.name, *([f"commercial: {entry.commercial}"] if entry.commercial else []), entry.summary]
            for entry in entries
        )
    output.next_command(f"pictus show {found[wanted[0]][0].name}")
    return None
