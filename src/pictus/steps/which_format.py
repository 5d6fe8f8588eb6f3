"""Which format knows a file or a folder, by looking into it."""

from pathlib import Path

from pictus import plugins
from pictus.errors import PictusError


def formats_of(path: Path) -> list[str]:
    """Name the formats that know a file or folder."""
    return [name for name in plugins.names("formats") if plugins.load("formats", name).sniff(path)]


def format_of(path: Path) -> str:
    """Name the first format that knows a file or folder, or say that none does."""
    names = formats_of(path)
    if not names:
        known = ", ".join(plugins.names("formats"))
        raise PictusError("no format knows this file", where=str(path), mend=f"known formats: {known}")
    return names[0]
