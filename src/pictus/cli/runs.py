"""How `pictus show` tells of the folder of a run: the scores of an evaluation, or the losses of a training."""

from pathlib import Path

import click

from pictus.cli import output


def show_run(folder: Path, *, as_json: bool) -> bool:
    """Tell of a run; False where the folder is none of one."""
    from pictus.steps.report import EVALUATION

    if (folder / EVALUATION).is_file():
        _show_evaluation(folder, as_json=as_json)
        return True
    return _show_training(folder, as_json=as_json)


def _show_evaluation(run: Path, *, as_json: bool) -> None:
    from pictus.reading.json import read_object
    from pictus.steps.report import EVALUATION, tables_of_run

    if as_json:
        return output.result(read_object(run / EVALUATION))
    title, tables = tables_of_run(run)
    click.echo(title)
    for table in tables:
        click.echo(f"\n{table.title}")
        output.table(table.rows)
    page = run / "report.html"
    output.next_command(f"open {page}" if page.is_file() else f"pictus compare {run} OTHER")
    return None


def _show_training(folder: Path, *, as_json: bool) -> bool:
    from pictus.learn.outcome import stages_left

    stages = stages_left(folder)
    if stages and as_json:
        output.result({one.stage: one for one in stages})
    for one in () if as_json else stages:
        loss = "" if one.loss is None else f", loss {one.loss:.4f}"
        loss += "" if one.held_out is None else f", held out {one.held_out:.4f}"
        click.echo(f"{one.stage}: {one.steps:,} steps{loss}; {one.model or f'not finished: {one.folder}'}")
    models = [one.model for one in stages if one.model is not None]
    if models:
        output.next_command(f'pictus ask {models[-1]} PICTURE "question"')
    return bool(stages)
