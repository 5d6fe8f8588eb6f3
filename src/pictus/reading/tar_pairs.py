"""Files of a tar that belong together by their names, such as a picture and what is said of it."""

import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Self

from pictus.errors import PictusError
from pictus.reading.files import open_file
from pictus.reading.rows import BadRow

LIMIT_BYTES = 256 * 2**20  # of one file; larger ones are no picture and nothing said of one


@dataclass(frozen=True, slots=True)
class Member:
    """Where a file lies in a tar."""

    at: int
    size: int


class TarPairs:
    """The files of an unpacked tar, by name and ending. Only where they lie is kept, 22,000 of them in 10 MB."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: BinaryIO = open_file(path)
        self._members: dict[str, dict[str, Member]] = {}
        try:
            self._list()
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def names(self) -> Iterator[tuple[str, dict[str, Member]]]:
        """Give each name without its ending, and the files of that name by their endings, in the order of the tar."""
        yield from self._members.items()

    def read(self, member: Member) -> bytes:
        """Read a file."""
        if member.size > LIMIT_BYTES:
            raise BadRow("a file of it is larger than 256 megabytes")
        self._file.seek(member.at)
        return self._file.read(member.size)

    def _list(self) -> None:
        end = self.path.stat().st_size
        try:
            with tarfile.open(fileobj=self._file, mode="r:") as archive:
                for one in archive:
                    name = PurePosixPath(one.name)
                    # Archives made on some systems hold a second, hidden file beside each.
                    if one.isfile() and not name.name.startswith("."):
                        if one.offset_data + one.size > end:
                            raise tarfile.ReadError("unexpected end of data")
                        self._members.setdefault(name.stem, {})[name.suffix] = Member(one.offset_data, one.size)
        except tarfile.TarError as error:
            raise PictusError(
                f"the archive cannot be read: {error}", where=str(self.path), mend="it was cut short: fetch it again"
            ) from None
