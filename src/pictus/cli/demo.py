"""Go the whole way in a minute: no key, GPU or network."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pictus.cli import output

if TYPE_CHECKING:
    from pictus.demo.tour import Stop


@click.command("demo")
@click.option("--to", "folder", type=click.Path(path_type=Path), help="Where.  [default: pictus-demo, or trained-demo]")
@click.option(
    "--count", type=click.IntRange(1, 10_000), help="How many pictures; by default 60, or as many as are there."
)
@click.option("--train", "trains", is_flag=True, help="Train a tiny model instead, and examine it: two minutes.")
@click.option("--steps", type=click.IntRange(20), help="Of that training.  [default: 600]")
@click.option("--seed", default=0, show_default=True, help="Other pictures, other questions.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(folder: Path | None, count: int | None, trains: bool, steps: int | None, seed: int, as_json: bool) -> None:
    """Draw pictures, make a corpus and instruction data of them, check and export it, and write a page to look at.

    With --train: draw shapes, train a tiny model to see them, on two cores of a processor, and show what it has
    learned.
    """
    if trains and count is not None:
        raise click.UsageError("--count goes without --train: 3,000 pictures are drawn to train with")
    if steps is not None and not trains:
        raise click.UsageError("--steps goes with --train")
    folder = folder or Path("trained-demo" if trains else "pictus-demo")
    stops = []
    with _school(folder, steps, seed) if trains else _tour(folder, count, seed) as going:
        for stop in going:
            stops.append(stop)
            if not as_json:
                click.echo(f"{stop.command}\n    {stop.result}")
    if as_json:
        output.result([asdict(stop) for stop in stops])
    page = folder / "index.html"
    then = f"read {folder / 'recipe.yaml'}" if trains else f"read {folder / 'instruct' / 'README.md'}"
    output.next_command(f"open {page}, then {then}")


@contextmanager
def _tour(folder: Path, count: int | None, seed: int) -> "Iterator[Iterator[Stop]]":
    from pictus.demo.tour import tour

    with output.progress() as events:
        yield tour(folder, count=count, seed=seed, events=events)


@contextmanager
def _school(folder: Path, steps: int | None, seed: int) -> "Iterator[Iterator[Stop]]":
    from pictus.cli.train import check_installed

    check_installed()
    from pictus.demo.school import school
    from pictus.learn.train.live import Live

    with output.progress() as events:
        yield school(folder, steps=steps, seed=seed, events=events, listeners=[Live(events)])
