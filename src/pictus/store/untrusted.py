"""What an archive may hold that must not reach the disk: names that lead out, links, devices, and far too much."""

import re
import tarfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath

from pictus.errors import PictusError


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much an archive may hold, so generous that no dataset comes near."""

    members: int = 10_000_000
    size_bytes: int = 2**44
    times: int = 250  # as large as it is packed, beyond the bytes that are always allowed
    always_bytes: int = 2**28

    def swollen(self, size_bytes: int, packed_bytes: int) -> str:
        """Say that something is far larger than what it is packed in; nothing where it is not."""
        if size_bytes <= max(self.times * packed_bytes, self.always_bytes):
            return ""
        return f"it would become more than {self.times} times as large as it is packed: {size_bytes:,} bytes"


LIMITS = Limits()
_HEADER_LIMIT_BYTES = 2**20  # of a long name or the like, which `tarfile` would hold in memory
_LONG_HEADERS = (tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE, tarfile.GNUTYPE_LONGNAME, b"K")
_PLAIN = re.compile(r"\w[\w./ +-]*")


def leads_out(name: str) -> bool:
    """Say whether a name leads out of the folder that it is unpacked to, here or on another system."""
    if _PLAIN.fullmatch(name) and ".." not in name:  # as nearly all are: ten times as quick
        return False
    windows = PureWindowsPath(name)
    is_whole = PurePosixPath(name).is_absolute() or windows.drive or windows.root
    return bool(is_whole or ".." in windows.parts or "\0" in name)


def refuse_escape(archive: Path, name: str, *, is_link: bool) -> None:
    """Refuse a name that leads out of the folder, here or on another system, and a link, which may lead anywhere."""
    if leads_out(name) or is_link:
        mend = "do not trust this archive; fetch it from where it is published"
        raise PictusError(f"the archive would write outside its folder: {name!r}", where=str(archive), mend=mend)


def too_much(archive: Path, what: str) -> PictusError:
    """Explain that an archive holds too much to be unpacked by itself."""
    mend = "fetch it again from where it is published; if it is right, unpack it by hand, and run the same command"
    return PictusError(f"the archive looks like a trap: {what}", where=str(archive), mend=mend)


class Entry(tarfile.TarInfo):
    """A header of a tar whose long form does not fill the memory."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> "Entry":
        """Read a header; one whose long form would fill the memory ends the archive."""
        found = super().frombuf(buf, encoding, errors)
        if found.type in _LONG_HEADERS and found.size > _HEADER_LIMIT_BYTES:
            raise tarfile.ReadError("the header of a file is far too long")
        return found


def kind_of(entry: tarfile.TarInfo) -> str:
    """Say what a member of a tar is that is no plain file."""
    if entry.issym() or entry.islnk():
        return "it is a link"
    return "it is a sparse file" if entry.isreg() else "it is no file"
