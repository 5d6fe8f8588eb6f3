"""A page that shows what models answered to a benchmark: one HTML file, which filters by its styles alone."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from pictus.record import Media
from pictus.report.page import fill
from pictus.report.pictures import Picture, page_picture

Flip: TypeAlias = Literal["", "better", "worse", "same"]
THUMBNAIL = 260  # pixels of the longer side
_KINDS = 60  # that can be chosen; the others are shown with all


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What one model answered, and what that is worth."""

    answer: str
    parsed: str
    score: float | None
    outcome: str
    note: str = ""
    by: str = ""  # which of two models

    @property
    def mark(self) -> str:
        """Say how it went: right, partly, wrong, or without a score."""
        if self.score is None:
            return "unscored"
        return "wrong" if self.score <= 0 else "right" if self.score >= 1 else "partly"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An item of the page."""

    id: str
    benchmark: str
    kind: str
    prompt: str
    truth: tuple[str, ...]
    media: tuple[Media, ...]
    said: tuple[Said, ...]  # one, or that of A and that of B
    flip: Flip = ""
    seen: tuple[str, ...] = ()  # how it was found in training data
    seen_in: str = ""  # the corpus, and the id of the record

    @property
    def pictures(self) -> list[Picture]:
        """Give the pictures as small as the page needs them."""
        return [page_picture((medium,), largest=THUMBNAIL) for medium in self.media]

    @property
    def truths(self) -> list[tuple[str, int]]:
        """Give what people answered, the most frequent first."""
        return Counter(self.truth).most_common()

    @property
    def marks(self) -> set[str]:
        """Name how its answers went."""
        return {one.mark for one in self.said}

    @property
    def outcomes(self) -> set[str]:
        """Name how its answers were come by, where that is worth a look."""
        return {one.outcome for one in self.said} - {"answered"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The table of a benchmark: names with what was found."""

    title: str
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Filter:
    """A row of choices, each with the class that items of it have."""

    name: str
    choices: tuple[tuple[str, str, int], ...]  # word, class, how many items


def write_evaluation(
    path: Path, items: Sequence[Shown], *, title: str, intro: str, figures: Iterable[Figures], of: int
) -> None:
    """Write the page.

    Args:
        path: of the page.
        items: that are shown.
        title: of the page.
        intro: a sentence below it.
        figures: a table for each benchmark.
        of: how many items there are in all.
    """
    classes: list[list[str]] = [[] for _ in items]
    filters = list(_filters(items, classes))
    fill(
        "evaluation.html",
        path,
        title=title,
        intro=intro,
        figures=tuple(figures),
        filters=filters,
        items=[(item, " ".join(names)) for item, names in zip(items, classes, strict=True)],
        of=of,
    )


def _filters(items: Sequence[Shown], classes: list[list[str]]) -> Iterator[_Filter]:
    """Number what can be chosen, and note it at the items: no word of a benchmark becomes part of a style."""
    compared = any(item.seen for item in items)
    rows: Mapping[str, list[set[str]]] = {
        "benchmark": [{item.benchmark} for item in items],
        "flip": [{str(item.flip)} - {""} for item in items],
        "score": [item.marks for item in items],
        "answer": [item.outcomes for item in items],
        "seen": [{*item.seen} or ({"not seen"} if compared else set()) for item in items],
        "kind": [{item.kind} - {""} for item in items],
    }
    for number, (name, words) in enumerate(rows.items()):
        counts = Counter(word for found in words for word in found)
        if not counts or (len(counts) == 1 and counts.total() == len(items)):
            continue  # there is nothing to choose between
        choices = []
        for choice, (word, count) in enumerate(counts.most_common(_KINDS)):
            choices.append((word, f"f{number}-{choice}", count))
            for names, found in zip(classes, words, strict=True):
                if word in found:
                    names.append(f"f{number}-{choice}")
        yield _Filter(name, tuple(choices))
