"""The papers of a corpus: README.md, NOTICE.md and CITATIONS.bib, written from what its receipts say."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson

import pictus
from pictus.licence import find
from pictus.reading.languages import languages_in
from pictus.reading.wording import count_of
from pictus.record import Reject
from pictus.report.reasons import Reasons
from pictus.steps import acquired
from pictus.steps.citations import citations
from pictus.steps.licence import report
from pictus.store.corpus import Corpus
from pictus.store.place import Place

ASKED = "asked.json"  # what a model was asked, beside the corpus.json of a corpus that one wrote
REJECTED = "rejected.json"  # why rows were set aside, with samples
_EXCERPT = 300  # characters of a row that was set aside
_SIZES = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)


def write_cards(corpus: Corpus) -> None:
    """Write the card, the notices and the citations into the corpus, and the report of what was set aside."""
    if corpus.summary["rejected"]:
        _write(corpus.place, REJECTED, rejected_text(corpus))
    else:
        corpus.place.remove(REJECTED)  # of rows that were tried again since, and came
    for name, text in (
        ("README.md", card_text(corpus)),
        ("NOTICE.md", notice_text(corpus)),
        ("CITATIONS.bib", citations(corpus.summary["datasets"])),
    ):
        if not corpus.place.exists(name) or corpus.place.read(name) != text.encode():
            _write(corpus.place, name, text)


def rejected_text(corpus: Corpus) -> str:
    """Report why rows were set aside: each reason with its count, and ten rows of each."""
    found = Reasons()
    for reject in corpus.rejects():
        for reason in reject.reasons:
            text = "" if found.is_full(reason) else _said(reject)
            found.add(reason, id=reject.id or "", where=reject.where, text=text)
    told = [
        {"reason": code, "rows": count, "samples": [asdict(sample) for sample in found.samples[code]]}
        for code, count in _most(dict(found.counts))
    ]
    return orjson.dumps(told, option=orjson.OPT_INDENT_2).decode()


def _said(reject: Reject) -> str:
    """Show what a row that was set aside said last; where nobody speaks, the address of its picture."""
    try:
        row = orjson.loads(reject.row)
        texts = ["".join(part["text"] or "" for part in turn["parts"]) for turn in row["turns"]]
        texts = texts or [medium["url"] or "" for medium in row["media"]]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        texts = [reject.row]
    line = " ".join(next((text for text in reversed(texts) if text.strip()), "").split())
    return line if len(line) <= _EXCERPT else f"{line[: _EXCERPT - 1]}…"


def write_notices(corpora: Sequence[Corpus], notice: Path, bibliography: Path) -> None:
    """Write the notices and citations of some corpora beside a file made from them."""
    place = Place(notice.parent)
    _write(place, notice.name, "\n".join(map(notice_text, corpora)))
    _write(place, bibliography.name, citations(name for corpus in corpora for name in corpus.summary["datasets"]))


def _languages(corpus: Corpus) -> str:
    """Give the line of the head that says in which languages the first records are; none where nothing tells."""
    found = languages_in(corpus.records(("turns", "facts")))
    names = [name for name, count in found.most_common() if 20 * count >= found.total()]
    return f"language: [{', '.join(names)}]\n" if names else ""


def card_text(corpus: Corpus) -> str:
    """Give the dataset card, with the YAML head that the Hub and `datasets` read."""
    summary = corpus.summary
    rows, motions = summary["rows"], summary.get("motions", 0)
    limit = next((size for size in _SIZES if rows < size), None)
    size = f"n<{limit:,}".replace(",000,000", "M").replace(",000", "K") if limit else "n>10M"
    head = f"""\
---
pretty_name: {corpus.name}
{_languages(corpus)}size_categories: ["{size}"]
task_categories: [{"other" if motions else "image-text-to-text"}]
tags: [{"pictus, motion" if motions else "pictus"}]
configs:
- config_name: default
  data_files: shards/*.parquet
---
"""
    reasons = [[reason, f"{count:,}"] for reason, count in _most(summary["reasons"])]
    parts = [
        head,
        f"# {corpus.name}\n",
        _table(
            ["what", "count"],
            [
                ["records", f"{rows:,}"],
                ["turns", f"{summary['turns']:,}"],
                ["pictures", f"{summary['pictures']:,} ({summary['embedded']:,} embedded)"],
                *([["motions", f"{motions:,}"]] if motions else []),
                ["rows set aside", f"{summary['rejected']:,}"],
            ],
        ),
        "## Where the rows come from\n",
        _table(["dataset", "records"], [[name, f"{count:,}"] for name, count in _most(summary["datasets"])]),
        "## What may be done with them\n",
        _licences(corpus),
        "`NOTICE.md` says what each licence asks for, `CITATIONS.bib` whom to cite.\n",
    ]
    if reasons:
        parts += ["## Rows set aside\n", _table(["reason", "rows"], reasons)]
        parts.append(f"`{REJECTED}` has ten rows of each, `rejects/` all of them.\n")
    parts += ["## How it was made\n"]
    if corpus.made["step"] == acquired.STEP:
        parts.append(f"{acquired.way(corpus)}\n")
    parts.append(_made(corpus))
    if corpus.place.exists(ASKED):
        parts += ["## What a model was asked\n", _asked(corpus)]
    use = _USE_OF_TARS if corpus.made.get("output") == "webdataset" else _USE
    parts += ["## Use\n", use.format(address=corpus.name)]
    return "\n".join(parts)


def notice_text(corpus: Corpus) -> str:
    """Say which licences the rows are under, what they ask for, and what is not permitted."""
    names: dict[str, int] = {}
    for *licences, rows in corpus.summary["licences"]:
        for name in dict.fromkeys(name for name in licences if name):
            names[name] = names.get(name, 0) + rows
    lines = [f"# Notices of {corpus.name}\n", "A reading of the licences, not legal advice.\n"]
    for name, rows in _most(names):
        licence = find(name)
        link = f" <{licence.url}>" if licence.url else ""
        lines.append(f"## {licence.title or name}\n")
        lines.append(f"{count_of(rows, 'record')}.{link} {licence.note}".rstrip() + "\n")
    duties = report(corpus, "commercial").duties
    if duties:
        lines.append("## What commercial use asks for\n")
        lines += [f"- {duty} ({count_of(rows, 'record')})" for duty, rows in duties]
        lines.append("")
    lines.append("The author and the address of each picture stand in its row, under `origin`.\n")
    return "\n".join(lines)


def _licences(corpus: Corpus) -> str:
    rows = [
        [picture, text, model or "no model", f"{count:,}"]
        for picture, text, model, count in sorted(corpus.summary["licences"], key=lambda row: -row[-1])
    ]
    found = report(corpus, "commercial")
    sentence = (
        f"Commercial use: {count_of(found.permitted, 'record')} yes, {found.refused:,} no, "
        f"{found.unknown:,} unknown (which is never taken for yes).\n"
    )
    return _table(["picture", "text", "model", "records"], rows) + "\n" + sentence


def _made(corpus: Corpus) -> str:
    rows = [[key, f"`{_plain(value)}`"] for key, value in corpus.made.items() if key != "inputs" and _says(value)]
    return _table(["setting", "value"], [*rows, ["pictus", f"`{pictus.__version__}`"]])


def _says(value: Any) -> bool:
    """Say whether a setting was made: no limit, and no box to blur, need no line."""
    return value not in (None, {}, [""])


def _plain(value: Any) -> str:
    """Write a setting as a person would: names in a row, what is chosen in brackets."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(name if inside == {} else f"{name}: {_plain(inside)}" for name, inside in value.items())
    return ", ".join(map(_plain, value)) if isinstance(value, list | tuple) else str(value)


def _asked(corpus: Corpus) -> str:
    """Say what was asked of a model, what it cost, and how much of it is of use."""
    told = orjson.loads(corpus.place.read(ASKED))
    taken = corpus.summary["rows"]
    days = told["first_day"] if told["first_day"] == told["last_day"] else f"{told['first_day']} to {told['last_day']}"
    became = f", of which {taken:,} became records" if corpus.made["step"] == "generate" else ""
    rows = [
        ["model", f"{told['model']}, through `{told['backend']}`"],
        ["terms of its words", told["terms"] or "none"],
        ["prompt set", f"{told['prompts']} ({told['digest']})"],
        ["asked", days],
        ["answers", f"{told['answers']:,}{became}"],
        ["tokens", f"{told['prompt_tokens']:,} of prompts, {told['completion_tokens']:,} of answers"],
    ]
    if told["dollars"] is not None:
        since = f", by prices of {told['price_date']}" if told["price_date"] else ""
        rows.append(["cost", f"${told['dollars']:,.2f}{since}"])
    rows += [["note", note] for note in told["notes"]]
    return _table(["what", ""], rows)


def _table(head: list[str], rows: list[list[str]]) -> str:
    def line(cells: Iterable[str]) -> str:
        return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |\n"

    return line(head) + line("---" for _ in head) + "".join(line(row) for row in rows)


def _most(counts: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _write(place: Place, name: str, text: str) -> None:
    with place.publish(name) as file:
        file.write(text.encode())


_USE = """\
```python
from datasets import load_dataset

rows = load_dataset("{address}", split="train")  # messages and images, as trainers take them
```
"""

_USE_OF_TARS = """\
```python
from datasets import load_dataset

rows = load_dataset("webdataset", data_files="{address}/tars/*.tar", split="train")  # tars have the pictures
```
"""
