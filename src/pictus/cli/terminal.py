"""Fit text into a terminal: paragraphs and tables, as wide as it is; into a pipe goes one line each."""

import os
import sys
from collections.abc import Iterable, Sequence
from itertools import zip_longest
from shutil import get_terminal_size
from textwrap import TextWrapper, wrap

import click

_GAPS = (2, 1)  # spaces between columns: one, where two leave no room


def width() -> int | None:
    """Say how wide the terminal is; None where lines may be of any length."""
    if not sys.stdout.isatty() and "COLUMNS" not in os.environ:
        return None
    return get_terminal_size().columns


def paragraph(text: str, *, first: str = "", rest: str | None = None) -> str:
    """Wrap text to the terminal; lines that it has are kept.

    Args:
        text: what is told.
        first: stands before the first line.
        rest: stands before every other line; unless said, as many spaces.
    """
    rest = " " * len(first) if rest is None else rest
    wide = width()
    lines: list[str] = []
    for line in text.split("\n"):
        before = rest if lines else first
        if wide is None:
            lines.append(before + line)
        else:
            limit = max(wide, 20 + len(rest))
            form = TextWrapper(limit, initial_indent=before, subsequent_indent=rest, break_on_hyphens=False)
            form.break_long_words = False  # such as addresses
            lines += form.wrap(line) or [before]
    return "\n".join(line.rstrip() for line in lines)


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, firm: int = 1) -> None:
    """Print a table whose cells are wrapped until it fits; where it cannot fit, each row becomes a list.

    Args:
        head: the names of the columns.
        rows: the cells.
        firm: so many columns from the left are never wrapped.
    """
    rows = [list(row) for row in rows]
    columns = [*zip(head, *rows, strict=True)]
    for gap in _GAPS:
        wide = width()
        room = None if wide is None else wide - gap * (len(head) - 1)
        widths = _fitting(columns, room, firm)
        if widths is not None:
            for row in (head, *rows):
                _print_row(row, widths, gap)
            return
    for row in rows:
        click.echo(row[0])
        for name, cell in zip(head[1:], row[1:], strict=True):
            if cell:
                click.echo(paragraph(cell, first=f"  {name}: ", rest="    "))


def _print_row(row: Sequence[str], widths: Sequence[int], gap: int) -> None:
    cells = [_lines(cell, wide) for cell, wide in zip(row, widths, strict=True)]
    for line in zip_longest(*cells, fillvalue=""):
        padded = (text.ljust(wide) for text, wide in zip(line, widths, strict=True))
        click.echo((" " * gap).join(padded).rstrip())


def _lines(cell: str, wide: int) -> list[str]:
    """Break at spaces; after hyphens too where a word is too long by itself."""
    whole = wrap(cell, wide, break_long_words=False, break_on_hyphens=False)
    return whole if all(len(line) <= wide for line in whole) else wrap(cell, wide)


def _fitting(columns: Sequence[Sequence[str]], room: int | None, firm: int) -> list[int] | None:
    """Say how wide each column may be: the widest gives way first, down to its longest word."""
    widths = [max(map(len, column)) for column in columns]
    if room is None:
        return widths
    least = [
        whole if number < firm else max(map(_longest_word, column))
        for number, (whole, column) in enumerate(zip(widths, columns, strict=True))
    ]
    if sum(least) > room:
        return None
    while sum(widths) > room:
        widest = max(range(len(widths)), key=lambda number: widths[number] - least[number])
        widths[widest] -= 1
    return widths


def _longest_word(cell: str) -> int:
    return max(map(len, wrap(cell, 1, break_long_words=False)), default=0)
