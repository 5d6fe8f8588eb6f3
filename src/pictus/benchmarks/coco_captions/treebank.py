"""Cut a line of English into words in the style of the Penn Treebank, as Stanford's tokenizer 3.4.1 does.

Of all rules that fit at a place, the one that fits the longest text counts, with what it only looks at; of two as long,
the first. Patterns are written so that the first way in which one fits is its longest.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TypeAlias

from pictus.benchmarks.coco_captions import abbreviations
from pictus.benchmarks.coco_captions.characters import (
    CURRENCY,
    SPACE,
    STOPS,
    SYMBOLS,
    capitals,
    digits,
    letters,
    plain_letters,
)

# No rule looks further: a text without spaces would else be read to its end from each of its marks.
_SEEN = 500
# What no rule but the first makes of it: words between spaces, and marks before one.
_ALONE = re.compile(
    r"(?<![^ ])(?!(?:cannot|gonna|gotta|lemme|gimme|wanna) )[a-z]+(?= )|[,;:](?= )", re.IGNORECASE | re.ASCII
)
# What becomes of a text: the word, None where it is none, and how much of the text is used up.
_Made: TypeAlias = Callable[[str], tuple[str | None, int]]
_APOSTROPHE = r"(?:['\u0092\u2019]|&apos;)"
_ANY_APOSTROPHE = r"(?:['\u0092\u2019`\u0091\u2018\u201B]|&apos;)"
_BRACKETS = {"(": "-LRB-", ")": "-RRB-", "{": "-LCB-", "}": "-RCB-", "[": "-LSB-", "]": "-RSB-"}
_LEFT = {**dict.fromkeys("\u0091\u2018\u201b\u2039", "`"), **dict.fromkeys("\u0093\u201c\u00ab", "``")}
_RIGHT = {**dict.fromkeys("\u0092\u2019\u203a", "'"), **dict.fromkeys("\u0094\u201d\u00bb", "''")}
_CURLED = str.maketrans({**_LEFT, **_RIGHT})
_FRACTIONS = {"\u00bc": "1/4", "\u00bd": "1/2", "\u00be": "3/4", "\u2153": "1/3", "\u2154": "2/3"}
_MONEY = {"\u00a2": "cents", "\u00a3": "#", **dict.fromkeys("\u0080\u00a4\u20a0\u20ac", "$")}


@dataclass(frozen=True, slots=True)
class _Rule:
    pattern: re.Pattern[str]
    make: _Made


def words_of(text: str, end: int) -> Iterator[str]:
    """Give the words of a text up to its `end`; what stands behind is only looked at."""
    place = 0
    while place < end:
        if alone := _ALONE.match(text, place):
            yield alone[0].lower()
            place = alone.end()
            continue
        word, used = _first_word(text[place : place + _SEEN])
        if word is not None:
            yield word.lower()
        place += used


@lru_cache(4_096)  # a text that is a mark a million times over looks the same from nearly all of them
def _first_word(text: str) -> tuple[str | None, int]:
    longest, token = 0, text[0]
    make: _Made = _deleted
    for rule in _rules_for(text[0]):
        found = rule.pattern.match(text)
        if found and found.end(found.lastindex or 0) > longest:
            longest, make, token = found.end(found.lastindex or 0), rule.make, found[0]
    return make(token)


def _plain(text: str) -> tuple[str, int]:
    return text, len(text)


def _deleted(text: str) -> tuple[None, int]:
    return None, len(text)


def _joined(text: str) -> tuple[str, int]:
    """Leave out the hyphens that only say where a line may break."""
    return text.replace("\u00ad", "") or "-", len(text)


def _first(count: int) -> _Made:
    return lambda text: (text[:count], count)


def _always(word: str) -> _Made:
    return lambda text: (word, len(text))


def _without_break(text: str) -> tuple[str, int]:
    return text.replace(" ", "\u00a0"), len(text)


def _bracketed(text: str) -> tuple[str, int]:
    return text.replace("(", "-LRB-").replace(")", "-RRB-"), len(text)


def _telephone(text: str) -> tuple[str, int]:
    return _bracketed(text.replace(" ", "\u00a0"))[0], len(text)


def _ampersand(text: str) -> tuple[str, int]:
    return re.sub("&amp;", "&", text, flags=re.IGNORECASE), len(text)


def _quoted(text: str, *, left: bool = False) -> tuple[str, int]:
    mark = "`" if left else "'"
    plain = re.sub("&apos;|'", mark, text)
    return re.sub('"|&quot;', mark * 2, plain).translate(_CURLED), len(text)


def _left_quoted(text: str) -> tuple[str, int]:
    return _quoted(text, left=True)


def _dashes(text: str) -> tuple[str, int]:
    return "--" if len(text) in (3, 4) else text, len(text)


def _again(text: str) -> tuple[str, int]:
    """Keep the period and give it once more, as the end of the sentence."""
    return text, len(text) - 1


def _initial(text: str) -> tuple[str, int]:
    """Take the period from a single letter."""
    return (text[0], 1) if len(text) == 2 else _again(text)


@cache
def _rules_for(beginning: str) -> tuple[_Rule, ...]:
    """Choose the rules that a text with this beginning may fit."""
    if not beginning.isascii():
        return _rules_beyond_ascii(is_mark=not _in_words().match(beginning))
    kind = "a" if beginning.isalpha() else "1" if beginning.isdecimal() else beginning
    return tuple(
        _Rule(pattern, make)
        for kinds, pattern, make in _rules()
        if kind in kinds or ("~" in kinds and kind not in "a1")
    )


@cache
def _rules_beyond_ascii(*, is_mark: bool) -> tuple[_Rule, ...]:
    """Choose all rules; of those of letters and digits alone, none fits a mark."""
    return tuple(_Rule(pattern, make) for kinds, pattern, make in _rules() if not (is_mark and {*kinds} <= {*"a1"}))


@cache
def _in_words() -> re.Pattern[str]:
    return re.compile(f"[{letters()}{digits()}]")


@cache
def _rules() -> tuple[tuple[str, re.Pattern[str], _Made], ...]:
    """List the rules, each with its first characters: `a` for letters, `1` for digits, `~` for any mark."""
    rules = [*_word_rules(), *_number_rules(), *_abbreviation_rules(), *_mark_rules(), *_last_rules()]
    return tuple((kinds, re.compile(pattern), make) for kinds, pattern, make in rules)


def _parts() -> tuple[str, str, str, str]:
    """Give a letter of a word, a digit, a word, and what may stand in a compound."""
    letter = rf"(?:[{letters()}]|&[aeiouAEIOU](?i:acute|grave|uml);)"
    inside = rf"(?:[{letters()}{digits()}]++|&[aeiouAEIOU](?i:acute|grave|uml);)*+"
    return letter, f"[{digits()}]", rf"{letter}{inside}(?:[.!?]{letter}{inside})*+", plain_letters() + digits()


_NAME = r"[A-Za-z][A-Za-z0-9_:.\-]*"
_TAG = rf"<(?:[!?][A-Za-z\-][^>\r\n]*|{_NAME}(?: +{_NAME}(?: *= *(?:'[^'\n]*'|\"[^\"\n]*\"))?)* */?|/{_NAME}) *>"
_SMALL_WORDS = rf"{_APOSTROPHE}(?i:[msd]|re|ve|ll)"
_NOT = rf"(?i:n){_ANY_APOSTROPHE}(?i:t)"
_SPACE_OR_LINE = rf"[{SPACE}\r\n\u2028\u2029\u000B\u000C\u0085]"
_IN_URL = r" \t\n\f\r\"<>|(){}"


def _word_rules() -> Iterator[tuple[str, str, _Made]]:
    letter, _, word, _ = _parts()
    plain = f"[{plain_letters()}]"
    yield "a", r"(?i:c\+\+|[cf]#)", _plain
    yield "a", r"(?i:cannot)", _first(3)
    yield "'", r"(?i:'twas|'tis)", _first(2)
    yield "a", r"(?i:gonna|gotta|lemme|gimme|wanna)", _first(3)
    yield "<", _TAG, _without_break
    yield "~", r"&(?i:MD|mdash|ndash);|[\u0096\u0097\u2013-\u2015]", _always("--")
    yield "&", r"(?i:&amp;)", _ampersand
    yield "&", r"&(?i:HT|TL|UR|LR|QC|QL|QR|odq|cdq|#[0-9]+);", _plain
    yield "a&", rf"{word}(?=({_SMALL_WORDS}))", _joined
    yield "a", rf"[A-Za-z\u00AD]*[A-MO-Za-mo-z]\u00AD*(?=({_NOT}))", _joined
    yield "a&", word, _joined
    yield "a'&", "|".join(_apostrophe_words(plain)), _plain
    yield "a", rf"(?i:y){_APOSTROPHE}(?=({plain}))", _plain
    yield "a", rf"(?i:https?)://[^{_IN_URL}]+[^{_IN_URL}.!?,\-]", _plain
    tail = r"(?:/[^ \t\n\f\r\"<>|()]+[^ \t\n\f\r\"<>|.!?(){},\-])?"
    yield "a", rf"(?i:www)\.(?:[^{_IN_URL}.!?,]+\.)+[a-zA-Z]{{2,4}}{tail}", _plain
    # From the comma to the low line is a range, which was hardly meant: digits and capitals are in it.
    yield "a1~", rf"(?:[^{_IN_URL}`'.!?,-_$]+\.)+(?i:com|net|org|edu){tail}", _plain
    domain = r"[^ \t\n\f\r\"<>|(){}.\u00A0]+"
    address = rf"[a-zA-Z0-9][^{_IN_URL}\u00A0]*@(?:{domain}\.)*{domain}"
    yield "a1<&", rf"(?:(?i:&lt;)|<)?{address}(?:(?i:&gt;)|>)?", _plain
    yield "@#", rf"@[a-zA-Z_][a-zA-Z_0-9]*|#{letter}+", _plain
    yield "'&", rf"{_SMALL_WORDS}(?=([^A-Za-z]))", _quoted
    yield "a", rf"{_NOT}(?=([^A-Za-z]))", _quoted


def _apostrophe_words(plain: str) -> Iterator[str]:
    """Give words with an apostrophe that are one word; the longer before the shorter."""
    yield rf"{plain}+[aeiouyAEIOUY]{_ANY_APOSTROPHE}[aeiouA-Z]{plain}*"
    yield rf"[A-HJ-XZn]{_ANY_APOSTROPHE}{plain}{{2,}}"
    yield rf"(?i:dunkin{_APOSTROPHE}|somethin{_APOSTROPHE}|ol{_APOSTROPHE}|O{_ANY_APOSTROPHE}o)"
    yield rf"{_APOSTROPHE}(?:(?i:em|till|til|cause)|[2-9]0(?i:s)|(?i:n){_APOSTROPHE}?)"
    yield r"(?i:cont'd\.?|'twas|nor'easter|c'mon|e'er|s'mores|ev'ry|li'l|nat'l)"
    yield rf"[lLdDjJ]{_APOSTROPHE}"


def _number_rules() -> Iterator[tuple[str, str, _Made]]:
    _, digit, _, _ = _parts()
    yield "1", rf"{digit}{{1,2}}[\-/]{digit}{{1,2}}[\-/]{digit}{{2,4}}", _plain
    yield "1+-.:,", rf"[\-+]?(?:{digit}*(?:[.:,\u00AD\u066B\u066C]{digit}+)+|{digit}+)", _joined
    yield "1~", r"[\u207A\u207B\u208A\u208B]?(?:[\u2070\u00B9\u00B2\u00B3\u2074-\u2079]+|[\u2080-\u2089]+)", _plain
    yield "1", rf"(?:{digit}{{1,4}}[- \u00A0])?{digit}{{1,4}}(?:\\?/|\u2044){digit}{{1,4}}", _without_break
    yield "~", r"[\u00BC-\u00BE\u2153-\u215E]", lambda text: (_FRACTIONS.get(text, text), 1)
    yield "a-", (
        rf"(?i:-(?:RRB|LRB|RCB|LCB|RSB|LSB)-|C\.D\.s|pro-|anti-|S&(?:amp;)?P-500|S&(?:amp;)?Ls"
        rf"|Cap{_APOSTROPHE}n|c{_APOSTROPHE}est)"
    ), _ampersand  # fmt: skip
    part = r"[A-Za-z0-9]+(?:-[A-Za-z]+){0,2}"
    yield "a1", rf"{part}(?:\\?/{part}){{1,2}}", _plain
    yield "a$#", r"[A-Z]*\$|#", _plain
    yield "~", f"[{CURRENCY}]", lambda text: (_MONEY.get(text, text), 1)


def _abbreviation_rules() -> Iterator[tuple[str, str, _Made]]:
    _, _, word, _ = _parts()
    initials = rf"(?:(?i:{abbreviations.WITH_A_STATE})|[A-Za-z](?:\.[A-Za-z])*)"
    begins = rf"{_SPACE_OR_LINE}+(?:{abbreviations.BEGINNINGS}|{_TAG}){_SPACE_OR_LINE}"
    yield "a", rf"{initials}\.(?=({begins}))", _initial
    yield "a", rf"(?i:{abbreviations.BEFORE_NUMBERS})\.(?=({_SPACE_OR_LINE}?[{digits()}]))", _plain
    yield "a", rf"(?i:pt[ey]|co)\.(?=([{SPACE}](?i:ltd|lim)))", _plain
    small = rf"(?i:{abbreviations.BEFORE_SMALL_LETTERS})\."
    yield "a", rf"{small}(?=({_SPACE_OR_LINE}(?:{_TAG}|{_SPACE_OR_LINE}|[{capitals()}])))", _again
    yield "a", rf"{small}(?=([\s\S][\s\S]))", _plain
    yield "a", small, _again
    large = rf"(?:(?i:{abbreviations.BEFORE_CAPITALS})|{initials})"
    yield "a", rf"{large}\.", _plain
    yield "a", rf"{large}(?=([{SPACE}]))", _plain
    yield "a", rf"{initials}(?=({_SPACE_OR_LINE}))", _plain
    yield "'&", rf"{_APOSTROPHE}[0-9][0-9](?=({_SPACE_OR_LINE}))", _plain
    name = f"[{letters()}{digits()}]+"
    yield "a1", (
        rf"{name}(?:\.{name})*\.(?i:{abbreviations.FILE_ENDINGS})(?=({_SPACE_OR_LINE}|[.?!,]))"
    ), _plain  # fmt: skip
    yield "a&", rf"{word}\.(?=([,;:\u3001]))", _joined


def _mark_rules() -> Iterator[tuple[str, str, _Made]]:
    yield "1~", (
        r"(?:\([0-9]{2,3}\)[ \u00A0]?|(?:\+\+?)?(?:[0-9]{2,4}[\- \u00A0])?[0-9]{2,4}[\- \u00A0])"
        r"[0-9]{3,4}[\- \u00A0]?[0-9]{3,5}|(?:(?:\+\+?)?[0-9]{2,4}\.)?[0-9]{2,4}\.[0-9]{3,4}\.[0-9]{3,5}"
    ), _telephone  # fmt: skip
    yield '&"', r"(?:\"|(?i:&quot;))(?=([A-Za-z0-9$]))", _left_quoted
    yield '&"', r"\"|(?i:&quot;)", _quoted
    yield "\x7f", r"\x7f", _deleted
    yield "<&", r"<|(?i:&lt;)", _always("<")
    yield ">&", r">|(?i:&gt;)", _always(">")
    yield "<>:;=", r"[<>]?[:;=][\-o*']?[()DPdpO\\{@|\[\]](?=([^A-Za-z0-9]))", _bracketed
    yield "~", (
        r"[\^x=~<>]\.\[\^x=~<>]|[\-\^x=~<>']_[\-\^x=~<>']|\([\-\^x=~<>'][_.]?[\-\^x=~<>']\)|\([\^x=~<>']-[\^x=~<>'`]\)"
    ), _bracketed  # fmt: skip
    yield "(){}[]", r"[(){}\[\]]", lambda text: (_BRACKETS[text], 1)
    yield "-", "-+", _dashes
    yield ".", r"\.{3,5}|(?:\.[ \u00A0]){2,4}\.|[\u0085\u2026]", _always("...")
    yield "@#_", r"@+|#+|_+", _plain
    yield "*\\", r"\*+|(?:\\\*){1,3}", _plain
    yield ",;:", r"[,;:\u3001]", _plain
    yield "?!", "[?!]+", _plain
    yield ".", rf"[{STOPS}]", _plain
    yield "=/", "[=/]", _plain


def _last_rules() -> Iterator[tuple[str, str, _Made]]:
    _, _, _, alike = _parts()
    dotted = rf"(?:(?i:{abbreviations.WITH_A_STATE})|[A-Za-z](?:\.[A-Za-z])+)\."
    part = rf"[A-Za-z0-9][A-Za-z0-9.,\u00AD]*+(?:-(?:{dotted}|[A-Za-z0-9\u00AD]+))+"
    yield "a1", rf"{part}\.(?=([,;:\u3001]))", _joined
    yield "a1", part, _joined
    led = rf"(?:[dDoOlL]{_ANY_APOSTROPHE}[{alike}])?[{alike}]+"
    thing = rf"{led}(?:[-_\u058A\u2010\u2011]{led})*"
    yield "a1", rf"{thing}\.(?=([,;:\u3001]))", _plain
    yield "a1", thing, _plain
    joined = r"[A-Z]+(?:(?:\+|(?i:&amp;)|&)[A-Z]+)+"
    yield "a", rf"{joined}\.(?=([,;:\u3001]))", _ampersand
    yield "a", joined, _ampersand
    yield "~", r"'(?=([A-Za-z][^ \t\n\r\u00A0]))", _left_quoted
    yield "a'&", rf"{_SMALL_WORDS}|{_NOT}", _quoted
    quotes = r"[`\u2018-\u201F\u0091-\u0094\u2039\u203A\u00AB\u00BB]{1,2}"
    yield "~", rf"''|{quotes}|{_APOSTROPHE}", _quoted
    yield "<>", "<<|>>", _plain
    yield "~", rf"[{SYMBOLS}]", _plain
    yield "~", rf"[{SPACE}]+|[\x00\u200B\u200E\u200F\uFEFF]|(?i:&nbsp;)", _deleted
