"""One shard of pictures: the work of a task, the same wherever it is done."""

import gc
from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import orjson
import pyarrow as pa

from pictus.pixels.wanted import Wanted
from pictus.reading.rows import BadRow
from pictus.record import Media, Record, Reject, reject_record
from pictus.steps.acquire.pictures.again import Again, rows_again
from pictus.steps.acquire.pictures.fetching import Blur, Fetching, Job
from pictus.steps.acquire.pictures.keeping import Output, Put, keeping
from pictus.steps.acquire.pictures.known import SIDE, Found, Pictures, known_pictures
from pictus.steps.acquire.pictures.progress import teller
from pictus.steps.acquire.pictures.slices import Late, Slice, picked, rows_of
from pictus.store import columns
from pictus.store.corpus import open_corpus
from pictus.store.place import Place
from pictus.store.receipts import Receipt
from pictus.store.shards import write_batches
from pictus.store.side import publish_side
from pictus.web.manners import Manners

Jobs: TypeAlias = Mapping[int, Job]  # by the place of the picture in its record
_GROUP, _GROUP_BYTES = 100, 2**28  # rows of a row group with pictures; and of these, what a column holds with ease
_TOLD = pa.list_(
    pa.struct(
        [
            ("address", pa.string()),  # that gave it in the end, where that is another
            ("sha256", pa.string()),
            ("width", pa.int32()),
            ("height", pa.int32()),
            ("kind", pa.string()),
            ("notes", pa.list_(pa.string())),
            ("exif", pa.string()),
        ]
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What all shards of a run share."""

    source: str  # the corpus whose pictures are wanted
    to: str
    wanted: Wanted
    manners: Manners
    output: Output = "corpus"
    sums: Mapping[str, str] = field(default_factory=dict)  # method, and the column of the list that holds it
    blur_column: str = ""  # of the list, with boxes in fractions
    blur_labels: frozenset[str] = frozenset()  # annotated boxes of these are blurred
    root_names: Mapping[str, str] = field(default_factory=dict)  # of the media that were here before
    log: str | None = None  # the events of the run, where a shard tells how far it is

    @property
    def blurs(self) -> bool:
        """Say whether pictures at the same address may be blurred in different places."""
        return bool(self.blur_column or self.blur_labels)


@contextmanager
def _without_looking_for_circles() -> Iterator[None]:
    """Keep Python from looking for circles, which nothing that is made of rows holds."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@_without_looking_for_circles()
def write_slice(shard: int, *, work: Work, part: Slice) -> Receipt:
    """Get the pictures of some neighbouring rows."""
    return _write(shard, work, list(rows_of(open_corpus(work.source), part)), {})


@_without_looking_for_circles()
def write_late(shard: int, *, work: Work, part: Late) -> Receipt:
    """Take the pictures of rows from the shards that have them by now; what is nowhere is asked for."""
    records = picked(open_corpus(work.source), part.rows)
    urls: dict[int, set[str]] = {}
    for record, shards in zip(records, part.known, strict=True):
        for number in shards:
            urls.setdefault(number, set()).update(medium.url for medium in record.media if medium.url)
    return _write(shard, work, records, {} if work.blurs else known_pictures(Place(work.to), urls))


@_without_looking_for_circles()
def write_again(shard: int, *, work: Work, part: Again) -> Receipt:
    """Ask once more for the pictures of rows that were set aside."""
    records, reasons = rows_again(Place(work.to), open_corpus(work.source), part)
    return _write(shard, work, records, {}, tried_again=dict(sorted(reasons.items())))


def _write(shard: int, work: Work, records: list[Record], known: Pictures, **of_the_receipt: Any) -> Receipt:
    place = Place(work.to)
    rows = [(record, _jobs(record, work)) for record in records]
    jobs = dict.fromkeys(job for _, some in rows if not isinstance(some, str) for job in some.values())
    side: list[tuple[str, list[Mapping[str, Any]]]] = []

    def beside() -> None:
        ids, pictures = zip(*side, strict=True) if side else ((), ())
        publish_side(place, SIDE, shard, ids, {"pictures": pa.array(pictures, _TOLD)})

    with (
        teller(work.log, shard) as tell,
        Fetching([job for job in jobs if not _is_known(job, known)], work.manners, work.wanted, tell) as fetching,
        keeping(work.output, place, shard, len(records)) as keep,
    ):

        def get(job: Job) -> Found | str:
            """Give a picture, or the reason why there is none."""
            return known[job.url] if _is_known(job, known) else fetching.result(job)

        found = _acquired(rows, get, keep.put, side)
        batches = _batches(found, {**work.root_names, **keep.root_names})
        return write_batches(place, shard, batches, beside=beside, **of_the_receipt)


def _acquired(
    rows: Iterable[tuple[Record, Jobs | str]],
    get: Callable[[Job], Found | str],
    put: Put,
    side: list[tuple[str, list[Mapping[str, Any]]]],
) -> Iterator[Record | Reject]:
    """Give each row with its pictures, in order; one that lacks a picture is set aside with the reason."""
    for number, (record, jobs) in enumerate(rows):
        try:
            if isinstance(jobs, str):
                raise BadRow(jobs)
            found = [get(jobs[place]) if place in jobs else Found(one, {}) for place, one in enumerate(record.media)]
            if reasons := [one for one in found if isinstance(one, str)]:
                raise BadRow(reasons[0])
            pictures = [one for one in found if isinstance(one, Found)]
            pairs = zip(pictures, record.media, strict=True)
            media = tuple(replace(one.medium, url=medium.url) for one, medium in pairs)
            kept = put(replace(record, media=media), number)
        except BadRow as error:
            yield reject_record(record, [str(error)], where=f"{record.origin.dataset} {record.origin.key}")
        else:
            side.append((record.id, [one.told for one in pictures]))
            yield kept


def _batches(rows: Iterator[Record | Reject], root_names: Mapping[str, str]) -> Iterator[pa.RecordBatch | Reject]:
    waiting: list[Record] = []
    size = 0
    for row in rows:
        if isinstance(row, Reject):
            yield row
            continue
        waiting.append(row)
        size += sum(len(medium.data) for medium in row.media if medium.data is not None)
        if len(waiting) == _GROUP or size > _GROUP_BYTES:
            yield columns.encode(waiting, root_names)
            waiting.clear()
            size = 0
    if waiting:
        yield columns.encode(waiting, root_names)


def _jobs(record: Record, work: Work) -> Jobs | str:
    """List the pictures to get, by their places: those known by their address alone; or say why none can be."""
    places = [place for place, medium in enumerate(record.media) if _is_missing(medium)]
    try:
        extra = _extra(record) if work.sums or work.blur_column else {}
        sums = tuple((method, sum_in(extra[name])) for method, name in work.sums.items() if extra.get(name))
        blur = _blurred(record, extra, work)
    except BadRow as error:
        return str(error)
    return {place: Job(record.media[place].url or "", blur, sums) for place in places}


def _extra(record: Record) -> Mapping[str, Any]:
    """Read what the list has beside the pictures; what cannot be read may hold what must be blurred."""
    try:
        extra = orjson.loads(record.facts.extra or "{}")
    except orjson.JSONDecodeError:
        extra = None
    if not isinstance(extra, dict):
        raise BadRow("what it has beside the picture is no JSON object, so that nobody can look up columns there")
    return extra


def sum_in(value: Any) -> str:
    """Read a checksum, in hexadecimal or, as some lists have it, in base 64."""
    text = str(value).strip()
    if text.endswith("="):
        with suppress(ValueError):
            return b64decode(text, validate=True).hex()
    return text.lower()


def _is_missing(medium: Media) -> bool:
    """Say whether a picture has to be got: its address is known, and no file; a name alone is none."""
    if medium.kind != "image" or medium.url is None or medium.data is not None:
        return False
    if medium.path is None:
        return True
    return "://" not in (medium.root or "") and not (medium.file is not None and medium.file.is_file())


def _is_known(job: Job, known: Pictures) -> bool:
    """Say whether another row's picture will do, or its reason: not where the list has other sums for this one."""
    found = known.get(job.url)
    if found is None or isinstance(found, str):
        return found is not None and not found.startswith("checksum")
    return all(method == "sha256" and expected == found.told["sha256"] for method, expected in job.sums)


def _blurred(record: Record, extra: Mapping[str, Any], work: Work) -> Blur:
    """List what is blurred: boxes that a column of the list holds, and annotated ones by their labels."""
    marked = [(box.left, box.top, box.right, box.bottom) for box in record.facts.boxes if box.label in work.blur_labels]
    return (*boxes_in(extra.get(work.blur_column)), *marked)


def boxes_in(value: Any) -> list[tuple[float, float, float, float]]:
    """Read boxes of a list's column: four numbers each, as JSON or as its text; what is none raises `BadRow`."""
    try:
        found = orjson.loads(value) if isinstance(value, str) else value
        boxes = [[float(side) for side in box] for box in found or ()]
    except (orjson.JSONDecodeError, TypeError, ValueError):
        raise BadRow("its boxes to blur cannot be read") from None
    if any(len(box) != 4 or not all(0 <= side <= 1 for side in box) for box in boxes):
        raise BadRow("its boxes to blur are not left, top, right, bottom in fractions of the picture")
    return [(left, top, right, bottom) for left, top, right, bottom in boxes]
