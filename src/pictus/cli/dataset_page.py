"""The page of a dataset on a terminal: what it is, what to beware of, what is permitted, and where its files lie."""

import os
import sys
from collections.abc import Iterable
from itertools import groupby
from typing import Any

import click

from pictus.card import STATED
from pictus.cli.output import size_of
from pictus.cli.terminal import paragraph
from pictus.steps.catalogue import Page
from pictus.steps.outlook import Outlook

_LINKS = ("homepage", "paper", "code", "data")


def show_dataset(page: Page) -> None:
    """Print all that is known of a dataset."""
    card: Any = page.card
    click.echo(paragraph(f"{page.name} (source): {card['title']}"))
    click.echo(paragraph(card["what"]))
    if card["advice"]:
        click.echo(f"\n{_warned(paragraph(card['advice'], first='  ! ', rest='  ! '))}")
    click.echo()
    _pairs(_facts(page, card))
    click.echo()
    if page.commercial:
        show_outlook(page.commercial)
    _show_licences(card)
    _heading("links")
    links = sorted((card[name], number, name) for number, name in enumerate(_LINKS) if card[name])
    grouped = [(url, [*group]) for url, group in groupby(links, key=lambda link: link[0])]
    grouped.sort(key=lambda pair: pair[1][0][1])
    _pairs((", ".join(name for _, _, name in group), url) for url, group in grouped)
    _heading("its files below the data root DATA")
    click.echo("\n".join(f"  {line}" for line in page.layout.splitlines()))
    _show_assets(page.assets)
    _heading("how it is read")
    click.echo(paragraph(page.help, first="  "))


def show_outlook(outlook: Outlook) -> None:
    """Print whether a use is permitted, why not, and what has to be done in return."""
    on = f" on {outlook.depends_on}" if outlook.depends_on else ""
    click.echo(f"{outlook.use} use: {outlook.verdict}{on}")
    for words in outlook.reasons:
        click.echo(paragraph(words, first="  - "))
    for words in outlook.duties:
        click.echo(paragraph(words, first="  - in return: "))


def _facts(page: Page, card: dict[str, Any]) -> Iterable[tuple[str, str]]:
    yield "size", card["size"]
    yield "stages", ", ".join(card["stages"])
    if card["needs"]:
        yield "needs", f"the pictures of {', '.join(card['needs'])}"
    if card["written_by"]:
        yield "written by", f"{card['written_by']} (`pictus export CORPUS --format {card['written_by']} --to FILE`)"
    yield (
        "checked",
        "against what is stated of its files" if card["checked"] == STATED else f"against {card['checked']}",
    )
    if page.cite:
        yield "cite", f"{', '.join(page.cite)} (`pictus cite {page.name}`)"
    yield "read", "yes" if page.read else f"no (`pictus mark {page.name} read`)"


def _show_licences(card: dict[str, Any]) -> None:
    from pictus.licence import find

    named = [(kind, card[f"{kind}_licence"]) for kind in ("text", "picture")]
    named += [("model", card["model_terms"])] if card["model_terms"] else []
    _heading("licences")
    _pairs((kind, f"{name}: {find(name).title}") for kind, name in named)
    if card["licence_note"]:
        click.echo(paragraph(card["licence_note"], first="  "))


def _show_assets(assets: Iterable[dict[str, Any]]) -> None:
    assets = [*assets]
    if not assets:
        return
    sizes = [asset["size_bytes"] for asset in assets]
    known = f", {size_of(sum(sizes))}" if None not in sizes else ""
    _heading(f"files to fetch ({len(assets)}{known})")
    folders: dict[str, list[dict[str, Any]]] = {}
    for asset in assets:
        folders.setdefault(asset["url"].rpartition("/")[0], []).append(asset)
    for folder, inside in folders.items():
        plain = [asset for asset in inside if asset["url"].endswith(f"/{asset['path'].rpartition('/')[2]}")]
        if plain:
            click.echo(f"  {folder}/")
        for asset in plain:
            _show_asset(asset)
        for asset in inside:
            if asset not in plain:
                click.echo(f"  {asset['url']}")
                _show_asset(asset)


def _show_asset(asset: dict[str, Any]) -> None:
    size = [] if asset["size_bytes"] is None else [size_of(asset["size_bytes"])]
    if asset["about_bytes"] is not None:
        size = size or [f"about {size_of(asset['about_bytes'])}"]
    split = [] if asset["split"] is None else [asset["split"]]
    click.echo(f"    {asset['path']}: {', '.join([asset['kind'], *split, *size])}")
    if asset["by_hand"]:
        click.echo(_warned(paragraph(asset["by_hand"], first="    ! by hand: ")))


def _heading(text: str) -> None:
    click.echo(f"\n{text}:")


def _pairs(pairs: Iterable[tuple[str, str]]) -> None:
    pairs = [*pairs]
    wide = max(len(name) for name, _ in pairs)
    for name, text in pairs:
        click.echo(paragraph(text, first=f"  {name:{wide}}  "))


def _warned(text: str) -> str:
    """Let a warning stand out in colour, on a terminal whose owner wants colours."""
    return click.style(text, fg="yellow") if sys.stdout.isatty() and not os.environ.get("NO_COLOR") else text
