"""Export: a corpus, or several, to a file that trainers read, with the notices beside it."""

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import Any

import orjson

from pictus import plugins
from pictus.engine.events import Events
from pictus.errors import PictusError
from pictus.licence import Verdict
from pictus.record import Media, Record, Reject, reject_record
from pictus.steps.cards import write_notices
from pictus.steps.licence import Use, ruling_of
from pictus.store.columns import FIELDS
from pictus.store.corpus import Corpus, open_corpus
from pictus.store.whole_file import whole_file


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportPlan:
    """What is written where."""

    source: str
    also: tuple[str, ...] = ()  # corpora that are written after it, into the same file
    format: str
    to: Path
    settings: Mapping[str, Any] = field(default_factory=dict)
    require: Use | None = None  # write only records that may be used so
    limit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What was written, and what was not."""

    files: tuple[Path, ...]
    rows: int
    lost: Mapping[str, int]  # what the format cannot carry, with the number of records
    left_out: Mapping[str, int]  # records left out for their licence, by reason
    rejected: tuple[Reject, ...]
    unanswered: int = 0  # rows that only ask, in a format that has no other place for an answer

    @property
    def reasons(self) -> Counter[str]:
        """Count why records do not fit."""
        return Counter(reason for reject in self.rejected for reason in reject.reasons)


def plan(source: str, to: str | Path, format_name: str, **options: Any) -> ExportPlan:
    """Check the names before anything is written."""
    plan = ExportPlan(source=source, to=Path(to), format=format_name, **options)
    plugins.load("formats", plan.format, plan.settings)
    suffixes = plugins.load_class("formats", plan.format).suffixes
    if not suffixes:
        written = ", ".join(name for name in plugins.names("formats") if plugins.load_class("formats", name).suffixes)
        raise PictusError(f"the format {plan.format} is only read", where="--format", mend=f"written are: {written}")
    for corpus in (source, *plan.also):
        open_corpus(corpus)
    if plan.to.is_dir() and "" not in suffixes:
        raise PictusError("this is a folder", where=str(plan.to), mend="name a file to write")
    return plan


def run(plan: ExportPlan, events: Events) -> Exported:
    """Stream the corpora through the format; embedded pictures are written beside the file."""
    corpora = [open_corpus(corpus) for corpus in (plan.source, *plan.also)]
    format_: plugins.Format = plugins.load("formats", plan.format, plan.settings)
    events.send("begin", corpus=plan.source, shards=None)
    left_out: Counter[str] = Counter()
    counted = _Counted(events)
    facts = None if "facts" in format_.carries else _FactsLeftBehind(corpora)
    rows = counted(_wanted(corpora, plan, format_.carries, left_out))
    if facts is not None:
        rows = facts(rows)
    if (root := media_root(corpora)) is not None:
        rows = _named_from(root, rows)
    silent = _Silent()
    if facts is not None:
        rows = silent(rows)
    tools = _ToolsLeftBehind()
    if "tools" not in format_.carries:
        rows = tools(rows)
    if "media.data" not in format_.carries or not getattr(format_, "embed", True):
        rows = _with_files(rows, plan.to)
    written = format_.write(rows, plan.to)
    write_notices(corpora, plan.to.with_name(f"{plan.to.stem}.NOTICE.md"), plan.to.with_name(f"{plan.to.stem}.bib"))
    rejected = (*tools.rejected, *written.rejected)
    events.send("end", rows=written.rows, rejected=len(rejected))
    lost = {**tools.lost, **written.lost}
    if "origin" not in format_.carries and written.rows:
        lost["origin (licences, address, how it was made)"] = written.rows
    if facts is not None and (count := facts.lost(rejected)):
        lost["facts (captions, boxes, labels)"] = count
    return Exported(
        files=written.files,
        rows=written.rows,
        lost=lost,
        left_out=left_out,
        rejected=rejected,
        unanswered=silent.written(rejected),
    )


class _Counted:
    """Passes records on and tells of every ten thousandth."""

    def __init__(self, events: Events) -> None:
        self.events = events

    def __call__(self, rows: Iterator[Record]) -> Iterator[Record]:
        for number, row in enumerate(rows, 1):
            yield row
            if number % 10_000 == 0:
                self.events.send("rows", rows=number)


class _FactsLeftBehind:
    """Counts the records that have facts, which are not read for a format that cannot carry them."""

    def __init__(self, corpora: Sequence[Corpus]) -> None:
        self._corpora = corpora
        self._passed = 0

    def __call__(self, rows: Iterator[Record]) -> Iterator[Record]:
        told = self._told()
        for row in rows:
            self._passed += next(has_facts for identity, has_facts in told if identity == row.id)
            yield row

    def lost(self, rejected: Sequence[Reject]) -> int:
        """Count those of them that were written: what is set aside as a whole is told as that."""
        aside = {reject.id for reject in rejected}
        if not aside:
            return self._passed
        return self._passed - sum(has_facts for identity, has_facts in self._told() if identity in aside)

    def _told(self) -> Iterator[tuple[str, bool]]:
        return chain.from_iterable(corpus.tells_facts() for corpus in self._corpora)


class _Silent:
    """Counts the records in which somebody asks and nobody answers, as in the test splits of many datasets."""

    def __init__(self) -> None:
        self._passed = 0

    def __call__(self, rows: Iterator[Record]) -> Iterator[Record]:
        for row in rows:
            self._passed += _is_silent([turn.role for turn in row.turns])
            yield row

    def written(self, rejected: Sequence[Reject]) -> int:
        """Count those of them that were not set aside."""
        rows = (orjson.loads(reject.row) for reject in rejected if self._passed)
        return self._passed - sum(_is_silent([turn["role"] for turn in row["turns"]]) for row in rows)


def _is_silent(roles: Sequence[str]) -> bool:
    return "user" in roles and "assistant" not in roles


class _ToolsLeftBehind:
    """Passes records on without their tools, and sets aside those that would be empty without their calls."""

    def __init__(self) -> None:
        self.lost: Counter[str] = Counter()
        self.rejected: list[Reject] = []

    def __call__(self, rows: Iterator[Record]) -> Iterator[Record]:
        for row in rows:
            if any(turn.calls or turn.role == "tool" for turn in row.turns):
                reason = "it calls tools, which this format cannot hold"
                self.rejected.append(reject_record(row, [reason], where=f"record {row.id}"))
                continue
            if row.tools:
                self.lost["tools (what the model may call)"] += 1
            yield replace(row, tools=()) if row.tools else row


def media_root(corpora: Sequence[Corpus]) -> str | None:
    """Give the folder that paths are written from when several corpora have their pictures in different ones."""
    roots = {address for corpus in corpora for address in corpus.roots.values()}
    if len(corpora) == 1 or len(roots) < 2 or any("://" in root for root in roots):
        return None
    return os.path.commonpath([Path(root).resolve() for root in roots])


def _named_from(root: str, rows: Iterator[Record]) -> Iterator[Record]:
    """Name media from a folder above theirs; a path that leads out of its own stays one that nothing follows."""
    below: dict[str, str] = {}

    def named(medium: Media) -> Media:
        if medium.root is None or medium.file is None:
            return medium
        if medium.root not in below:
            below[medium.root] = Path(os.path.relpath(Path(medium.root).resolve(), root)).as_posix()
        return replace(medium, path=f"{below[medium.root]}/{medium.path}".removeprefix("./"), root=root)

    for record in rows:
        yield replace(record, media=tuple(map(named, record.media)))


def _wanted(
    corpora: Sequence[Corpus], plan: ExportPlan, carries: frozenset[str], left_out: Counter[str]
) -> Iterator[Record]:
    fields = (carries & FIELDS) | {"tools"} | ({"origin"} if plan.require else set())
    rows = 0
    for record in chain.from_iterable(corpus.records(fields) for corpus in corpora):
        if plan.require is not None:
            ruling = ruling_of(record.origin, plan.require)
            if ruling.verdict is not Verdict.YES:
                left_out.update(ruling.reasons[:1])
                continue
        if rows == plan.limit:
            return
        rows += 1
        yield record


def _with_files(rows: Iterator[Record], to: Path) -> Iterator[Record]:
    """Write embedded pictures to files, for formats that only name them."""
    folder = f"{to.stem}_pictures"
    for record in rows:
        if any(medium.data is not None for medium in record.media):
            media = tuple(_as_file(medium, f"{record.id}_{n}", to, folder) for n, medium in enumerate(record.media))
            record = replace(record, media=media)
        yield record


def _as_file(medium: Media, name: str, to: Path, folder: str) -> Media:
    if medium.data is None:
        return medium
    suffix = Path(medium.path).suffix if medium.path else _suffix(medium.data)
    path = f"{folder}/{name}{suffix}"
    with whole_file(to.parent / path) as file:
        file.write(medium.data)
    return replace(medium, data=None, path=path, root=str(to.parent))


def _suffix(data: bytes) -> str:
    starts = {b"\xff\xd8": ".jpg", b"\x89PNG": ".png", b"GIF8": ".gif", b"RIFF": ".webp", b"\x93NUM": ".npy"}
    return next((suffix for start, suffix in starts.items() if data.startswith(start)), ".bin")
