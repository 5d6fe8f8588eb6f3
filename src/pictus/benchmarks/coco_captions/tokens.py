"""Captions as words with single spaces: cut as in the Penn Treebank, in small letters, most marks left out."""

import re
from collections.abc import Iterator, Sequence
from itertools import chain

from pictus.benchmarks.coco_captions import abbreviations
from pictus.benchmarks.coco_captions.grams import Captions
from pictus.benchmarks.coco_captions.treebank import words_of

# The official evaluation means to leave out brackets too, but looks for them in capitals: "-lrb-" stays.
_LEFT_OUT = frozenset(("''", "'", "``", "`", ".", "?", "!", ",", ":", "-", "--", "...", ";"))
# Such as "A man, a plan.": nothing to decide but whether the last word keeps its period.
_SIMPLE = re.compile(r" *(?:[A-Za-z]+,? +)*[A-Za-z]{2,}\.? *")
_NOT_SIMPLE = re.compile(
    rf"\b(?:cannot|gonna|gotta|lemme|gimme|wanna)\b"
    rf"|\b(?:{abbreviations.BEFORE_SMALL_LETTERS}|{abbreviations.BEFORE_CAPITALS}|{abbreviations.BEFORE_NUMBERS})\.",
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
        if _SIMPLE.fullmatch(line) and not _NOT_SIMPLE.search(line):
            yield " ".join(line.lower().replace(",", " ").replace(".", " ").split())
        else:
            words = words_of(line + _behind(lines, place), len(line))
            yield " ".join(word for word in " ".join(words).rstrip().split(" ") if word not in _LEFT_OUT)


def _behind(lines: Sequence[str], place: int) -> str:
    """Give what follows a line as far as an abbreviation at its end can see: the next line that is not empty."""
    behind = []
    for line in lines[place + 1 :]:
        behind.append(f"\n{line}")
        if line.strip():
            break
    return "".join(behind)
