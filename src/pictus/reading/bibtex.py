"""BibTeX: the entries of a text, read as strictly as the program that will read them, and written in ASCII."""

import re
import unicodedata
from dataclasses import dataclass

_HEAD = re.compile(r"@(?P<kind>[A-Za-z]+)\s*\{\s*(?P<key>[^\s,{}\"#%'()=~\\]+)\s*,")
_NAME = re.compile(r"\s*(?P<name>[A-Za-z][\w-]*)\s*=\s*")
_BARE = re.compile(r"\d+|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec", re.IGNORECASE)
_SPACE = re.compile(r"\s*")

_ACCENTS = {
    "\u0300": "`", "\u0301": "'", "\u0302": "^", "\u0303": "~", "\u0308": '"', "\u0304": "=", "\u0307": ".",
    "\u0306": "u", "\u030a": "r", "\u030b": "H", "\u030c": "v", "\u0323": "d", "\u0327": "c", "\u0328": "k",
}  # fmt: skip
_SIGNS = {
    "ß": r"{\ss}", "ø": r"{\o}", "Ø": r"{\O}", "ł": r"{\l}", "Ł": r"{\L}", "æ": r"{\ae}", "Æ": r"{\AE}",
    "œ": r"{\oe}", "Œ": r"{\OE}", "ı": r"{\i}", "đ": r"{\dj}", "Đ": r"{\DJ}", "×": r"$\times$",
    "–": "--", "—": "---", "‘": "`", "’": "'", "“": "``", "”": "''", "…": r"\ldots{}", "\N{NO-BREAK SPACE}": "~",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One work that can be cited."""

    kind: str
    key: str
    fields: tuple[str, ...]  # their names
    text: str  # the whole of it, as it stands


def read_entries(text: str) -> tuple[Entry, ...]:
    """Read every entry; what BibTeX itself would stumble over is a `ValueError` that says why."""
    entries, at = [], _after_space(text, 0)
    while at < len(text):
        head = _HEAD.match(text, at)
        if head is None:
            raise ValueError(f"an entry must begin with @kind{{key, and here stands {text[at : at + 20]!r}")
        fields, end = _read_fields(text, head.end(), head["key"])
        entries.append(Entry(head["kind"].lower(), head["key"], tuple(fields), text[at:end]))
        at = _after_space(text, end)
    return tuple(entries)


def in_ascii(text: str) -> str:
    """Write letters with accents and typographic signs as LaTeX does; what LaTeX has no name for stays."""
    return "".join(map(_sign, unicodedata.normalize("NFC", text)))


def _read_fields(text: str, at: int, key: str) -> tuple[list[str], int]:
    fields: list[str] = []
    while not text.startswith("}", at := _after_space(text, at)):
        name = _NAME.match(text, at)
        if name is None:
            raise ValueError(f"{key}: a field or a brace must stand where {text[at : at + 20]!r} stands")
        end = _value_end(text, name.end(), f"{key}, {name['name']}")
        fields.append(name["name"].lower())
        at = _after_space(text, end)
        if text.startswith(",", at):
            at += 1
        elif not text.startswith("}", at):
            raise ValueError(f"{key}: no comma after {name['name']}")
    if len(set(fields)) < len(fields):
        raise ValueError(f"{key}: a field stands twice")
    return fields, at + 1


def _value_end(text: str, at: int, where: str) -> int:
    """Find where a value ends: in braces, in quotes, a number, or the name of a month."""
    bare = _BARE.match(text, at)
    if bare:
        return bare.end()
    if text[at : at + 1] not in ("{", '"'):
        raise ValueError(f"{where}: the value must stand in braces")
    depth = 0
    for end in range(at, len(text)):
        depth += {"{": 1, "}": -1}.get(text[end], 0)
        if depth == 0 and (text[at] == "{" or (text[end] == '"' and end > at)):
            return end + 1
        if depth < 0:
            break
    raise ValueError(f"{where}: braces or quotes do not close")


def _after_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return at if found is None else found.end()


def _sign(sign: str) -> str:
    if sign.isascii() or sign in _SIGNS:
        return _SIGNS.get(sign, sign)
    parts = unicodedata.normalize("NFD", sign)
    letter, accent = parts[0], _ACCENTS.get(parts[1:], "")
    if not accent or not letter.isascii():
        return sign
    letter = f"\\{letter}" if letter in "ij" and accent not in "kdc" else letter  # without its dot
    return f"{{\\{accent}{{{letter}}}}}" if accent.isalpha() else f"{{\\{accent}{letter}}}"
