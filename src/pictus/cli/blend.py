"""Choose and mix what each stage of a training is fed with, by a recipe."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pictus.cli import output

if TYPE_CHECKING:
    from pictus.steps.blend.head import Mixture

_BAR = 40  # letters of the picture of a mixture


@click.command("blend")
@click.argument("recipe")
@click.option("--to", type=click.Path(path_type=Path), default=Path("blend"), show_default=True, help="A folder.")
@click.option("--stage", "stages", multiple=True, help="Only these stages: align, pretrain, instruct, tools.")
@click.option("--seed", type=int, help="Another seed, another order.  [default: the recipe's]")
@click.option("--dry-run", is_flag=True, help="Say what each stage would see, and stop.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(recipe: str, to: Path, stages: tuple[str, ...], seed: int | None, dry_run: bool, as_json: bool) -> None:
    """Blend what RECIPE, a file or one that ships, names for each stage of a training.

    \b
    pictus blend llava15.yaml --dry-run
    pictus blend llava15.yaml --to blends/llava15
    """
    from pictus.steps.blend import plan as planning
    from pictus.steps.blend import run as running

    planned = planning.plan(recipe, to, stages=stages, seed=seed)  # type: ignore[arg-type]
    if dry_run:
        made = running.look(planned)
    else:
        with output.progress() as events:
            made = running.run(planned, events)
    if as_json:
        return output.result(list(made))
    for stage in made:
        _tell(stage)
    if dry_run:
        output.next_command(f"pictus blend {recipe} --to {to}")
    return None


def _tell(stage: "Mixture") -> None:
    about = "about " if any(part.seen != "all" for part in stage.parts) else ""
    told = [f"{about}{stage.samples:,} samples", f"{about}{sum(map(stage.tokens_of, stage.parts)):,} tokens"]
    told += [f"{stage.steps:,} steps of {stage.train.batch}"] if stage.train is not None else []
    click.echo(f"{stage.name}: {', '.join(told)}; captions {stage.captions}, seed {stage.seed}")
    rows = [["", "corpus", "rows", "taken", "epochs", "samples", "tokens", ""]]
    for part in stage.parts:
        share = part.draws / stage.samples if stage.samples else 0.0
        tokens = stage.tokens_of(part)
        counts = (f"{part.rows:,}", f"{part.chosen:,}", f"{part.epochs:.2f}", f"{part.draws:,}", f"{tokens:,}")
        rows.append(["", part.name, *counts, f"{'█' * round(share * _BAR)} {share:.1%}"])
    output.table(rows)
    for part in stage.parts:
        for reason, count in list(part.left_out.items())[:3]:
            click.echo(f"  left out of {part.name}: {count:,}, {reason}")
        for picture, text, model, count in list(part.licences)[:3]:
            click.echo(f"  {part.name}: {count:,} rows under {picture} / {text}, model {model}")
