"""Check: look at a corpus, a dataset's files, a file in a known format or a recipe, and name what is wrong."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pictus import plugins
from pictus.errors import ManyErrors, PictusError, unknown_name
from pictus.recipe import read_recipe
from pictus.record import Record, Reject
from pictus.store.corpus import Corpus, damages, open_corpus
from pictus.store.shards import read_shard

EXAMPLES = 5  # shown of each reason


@dataclass(slots=True)
class CheckReport:
    """What was looked at and what was found."""

    what: str
    records: int = 0
    damages: list[PictusError] = field(default_factory=list)  # of files: nothing in them can be trusted
    reasons: Counter[str] = field(default_factory=Counter)  # by check
    examples: dict[str, list[str]] = field(default_factory=dict)

    def add(self, check: str, where: str, problem: str) -> None:
        """Count a problem, and keep the first few as examples."""
        self.reasons[check] += 1
        shown = self.examples.setdefault(check, [])
        if len(shown) < EXAMPLES:
            shown.append(f"{where}: {problem}")


def check(target: str, *, pictures: Path | None = None, decode: bool = True, only: tuple[str, ...] = ()) -> CheckReport:
    """Look at whatever an address holds."""
    path = Path(target)
    checks = _load(only, decode=decode)
    if "://" in target or (path / "corpus.json").is_file():
        return _check_corpus(target, checks)
    if not path.exists():
        raise PictusError("this does not exist", where=target, mend="give a corpus, a file or a recipe")
    if path.suffix in (".yaml", ".yml"):
        return _check_recipe(path)
    if path.is_dir():
        return _check_data(path, checks)
    return _check_file(path, pictures, checks)


def _check_corpus(address: str, checks: Mapping[str, Any]) -> CheckReport:
    corpus = open_corpus(address)
    report = CheckReport(f"corpus {corpus.name}")
    report.damages.extend(damages(corpus))
    _run(_readable(corpus, report), checks, report)
    return report


def _readable(corpus: Corpus, report: CheckReport) -> Iterator[Record]:
    """Read what can be read: a damaged shard takes no other with it."""
    for number in corpus.shards:
        try:
            yield from read_shard(corpus.place, number, roots=corpus.roots)
        except PictusError as error:
            if not any(known.where == error.where for known in report.damages):
                report.damages.append(error)


def _check_data(root: Path, checks: Mapping[str, Any]) -> CheckReport:
    """Read a dataset's files as an import would, and write nothing."""
    for name in sorted(plugins.names("sources"), key=len, reverse=True):  # the particular before the general
        source = plugins.load("sources", name)
        splits = _splits_with_files(source, root)
        if splits:
            report = CheckReport(f"data of {name}, {', '.join(splits)}")
            rows = (row for split in splits for row in source.records(root, split))
            _run_rows(rows, checks, report)
            return report
    raise PictusError(
        "this folder is no corpus, and no source finds its files here",
        where=str(root),
        mend="`pictus show NAME` shows the layout that a source expects",
    )


def _splits_with_files(source: Any, root: Path) -> list[str]:
    found = []
    with suppress(PictusError):  # a source whose files are elsewhere says so by raising
        for split in source.splits or source.splits_in(root):
            with suppress(PictusError):
                source.files(root, split)
                found.append(split)
    return found


def _check_file(path: Path, pictures: Path | None, checks: Mapping[str, Any]) -> CheckReport:
    names = [name for name in plugins.names("formats") if plugins.load("formats", name).sniff(path)]
    if not names:
        known = ", ".join(plugins.names("formats"))
        raise PictusError("no format knows this file", where=str(path), mend=f"known formats: {known}")
    report = CheckReport(f"{names[0]} file {path.name}")
    _run_rows(plugins.load("formats", names[0]).read(path, pictures=pictures), checks, report)
    return report


def _check_recipe(path: Path) -> CheckReport:
    report = CheckReport(f"recipe {path.name}")
    try:
        recipe = read_recipe(path)
        plugins.load("backends", recipe.generate.backend, recipe.generate.settings, where=f"{path}, generate.backend")
        for name, settings in (recipe.checks or {}).items():
            plugins.load("checks", name, settings, where=f"{path}, checks.{name}")
    except ManyErrors as error:
        report.damages.extend(error.errors)
    except PictusError as error:
        report.damages.append(error)
    return report


def _run_rows(rows: Iterator[Record | Reject], checks: Mapping[str, Any], report: CheckReport) -> None:
    def records() -> Iterator[Record]:
        for row in rows:
            if isinstance(row, Reject):
                report.add("row", row.where, "; ".join(row.reasons))
            else:
                yield row

    try:
        _run(records(), checks, report)
    except PictusError as error:
        report.damages.append(error)


def _run(records: Iterator[Record], checks: Mapping[str, Any], report: CheckReport) -> None:
    each = {name: check for name, check in checks.items() if hasattr(check, "problems")}
    whole = {name: check for name, check in checks.items() if name not in each}

    def passing() -> Iterator[Record]:
        for record in records:
            report.records += 1
            for name, check in each.items():
                if not record.turns and name != "picture":
                    continue  # annotations only: there is no conversation to look at yet
                for problem in check.problems(record):
                    report.add(name, f"{record.origin.dataset} {record.origin.key}", problem)
            yield record

    if not whole:
        for _ in passing():
            pass
    for name, check in whole.items():
        for identity, problem in check.problems_of(passing()):
            report.add(name, identity, problem)


def _load(only: tuple[str, ...], *, decode: bool) -> dict[str, Any]:
    known = plugins.names("checks")
    for name in only:
        if name not in known:
            raise unknown_name("check", name, known, where="pictus check")
    wanted = only or known
    return {name: plugins.load("checks", name, {"decode": decode} if name == "picture" else None) for name in wanted}
