"""Read a dataset, or a file in a known format, into a corpus."""

import sys
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pictus.cli import output
from pictus.reading.wording import count_of

if TYPE_CHECKING:
    from pictus.store.corpus import Corpus

_LOOKED_AT = 100  # records, to see what a corpus holds
_ASKED_ABOUT = ("boxes", "present", "absent", "relations", "narratives", "motions")  # what the program asks about


@click.command("import")
@click.argument("name")
@click.option("--from", "root", required=True, type=click.Path(path_type=Path), help="Data root of a dataset, or file.")
@click.option("--to", required=True, help="The corpus to make: a new folder, or an fsspec address.")
@click.option("--split", "splits", multiple=True, help="Splits to read; by default those whose files are there.")
@click.option("--pictures", type=click.Path(path_type=Path), help="Folder of a file's pictures; by default its own.")
@click.option("--embed", is_flag=True, help="Put the pictures themselves into the corpus.")
@click.option("--picture-licence", metavar="NAME", help="Licence of the pictures where the data states none.")
@click.option("--text-licence", metavar="NAME", help="Licence of the texts where the data states none.")
@click.option("--model-terms", metavar="NAME", help="Terms of the model that wrote the texts, if one did.")
@click.option("--limit", type=click.IntRange(1), help="Take only the first rows.")
@click.option("--workers", type=click.IntRange(1), help="Processes that read; by default one for each processor.")
@click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="A setting of the source or format.")
@click.option("--dry-run", is_flag=True, help="Say what would be read, and stop.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(
    name: str, root: Path, to: str, settings: tuple[str, ...], dry_run: bool, as_json: bool, **options: Any
) -> None:
    """Read NAME, a dataset or a format that `pictus list` shows, into a corpus.

    \b
    pictus import coco2017 --from data/coco --to corpora/coco
    pictus import llava --from chat.json --pictures images --to corpora/chat
    """
    from pictus.steps import import_
    from pictus.steps.named_pictures import absent_pictures

    plan = import_.plan(name, root, to, settings=output.settings_of(settings), **options)
    for note in plan.notes:
        output.say(f"note: {note}")
    if dry_run:
        if as_json:
            return output.result(plan)
        click.echo(f"would read {plan.name} from {plan.root}")
        output.table(
            [
                ["splits", ", ".join(plan.splits) or "-"],
                ["files", ", ".join(read.rsplit(" ", 2)[0] for read in plan.inputs)],
                ["to", to],
            ]
        )
        return None
    with output.progress(to) as events:
        corpus = import_.run(plan, events)
    summary = corpus.summary
    if as_json:
        output.result({"corpus": to, **summary})
    else:
        absent = absent_pictures(corpus)
        media = output.media_of(summary) + (f" ({absent})" if absent else "")
        click.echo(f"{to}: {count_of(summary['rows'], 'record')}, {media}")
    if summary["rejected"]:
        aside = count_of(summary["rejected"], "row was", "rows were")
        output.say(f"{aside} set aside; {to}/rejected.json shows ten of each:")
        output.reasons(summary["reasons"])
    if summary["rows"]:
        output.next_command(_next(to, corpus))
    else:
        output.say(f"no row was read; `pictus show {name}` says what is expected in {root}")
    sys.exit(output.SET_ASIDE if summary["rejected"] else output.DONE)


def _next(to: str, corpus: "Corpus") -> str:
    """Give the command for what was read: annotations to ask about, addresses to get, or rows to look at."""
    if not corpus.summary["turns"] and any(
        getattr(record.facts, field)
        for record in islice(corpus.records(("facts",)), _LOOKED_AT)
        for field in _ASKED_ABOUT
    ):
        return f"pictus generate {to} --backend program --to {to}-instruct"
    first = next(corpus.records(("media",)))
    if any(
        medium.url and medium.data is None and not (medium.file and medium.file.is_file()) for medium in first.media
    ):
        return f"pictus acquire {to} --to {to.rstrip('/')}-pictures"
    return f"pictus check {to}"
