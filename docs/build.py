"""Write what follows from the code: the reference, the page of the datasets, and the citations of all of them."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click

from pictus.card import STATED
from pictus.cli import pictus
from pictus.licence import find
from pictus.plugins import load_class, names
from pictus.steps.catalogue import FAMILIES, page
from pictus.steps.citations import citation_keys, citations
from pictus.steps.datasets import Dataset, datasets

TOP = Path(__file__).parent.parent
_LOOK: dict[str, Any] = {"terminal_width": 100, "max_content_width": 100, "help_option_names": ["-h", "--help"]}
_SPLITS = 6  # that a table has room for
_LINKS = ("homepage", "paper", "code", "data")
_INTRODUCTION = """\
# Datasets

Written by `make docs` from the cards in `src/pictus/sources/`. `pictus list sources` shows this table, chosen by stage
or by what is permitted; `pictus show NAME` shows one dataset with every file to fetch, and `pictus cite NAME` gives its
BibTeX. [CITATIONS.bib](../CITATIONS.bib) has that of all.

- **commercial**: *yes* where all licences permit commercial use, adaptation and training; *no* where one forbids it;
  *depends* where nothing forbids it and something is open. Do not take it for yes. This is a reading, not legal advice.
- **read**: the splits that `pictus import` reads. **written**: the format that writes this layout back.
- **checked**: what the reader was checked against; without a mark, what is stated of the files.
"""


def reference() -> str:
    """Give the text of the reference."""
    parts = ["# Reference\n\nWritten by `make docs` from the code.\n\n## Commands\n"]
    context = click.Context(pictus, info_name="pictus", **_LOOK)
    for name in pictus.list_commands(context):
        command = pictus.get_command(context, name)
        assert command is not None
        inner = click.Context(command, info_name=name, parent=context, **_LOOK)
        parts.append(f"### pictus {name}\n\n```text\n{command.get_help(inner)}\n```\n")
    for family in FAMILIES:
        parts.append(f"## {family.capitalize()}\n")
        for name in names(family):
            found = page(f"{family}/{name}")
            settings = "".join(f"- `{key}`, unless set: `{value}`\n" for key, value in found.settings)
            parts.append(f"### {name}\n\n{found.summary}\n\n{found.help}\n" + (f"\n{settings}" if settings else ""))
    return "\n".join(parts)


def dataset_page() -> str:
    """Give the text of the page of the datasets: a table, and a section for each."""
    found = datasets()
    counts = Counter(one.outlook.verdict for one in found)
    told = ", ".join(f"{counts[word]} {word}" for word in ("yes", "no", "depends"))
    head = ["dataset", "what", "stages", "text", "pictures", "commercial", "read", "written", "checked"]
    table = [_line(head), _line("---" for _ in head), *map(_row, found)]
    parts = [_INTRODUCTION, f"{len(found)} datasets; commercial use: {told}.\n", "".join(table), *map(_section, found)]
    return "\n".join(parts)


def bibliography() -> str:
    """Give the citations of all datasets."""
    cited = [name for name in names("sources") if citation_keys([name])]
    told = "% What to cite for the datasets that pictus reads; written by `make docs` from their cards."
    return f"{told}\n\n{citations(cited)}"


PAGES = {"docs/reference.md": reference, "docs/datasets.md": dataset_page, "CITATIONS.bib": bibliography}


def _row(one: Dataset) -> str:
    card = one.card
    splits = load_class("sources", one.name).splits
    read = (", ".join(splits) if len(splits) <= _SPLITS else f"{len(splits)} splits") or "as found"
    licences = (card.text_licence, card.picture_licence)
    cells = (card.what, ", ".join(card.stages), *licences, one.outlook.verdict, read, card.written_by)
    checked = "" if card.checked == STATED else card.checked
    return _line([f"[{one.name}](#{one.name})", *map(_prose, (*cells, checked))])


def _section(one: Dataset) -> str:
    card, found = one.card, page(f"sources/{one.name}")
    lines = [f"## {one.name}\n", f"{_prose(f'**{card.title}.** {card.what}')}\n"]
    lines += [f"> **Beware:** {_prose(card.advice)}\n"] if card.advice else []
    lines += [f"- {name}: {text}" for name, text in _facts(one) if text]
    lines += [f"- by hand, {asset['path']}: {_prose(asset['by_hand'])}" for asset in found.assets if asset["by_hand"]]
    lines.append(f"- commercial use: {' on '.join(filter(None, (one.outlook.verdict, one.outlook.depends_on)))}")
    lines += [f"  - {_prose(words)}" for words in one.outlook.reasons]
    lines += [f"  - in return: {_prose(words)}" for words in one.outlook.duties]
    return "\n".join([*lines, f"\n```text\n{found.layout}\n```\n"])


def _facts(one: Dataset) -> Iterator[tuple[str, str]]:
    card = one.card
    yield "size", _prose(card.size)
    yield "stages", ", ".join(card.stages)
    yield "needs the pictures of", ", ".join(f"[{name}](#{name})" for name in card.needs if name in names("sources"))
    yield "needs also the pictures of", ", ".join(name for name in card.needs if name not in names("sources"))
    yield "links", ", ".join(f"[{name}]({url})" for name in _LINKS if (url := getattr(card, name)))
    yield "licence of the text", _licence(card.text_licence)
    yield "licence of the pictures", _licence(card.picture_licence)
    yield "terms of the model", _licence(card.model_terms) if card.model_terms else ""
    yield "of the licences", _prose(card.licence_note)
    yield "written by the format", card.written_by
    yield "checked against", "what is stated of its files" if card.checked == STATED else _prose(card.checked)
    yield "cite", ", ".join(f"`{key}`" for key in citation_keys([one.name]))


def _licence(name: str) -> str:
    known = find(name)
    return f"{name}, [{known.title}]({known.url})" if known.url else f"{name}, {known.title}"


def _prose(text: str) -> str:
    """Keep Markdown from reading a placeholder such as <PERSON> as a tag; what is code stays."""
    parts = re.split(r"(`[^`]*`)", " ".join(text.split()))
    return "".join(part if part.startswith("`") else part.replace("<", "&lt;") for part in parts)


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


if __name__ == "__main__":
    for path, give in PAGES.items():
        (TOP / path).write_text(give())
