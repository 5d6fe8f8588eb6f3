"""Captions in columns between tabs, as ImageBind-LLM's files hold them: read as their writer meant them.

The original reads them with pandas, for which a caption that begins with a quote swallows the lines below it, and a
column is lost where the header has more tabs than the rows. Here a line is a row, and two tabs are one.
"""

import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from pictus.errors import PictusError
from pictus.reading.files import open_file, plain_name, reading_packed
from pictus.reading.json import ROW_LIMIT_BYTES
from pictus.reading.listed_texts import texts_listed
from pictus.reading.rows import BadRow
from pictus.record import Reject

# What pandas takes for an empty cell, quoted or not.
NOTHING = frozenset(
    {"", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN"}
    | {"<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null"}
)
_QUOTED = re.compile(r'\s*"((?:[^"]|"")*)"\s*')
_LINES_OF_A_CELL = 50  # a quote that is open longer is a sign, and no cell of several lines
_KEPT = 10_000  # characters of a row that are kept with the reason
_BOM = b"\xef\xbb\xbf"


def read_tabbed(path: Path, needed: Sequence[str]) -> Iterator[tuple[str, dict[str, str]] | Reject]:
    """Stream the rows of a file as texts by the names of its header, each with its place.

    Args:
        path: the file; `.gz` is unpacked on the way.
        needed: columns that must be there.
    """
    with open_file(path) as file, reading_packed(path):
        lines = enumerate(iter(lambda: file.readline(ROW_LIMIT_BYTES), b""), 1)
        header = _header(path, next(lines, (1, b""))[1], needed)
        for number, line in _rows(lines):
            where = f"{plain_name(path)}, line {number}"
            try:
                yield where, _cells(header, line.decode("utf-8"))
            except (BadRow, UnicodeDecodeError) as error:
                reason = str(error) if isinstance(error, BadRow) else "it is no UTF-8 text"
                yield Reject(where=where, reasons=(reason,), row=line.decode("utf-8", "replace")[:_KEPT])


def captions_in(text: str) -> tuple[str, ...]:
    """Read the caption of a cell, or several that stand there as a list; one that says nothing is none."""
    found = (" ".join(caption.split()) for caption in texts_listed(text) or [text])
    captions = tuple(caption for caption in found if caption not in NOTHING)
    if not captions:
        raise BadRow("its caption is empty, or a word for nothing such as NA or null")
    return captions


def _header(path: Path, line: bytes, needed: Sequence[str]) -> list[str]:
    text = line.removeprefix(_BOM).decode("utf-8", "replace")
    names = [_plain(cell).strip() for cell in text.rstrip("\r\n").split("\t")]
    if missing := [name for name in needed if name not in names]:
        raise PictusError(
            f"the file has no column {' and no '.join(f'`{name}`' for name in missing)} between tabs",
            where=f"{path}, line 1",
            mend=f"its first line is to name {' and '.join(needed)}, a tab between; the format `columns` reads others",
        )
    return names


def _rows(lines: Iterator[tuple[int, bytes]]) -> Iterator[tuple[int, bytes]]:
    """Give the rows: a line each, or several where a quote opens a cell and closes it without a tab on the way."""
    ahead: deque[tuple[int, bytes]] = deque()
    while (item := ahead.popleft() if ahead else next(lines, None)) is not None:
        number, line = item
        if not line.strip():
            continue
        if _is_open(line):
            taken = list(_until_closed(line, _chained(ahead, lines)))
            if taken and _is_closed(whole := b"".join([line, *(text for _, text in taken)])):
                line = whole
            else:
                ahead.extendleft(reversed(taken))
        yield number, line


def _chained(ahead: deque[tuple[int, bytes]], lines: Iterator[tuple[int, bytes]]) -> Iterator[tuple[int, bytes]]:
    while ahead:
        yield ahead.popleft()
    yield from lines


def _until_closed(line: bytes, following: Iterable[tuple[int, bytes]]) -> Iterator[tuple[int, bytes]]:
    for count, (number, text) in enumerate(following, 1):
        yield number, text
        line += text
        if b"\t" in text or count == _LINES_OF_A_CELL or _is_closed(line):
            return


def _last_cell(line: bytes) -> str:
    return line.rpartition(b"\t")[2].decode("utf-8", "replace")


def _is_open(line: bytes) -> bool:
    cell = _last_cell(line)
    return cell.lstrip().startswith('"') and cell.count('"') % 2 == 1


def _is_closed(line: bytes) -> bool:
    return _QUOTED.fullmatch(_last_cell(line)) is not None


def _cells(header: Sequence[str], line: str) -> dict[str, str]:
    names, cells = list(header), [cell.strip() for cell in line.split("\t")]
    if len(names) != len(cells) or any(cell and not name for name, cell in zip(names, cells, strict=True)):
        names, cells = [name for name in names if name], [cell for cell in cells if cell]
    if len(names) != len(cells):
        raise BadRow(f"it has {len(cells)} cells, and the header names {len(names)}")
    return {name: _plain(cell) for name, cell in zip(names, cells, strict=True) if name}


def _plain(cell: str) -> str:
    """Take off the quotes that somebody put around a whole cell; others belong to the text."""
    quoted = _QUOTED.fullmatch(cell)
    return cell if quoted is None else quoted[1].replace('""', '"')
