"""Train a vision-language model, stage by stage."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pictus.cli import output
from pictus.errors import PictusError

if TYPE_CHECKING:
    from pictus.learn.advice import Advice
    from pictus.learn.course import Course, Passed, StageCourse
    from pictus.steps.blend.head import Mixture

_FOLDER = click.Path(path_type=Path)


@click.command("train")
@click.argument("recipe", required=False)
@click.option("--to", type=_FOLDER, default=Path("trained"), show_default=True, help="A folder for all of it.")
@click.option("--stage", "stages", multiple=True, help="Only these stages: align, pretrain, instruct, tools.")
@click.option("--from", "start", type=_FOLDER, help="A saved stage, or any such model, to begin with.")
@click.option("--model", help="A language model, or a whole model; instead of the recipe's.")
@click.option("--vision", help="A vision tower, instead of the recipe's.")
@click.option("--data", default="data", show_default=True, help="Where datasets are; without RECIPE, a META file.")
@click.option("--images", help="The folder that the pictures of a META file lie below.  [default: its own]")
@click.option("--seed", type=int, help="Another seed, another order.  [default: the recipe's]")
@click.option(
    "--precision",
    type=click.Choice(["auto", "float32", "mixed", "bfloat16"]),
    default="auto",
    show_default=True,
    help="auto: mixed on a GPU.",
)
@click.option(
    "--attention",
    type=click.Choice(["auto", "sdpa", "flash", "eager"]),
    default="auto",
    show_default=True,
    help="auto: flash where it is installed.",
)
@click.option("--recompute", is_flag=True, help="Less memory, a third more work: gradient checkpointing.")
@click.option("--padded", is_flag=True, help="Samples below each other, padded, instead of packed in rows.")
@click.option(
    "--row-tokens", type=click.IntRange(16), help="The most that a row may have.  [default: the longest sample]"
)
@click.option("--workers", type=click.IntRange(0), default=2, show_default=True, help="Processes that prepare steps.")
@click.option("--cache", type=_FOLDER, help="A folder on a fast disk for caches.  [default: in the folder of --to]")
@click.option("--direct", is_flag=True, help="Read the corpora themselves, and make no cache.")
@click.option("--checkpoint-every", type=click.IntRange(1), default=500, show_default=True, help="Steps.")
@click.option(
    "--evaluate-every",
    type=click.IntRange(1),
    help="Steps, where the recipe has `held_out`.  [default: as --checkpoint-every]",
)
@click.option("--dry-run", is_flag=True, help="Say what would be trained, how and on what, and stop.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(recipe: str | None, to: Path, dry_run: bool, as_json: bool, **options: Any) -> None:
    """Train as RECIPE says, a file or one that ships, all its stages in a row; run again, it goes on where it stopped.

    \b
    pictus train llava15 --data data --to trained
    torchrun --nproc-per-node 8 -m pictus train llava15 --stage instruct
    pictus train --stage pretrain --model LLM --data META.yaml --to OUT
    """
    course = _plan(recipe, to, options, is_dry=dry_run)
    if dry_run:
        return _tell_plan(course, as_json=as_json)
    passed = _run(course)
    if not _is_first():
        sys.exit(passed[-1].result.exit_code)  # of processes that train together, one tells
    if as_json:
        output.result([_figures(one) for one in passed])
    else:
        for one in passed:
            loss = "" if one.result.loss is None else f", loss {one.result.loss:.4f}"
            if one.result.held_out is not None:
                loss += f", held out {one.result.held_out:.4f}"
            click.echo(f"{one.name}: {one.result.steps:,} steps{loss}; {one.result.model or one.folder}")
    last = passed[-1].result
    if last.model is not None:
        output.next_command(f'pictus ask {last.model} PICTURE "question"')
    sys.exit(last.exit_code)


def _plan(recipe: str | None, to: Path, options: dict[str, Any], *, is_dry: bool) -> "Course":
    check_installed()
    from pictus.learn import course
    from pictus.reading.imagebind import is_meta

    if recipe is None and not is_meta(Path(options["data"])):
        mend = "type `pictus train recipe.yaml`, or one that ships, as `pictus train llava15 --data DATA`; without a "
        mend += "recipe, `pictus train --stage pretrain --model LLM --vision TOWER --data META.yaml`"
        raise PictusError("no recipe is named, and `--data` is no META file", where="pictus train", mend=mend)

    running = course.Running(
        precision=options["precision"],
        attention=options["attention"],
        recompute=options["recompute"],
        is_packed=not options["padded"],
        row_tokens=options["row_tokens"],
        workers=options["workers"],
        cache=options["cache"],
        is_direct=options["direct"],
        checkpoint_every=options["checkpoint_every"],
        evaluate_every=options["evaluate_every"],
    )
    return course.plan(
        options["data"] if recipe is None else recipe,
        to,
        stages=options["stages"],
        start=options["start"],
        language=options["model"],
        vision=options["vision"],
        data="data" if recipe is None else options["data"],
        images=options["images"],
        seed=options["seed"],
        running=running,
        is_dry=is_dry,
    )


def _is_first() -> bool:
    """Say whether this process is the first of those that train together."""
    from pictus.learn.train.processes import rendezvous

    place = rendezvous(os.environ)
    return place is None or place.rank == 0


def check_installed() -> None:
    """Say what to install where the parts that train are missing."""
    from importlib.util import find_spec

    missing = [name for name in ("torch", "transformers", "peft") if find_spec(name) is None]
    if missing:
        mend = "choose torch's build for your GPU first, then `pip install 'pictus[learn]'`"
        raise PictusError(f"training needs {', '.join(missing)}", where="this Python", mend=mend)


def _tell_plan(course: "Course", *, as_json: bool) -> None:
    from pictus.learn.advice import lines, plain
    from pictus.steps.blend import run as blending

    if course.awaited is not None:
        output.say(
            f"note: {course.stages[0].name} begins with what {course.awaited} leaves, which is trained before it"
        )
    mixtures = blending.look(course.blend)
    told = []
    for stage, mixture in zip(course.stages, mixtures, strict=True):
        advice = _advice(course, stage, mixture)
        steps = -(-mixture.samples // stage.training.batch)
        told.append(
            {
                "stage": stage.name,
                "samples": mixture.samples,
                "steps": steps,
                "held_out": len(mixture.measured),
                "training": stage.training.model_dump(),
                "modules": {one.module: [one.weights, one.trained, one.rate] for one in stage.model.held},
                "notes": stage.model.notes,
                "machines": [plain(one) for one in advice],
            }
        )
        if as_json:
            continue
        held = f", measured on about {len(mixture.measured):,} held out" if len(mixture.measured) else ""
        click.echo(f"{stage.name}: about {mixture.samples:,} samples, {steps:,} steps of {stage.training.batch}{held}")
        click.echo("\n".join(f"  {line}" for line in [*stage.model.table().splitlines(), *lines(advice)]))
        for note in stage.model.notes:
            output.say(f"  note: {note}")
    if as_json:
        output.result(told)
    else:
        first = "" if course.awaited is None else f", after `--stage {course.awaited}`"
        output.say(f"next: the same command without --dry-run{first}")


def _advice(course: "Course", stage: "StageCourse", mixture: "Mixture") -> "list[Advice]":
    """Estimate what a stage takes on the usual machines; a model that cannot be counted is no reason to stop."""
    from pictus.learn.advice import Samples, advise, machines

    running = course.running
    samples = Samples(
        samples=mixture.samples,
        words=sum(part.tokens for part in mixture.parts),
        pictures=sum(part.pictures for part in mixture.parts),
    )
    try:
        return advise(
            stage.model,
            stage.training,
            samples,
            machines(),
            precision="mixed" if running.precision == "auto" else running.precision,
            row_tokens=running.row_tokens,
            row_pictures=running.row_pictures,
        )
    except PictusError as error:
        output.say(f"  note: {error.what}; {error.mend}")
        return []


def _run(course: "Course") -> "list[Passed]":
    from pictus.learn import course as courses
    from pictus.learn.train.live import Live

    with output.progress() as events:
        return list(courses.run(course, events=events, listeners=[Live(events)]))


def _figures(passed: "Passed") -> dict[str, Any]:
    result = passed.result
    return {
        "stage": passed.name,
        "steps": result.steps,
        "samples": result.cursor,
        "loss": result.loss,
        "held_out": result.held_out,
        "folder": passed.folder,
        "model": result.model,
        "stopped": result.stopped,
    }
