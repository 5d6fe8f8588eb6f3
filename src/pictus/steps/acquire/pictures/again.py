"""Rows that were set aside because no picture came: which are tried again, and by which shards."""

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import asdict, dataclass
from itertools import islice

import orjson

from pictus.errors import unknown_name
from pictus.reading.record_row import record_set_aside
from pictus.record import Record, Reject
from pictus.steps.acquire.pictures.slices import picked
from pictus.store.corpus import Corpus
from pictus.store.place import Place
from pictus.store.shards import read_rejects, shard_ids
from pictus.web.outcome import REASONS, is_outcome

_PASSES = "passes.json"
_PASSING = ("dns", "connect", "timeout", "reset", "protocol", "cut_short", "failed", "stopped")
_PASSING_STATUS = ("http_408", "http_425", "http_429", "http_5")
_STATUS = re.compile(r"http_\d{3}")
ALL, PASSING = "all", "passing"


@dataclass(frozen=True, slots=True)
class Pass:
    """One trying again: of rows that the shards before its first set aside for some reasons."""

    first_shard: int
    reasons: tuple[str, ...]  # words for them, or ("passing",) or ("all",)


@dataclass(frozen=True, slots=True)
class Again:
    """Rows that are tried again: the shard that set each aside, and its place among that shard's rejects."""

    rows: tuple[tuple[int, int], ...]


def reasons_in(text: str) -> tuple[str, ...]:
    """Take reasons apart that stand between commas, and refuse what is none: nothing would be tried again for it."""
    found = tuple(text.replace(",", " ").split())
    for reason in found:
        if reason not in (*REASONS, ALL, PASSING) and not _STATUS.fullmatch(reason):
            raise unknown_name("reason", reason, [*REASONS, ALL, PASSING, "http_404"], where="--retry")
    return found


def passes(place: Place) -> list[Pass]:
    """Read which passes there were."""
    if not place.exists(_PASSES):
        return []
    return [Pass(one["first_shard"], tuple(one["reasons"])) for one in orjson.loads(place.read(_PASSES))]


def add_pass(place: Place, first_shard: int, reasons: Collection[str]) -> None:
    """Note that a pass begins: from now on it belongs to what the corpus is made of."""
    found = [*passes(place), Pass(first_shard, tuple(reasons))]
    with place.publish(_PASSES) as file:
        file.write(orjson.dumps([asdict(one) for one in found], option=orjson.OPT_INDENT_2))


def parts_of(corpus: Corpus, one: Pass, rows: int) -> list[Again]:
    """Cut the rows of a pass into shards."""
    found = iter(_rows(corpus.place, one))
    return list(iter(lambda: Again(tuple(islice(found, rows))), Again(())))


def rows_again(place: Place, source: Corpus, part: Again) -> tuple[list[Record], Counter[str]]:
    """Give the rows of a shard that tries again, and why they were set aside.

    Args:
        place: the corpus that set them aside.
        source: where they are from, for what rejects do not keep.
        part: which they are.
    """
    records: dict[tuple[int, int], Record] = {}
    lost: dict[str, tuple[int, int]] = {}
    reasons: Counter[str] = Counter()
    by_shard: dict[int, set[int]] = {}
    for shard, number in part.rows:
        by_shard.setdefault(shard, set()).add(number)
    for shard, numbers in by_shard.items():
        for number, reject in enumerate(read_rejects(place, shard)):
            if number in numbers:
                reasons.update(reject.reasons)
                record = _whole(reject)
                if record is not None:
                    records[shard, number] = record
                else:
                    lost[reject.id or ""] = (shard, number)
    records |= {lost[record.id]: record for record in _of_ids(source, lost)}
    return [records[row] for row in part.rows], reasons


def is_passing(reason: str) -> bool:
    """Say whether asking again may help."""
    return reason in _PASSING or reason.startswith(_PASSING_STATUS)


def _whole(reject: Reject) -> Record | None:
    """Read a row out of its reject; None where that does not hold all of it, such as the bytes of a picture."""
    try:
        record = record_set_aside(reject.row)
    except ValueError:
        return None
    is_whole = all(medium.path is not None or medium.url is not None for medium in record.media)
    return record if is_whole else None


def _of_ids(corpus: Corpus, ids: Collection[str]) -> list[Record]:
    """Find rows by their ids, which means to look through all."""
    if not ids:
        return []
    rows = ((shard, row, name) for shard in corpus.shards for row, name in enumerate(shard_ids(corpus.place, shard)))
    return picked(corpus, [(shard, row) for shard, row, name in rows if name in ids])


def _rows(place: Place, one: Pass) -> list[tuple[int, int]]:
    """List the latest rejects of rows that have no picture yet, for the reasons asked for."""
    latest: dict[str, tuple[int, int] | None] = {}
    first = min((again.first_shard for again in passes(place)), default=one.first_shard)
    for shard in range(one.first_shard):
        if shard >= first:  # it tried rows of others, and these have their pictures now
            latest.update(dict.fromkeys(shard_ids(place, shard)))
        for number, reject in enumerate(read_rejects(place, shard)):
            if reject.id is not None:
                latest[reject.id] = (shard, number) if _is_asked(reject, one.reasons) else None
    return sorted(row for row in latest.values() if row)


def _is_asked(reject: Reject, reasons: Collection[str]) -> bool:
    if not is_outcome(reject.reasons[0]):
        return False
    code = reject.reasons[0].partition(":")[0]
    return ALL in reasons or (PASSING in reasons and is_passing(code)) or code in reasons
