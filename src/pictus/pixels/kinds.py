"""What bytes look like, by their beginning: servers answer a page with status 200, and call it a picture."""

import re

_SPACE = b" \t\r\n\x0c\xef\xbb\xbf"
_BEGINNINGS = (
    (b"%PDF", "a PDF"),
    (b"%!PS", "a PostScript file"),
    (b"\xc5\xd0\xd3\xc6", "a PostScript file"),
    (b"\x1f\x8b", "a gzip file"),
    (b"PK\x03\x04", "a zip file"),
    (b"Rar!", "a RAR file"),
    (b"\x1aE\xdf\xa3", "a Matroska or WebM video"),
    (b"\x00\x00\x01\xb3", "an MPEG video"),
    (b"\x00\x00\x01\xba", "an MPEG video"),
    (b"FLV", "a Flash video"),
    (b"FWS", "a Flash film"),
    (b"CWS", "a Flash film"),
    (b"OggS", "an Ogg file"),
    (b"ID3", "an MP3 file"),
    (b"\x00\x00\x01\x00", "an icon"),
    (b"8BPS", "a Photoshop file"),
    (b"\x00\x00\x00\x0cJXL ", "a JPEG XL picture"),
    (b"\xff\x0a", "a JPEG XL picture"),
    (b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 picture"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 picture"),
)
_HTML = re.compile(rb"<(!doctype\s+html|html|head|body|script|meta|title|!--)[\s>]?", re.IGNORECASE)
_SVG = re.compile(rb"<(svg|!doctype\s+svg)[\s>]", re.IGNORECASE)


def look_of(data: bytes) -> str:
    """Name what bytes that are no picture look like."""
    begin = data[:1024]
    for beginning, name in _BEGINNINGS:
        if begin.startswith(beginning):
            return name
    if begin[4:8] == b"ftyp":
        return "a HEIC picture" if begin[8:11] in (b"hei", b"hev", b"mif", b"msf") else "an MP4 or QuickTime video"
    if begin[:4] == b"RIFF":
        return {b"AVI ": "an AVI video", b"WAVE": "a WAV file"}.get(begin[8:12], "a RIFF file of no known kind")
    return _text_of(begin)


def _text_of(begin: bytes) -> str:
    text = begin.lstrip(_SPACE)
    if _SVG.search(text) and text.startswith(b"<"):
        return "an SVG drawing"
    if _HTML.match(text) or (text.startswith(b"<") and re.search(rb"<html[\s>]", text, re.IGNORECASE)):
        return "an HTML page"
    if text.startswith(b"<"):
        return "XML"
    if b"\x00" in begin or not text:
        return "of no known kind"
    try:
        begin.decode()
    except UnicodeDecodeError as error:
        if error.start < len(begin) - 4 or len(begin) < 1024:  # else the cut split a letter
            return "of no known kind"
    if text[:1] in (b"{", b"["):
        return "JSON"
    return "plain text"
