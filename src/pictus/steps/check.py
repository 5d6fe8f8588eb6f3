"""Check: look at a corpus, a dataset's files, a file in a known format or a recipe, and name what is wrong."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

from pictus import plugins
from pictus.errors import DamagedFile, PictusError, apart, unknown_name
from pictus.reading.languages import languages_in
from pictus.record import Record, Reject
from pictus.report.reasons import Reasons, Sample, excerpt
from pictus.stages import STAGES
from pictus.steps.blend.draft import draft_of, each_part, placed
from pictus.steps.blend.sieve import sieve_of
from pictus.steps.which_format import format_of, formats_of
from pictus.store.corpus import Corpus, damages, open_corpus
from pictus.store.shards import read_shard

Records: TypeAlias = Callable[[], Iterator[Record]]  # from the first again at each call
Rows: TypeAlias = Callable[[], Iterator[Record | Reject]]


@dataclass(slots=True)
class CheckReport:
    """What was looked at and what was found."""

    what: str
    records: int = 0
    damages: list[PictusError] = field(default_factory=list)  # of files: nothing in them can be trusted
    found: dict[str, Reasons] = field(default_factory=dict)  # by check
    others: tuple[str, ...] = ()  # sources that could have read the same folder
    is_recipe: bool = False  # which has no records
    stages: tuple[str, ...] = ()  # that a recipe blends

    @property
    def reasons(self) -> Counter[str]:
        """Count the problems that each check found."""
        return Counter({check: reasons.counts.total() for check, reasons in self.found.items()})

    def add(self, check: str, problem: str, *, identity: str = "", where: str = "", text: str = "") -> None:
        """Count a problem, and keep it as a sample while there are few."""
        self.found.setdefault(check, Reasons()).add(problem, id=identity, where=where, text=text)

    def listing(self) -> Iterator[tuple[str, str, int, list[Sample]]]:
        """List check, code, count and samples: checks and codes with most problems first."""
        for check, _ in self.reasons.most_common():
            reasons = self.found[check]
            for code, count in reasons.counts.most_common():
                yield check, code, count, reasons.samples[code]


def check(
    target: str,
    *,
    pictures: Path | None = None,
    decode: bool = True,
    only: tuple[str, ...] = (),
    source: str | None = None,
) -> CheckReport:
    """Look at whatever an address holds.

    Args:
        target: a corpus, a file in a known format, a recipe, or a folder.
        pictures: the folder of a file's pictures.
        decode: look at the pixels of pictures, not at their heads alone.
        only: names of checks; none for all.
        source: the one that is to read a folder; unless said, the one that fits best.
    """
    path = Path(target)
    checks = _load(only, decode=decode)
    if "://" in target or (path / "corpus.json").is_file():
        return _check_corpus(target, checks)
    if not path.exists() and "{" not in path.name:  # some formats take patterns
        raise PictusError("this does not exist", where=target, mend="give a corpus, a file or a recipe")
    if path.suffix in (".yaml", ".yml") and not formats_of(path):
        return _check_recipe(path)
    if path.is_dir():
        return _check_data(path, pictures, checks, source)
    return _check_file(path, pictures, checks)


def _check_corpus(address: str, checks: Mapping[str, Any]) -> CheckReport:
    corpus = open_corpus(address)
    report = CheckReport(f"corpus {corpus.name}")
    report.damages.extend(damages(corpus))
    _run(lambda: _readable(corpus, report), checks, report)
    return report


def _readable(corpus: Corpus, report: CheckReport) -> Iterator[Record]:
    """Read what can be read: a damaged shard takes no other with it."""
    for number in corpus.shards:
        try:
            yield from read_shard(corpus.place, number, roots=corpus.roots)
        except PictusError as error:
            if not any(known.where == error.where for known in report.damages):
                report.damages.append(error)


def _check_data(root: Path, pictures: Path | None, checks: Mapping[str, Any], wanted: str | None) -> CheckReport:
    """Read a dataset's files, or a folder in a known format, as an import would, and write nothing."""
    if wanted is not None:
        _refuse_missing(wanted, root)
    names = [wanted] if wanted is not None else fitting_sources(root)
    if names:
        source = plugins.load("sources", names[0])
        splits = _splits_with_files(source, root)
        report = CheckReport(f"data of {names[0]}, {', '.join(splits)}", others=tuple(names[1:]))
        _run_rows(partial(_rows_of, source, root, splits), checks, report)
        return report
    if formats_of(root):
        return _check_file(root, pictures, checks)
    raise PictusError(
        "this folder is no corpus, no source finds its files here, and no format knows it",
        where=str(root),
        mend="`pictus show NAME` shows the layout that a source expects",
    )


def _refuse_missing(name: str, root: Path) -> None:
    """Say what is missing where a source finds none of its splits."""
    source = plugins.load("sources", name, where="pictus check")
    if not _splits_with_files(source, root):
        for split in source.splits or source.splits_in(root):
            source.files(root, split)  # which says it in its words
        mend = f"`pictus show {name}` shows the layout that it expects"
        raise PictusError(f"{name} finds none of its files here", where=str(root), mend=mend)


def fitting_sources(root: Path) -> list[str]:
    """Name the sources that find files in a folder, the one that fits best first.

    That is one with the folder's own name; then those that find files before those that only find a folder, for any
    folder of pictures would do; then the particular before the general, which is told by the longer name.
    """
    found = []
    for name in plugins.names("sources"):
        source = plugins.load("sources", name)
        splits = _splits_with_files(source, root)
        if splits:
            has_file = _has_file(source, root, splits[0])
            own_name = root.resolve().name.replace("-", "_") == name
            found.append((own_name, has_file, len(name), name))
    return [name for *_, name in sorted(found, reverse=True)]


def _has_file(source: Any, root: Path, split: str) -> bool:
    try:
        return any(path.is_file() for path in source.files(root, split))
    except DamagedFile:
        return True


def _rows_of(source: Any, root: Path, splits: list[str]) -> Iterator[Record | Reject]:
    for split in splits:
        yield from source.records(root, split)


def _splits_with_files(source: Any, root: Path) -> list[str]:
    found = []
    with suppress(PictusError):  # a source whose files are elsewhere says so by raising
        for split in source.splits or source.splits_in(root):
            try:
                source.files(root, split)
            except DamagedFile:
                found.append(split)  # to be told when it is read
            except PictusError:
                continue
            else:
                found.append(split)
    return found


def _check_file(path: Path, pictures: Path | None, checks: Mapping[str, Any]) -> CheckReport:
    name = format_of(path)
    report = CheckReport(f"{name} {'folder' if path.is_dir() else 'file'} {path.name}")
    _run_rows(lambda: plugins.load("formats", name).read(path, pictures=pictures), checks, report)
    return report


def _check_recipe(path: Path) -> CheckReport:
    report = CheckReport(f"recipe {path.name}", is_recipe=True)
    try:
        draft = draft_of(path, str(path))
    except PictusError as error:
        report.damages.append(error)
        return report
    report.damages.extend(draft.errors)
    report.stages = tuple(draft.recipe.stages)
    generate = draft.recipe.generate
    with _noting(report):
        plugins.load("backends", generate.backend, generate.settings, where=f"{path}, generate: backend")
    for name, settings in (draft.recipe.checks or {}).items():
        with _noting(report):
            plugins.load("checks", name, settings, where=f"{path}, checks: {name}")
    for stage, number, part in each_part(draft, STAGES):
        with _noting(report, place=draft.place(stage, number)):
            sieve_of(part, stage, "asked")
    return report


@contextmanager
def _noting(report: CheckReport, *, place: str = "") -> Iterator[None]:
    """Note what is wrong, and go on, for there may be more."""
    try:
        yield
    except PictusError as error:
        report.damages.extend(placed(error, place) if place else apart(error))


def _run_rows(rows: Rows, checks: Mapping[str, Any], report: CheckReport) -> None:
    told: set[str] = set()  # what could not be read once is told once, however often the rows are read

    def records() -> Iterator[Record]:
        for row in rows():
            if not isinstance(row, Reject):
                yield row
            elif row.where not in told:
                told.add(row.where)
                report.add("row", "; ".join(row.reasons), where=row.where, text=row.row[:160])

    try:
        _run(records, checks, report)
    except PictusError as error:
        report.damages.append(error)


def _run(records: Records, checks: Mapping[str, Any], report: CheckReport) -> None:
    """Look at each record, then read them again for each check that needs all of them: nothing is held."""
    if "language" in checks and (spoken := languages_in(records())):
        # Nobody said which language is wanted, so it is that which most of what was read is in.
        own = plugins.load("checks", "language", {"language": spoken.most_common(1)[0][0]})
        checks = {**checks, "language": own}
    each = {name: check for name, check in checks.items() if hasattr(check, "problems")}
    for record in records():
        report.records += 1
        for name, check in each.items():
            if not record.turns and name != "picture":
                continue  # annotations only: there is no conversation to look at yet
            for problem in check.problems(record):
                where = f"{record.origin.dataset} {record.origin.key}"
                report.add(name, problem, identity=record.id, where=where, text=excerpt(record, problem))
    for name, check in checks.items():
        if name not in each:
            for identity, problem in check.problems_of(records()):
                report.add(name, problem, identity=identity)
    _show_texts(records, report, set(checks) - set(each))


def _show_texts(records: Records, report: CheckReport, names: set[str]) -> None:
    """Find the texts of samples that came with an id alone."""
    found = [reasons for name, reasons in report.found.items() if name in names]
    wanted = set().union(*(reasons.without_text() for reasons in found))
    for record in records() if wanted else ():
        if record.id in wanted:
            for reasons in found:
                reasons.show(record)


def _load(only: tuple[str, ...], *, decode: bool) -> dict[str, Any]:
    known = plugins.names("checks")
    for name in only:
        if name not in known:
            raise unknown_name("check", name, known, where="pictus check")
    wanted = only or known
    return {name: plugins.load("checks", name, {"decode": decode} if name == "picture" else None) for name in wanted}
