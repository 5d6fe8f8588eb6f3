"""Kinds of characters as the tokenizer of captions knows them, to stand inside the brackets of a pattern."""

import unicodedata
from functools import cache
from itertools import groupby

_PLANE = 0x10000  # the tokenizer knows no characters beyond: they are deleted
# Letters and digits that Unicode took in after the tokenizer was made: they are deleted as well.
_NEWER = """
    037F 0528-052F 0560 0588 05EF 0860-086A 0870-0887 0889-088E 08A1 08AD-08C9 0978 0980 09FC 0AF9 0C34 0C5A 0C5D 0C80
    0CDD 0D04 0D54-0D56 0D5F 0DE6-0DEF 0E86 0E89 0E8C 0E8E-0E93 0E98 0EA0 0EA8-0EA9 0EAC 13F5 13F8-13FD 16F1-16F8 170D
    171F 1878 191D-191E 19B0-19C0 19C8-19C9 1B4C 1C80-1C88 1C90-1CBA 1CBD-1CBF 1CF2-1CF3 1CFA 2C2F 2C5F 312E-312F
    31BB-31BF 4DB6-4DBF 9FCD-9FFF A698-A69D A78F A794-A79F A7AB-A7CA A7D0-A7D1 A7D3 A7D5-A7D9 A7F2-A7F7 A8FD-A8FE
    A9E0-A9E4 A9E6-A9FE AA7E-AA7F AB30-AB5A AB5C-AB69 AB70-ABBF
"""
SPACE = r" \t\u00A0\u2000-\u200A\u3000"
# What counts as a letter inside a word and is none to Unicode: marks on letters, and some others beside them.
_AS_LETTERS = (
    r"\u00AD\u0237-\u024F\u02C2-\u02C5\u02D2-\u02DF\u02E5-\u02FF\u0300-\u037D\u0384\u0385\u03F6\u0483-\u0487"
    r"\u055A-\u055F\u0591-\u05BD\u05BF\u05C1\u05C2\u05C4\u05C5\u05C7\u0615-\u061A\u064B-\u065E\u0670\u06D6-\u06EF"
    r"\u06FA-\u06FF\u070F\u0711\u0730-\u074F\u07A6-\u07B1\u07CA-\u07F5\u07FA\u0900-\u0903\u093C\u093E-\u094E"
    r"\u0951-\u0955\u0962\u0963\u0981-\u0983\u09BC-\u09C4\u09C7\u09C8\u09CB-\u09CD\u09D7\u09E2\u09E3\u0A01-\u0A03"
    r"\u0A3C\u0A3E-\u0A4F\u0A81-\u0A83\u0ABC-\u0ACF\u0B82\u0BBE-\u0BC2\u0BC6-\u0BC8\u0BCA-\u0BCD\u0C01-\u0C03"
    r"\u0C3E-\u0C56\u0D3E-\u0D44\u0D46-\u0D48\u0E30-\u0E3A\u0E47-\u0E4E\u0EB1-\u0EBC\u0EC8-\u0ECD\u1885\u1886"
)
CURRENCY = r"\u0080\u00A2-\u00A5\u060B\u0E3F\u20A0\u20A4\u20AC\uFFE0\uFFE1\uFFE5\uFFE6"
SYMBOLS = (
    r"+%&~^|\\\u00A6-\u00A9\u00AC\u00AE-\u00BA\u00D7\u00F7\u0387\u05BE\u05C0\u05C3\u05C6\u05F3\u05F4\u0600-\u0603"
    r"\u0606-\u060A\u060C\u0614\u061B\u061E\u066A\u066D\u0703-\u070D\u07F6-\u07F8\u0964\u0965\u0E4F\u1FBD\u2016\u2017"
    r"\u2020-\u2023\u2030-\u2038\u203B\u203E-\u2042\u2044\u207A-\u207F\u208A-\u208E\u2100-\u214F\u2190-\u2BFF\u3012"
    r"\u30FB\uFF01-\uFF0F\uFF1A-\uFF20\uFF3B-\uFF40\uFF5B-\uFF65"
)
STOPS = r".\u00A1\u00BF\u037E\u0589\u061F\u06D4\u0700-\u0702\u07FA\u3002"


@cache
def plain_letters() -> str:
    """Give the letters of Unicode."""
    return _class_of("Lu", "Ll", "Lt", "Lm", "Lo")


@cache
def capitals() -> str:
    """Give the capital letters."""
    return _class_of("Lu")


@cache
def digits() -> str:
    """Give the digits of all scripts."""
    return _class_of("Nd") + r"\u07C0-\u07C9"


@cache
def letters() -> str:
    """Give what a word may have: letters, and what counts as one."""
    return plain_letters() + _AS_LETTERS


def _class_of(*categories: str) -> str:
    newer = _newer()
    codes = [code for code in range(_PLANE) if unicodedata.category(chr(code)) in categories and code not in newer]
    runs = groupby(enumerate(codes), lambda item: item[1] - item[0])
    return "".join(_range([code for _, code in run]) for _, run in runs)


@cache
def _newer() -> frozenset[int]:
    ends = [[int(end, 16) for end in some.split("-")] for some in _NEWER.split()]
    return frozenset(code for some in ends for code in range(some[0], some[-1] + 1))


def _range(codes: list[int]) -> str:
    return f"\\u{codes[0]:04X}" + (f"-\\u{codes[-1]:04X}" if len(codes) > 1 else "")
