"""How the pictures of a corpus were got, in words, from what is recorded in it."""

from collections.abc import Mapping
from typing import Any

import orjson

from pictus.reading.wording import count_of
from pictus.store.corpus import HEAD, Corpus
from pictus.store.place import Place

STEP = "acquire"
LIST = "list"  # the corpus of a list's rows, inside the corpus of their pictures


def way(corpus: Corpus) -> str:
    """Say how many rows got their pictures from the web, and what was done where owners object."""
    summary = corpus.summary
    asked = summary["rows"] + summary["rejected"] + sum(reasons_in_list(corpus).values())
    obeyed = ", ".join(corpus.made["obey"])
    if obeyed:
        left_out = sum(count for reason, count in summary["reasons"].items() if reason.partition(":")[0] == "robots")
        owners = f"opt-outs of owners ({obeyed}) were obeyed, which left out {count_of(left_out, 'row')}"
    else:
        owners = "opt-outs of owners were ignored"
    came = f"{summary['rows']:,} of {count_of(asked, 'row')} got what they name"
    return f"Pictures were fetched from the web by their addresses: {came}; {owners}."


def reasons_in_list(corpus: Corpus) -> Mapping[str, int]:
    """Count the rows of the list that nobody was asked for, such as those without an address, by their reasons."""
    if "list" not in corpus.made or corpus.made["limit"] is not None:  # nobody knows which of them the limit leaves out
        return {}
    reasons: Mapping[str, int] = summary_at(f"{corpus.place}/{LIST}").get("reasons", {})
    return reasons


def summary_at(address: str) -> Mapping[str, Any]:
    """Give the counts of a corpus as they are now; empty where there is none, or none that is whole."""
    place = Place(address)
    return orjson.loads(place.read(HEAD))["summary"] if place.exists(HEAD) else {}


def since(before: Mapping[str, Any], corpus: Corpus) -> tuple[int, int]:
    """Count the rows that were tried again since then, and those of them that got their pictures."""
    known = {entry["shard"] for entry in before["shards"]}
    new = [entry for entry in corpus.summary["shards"] if entry["shard"] not in known]
    return sum(entry.get("tried_again", 0) for entry in new), sum(entry["rows"] for entry in new)
