"""Import: a dataset's files, or a file in a known format, to a corpus."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

from pictus import licence, plugins
from pictus.engine.events import Events
from pictus.engine.making import make_from_stream
from pictus.errors import PictusError, unknown_name
from pictus.reading.picture_file import picture_bytes
from pictus.reading.rows import BadRow
from pictus.record import Origin, Record, Reject, reject_record
from pictus.steps.cards import write_cards
from pictus.store.corpus import Corpus, begin_corpus


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPlan:
    """What is read, and where it goes."""

    name: str  # of a source or a format
    root: Path  # the data root of a source, or the file of a format
    to: str
    splits: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    pictures: Path | None = None  # where the pictures of a format lie
    embed: bool = False
    limit: int | None = None
    picture_licence: str | None = None  # as the user states them, where the data says nothing
    text_licence: str | None = None
    model_terms: str | None = None
    inputs: tuple[str, ...] = ()  # the files read, with size and time

    @property
    def is_source(self) -> bool:
        """Say whether the name is a source's."""
        return self.name in plugins.names("sources")


def plan(name: str, root: Path, to: str, *, splits: tuple[str, ...] = (), **options: Any) -> ImportPlan:
    """Work out what an import would read; a missing file is an error now and not later."""
    name = name.replace("-", "_")
    known = [*plugins.names("sources"), *plugins.names("formats")]
    if name not in known:
        raise unknown_name("source or format", name, known, where="pictus import")
    if not root.exists():
        raise PictusError("this file or folder does not exist", where=str(root), mend="check the path after --from")
    stated = [options.get(key) for key in ("picture_licence", "text_licence", "model_terms")]
    options["picture_licence"], options["text_licence"], options["model_terms"] = (
        text and _licence_name(text) for text in stated
    )
    draft = ImportPlan(name=name, root=root.resolve(), to=to, **options)
    if not draft.is_source:
        return replace(draft, inputs=_fingerprint([root]))
    source = _source(draft)
    splits = splits or source.splits or source.splits_in(draft.root)
    present, problems = [], []
    for split in splits:
        try:
            present.append((split, source.files(draft.root, split)))
        except PictusError as error:
            problems.append(error)
    if problems and (len(splits) == 1 or not present or splits != source.splits):
        raise problems[0]
    # Nobody asked for certain splits, so those whose files are here are meant.
    files = [path for _, paths in present for path in paths]
    return replace(draft, splits=tuple(split for split, _ in present), inputs=_fingerprint(files))


def run(plan: ImportPlan, events: Events) -> Corpus:
    """Read, and write the corpus with its cards."""
    corpus = begin_corpus(plan.to, roots={plan.name: _media_root(plan)}, made=_made(plan))
    corpus = make_from_stream(corpus, lambda: _rows(plan), events)
    write_cards(corpus)
    return corpus


def _rows(plan: ImportPlan) -> Iterator[Record | Reject]:
    """Give the rows of a plan, the same in every run."""
    rows = _read(plan)
    for row in rows if plan.limit is None else islice(rows, plan.limit):
        if isinstance(row, Record):
            row = replace(row, origin=_stated(plan, row.origin))
            yield _embedded(row) if plan.embed else row
        else:
            yield row


def _read(plan: ImportPlan) -> Iterator[Record | Reject]:
    if plan.is_source:
        source = _source(plan)
        for split in plan.splits:
            yield from source.records(plan.root, split)
    else:
        format_: plugins.Format = plugins.load("formats", plan.name, plan.settings)
        yield from format_.read(plan.root, pictures=Path(_media_root(plan)))


def _licence_name(text: str) -> str:
    """Give the name of a licence that the user states; one that nobody knows would silently permit nothing."""
    known = [licence_.name for licence_ in licence.known()]
    name = licence.find(text).name
    if name not in known:
        raise unknown_name("licence", text, known, where="pictus import")
    return name


def _source(plan: ImportPlan) -> Any:
    return plugins.load("sources", plan.name, plan.settings)


def _media_root(plan: ImportPlan) -> str:
    if plan.is_source:
        return str(plan.root)
    beside = plan.root if plan.root.is_dir() else plan.root.parent
    return str((plan.pictures or beside).resolve())


def _stated(plan: ImportPlan, origin: Origin) -> Origin:
    """Fill in what the user stated; what the data itself says stands."""
    changes: dict[str, Any] = {}
    if plan.picture_licence and origin.picture_licence == "unknown":
        changes["picture_licence"] = plan.picture_licence
    if plan.text_licence and origin.text_licence == "unknown":
        changes["text_licence"] = plan.text_licence
    if plan.model_terms and origin.model_terms is None:
        changes["model_terms"] = plan.model_terms
    return replace(origin, **changes) if changes else origin


def _embedded(record: Record) -> Record | Reject:
    try:
        media = tuple(replace(medium, data=picture_bytes(medium)) for medium in record.media)
    except BadRow as error:
        return reject_record(record, [str(error)], where=f"{record.origin.dataset} {record.origin.key}")
    return replace(record, media=media)


def _fingerprint(files: list[Path]) -> tuple[str, ...]:
    stats = [(path, path.stat()) for path in files]
    return tuple(f"{path.name} {stat.st_size} {stat.st_mtime_ns}" for path, stat in stats)


def _made(plan: ImportPlan) -> dict[str, Any]:
    made = {
        "step": "import",
        "name": plan.name,
        "from": str(plan.root),
        "splits": list(plan.splits),
        "settings": dict(plan.settings),
        "pictures": plan.pictures and str(plan.pictures.resolve()),
        "embed": plan.embed or None,
        "limit": plan.limit,
        "picture_licence": plan.picture_licence,
        "text_licence": plan.text_licence,
        "model_terms": plan.model_terms,
        "inputs": list(plan.inputs),
    }
    return {key: value for key, value in made.items() if value not in (None, [], {})}
