"""Samples of a tar shard, one after the other: the files that share a name up to its first dot, as WebDataset has it.

The headers are read here and not by `tarfile`, which takes three times as long, holds what a header claims in
memory, and ends a whole archive where one sample could be set aside.
"""

import gzip
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple

from pictus.errors import PictusError
from pictus.reading.files import open_file
from pictus.record import Reject

SAMPLE_LIMIT_BYTES = 2**29
_HEADER_LIMIT_BYTES = 2**20  # of a PAX header or a long name
_BLOCK = 512
_NAME = re.compile(r"((?:.*/)?[^./][^./]*)\.([^/]+)", re.DOTALL)
_SKIPPED = re.compile(r"(?:.*/)?(?:\.[^/]*|__[^/]*__(?:/.*)?)", re.DOTALL)  # of a file system, or of WebDataset itself
_KINDS = {
    b"1": "a hard link",
    b"2": "a link",
    b"3": "a device",
    b"4": "a device",
    b"6": "a pipe",
    b"S": "a sparse file",
}
_WITHOUT_DATA = b"123456"


@dataclass(frozen=True, slots=True)
class Sample:
    """The files of one sample, by what follows the first dot of their names, in lower case."""

    where: str  # the shard, and the byte at which it begins
    key: str  # with the folders inside the shard
    fields: dict[str, bytes]


class _Member(NamedTuple):
    offset: int
    name: str
    size: int
    problem: str  # why it is not taken; empty where it is


class _Damage(Exception):
    """The archive cannot be read any further."""


def is_tar(path: Path) -> bool:
    """Say whether a file begins with the header of a tar, packed by gzip or not."""
    try:
        with open_file(path) as file:
            return bool(_checked(file.read(_BLOCK)))
    except (PictusError, _Damage, EOFError, zlib.error, gzip.BadGzipFile):
        return False


def read_samples(path: Path) -> Iterator[Sample | Reject]:
    """Stream the samples of a shard.

    Links, devices and names that lead out of the shard are set aside. So is the sample in which an archive breaks
    off: nobody can say what belonged to it.
    """
    pending: _Pending | None = None
    with open_file(path) as opened:
        stream = _Stream(opened)
        members = _members(stream)
        while True:
            try:
                member = next(members, None)
                if member is None:
                    break
                key, field = _split(member.name)
                if member.problem or not field:
                    if reason := member.problem or _nameless(member.name):
                        yield Reject(where=_place(path, member.offset), reasons=(reason,), row=member.name)
                    continue
                if pending is None or pending.key != key:
                    if pending is not None:
                        yield pending.sample()
                    pending = _Pending(_place(path, member.offset), key)
                pending.add(field, member.size, stream)
            except (_Damage, EOFError, zlib.error, gzip.BadGzipFile) as error:
                yield _broken(path, stream.at, error, pending)
                return
    if pending is not None:
        yield pending.sample()


class _Stream:
    """A file that is read from its beginning to its end, and knows where it is."""

    def __init__(self, file: BinaryIO) -> None:
        self.file, self.at = file, 0

    def take(self, size: int) -> bytes:
        data = self.file.read(size)
        self.at += len(data)
        if len(data) < size:
            raise _Damage("it is cut short")
        return data

    def skip_to(self, at: int) -> None:
        while self.at < at:
            self.take(min(at - self.at, 2**20))


class _Pending:
    """A sample whose files are still coming."""

    def __init__(self, where: str, key: str) -> None:
        self.where, self.key = where, key
        self.fields: dict[str, bytes] = {}
        self.size = 0
        self.problem = ""

    def add(self, field: str, size: int, stream: _Stream) -> None:
        self.size += size + _BLOCK
        if self.size > SAMPLE_LIMIT_BYTES:
            self.problem = f"it is larger than {SAMPLE_LIMIT_BYTES:,} bytes"
            self.fields.clear()
        elif field in self.fields:
            self.problem = f"its field `{field}` stands twice"
        if not self.problem:  # the stream is wound on over what nobody read
            self.fields[field] = stream.take(size)

    def sample(self) -> Sample | Reject:
        if self.problem:
            return Reject(where=self.where, reasons=(self.problem,), row=self.key)
        return Sample(self.where, self.key, self.fields)


def _members(stream: _Stream) -> Iterator[_Member]:
    """Give the head of each member; whoever takes it may read as many bytes as it has."""
    end, told = 0, dict[str, str]()  # what a header before this one told of it
    while True:
        stream.skip_to(end)
        at = end
        header = _header(stream)
        if header is None:
            return
        kind, size = header[156:157], _number(header[124:136])
        if kind in (b"x", b"g", b"L", b"K"):
            if size > _HEADER_LIMIT_BYTES:
                raise _Damage(f"a header claims {size:,} bytes")
            text = stream.take(size)
            told |= _pax(text) if kind == b"x" else {"path": _text(text)} if kind == b"L" else {}
        else:
            size = int(told["size"]) if told.get("size", "").isdecimal() else size
            size = 0 if kind in _WITHOUT_DATA else size
            name = told.get("path") or _name(header)
            if kind != b"5" and not name.endswith("/"):
                kind = b"S" if "GNU.sparse.major" in told else kind
                yield _Member(at, name.removeprefix("./"), size, _problem(kind, name))
            told = {}
        end = at + _BLOCK * (1 + -(-size // _BLOCK))


def _header(stream: _Stream) -> bytes | None:
    """Give the next header, or None at the end mark: a block of zeros."""
    header = stream.file.read(_BLOCK)
    stream.at += len(header)
    if len(header) == _BLOCK and not header[0] and not any(header):
        return None
    return _checked(header)


def _problem(kind: bytes, name: str) -> str:
    if kind in _KINDS:
        return f"{_KINDS[kind]} in the archive, which is not followed"
    if kind not in (b"0", b"\0", b"7"):
        return "a member of an unknown kind"
    if name.startswith("/") or (".." in name and ".." in re.split(r"[/\\]", name)):
        return "a name that leads out of the archive"
    return "a name that is no text" if "\0" in name or "\ufffd" in name else ""


def _nameless(name: str) -> str:
    return "" if _SKIPPED.fullmatch(name) else "a file whose name has no ending belongs to no sample"


def _split(name: str) -> tuple[str, str]:
    match = _NAME.fullmatch(name) if not name.startswith("__") or not _SKIPPED.fullmatch(name) else None
    return (match[1], match[2].lower()) if match else (name, "")


def _checked(header: bytes) -> bytes:
    if len(header) < _BLOCK:
        raise _Damage("it is cut short" if header else "it ends without its end mark")
    if sum(header) - sum(header[148:156]) + 256 != _number(header[148:156]):
        raise _Damage("a header is damaged")
    return header


def _number(field: bytes) -> int:
    if field[0] == 0x80:  # of more than 8 GiB: GNU writes the bytes of the number themselves
        return int.from_bytes(field[1:], "big")
    try:
        return int(field.replace(b"\0", b" ").strip() or b"0", 8)
    except ValueError:
        raise _Damage("a header is damaged") from None


def _name(header: bytes) -> str:
    name = _text(header[:100])
    prefix = _text(header[345:500]) if header[257:263] == b"ustar\0" else ""
    return f"{prefix}/{name}" if prefix else name


def _text(field: bytes) -> str:
    return field.partition(b"\0")[0].decode("utf-8", "replace")


def _pax(data: bytes) -> dict[str, str]:
    """Read the lines `<length> <name>=<value>` of a PAX header; values may hold line breaks."""
    told: dict[str, str] = {}
    while data:
        digits, _, _ = data[:20].partition(b" ")
        length = int(digits) if digits.isdigit() else 0
        name, sign, value = data[len(digits) + 1 : length - 1].partition(b"=")
        if not sign or not len(digits) < length <= len(data):
            raise _Damage("a header is damaged")
        told[name.decode("utf-8", "replace")] = value.decode("utf-8", "replace")
        data = data[length:]
    return told


def _place(path: Path, offset: int) -> str:
    return f"{path.name}, byte {offset}"


def _broken(path: Path, at: int, error: Exception, pending: _Pending | None) -> Reject:
    reason = str(error) if isinstance(error, _Damage) else f"it cannot be unpacked: {error}"
    if pending is None:
        return Reject(where=_place(path, at), reasons=(f"the archive breaks off: {reason}",))
    row = f"{pending.key}: {', '.join(pending.fields)}"
    return Reject(where=pending.where, reasons=(f"the archive breaks off in or after this sample: {reason}",), row=row)
