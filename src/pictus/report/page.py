"""Write a page that shows pictures with their boxes and conversations: one HTML file, without scripts."""

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pictus.record import Origin, Record
from pictus.report.charts import Chart, bar_chart, histogram
from pictus.report.gallery import Exhibit, answers, gather

TEMPLATES = Path(__file__).parent / "templates"
ANSWER_WORDS = (1, 4, 11, 26, 51, 101)
# Control characters end a page in some parsers, and direction overrides make a text read as another one.
_UNSAFE = [
    *range(9),
    11,
    12,
    *range(14, 32),
    *range(127, 160),
    *range(0x202A, 0x202F),
    *range(0x2066, 0x206A),
]
_UNSEEN = dict.fromkeys(_UNSAFE, "\N{REPLACEMENT CHARACTER}")


def write_page(
    records: Iterable[Record],
    path: Path,
    *,
    title: str,
    intro: str = "",
    limit: int = 60,
    summary: Mapping[str, int | str] | None = None,
) -> None:
    """Write the page; records of one picture stand together, and reading stops after `limit` pictures.

    Args:
        summary: figures for the head of the page, such as those of a whole corpus; counted here if None.
    """
    exhibits, has_more = gather(records, limit=limit)
    fill(
        "page.html",
        path,
        title=title,
        intro=intro,
        figures=_figures(exhibits) if summary is None else summary,
        charts=_charts(exhibits),
        licences=_licences(exhibits),
        exhibits=exhibits,
        has_more=has_more,
    )


def fill(template: str, path: Path, **values: Any) -> None:
    """Write a page by its template; what it shows is escaped there, and none of it is trusted."""
    text = _environment().get_template(template).render(**values)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + ".part")
    unfinished.write_text(text, "utf-8", newline="\n")
    unfinished.replace(path)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_readable,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["thousands"] = _thousands
    environment.tests["web_address"] = _is_web_address
    return environment


def _readable(value: Any) -> Any:
    """Make what a page cannot hold visible; what a macro made is escaped already and passes."""
    if type(value) is not str:
        return value
    return value.translate(_UNSEEN).encode("utf-8", "replace").decode()


def _thousands(value: int | str) -> str:
    return f"{value:,}" if isinstance(value, int) else value


def _is_web_address(value: str | None) -> bool:
    return value is not None and value.startswith(("https://", "http://"))


def _figures(exhibits: list[Exhibit]) -> dict[str, int]:
    talks = [talk for exhibit in exhibits for talk in exhibit.talks]
    nouns = Counter(exhibit.noun for exhibit in exhibits)
    return {
        **({"motions": nouns["motion"]} if nouns["motion"] else {}),
        "pictures": nouns["picture"],
        "conversations": len(talks),
        "turns": sum(len(talk.turns) for talk in talks),
        "boxes": sum(len(exhibit.facts.boxes) for exhibit in exhibits),
        "captions": sum(len(exhibit.facts.captions) for exhibit in exhibits),
    }


def _charts(exhibits: list[Exhibit]) -> list[Chart]:
    labels = Counter(box.label for exhibit in exhibits for box in exhibit.facts.boxes)
    lengths = [len(answer.split()) for answer in answers(exhibits)]
    charts = []
    if labels:
        charts.append(bar_chart("What the boxes hold", labels, most=10, rest="other labels"))
    if lengths:
        charts.append(histogram("Words in an answer", lengths, ANSWER_WORDS))
    return charts


def _licences(exhibits: list[Exhibit]) -> list[tuple[str, str, str, int]]:
    """Count the licences of pictures and texts, and the terms of the models, among the records shown."""
    origins = [origin for exhibit in exhibits for origin in _origins(exhibit)]
    counts = Counter((origin.picture_licence, origin.text_licence, origin.model_terms or "none") for origin in origins)
    return [(*names, count) for names, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]


def _origins(exhibit: Exhibit) -> list[Origin]:
    return [talk.origin for talk in exhibit.talks] or [exhibit.origin]
