"""Work out small bar charts; `templates/chart.html` draws them, so that texts are escaped in one place."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a bar chart."""

    label: str
    value: int
    length: float  # 0..1 of the longest bar


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars under a title, one below the other."""

    title: str
    bars: tuple[Bar, ...]
    note: str = ""


def bar_chart(title: str, values: Mapping[str, int], *, most: int = 12, rest: str = "others") -> Chart:
    """Make a chart of the largest values, largest first; the note tells what was left out."""
    ranked = sorted(values.items(), key=lambda item: (-item[1], item[0]))
    hidden = ranked[most:]
    note = f"and {sum(value for _, value in hidden)} in {len(hidden)} {rest}" if hidden else ""
    return Chart(title, _bars(ranked[:most]), note)


def histogram(title: str, values: Iterable[int], edges: tuple[int, ...]) -> Chart:
    """Make a chart of how many values lie in each range; `edges` are the first numbers of the ranges."""
    counts = [0] * len(edges)
    for value in values:
        counts[max(index for index, edge in enumerate(edges) if edge <= max(value, edges[0]))] += 1
    names = [_range_name(low, high) for low, high in zip(edges, (*edges[1:], None), strict=True)]
    return Chart(title, _bars(zip(names, counts, strict=True)))


def _bars(rows: Iterable[tuple[str, int]]) -> tuple[Bar, ...]:
    listed = list(rows)
    longest = max((value for _, value in listed), default=0) or 1
    return tuple(Bar(label, value, value / longest) for label, value in listed)


def _range_name(low: int, high: int | None) -> str:
    if high is None:
        return f"{low} or more"
    return str(low) if high == low + 1 else f"{low}–{high - 1}"
