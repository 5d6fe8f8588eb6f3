"""Which columns of a list hold the addresses of pictures and their captions, named or found by their usual names."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pictus.errors import PictusError, unknown_name
from pictus.reading.laion import ListColumns

# In lower case, without signs between words; the first that is there counts.
_ADDRESSES = ("url", "imageurl", "imgurl", "pictureurl", "photourl", "photoimageurl", "originalurl", "link", "src")
_CAPTIONS = ("caption", "text", "alttext", "alt", "captionreferencedescription", "title", "description")
_SIDES = {"width": ("originalwidth", "width"), "height": ("originalheight", "height")}
ALL = "*"


@dataclass(frozen=True, slots=True)
class AddressColumns:
    """What the user says of the columns of a list; what is empty is found."""

    url: str = ""
    caption: str = ""
    keep: tuple[str, ...] = ()  # into `facts.extra`; ("*",) for all others

    def found(self, names: Sequence[str], path: Path) -> ListColumns:
        """Find them among the columns of a file."""
        roles = {"url": self._named(self.url, names, path) or first_of(_ADDRESSES, names)}
        if not roles["url"]:
            raise _no_addresses(names, path)
        roles["caption"] = self._named(self.caption, names, path) or first_of(_CAPTIONS, names)
        roles |= {role: first_of(known, names) for role, known in _SIDES.items()}
        kept = names if self.keep == (ALL,) else [self._named(name, names, path) for name in self.keep]
        told = {role: name for role, name in roles.items() if name}
        return ListColumns(told, {}, tuple(name for name in kept if name not in (told["url"], told.get("caption"))))

    def _named(self, name: str, names: Sequence[str], path: Path) -> str:
        if name and name not in names:
            raise unknown_name("column", name, names, where=str(path))
        return name


def _no_addresses(names: Sequence[str], path: Path) -> PictusError:
    """Explain where the addresses may be: lists often come without a header, or in columns between semicolons."""
    if any(name.lower().startswith(("http://", "https://")) for name in names):
        what = "the list has no header: its first line has an address already"
        mend = (
            "let its first line name its columns, such as `url` and `caption`; or, if it is the file of a dataset, "
            "`pictus import NAME --from FOLDER --to CORPUS` reads it as it is: then acquire that corpus"
        )
        return PictusError(what, where=str(path), mend=mend)
    what = "no column looks like addresses of pictures"
    if len(names) == 1 and ";" in names[0]:
        return PictusError(what, where=str(path), mend="write its columns between commas: they are between semicolons")
    if not names:
        return PictusError(
            "the list has no rows", where=str(path), mend="give one with addresses, below a line that names its columns"
        )
    return PictusError(what, where=str(path), mend=f"name it with `--url`; there are {', '.join(names)}")


def first_of(known: Sequence[str], names: Sequence[str]) -> str:
    """Give the first known name that a column has, whatever its case and signs; empty where there is none."""
    there = {"".join(letter for letter in name.lower() if letter.isalnum()): name for name in reversed(names)}
    return next((there[name] for name in known if name in there), "")


def has_addresses(names: Sequence[str]) -> bool:
    """Say whether a column is called as addresses of pictures are."""
    return bool(first_of(_ADDRESSES, names))
