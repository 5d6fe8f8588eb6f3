"""Files in a row, such as the tars of SA-1B: a page gives a list of their names and links, and a range says which."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath

from pictus.card import Asset
from pictus.errors import PictusError

_NUMBER = re.compile(r"(.*?)(\d+)(\.[a-z.]+)")
_MOST = 100_000


def read_links(path: Path) -> dict[str, str]:
    """Read a list of names and links, with a tab or spaces between them; other lines, such as a head, are left out."""
    found = {}
    for line in path.read_text("utf-8-sig").splitlines():
        words = line.split()
        if len(words) == 2 and words[1].startswith(("http://", "https://")):
            found[words[0]] = words[1]
    if not found:
        mend = "save the list as the page gives it: on each line a name, a tab and a link"
        raise PictusError("there is no link in it", where=str(path), mend=mend)
    return found


def numbers_of(text: str) -> range:
    """Read a range such as 000000-000050, or a single number."""
    found = re.fullmatch(r"(\d+)(?:-(\d+))?", text.strip())
    first, last = (int(found[1]), int(found[2] or found[1])) if found else (0, -1)
    if not first <= last < _MOST:
        mend = "write the first and the last number, such as `000000-000050`"
        raise PictusError(f"`{text}` is no range of files", where="--tars", mend=mend)
    return range(first, last + 1)


def row_of(asset: Asset, links: Mapping[str, str], numbers: range | None) -> list[Asset]:
    """Give the files of a row: those of the range, or all that have a link, or the first, which stands for them."""
    if not asset.listed or (numbers is None and not links):
        return [asset]
    first = PurePosixPath(asset.path)
    shape = _NUMBER.fullmatch(first.name)
    assert shape is not None, "a row has numbers"
    head, digits, ending = shape.groups()
    if numbers is None:
        names = sorted(name for name in links if (found := _NUMBER.fullmatch(name)) and found[1] == head)
    else:
        names = [f"{head}{number:0{len(digits)}d}{ending}" for number in numbers]
    row = [replace(asset, path=(first.parent / name).as_posix()) for name in names]
    return [
        replace(one, url=links[name], by_hand="") if name in links else one
        for name, one in zip(names, row, strict=True)
    ]
