"""A zip archive to a folder: nothing is written outside it, and each file appears only when it is whole."""

import shutil
import stat
import zlib
from pathlib import Path, PurePosixPath, PureWindowsPath
from zipfile import BadZipFile, ZipFile, ZipInfo

from pictus.errors import PictusError
from pictus.store.whole_file import whole_file


def unpack(archive: Path, to: Path) -> list[Path]:
    """Unpack a zip archive, leaving be what is there already; give the files that were written."""
    written = []
    try:
        with ZipFile(archive) as opened:
            members = [member for member in opened.infolist() if not member.is_dir()]
            for member in members:  # all before the first is written
                refuse_escape(archive, member.orig_filename, is_link=stat.S_ISLNK(member.external_attr >> 16))
            missing = [member for member in members if not (to / member.filename).exists()]
            _refuse_overflow(archive, missing, to)
            for member in missing:
                path = to / member.filename
                with opened.open(member) as file, whole_file(path) as target:
                    shutil.copyfileobj(file, target, 2**20)
                written.append(path)
    except (BadZipFile, zlib.error, RuntimeError, EOFError) as error:  # RuntimeError: a password
        mend = "remove it and run the same command again"
        raise PictusError(f"the archive is damaged: {error}", where=str(archive), mend=mend) from None
    return written


def refuse_escape(archive: Path, name: str, *, is_link: bool) -> None:
    """Refuse a name that leads out of the folder, here or on another system, and a link, which may lead anywhere."""
    windows = PureWindowsPath(name)
    leads_out = PurePosixPath(name).is_absolute() or windows.drive or windows.root or ".." in windows.parts
    if leads_out or "\0" in name or is_link:
        mend = "do not trust this archive; fetch it from where it is published"
        raise PictusError(f"the archive would write outside its folder: {name!r}", where=str(archive), mend=mend)


def _refuse_overflow(archive: Path, members: list[ZipInfo], to: Path) -> None:
    needed = sum(member.file_size for member in members)
    to.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(to).free
    if needed > free:
        what = f"the archive holds {needed:,} bytes, and the disk has room for {free:,}"
        raise PictusError(what, where=str(archive), mend="make room, or choose another folder")
