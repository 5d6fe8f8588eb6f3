"""Go the whole way in a minute: no key, GPU or network."""

from dataclasses import asdict
from pathlib import Path

import click

from pictus.cli import output


@click.command("demo")
@click.option(
    "--to", "folder", type=click.Path(path_type=Path), default="pictus-demo", show_default=True, help="Where."
)
@click.option(
    "--count", type=click.IntRange(1, 10_000), help="How many pictures; by default 60, or as many as are there."
)
@click.option("--seed", default=0, show_default=True, help="Other pictures, other questions.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(folder: Path, count: int | None, seed: int, as_json: bool) -> None:
    """Draw pictures, make a corpus and instruction data of them, check and export it, and write a page to look at."""
    from pictus.demo.tour import tour

    stops = []
    with output.progress() as events:
        for stop in tour(folder, count=count, seed=seed, events=events):
            stops.append(stop)
            if not as_json:
                click.echo(f"{stop.command}\n    {stop.result}")
    if as_json:
        output.result([asdict(stop) for stop in stops])
    output.next_command(f"open {folder / 'index.html'}, then read {folder / 'instruct' / 'README.md'}")
