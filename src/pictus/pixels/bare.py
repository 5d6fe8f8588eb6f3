"""A picture without what is said in it about its maker, place and time: its bytes with those parts left out.

The pixels are not touched. What colours mean (the ICC profile, Adobe's and JFIF's marks, gamma) stays.
"""

import re
from collections.abc import Iterator

_MARKER = re.compile(rb"\xff+([^\x00\xff])")
_PAST_PIXELS = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")  # within the coded pixels of a JPEG, 0 follows each 0xff
_STAND_ALONE = {0x01, 0xD8, *range(0xD0, 0xD8)}
_SOS, _EOI = 0xDA, 0xD9
_SAYS = {0xE1, *range(0xE3, 0xEE), 0xEF, 0xFE}  # EXIF, XMP, IPTC, makers' own and comments
_PNG_KEPT = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP", b"sBIT"}
_PNG_MARK = b"\x89PNG\r\n\x1a\n"
_WEBP_SAYS = {b"EXIF": 0x08, b"XMP ": 0x04}  # and the bit of the head that announces it


def bare(data: bytes, kind: str) -> bytes | None:
    """Leave out the metadata and what follows the picture; None where the bytes are put together wrongly."""
    try:
        return b"".join({"jpg": _jpeg, "png": _png, "webp": _webp}[kind](data))
    except (IndexError, ValueError):
        return None


def scans_of(data: bytes) -> int:
    """Count how often a JPEG goes over its pixels; what is put together wrongly is counted as far as it goes."""
    count = 0
    try:
        for marker, _, _ in _segments(data):
            count += marker == _SOS
    except (IndexError, ValueError):
        pass
    return count


def _jpeg(data: bytes) -> Iterator[bytes]:
    for marker, at, end in _segments(data):
        if not (marker in _SAYS or (marker == 0xE2 and not data.startswith(b"ICC_PROFILE\0", at + 2))):
            yield bytes((0xFF, marker)) + data[at:end]


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Give the marker of each segment, and where what follows it begins and ends; a scan has its pixels with it."""
    at = 0
    while True:
        found = _MARKER.match(data, at)
        if found is None:
            raise ValueError("no marker where one must be")
        marker, at = found[1][0], found.end()
        if marker == _EOI:
            yield marker, at, at
            return
        if marker in _STAND_ALONE:
            yield marker, at, at
            continue
        end = at + int.from_bytes(data[at : at + 2], "big")
        if end < at + 2 or end > len(data):
            raise ValueError("a segment of no length")
        if marker == _SOS:
            following = _PAST_PIXELS.search(data, end)
            if following is None:
                raise ValueError("no end")
            end = following.start()
        yield marker, at, end
        at = end


def _png(data: bytes) -> Iterator[bytes]:
    if not data.startswith(_PNG_MARK):
        raise ValueError("no PNG")
    yield _PNG_MARK
    at, name = len(_PNG_MARK), b""
    while name != b"IEND":
        name, end = data[at + 4 : at + 8], at + 12 + int.from_bytes(data[at : at + 4], "big")
        if end > len(data) or len(name) < 4:
            raise ValueError("a chunk longer than the file")
        if name in _PNG_KEPT:
            yield data[at:end]
        at = end


def _webp(data: bytes) -> Iterator[bytes]:
    size = 8 + int.from_bytes(data[4:8], "little")
    if size > len(data):
        raise ValueError("shorter than it says")
    at, parts = 12, []
    while at + 8 <= size:
        name, length = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        end = at + 8 + length + length % 2
        if at + 8 + length > size:
            raise ValueError("a part longer than the file")
        part = data[at:end]
        if name == b"VP8X":
            part = part[:8] + bytes([part[8] & ~sum(_WEBP_SAYS.values())]) + part[9:]
        if name not in _WEBP_SAYS:
            parts.append(part)
        at = end
    body = b"WEBP" + b"".join(parts)
    yield b"RIFF" + len(body).to_bytes(4, "little") + body
