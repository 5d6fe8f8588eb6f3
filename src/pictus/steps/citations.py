"""Citations: the BibTeX of datasets, from their cards, with every work once."""

from collections.abc import Iterable

from pictus import plugins
from pictus.reading.bibtex import Entry, in_ascii, read_entries


def citations(datasets: Iterable[str]) -> str:
    """Give the BibTeX of some datasets, sorted by key; a dataset that nothing is known to cite for says so."""
    found, told = _gather(datasets)
    # BibTeX passes over what stands between entries, and knows no comments: an @ would begin an entry.
    lines = ["\n".join(f"% {line}".replace("@", "(at)") for line in told)] if told else []
    return "\n\n".join([*lines, *(entry.text for entry in found)]) + "\n"


def citation_keys(datasets: Iterable[str]) -> list[str]:
    """Give the keys of all works to cite for some datasets, sorted."""
    return [entry.key for entry in _gather(datasets)[0]]


def _gather(datasets: Iterable[str]) -> tuple[list[Entry], list[str]]:
    """Collect each work once, whichever datasets share it, and what there is to say of datasets without any."""
    known = plugins.names("sources")
    found: dict[str, Entry] = {}
    told = []
    for name in dict.fromkeys(datasets):
        text = plugins.load_class("sources", name).card.citation if name in known else ""
        try:
            entries = read_entries(in_ascii(text))
        except ValueError as error:  # of a card that another package brought
            told.append(f"{name}: its citation is no BibTeX: {error}")
            continue
        if not entries:
            told.append(f"{' '.join(name.split())}: no citation is known")
        for entry in entries:
            found.setdefault(entry.key.lower(), entry)  # as BibTeX compares them
    return [found[key] for key in sorted(found)], told
