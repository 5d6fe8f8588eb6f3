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
            what = "no column looks like addresses of pictures"
            mend = f"name it with `--url`; there are {', '.join(names)}"
            raise PictusError(what, where=str(path), mend=mend)
        roles["caption"] = self._named(self.caption, names, path) or first_of(_CAPTIONS, names)
        roles |= {role: first_of(known, names) for role, known in _SIDES.items()}
        kept = names if self.keep == (ALL,) else [self._named(name, names, path) for name in self.keep]
        told = {role: name for role, name in roles.items() if name}
        return ListColumns(told, {}, tuple(name for name in kept if name not in (told["url"], told.get("caption"))))

    def _named(self, name: str, names: Sequence[str], path: Path) -> str:
        if name and name not in names:
            raise unknown_name("column", name, names, where=str(path))
        return name


def first_of(known: Sequence[str], names: Sequence[str]) -> str:
    """Give the first known name that a column has, whatever its case and signs; empty where there is none."""
    there = {"".join(letter for letter in name.lower() if letter.isalnum()): name for name in reversed(names)}
    return next((there[name] for name in known if name in there), "")


def has_addresses(names: Sequence[str]) -> bool:
    """Say whether a column is called as addresses of pictures are."""
    return bool(first_of(_ADDRESSES, names))
