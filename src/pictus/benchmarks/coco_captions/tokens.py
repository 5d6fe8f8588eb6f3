"""Captions as words with single spaces: cut as in the Penn Treebank, in small letters, most marks left out."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain

from pictus.benchmarks.coco_captions import abbreviations
from pictus.benchmarks.coco_captions.grams import Captions
from pictus.benchmarks.coco_captions.treebank import words_of

# The official evaluation means to leave out brackets too, but looks for them in capitals: "-lrb-" stays.
_LEFT_OUT = frozenset(("''", "'", "``", "`", ".", "?", "!", ",", ":", "-", "--", "...", ";"))
# Such as "A man, a plan.": nothing to decide but whether the last word keeps its period.
_SIMPLE = re.compile(r" *(?:[A-Za-z]+,? +)*[A-Za-z]{2,}\.? *")
_CUT = frozenset(("cannot", "gonna", "gotta", "lemme", "gimme", "wanna"))
_ABBREVIATED = re.compile(
    "|".join((abbreviations.BEFORE_SMALL_LETTERS, abbreviations.BEFORE_CAPITALS, abbreviations.BEFORE_NUMBERS)),
    re.IGNORECASE,
)
_LINE_ENDS = re.compile("[\n\r\u2028\u2029\x0b\x0c\x85]")


def tokenized(captions: Captions) -> Captions:
    """Cut all captions; each is seen with the next one of its kind behind it, as lines of the official file are."""
    meant = iter(_tokenized(list(chain(*captions.references))))
    references = [[next(meant) for _ in some] for some in captions.references]
    return Captions(references, list(_tokenized(captions.candidates)))


def _tokenized(captions: Sequence[str]) -> Iterator[str]:
    lines = [_LINE_ENDS.sub(" ", caption) for caption in captions]
    for place, line in enumerate(lines):
        words = _simple_words(line) if _SIMPLE.fullmatch(line) else None
        if words is None:
            cut = words_of(line + _behind(lines, place), len(line))
            words = [word for word in " ".join(cut).rstrip().split(" ") if word not in _LEFT_OUT]
        yield " ".join(words)


def _simple_words(line: str) -> list[str] | None:
    """Give the words of a simple line; None where one of them is cut, or the last may keep its period."""
    words = line.replace(",", " ").replace(".", " ").split()
    if _may_be_abbreviated(words[-1]):  # as it is written: some are abbreviations only with a capital
        return None
    words = [word.lower() for word in words]
    return words if _CUT.isdisjoint(words) else None


@lru_cache(10_000)
def _may_be_abbreviated(word: str) -> bool:
    return _ABBREVIATED.fullmatch(word) is not None


def _behind(lines: Sequence[str], place: int) -> str:
    """Give what follows a line as far as an abbreviation at its end can see: the next line that is not empty."""
    behind = []
    for line in lines[place + 1 :]:
        behind.append(f"\n{line}")
        if line.strip():
            break
    return "".join(behind)
