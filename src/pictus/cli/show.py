"""Show all that is known of a dataset, a plug-in, a prompt set, a recipe, a corpus or a run."""

from pathlib import Path

import click

from pictus.cli import output
from pictus.cli.runs import show_run
from pictus.reading.wording import count_of

_SINGULAR = {"prompts": "prompt set", "tools": "domain of tools"}


@click.command("show")
@click.argument("name")
@click.option(
    "--records", type=click.IntRange(0), default=3, show_default=True, help="How many records of a corpus to show."
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(name: str, records: int, as_json: bool) -> None:
    """Show NAME: what `pictus list` shows (`prompts/llava` where two have a name), a corpus, or the folder of a run."""
    from pictus.store.place import Place

    if "://" in name or Place(name).exists("corpus.json"):
        return _show_corpus(name, records, as_json)
    if Path(name).is_dir() and show_run(Path(name), as_json=as_json):
        return None
    return _show_plugin(name, as_json)


_NEXT = {
    "sources": "pictus import {} --from DATA --to CORPUS",
    "formats": "pictus export CORPUS --format {} --to FILE",
    "backends": "pictus generate CORPUS --backend {} --to NEW",
    "checks": "pictus check CORPUS --only {}",
    "tools": "pictus generate CORPUS --kind tools --to NEW",
    "benchmarks": "pictus score {} --predictions FILE",
    "prompts": "pictus generate CORPUS --backend openai --model M --prompts {} --to NEW",
    "recipes": "pictus generate CORPUS --recipe {} --to NEW",
}


def _show_plugin(name: str, as_json: bool) -> None:
    from pictus.cli.dataset_page import show_dataset, show_outlook
    from pictus.cli.terminal import paragraph
    from pictus.steps import catalogue

    page = catalogue.page(name)
    if as_json:
        return output.result(page)
    if page.card:
        show_dataset(page)
    else:
        click.echo(paragraph(f"{page.name} ({_SINGULAR.get(page.family, page.family[:-1])}): {page.summary}"))
        click.echo(f"\n{paragraph(page.help)}")
        if page.commercial:
            click.echo()
            show_outlook(page.commercial)
    if page.settings:
        click.echo(f"\nsettings (`--{'option' if page.family == 'benchmarks' else 'set'} name=value`):")
        output.table(page.settings)
    if page.text:
        click.echo(f"\n{page.text.rstrip()}")
    for other in page.also:
        output.say(f"`{page.name}` is also the name of another: `pictus show {other}`")
    asks_a_model = page.family == "backends" and "model" in dict(page.settings)
    named = f"{page.name} --model M" if asks_a_model else page.name
    is_only_read = page.family == "formats" and not page.is_written
    following = "pictus import {} --from DATA --to CORPUS" if is_only_read else _NEXT[page.family]
    if page.assets:
        output.next_command(f"pictus acquire {page.name} --to DATA")
    if page.stages:
        following = "pictus blend {} --data DATA --dry-run"
    output.next_command(following.format(named))
    return None


def _show_corpus(address: str, count: int, as_json: bool) -> None:
    from itertools import islice

    from pictus.store.corpus import open_corpus

    corpus = open_corpus(address)
    summary = {key: value for key, value in corpus.summary.items() if key != "shards"}
    if as_json:
        return output.result({"name": corpus.name, "made": corpus.made, "roots": corpus.roots, **summary})
    rows = [["records", f"{summary['rows']:,}"], ["turns", f"{summary['turns']:,}"]]
    rows += [["pictures", f"{summary['pictures']:,} ({summary['embedded']:,} embedded)"]]
    rows += [["motions", f"{summary['motions']:,}"]] if summary.get("motions") else []
    rows += [["shards", f"{len(corpus.shards):,}"], ["set aside", f"{summary['rejected']:,}"]]
    rows += [["made by", str(corpus.made.get("step"))]]
    rows += [[f"dataset {name}", count_of(count, "record")] for name, count in summary["datasets"].items()]
    rows += [[f"media {name}", root] for name, root in corpus.roots.items()]
    click.echo(corpus.name)
    output.table(rows)
    for record in islice(corpus.records(), count):
        click.echo(
            f"\n{record.id}  {record.origin.dataset} {record.origin.key}  {record.origin.made_by or ''}".rstrip(" ")
        )
        for medium in record.media:
            click.echo(f"  {medium.kind}: {medium.path or medium.url or 'embedded'}")
        for caption in record.facts.captions if not record.turns else ():
            click.echo(f"  caption: {caption}")
        for sentence in record.facts.motions if not record.turns else ():
            click.echo(f"  of the motion: {sentence}")
        for turn in record.turns:
            if turn.text or not turn.calls:
                click.echo(f"  {turn.role}: {turn.text}")
            for call in turn.calls:
                click.echo(f"  {turn.role} calls {call.name}: {call.arguments}")
    output.next_command(f"pictus check {address}")
    return None
