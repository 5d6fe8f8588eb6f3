"""Acquire a dataset by its name, or the pictures of a list of addresses: fetched, verified, and gone on with."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from pictus.cli.acquiring_dataset import DATASET_OPTIONS, acquire_dataset
from pictus.cli.acquiring_pictures import PICTURE_OPTIONS, acquire_pictures

Function = TypeVar("Function", bound=Callable[..., Any])
_HERE = "file://"  # a folder of this machine, written as an address
_SHARED = (
    click.option("--to", required=True, help="Data root of datasets; or the corpus to make, a folder or an address."),
    click.option("--workers", type=click.IntRange(1), help="Processes; by default as many as pay."),
    click.option("--dry-run", is_flag=True, help="Say what would be fetched, and stop."),
    click.option("--json", "as_json", is_flag=True, help="Print the result as JSON."),
)


class _TwoForms(click.Command):
    """Shows the options of both forms apart."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what both share, then what each takes alone."""
        datasets, pictures = _names(DATASET_OPTIONS), _names(PICTURE_OPTIONS)
        groups: dict[str, list[tuple[str, str]]] = {"Options": [], "Of a dataset": [], "Of a list or a corpus": []}
        for one in self.get_params(ctx):
            told = one.get_help_record(ctx) if isinstance(one, click.Option) else None
            title = "Of a dataset" if one.name in datasets else "Of a list or a corpus"
            if told is not None:
                groups[title if one.name in {*datasets, *pictures} else "Options"].append(told)
        for title, rows in groups.items():
            with formatter.section(title):
                formatter.write_dl(rows)


def _names(options: Any) -> dict[str | None, str]:
    """Give the parameters that options make, each with its longest spelling."""

    def bare() -> None:
        """Carry options."""

    for option in options:
        option(bare)
    return {one.name: max(one.opts, key=len) for one in bare.__click_params__}  # type: ignore[attr-defined]


def _with(options: Iterable[Any]) -> Callable[[Function], Function]:
    """Add options in their order."""

    def add(function: Function) -> Function:
        for option in reversed([*options]):
            function = option(function)
        return function

    return add


@click.command("acquire", cls=_TwoForms)
@click.argument("target")
@_with((*_SHARED, *DATASET_OPTIONS, *PICTURE_OPTIONS))
def command(target: str, to: str, dry_run: bool, as_json: bool, **options: Any) -> None:
    """Fetch TARGET: a dataset that `pictus list sources` names, a list of addresses, or a corpus that has them.

    Stopped at any moment, the same command goes on. What of a dataset only a person can fetch is told, with what to do
    and where to put it. Of a list, every row ends with its picture or with the reason why there is none.

    \b
    pictus acquire coco2017 --to data --split val
    pictus acquire llava_mix665k --to data --with-needs
    pictus acquire sa1b --to data --links links.txt --tars 000000-000050
    pictus acquire urls.parquet --to photos --size 256
    pictus acquire urls.parquet --to photos --size 256 --retry
    """
    target, to = target.removeprefix(_HERE), to.removeprefix(_HERE)
    name = None if _is_address(target) else _source_called(target)
    _refuse_others(PICTURE_OPTIONS if name else DATASET_OPTIONS, "lists and corpora" if name else "datasets")
    if name is None and not _is_address(target) and "." not in target and "/" not in target:
        from pictus import plugins
        from pictus.errors import unknown_name

        raise unknown_name("dataset", target, plugins.names("sources"), where="acquire")
    if name:
        acquire_dataset(name, Path(to), options, dry_run=dry_run, as_json=as_json)
    else:
        acquire_pictures(target, to, dry_run=dry_run, as_json=as_json, **options)


def _source_called(target: str) -> str | None:
    from pictus.steps.generate.inputs import source_called  # 300 ms, which a list does not need

    return source_called(target)


def _is_address(target: str) -> bool:
    return "://" in target or Path(target).exists()


def _refuse_others(options: Any, whose: str) -> None:
    """Refuse what is of the other form: an option that does nothing hides a mistake."""
    ctx = click.get_current_context()
    for name, spelling in _names(options).items():
        if name and ctx.get_parameter_source(name) == ParameterSource.COMMANDLINE:
            raise click.UsageError(f"{spelling} is for {whose}.")
