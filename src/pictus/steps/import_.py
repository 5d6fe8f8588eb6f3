"""Import: a dataset's files, or a file in a known format, to a corpus."""

import gc
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa

from pictus import licence, plugins
from pictus.engine.events import Events
from pictus.engine.local import default_workers
from pictus.engine.making import make_from_stream, make_from_tasks
from pictus.engine.task import Task
from pictus.errors import PictusError, unknown_name
from pictus.licence.table import NO_PICTURE
from pictus.reading.picture_file import picture_bytes
from pictus.reading.rows import BadRow
from pictus.record import Origin, Record, Reject, reject_record
from pictus.steps.cards import write_cards
from pictus.steps.splits import find_splits
from pictus.store.columns import SAYS_NOTHING, with_no_picture, with_origin
from pictus.store.corpus import Corpus, begin_corpus
from pictus.store.place import Place
from pictus.store.receipts import Receipt
from pictus.store.shards import SHARD_ROWS, write_batches


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
    notes: tuple[str, ...] = ()  # what the source has to say of these files
    workers: int = field(default_factory=default_workers)  # processes, where the input can be read in portions

    @property
    def is_source(self) -> bool:
        """Say whether the name is a source's."""
        return self.name in plugins.names("sources")


def plan(name: str, root: Path, to: str, *, splits: tuple[str, ...] = (), **options: Any) -> ImportPlan:
    """Work out what an import would read; a missing file is an error now and not later."""
    name = name.replace("-", "_")
    known = [*plugins.names("sources"), *plugins.names("formats")]
    if name not in known:
        raise _unknown(name, sorted({*known}))
    if not root.exists() and "{" not in root.name:  # some formats take patterns
        raise PictusError("this file or folder does not exist", where=str(root), mend="check the path after --from")
    stated = [options.get(key) for key in ("picture_licence", "text_licence", "model_terms")]
    options["picture_licence"], options["text_licence"], options["model_terms"] = (
        text and _licence_name(text) for text in stated
    )
    if options.get("workers") is None:
        options.pop("workers", None)
    if options["picture_licence"] == NO_PICTURE.name:
        raise PictusError(
            "nobody can state that there are no pictures",
            where="pictus import",
            mend="leave --picture-licence out: of records without media it is known",
        )
    draft = ImportPlan(name=name, root=root.resolve(), to=to, **options)
    if not draft.is_source:
        return replace(draft, inputs=_fingerprint(_files_of_format(draft)))
    if draft.pictures is not None:
        mend = f"leave it out; `pictus show sources/{name}` lists the settings, for --set"
        raise PictusError("a dataset finds its pictures without --pictures", where="pictus import", mend=mend)
    source = _source(draft)
    found = find_splits(name, source, draft.root, splits)
    told = (
        [note for split in found.names for note in source.notes(draft.root, split)] if hasattr(source, "notes") else []
    )
    if found.left_out:
        told.append(f"left out, since their files are not all here: {', '.join(found.left_out)}")
    return replace(draft, splits=found.names, inputs=_fingerprint(found.files), notes=tuple(dict.fromkeys(told)))


def run(plan: ImportPlan, events: Events) -> Corpus:
    """Read, and write the corpus with its cards."""
    corpus = begin_corpus(plan.to, roots={plan.name: _media_root(plan)}, made=made_of(plan))
    tasks = _tasks(plan)
    if tasks is None:
        corpus = make_from_stream(corpus, lambda: rows_of(plan), events)
    else:
        corpus = make_from_tasks(corpus, tasks, events, workers=plan.workers)
    write_cards(corpus)
    return corpus


def _tasks(plan: ImportPlan) -> Iterator[Task] | None:
    """Give a task for each portion of the input, where it can be read in portions; None where it cannot."""
    if plan.embed or plan.limit is not None:
        return None
    tables = [(split, _table(plan, split)) for split in plan.splits or (None,)]
    found = [(split, None if table is None else table.portions(SHARD_ROWS)) for split, table in tables]
    if any(portions is None for _, portions in found):
        return None
    cut = ((split, portion) for split, portions in found for portion in portions or ())
    return (
        Task(
            shard=number,
            function="pictus.steps.import_:write_portion",
            arguments={"plan": plan, "split": split, "portion": portion},
        )
        for number, (split, portion) in enumerate(cut)
    )


def write_portion(shard: int, *, plan: ImportPlan, split: str | None, portion: Any) -> Receipt:
    """Make one shard: the work of a task."""
    gc.disable()  # what is made of rows holds no circles, and looking for them takes a third of the time
    try:
        return write_batches(Place(plan.to), shard, _batches(plan, split, portion))
    finally:
        gc.enable()


def _table(plan: ImportPlan, split: str | None) -> plugins.Table | None:
    """Give what is read as a table, where the source or format offers one."""
    plugin = _source(plan) if plan.is_source else _format(plan)
    if not hasattr(plugin, "table"):
        return None
    found: plugins.Table | None
    found = plugin.table(plan.root, split) if plan.is_source else plugin.table(plan.root, Path(_media_root(plan)))
    return found


def _batches(plan: ImportPlan, split: str | None, portion: Any) -> Iterator[pa.RecordBatch | Reject]:
    table = _table(plan, split)
    assert table is not None, "its portions were cut"
    for batch in table.batches(portion, {_media_root(plan): plan.name}):
        yield batch if isinstance(batch, Reject) else with_origin(with_no_picture(batch), _stated(plan))


def rows_of(plan: ImportPlan) -> Iterator[Record | Reject]:
    """Give the rows of a plan, the same in every run."""
    rows = _read(plan)
    for row in rows if plan.limit is None else islice(rows, plan.limit):
        if isinstance(row, Record):
            row = replace(row, origin=_filled(_pictured(row), _stated(plan)))
            yield _embedded(row) if plan.embed else row
        else:
            yield row


def _read(plan: ImportPlan) -> Iterator[Record | Reject]:
    if plan.is_source:
        source = _source(plan)
        for split in plan.splits:
            yield from source.records(plan.root, split)
    else:
        yield from _format(plan).read(plan.root, pictures=Path(_media_root(plan)))


def _unknown(name: str, known: list[str]) -> PictusError:
    """Explain a name that nothing has; a list of them all would hide what most look for."""
    error = unknown_name("source or format", name, known, where="pictus import")
    if not error.mend.startswith("known"):
        return error
    mend = "`pictus list` shows all names; tables of your own, such as CSV, are read by `columns`"
    return PictusError(error.what, where=error.where, mend=mend)


def _licence_name(text: str) -> str:
    """Give the name of a licence that the user states; one that nobody knows would silently permit nothing."""
    known = [licence_.name for licence_ in licence.known()]
    name = licence.find(text).name
    if name not in known:
        raise unknown_name("licence", text, known, where="pictus import")
    return name


def _files_of_format(plan: ImportPlan) -> list[Path]:
    """List the files that a format reads; most read the one that was named."""
    format_ = _format(plan)
    lists = hasattr(format_, "files")
    if plan.root.is_dir() and not lists and "" not in format_.suffixes:
        what = f"{plan.name} is read from a file, and this is a folder"
        raise PictusError(what, where=str(plan.root), mend="name the file in it after --from")
    files: list[Path] = format_.files(plan.root) if lists else [plan.root]
    if missing := [file for file in files if not file.exists()]:
        raise PictusError("this file does not exist", where=str(missing[0]), mend="check the path after --from")
    return files


def _source(plan: ImportPlan) -> Any:
    return plugins.load("sources", plan.name, plan.settings)


def _format(plan: ImportPlan) -> Any:
    return plugins.load("formats", plan.name, plan.settings)


def _media_root(plan: ImportPlan) -> str:
    if plan.is_source:
        source = _source(plan)
        return str(source.media_root(plan.root) if hasattr(source, "media_root") else plan.root)
    beside = plan.root if plan.root.is_dir() else plan.root.parent
    return str((plan.pictures or beside).resolve())


def _pictured(record: Record) -> Origin:
    """Say of a record without media that no picture has a licence, and of no other; `with_no_picture` says the same."""
    said = record.origin.picture_licence
    if record.media:
        right = "unknown" if said == NO_PICTURE.name else said
    else:
        right = NO_PICTURE.name if said in SAYS_NOTHING else said
    return replace(record.origin, picture_licence=right)


def _stated(plan: ImportPlan) -> dict[str, str]:
    """Give what the user stated of licences."""
    names = ("picture_licence", "text_licence", "model_terms")
    return {name: stated for name in names if (stated := getattr(plan, name))}


def _filled(origin: Origin, stated: Mapping[str, Any]) -> Origin:
    """Fill in what the user stated; what the data itself says stands."""
    changes = {name: text for name, text in stated.items() if getattr(origin, name) in (None, "unknown")}
    return replace(origin, **changes) if changes else origin


def _embedded(record: Record) -> Record | Reject:
    try:
        media = tuple(replace(medium, data=picture_bytes(medium)) for medium in record.media)
    except BadRow as error:
        return reject_record(record, [str(error)], where=f"{record.origin.dataset} {record.origin.key}")
    return replace(record, media=media)


def _fingerprint(files: Iterable[Path]) -> tuple[str, ...]:
    stats = [(path, path.stat()) for path in files]
    return tuple(f"{path.name} {stat.st_size} {stat.st_mtime_ns}" for path, stat in stats)


def made_of(plan: ImportPlan) -> dict[str, Any]:
    """Say what an import is made of: the same again means the same corpus."""
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
