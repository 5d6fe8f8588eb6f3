"""Choose and mix what each stage of a training is fed with, by a recipe."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pictus.cli import output
from pictus.steps.blend import BLEND

if TYPE_CHECKING:
    from pictus.steps.blend.head import Mixture, Taken
    from pictus.steps.blend.plan import BlendPlan

_TO = Path("trained", BLEND)  # where `pictus train` looks for it, if neither is told of another folder
_BAR = 30  # signs of the picture of a mixture
_MOST = 3  # reasons and licences of a corpus that are told; `--json` gives all


@click.command("blend")
@click.argument("recipe")
@click.option("--to", type=click.Path(path_type=Path), default=_TO, show_default=True, help="A folder.")
@click.option("--stage", "stages", multiple=True, help="Only these stages: align, pretrain, instruct, tools.")
@click.option(
    "--data", type=click.Path(path_type=Path), default=Path("data"), show_default=True, help="Files of datasets."
)
@click.option("--images", help="The folder that the pictures of a META file lie below.  [default: its own]")
@click.option("--seed", type=int, help="Another seed, another order.  [default: the recipe's]")
@click.option("--dry-run", is_flag=True, help="Say what each stage would see, and stop.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(recipe: str, to: Path, stages: tuple[str, ...], dry_run: bool, as_json: bool, **options: Any) -> None:
    """Blend what RECIPE names for each stage of a training: a file, one that ships, or a META file of ImageBind-LLM.

    \b
    pictus blend llava15 --data data --dry-run
    pictus blend recipe.yaml --to blends/mine
    pictus blend META.yaml --stage pretrain --images pictures
    """
    from pictus.steps.blend import plan as planning
    from pictus.steps.blend import run as running

    planned = planning.plan(recipe, to, stages=stages, **options)  # type: ignore[arg-type]
    if dry_run:
        made = running.look(planned)
    else:
        with output.progress() as events:
            made = running.run(planned, events)
    if as_json:
        return output.result([stage.plain() for stage in made])
    for stage in made:
        _tell(stage)
    if dry_run:
        output.say("next: the same command without --dry-run")
    else:
        output.say(f"{to}/mixture.html shows it as a picture")
        _tell_next(planned, to, stages, options)
    return None


def _tell_next(planned: "BlendPlan", to: Path, stages: tuple[str, ...], options: dict[str, Any]) -> None:
    """Say what trains on what was blended, or what the recipe lacks for it."""
    untold = [stage.name for stage in planned.stages if stage.train is None]
    if untold:
        told = f"to train on it, say how below `train:` of {', '.join(untold)}, as `pictus show llava15` does"
        return output.say(f"{told}\nnext: open {to}/mixture.html")
    return output.next_command(_train_command(planned, to, stages, options))


def _train_command(planned: "BlendPlan", to: Path, stages: tuple[str, ...], options: dict[str, Any]) -> str:
    """Give the command that trains on a blend, with the options that were given here."""
    words = ["pictus", "train", planned.recipe]
    if to.name == BLEND:  # there the training looks for it; another folder was for looking at
        words += ["--to", str(to.parent)]
    if planned.model is None:
        words += ["--model", "LLM", "--vision", "TOWER"]
    for stage in stages:
        words += ["--stage", stage]
    for name, usual in (("data", Path("data")), ("images", None), ("seed", None)):
        if options[name] != usual:
            words += [f"--{name}", str(options[name])]
    return shlex.join(words)


def _tell(stage: "Mixture") -> None:
    about = "about " if any(part.seen == "the beginning" for part in stage.parts) else ""
    of_text = " of text" if stage.train is None else ""  # what a picture takes is not known
    told = [f"{about}{stage.samples:,} samples", f"{about}{stage.tokens:,} tokens{of_text}"]
    if stage.train is not None and stage.steps is not None:
        told.append(f"{about}{stage.steps:,} steps of {stage.train.batch}")
    if len(stage.measured):
        told.append(f"measured on {about}{len(stage.measured):,} held out")
    if any(not part.draws for part in stage.parts):
        told = ["how many samples is known when all is imported"]
    click.echo(f"{stage.name}: {', '.join(told)}; captions {stage.captions}, seed {stage.seed}")
    rows = [["corpus", "rows", "taken", "epochs", "samples", "tokens", ""]]
    rows += [_row(stage, part) for part in stage.parts]
    output.table(rows)
    for part in stage.parts:
        _tell_part(part)


def _row(stage: "Mixture", part: "Taken") -> list[str]:
    share = part.draws / stage.samples if stage.samples else 0.0
    counts = (part.rows, part.chosen, part.draws, stage.tokens_of(part))
    rows, taken, draws, tokens = (f"{count:,}" if count else "?" for count in counts)
    epochs = f"{part.epochs:.2f}" if part.chosen and part.draws else "?"
    bar = f"{'█' * max(1, round(share * _BAR))} {share:.1%}" if part.draws else ""
    return [part.name, rows, taken, epochs, draws, tokens, bar]


def _tell_part(part: "Taken") -> None:
    if part.seen == "nothing":
        size = f", {part.size}" if part.size else ""
        click.echo(f"  {part.name} is imported when the blend is made{size}; its first rows were looked at:")
    for reason, count in list(part.left_out.items())[:_MOST]:
        click.echo(f"  {part.name}: {count:,} left out, {reason}")
    for picture, text, model, count in part.licences[:_MOST]:
        click.echo(f"  {part.name}: {count:,} rows, picture {picture}, text {text}, model terms {model}")
    if len(part.licences) > _MOST:
        click.echo(f"  {part.name}: and {len(part.licences) - _MOST} other combinations of licences")
