"""Print the BibTeX of datasets, or of all that a corpus is made from."""

import click

from pictus.cli import output


@click.command("cite")
@click.argument("names", nargs=-1, required=True)
@click.option("--key", "only_keys", is_flag=True, help="Print only the keys, as `\\cite{…}` takes them.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(names: tuple[str, ...], only_keys: bool, as_json: bool) -> None:
    """Print the citations of NAMES: sources that `pictus list sources` shows, or corpora."""
    from pictus import plugins
    from pictus.errors import unknown_name
    from pictus.steps.citations import citation_keys, citations
    from pictus.store.corpus import open_corpus
    from pictus.store.place import Place

    datasets: list[str] = []
    known = plugins.names("sources")
    for name in names:
        if name.replace("-", "_") in known:
            datasets.append(name.replace("-", "_"))
        elif "://" in name or Place(name).exists("corpus.json"):
            datasets += open_corpus(name).summary["datasets"]
        else:
            raise unknown_name("source or corpus", name, known, where="pictus cite")
    if as_json:
        give = citation_keys if only_keys else citations
        return output.result({name: give([name]) for name in dict.fromkeys(datasets)})
    if only_keys:
        click.echo(",".join(citation_keys(datasets)))
    else:
        click.echo(citations(datasets), nl=False)
    return None
