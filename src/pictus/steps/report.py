"""Report an evaluation, or a comparison of two: a page to look at the items, and its tables as Markdown.

A page holds a part of the items, with their pictures: of each benchmark as many, those first that say most.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any

import orjson

from pictus.errors import PictusError
from pictus.reading.json import read_lines, read_object
from pictus.record import Media, Reject
from pictus.report.evaluation import Figures, Flip, Said, Shown, write_evaluation
from pictus.scoring.overlap.levels import REMAINDERS
from pictus.steps.compare import ITEMS, Compared, ComparePlan
from pictus.store.whole_file import whole_file

EVALUATION = "evaluation.json"  # what a run came to, in its folder
REPLIES = "replies.jsonl"
SEEN = "seen.jsonl"  # which questions stand in the corpora that the model was trained on
SHOWN = 200  # items of a page, if nobody says else
_LEVELS = {"near": "picture alike", "long_text": "half of a long text"}
_MOST_TEXT = 4_000  # characters of a prompt or an answer
_FLIPS: tuple[Flip, ...] = ("worse", "better", "same")  # in this order
_OUTCOMES = {"fallback": "drawn by chance"}  # in words that say more than the scorer's own


def report_run(run: Path, *, shown: int = SHOWN) -> Path:
    """Write `report.html` and `report.md` of an evaluation into its folder."""
    told = read_object(run / EVALUATION)
    folders = [run / name for name in told["benchmarks"]]
    share = max(shown // max(len(folders), 1), 1)
    # Sorted across benchmarks: what says most is not to be looked for behind all items of the first one.
    items = sorted((item for folder in folders for item in _of_run(folder, share)), key=_place)
    title, figures = tables_of_run(run)
    intro = "Answers that were none, and wrong ones, come first; which of them are shown is drawn by their ids."
    of = sum(found["asked"] for found in told["benchmarks"].values())
    write_evaluation(run / "report.html", items, title=title, intro=intro, figures=figures, of=of)
    _write_markdown(run / "report.md", title, figures)
    return run / "report.html"


def tables_of_run(run: Path) -> tuple[str, list[Figures]]:
    """Give the title and the tables of an evaluation."""
    told = read_object(run / EVALUATION)
    benchmarks = told["benchmarks"]
    tables = [*_overview(benchmarks), *(_figures(name, found) for name, found in benchmarks.items())]
    return f"Evaluation of {_model_of(told)}", tables


def report_comparison(plan: ComparePlan, found: Mapping[str, Compared], to: Path, *, shown: int = SHOWN) -> Path:
    """Write `report.html`, `report.md` and `comparison.json` of a comparison into a folder."""
    share = max(shown // len(found), 1)
    items = [item for name, one in found.items() for item in _of_pair(name, one, plan.pairs[name], share)]
    items.sort(key=lambda item: _FLIPS.index(item.flip))
    figures = [_differences(name, one) for name, one in found.items()]
    title = "What changed between two models"
    sides = "\n".join(f"{side}: {path}{_asked(path)}" for side, path in (("A", plan.a), ("B", plan.b)))
    intro = f"{sides}\nItems that flipped come first; which of them are shown is drawn by their ids."
    of = sum(one.overall.items for one in found.values())
    write_evaluation(to / "report.html", items, title=title, intro=intro, figures=figures, of=of)
    _write_markdown(to / "report.md", title, figures)
    with whole_file(to / "comparison.json") as file:
        file.write(orjson.dumps(dict(found), option=orjson.OPT_INDENT_2))
    return to / "report.html"


def _model_of(told: Mapping[str, Any]) -> str:
    """Name a model; a folder by its path, since what a training writes is called `model` each time."""
    return str(told.get("folder") or told["model"])


def _asked(side: Path) -> str:
    """Say which model a run asked; a file of items does not know."""
    told = side / EVALUATION
    return f", the answers of {_model_of(read_object(told))}" if told.is_file() else ""


def _place(item: Shown) -> int:
    """Put answers that were none before wrong ones, and these before all others."""
    (said,) = item.said
    return 0 if said.outcome != "answered" else 1 if said.score is None or said.score < 0.5 else 2


def _of_run(folder: Path, share: int) -> Iterator[Shown]:
    lines = _chosen(folder / ITEMS, _worth_a_look(folder, share))
    seen = {line["id"]: line["seen"] for line in _lines(folder / SEEN) if line["id"] in lines}
    for key, (item, reply) in lines.items():
        told = {"seen": seen.get(key), **item}
        yield _shown(folder.name, folder, key, told, reply, (_said(item, reply),))


def _level(name: str) -> str:
    return f"same {name}" if name in ("id", "file", "pixels", "question", "answer") else _LEVELS.get(name, name)


def _of_pair(name: str, compared: Compared, paths: tuple[Path, Path], share: int) -> Iterator[Shown]:
    flips: dict[str, Flip] = dict.fromkeys(_drawn(compared.worse, share * 2 // 5), "worse")
    flips |= dict.fromkeys(_drawn(compared.better, share * 2 // 5), "better")
    known = {*compared.worse, *compared.better}
    both = (item["id"] for item in _lines(paths[0]) if item["score"] is not None and not item.get("control"))
    alone = {*compared.only_a}
    same = (key for key in both if key not in known and key not in alone)
    flips |= dict.fromkeys(_drawn(same, share - len(flips)), "same")
    before, after = (_chosen(path, flips) for path in paths)
    for key, flip in flips.items():
        if key in before and key in after:
            sides = (("A", *before[key]), ("B", *after[key]))
            said = tuple(_said(item, reply, by) for by, item, reply in sides)
            item, reply = after[key]
            yield _shown(name, paths[1].parent, key, item, reply, said, flip=flip)


def _worth_a_look(folder: Path, share: int) -> list[str]:
    """Choose items: a quarter of answers that were none, up to a half of wrong ones, and the rest of all others."""
    groups: defaultdict[str, list[str]] = defaultdict(list)
    items = folder / ITEMS
    for line in _lines(items if items.is_file() else folder / REPLIES):
        score, outcome = line.get("score"), line.get("outcome", "answered")
        groups["odd" if outcome != "answered" else "wrong" if score is None or score < 0.5 else "right"].append(
            line["id"]
        )
    odd = _drawn(groups["odd"], share // 4)
    wrong = _drawn(groups["wrong"], share * 3 // 4 - len(odd))
    right = _drawn(groups["right"], share - len(odd) - len(wrong))
    chosen = dict.fromkeys((*odd, *wrong, *right))
    others = (key for group in groups.values() for key in group if key not in chosen)
    return [*chosen, *_drawn(others, share - len(chosen))]


def _drawn(keys: Iterable[str], count: int) -> list[str]:
    """Draw items by the hashes of their ids: the same in every report."""
    return sorted(keys, key=lambda key: blake2b(key.encode(), digest_size=8).digest())[: max(count, 0)]


def _chosen(path: Path, keys: Iterable[str]) -> dict[str, tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Read what is known of some items: what each is worth, and what was said."""
    wanted = dict.fromkeys(keys)
    items = {line["id"]: line for line in _lines(path) if line["id"] in wanted}
    is_run = path.name == ITEMS  # beside another file stand the replies of another evaluation, if any
    replies = {line["id"]: line for line in _lines(path.with_name(REPLIES)) if is_run and line["id"] in wanted}
    return {key: (items.get(key, {}), replies.get(key, {})) for key in wanted if key in items or key in replies}


def _lines(path: Path) -> Iterator[Mapping[str, Any]]:
    if not path.is_file():
        return
    for row in read_lines(path):
        if isinstance(row, Reject) or not isinstance(row[1], Mapping) or "id" not in row[1]:
            where = row.where if isinstance(row, Reject) else row[0]
            raise PictusError("this is no line of a run", where=where, mend="evaluate or score again")
        yield row[1]


def _shown(
    benchmark: str,
    folder: Path,
    key: str,
    item: Mapping[str, Any],
    reply: Mapping[str, Any],
    said: tuple[Said, ...],
    *,
    flip: Flip = "",
) -> Shown:
    seen = item.get("seen") or {}
    return Shown(
        id=key,
        benchmark=benchmark,
        kind=", ".join(str(item[name]) for name in ("kind", "control") if item.get(name)),
        prompt=_short(reply.get("prompt") or "(not kept: the answers were scored from a file)"),
        truth=tuple(map(_short, reply.get("truth") or ())),
        media=tuple(Media(path=one["path"], root=one["root"] or str(folder)) for one in reply.get("pictures") or ()),
        said=said,
        flip=flip,
        seen=tuple(map(_level, seen.get("levels", ()))),
        seen_in=f"record {seen['record']} of {seen['corpus']}" if seen else "",
    )


def _said(item: Mapping[str, Any], reply: Mapping[str, Any], by: str = "") -> Said:
    calls = [f"{call['name']} {call['arguments']}" for call in reply.get("calls") or ()]
    outcome = item.get("outcome", "answered")
    notes = [str(one) for one in (item.get("note"), reply.get("problem")) if one]
    return Said(
        answer=_short("\n".join([*([reply["answer"]] if reply.get("answer") else []), *calls])),
        parsed=_short(_text(item.get("parsed"))),
        score=item.get("score"),
        outcome=_OUTCOMES.get(outcome, outcome),
        note="; ".join(notes),
        by=by,
    )


def _text(value: Any) -> str:
    if isinstance(value, list) and all(isinstance(one, str | int | float) for one in value):
        return "\n".join(map(str, value))  # of several readings each has its line
    return "" if value is None else value if isinstance(value, str) else orjson.dumps(value).decode()


def _short(text: str) -> str:
    return text if len(text) <= _MOST_TEXT else f"{text[:_MOST_TEXT]}… ({len(text):,} characters)"


def _overview(benchmarks: Mapping[str, Any]) -> list[Figures]:
    """Set benchmarks beside each other, by the one figure that all of them have."""
    if len(benchmarks) < 2:
        return []
    means = {
        name: found["figures"]["pictus"]["mean"] if found["figures"] is not None else None
        for name, found in benchmarks.items()
    }
    rows = tuple((name, "none" if mean is None else _mean(mean)) for name, mean in means.items())
    return [Figures(title="mean of the items", rows=rows)]


def _mean(mean: Mapping[str, Any]) -> str:
    return f"{mean['mean']:.4f}, {mean['level']:.0%}: {mean['low']:.4f} to {mean['high']:.4f}"


def _figures(name: str, found: Mapping[str, Any]) -> Figures:
    rows = [("questions", f"{found['asked']:,} of {found['of']:,} of {found['split']}")]
    figures = found["figures"]
    if figures is None:
        rows.append(("score", "none: the answers of this split are not public"))
        rows += _overlap_rows(found.get("contamination"), {})
        return Figures(title=name, rows=tuple(rows))
    honest = figures["pictus"]
    plain = {key: value for key, value in figures.items() if isinstance(value, int | float)}
    rows += [(key, f"{value:.4f}" if isinstance(value, float) else f"{value:,}") for key, value in plain.items()]
    if (mean := honest["mean"]) is not None:
        rows.append(("mean of the items", _mean(mean)))
    rows += [(f"with a {name} picture", _mean(one)) for name, one in honest.get("controls", {}).items()]
    rows += _overlap_rows(found.get("contamination"), honest)
    outcomes = sorted(honest["outcomes"].items())
    rows.append(("answers", ", ".join(f"{count:,} {_OUTCOMES.get(outcome, outcome)}" for outcome, count in outcomes)))
    rows += [("got no answer", f"{count:,}: {why}") for why, count in found["unanswered"].items()]
    rows += [("cannot be asked", f"{count:,}: {why}") for why, count in found["unasked"].items()]
    return Figures(title=name, rows=tuple(rows))


def _overlap_rows(told: Mapping[str, Any] | None, honest: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Say what training corpora have of the questions, and what the score is without them."""
    if told is None:
        return
    for corpus, row in told["corpora"].items():
        levels = ", ".join(f"{_level(name)} {count:,}" for name, count in row["levels"].items() if count)
        yield f"seen in {corpus}", f"{row['seen']:,} of {told['questions']:,}{f': {levels}' if levels else ''}"
        yield from ((f"of {corpus}", note) for note in row["notes"])
    for name in REMAINDERS:
        one = honest.get(name) or {}
        if (mean := one.get("mean")) is not None:
            interval = f"{mean['level']:.0%}: {mean['low']:.4f} to {mean['high']:.4f}"
            yield f"mean, {name.replace('_', ' ')}", f"{mean['mean']:.4f}, {interval}, {one['items']:,} items"
    for name, value in (told["clean"] or {}).items():
        if isinstance(value, float):
            yield f"{name}, not seen", f"{value:.4f}"
    if told["unscored"]:
        yield "official figures, not seen", f"none: {told['unscored']}"


def _differences(name: str, one: Compared) -> Figures:
    overall, equivalence = one.overall, one.overall.equivalence
    rows = [
        ("items", f"{overall.items:,} in {overall.groups:,} groups by picture"),
        ("mean scores", f"{one.mean_a:.4f} in A, {one.mean_b:.4f} in B"),
        ("difference", f"{overall.difference:+.4f}, 95%: {overall.interval.low:+.4f} to {overall.interval.high:+.4f}"),
        ("flips", f"{overall.better:,} better, {overall.worse:,} worse"),
        ("no difference", f"p = {overall.p:.4g} by picture; {overall.mcnemar_p:.4g} by McNemar's exact test"),
        (
            f"within {equivalence.margin:g}",
            f"{'yes' if equivalence.is_equivalent else 'not shown'}, p = {equivalence.p:.4g}",
        ),
    ]
    rows += [
        (
            kind or "of no kind",
            f"{found.difference:+.4f}; {found.items:,} items, {found.better:,} better, {found.worse:,} worse",
        )
        for kind, found in one.kinds.items()
    ]
    return Figures(title=name, rows=tuple(rows))


def _write_markdown(path: Path, title: str, figures: list[Figures]) -> None:
    lines = [f"# {_plain(title)}"]
    for table in figures:
        lines += ["", f"## {_plain(table.title)}", "", "| figure | value |", "| --- | --- |"]
        lines += [f"| {_plain(name)} | {_plain(value)} |" for name, value in table.rows]
    with whole_file(path) as file:
        file.write(("\n".join(lines) + "\n").encode("utf-8", "replace"))


def _plain(text: str) -> str:
    """Keep a text in its cell, and what looks like markup as it is."""
    return " ".join(text.split()).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("`", "\\`")
