"""Portions of LLaVA's files to columns: nearly all rows many at a time, the odd ones as records."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from pictus.reading.json import rows_of
from pictus.reading.llava_rows import GPT, HUMAN, LlavaRows, llava_records, picture_of
from pictus.reading.portions import Portion, starts_in, texts_of
from pictus.reading.structure import Span
from pictus.record import Media, Record, Reject, identities_of
from pictus.store import columns
from pictus.store.plain_talk import Bits, Places, Talks, any_of, bits

_ODD_SHARE = 0.1  # from which on it is faster to take all rows of a piece one by one


@dataclass(frozen=True, slots=True)
class _Parsed:
    """Rows that have the columns of LLaVA, with their turns one after the other."""

    rows: list[dict[str, Any]]
    speakers: pa.Array
    texts: pa.Array
    lengths: Places


def llava_batches(portion: Portion, how: LlavaRows, root_names: Mapping[str, str]) -> Iterator[pa.RecordBatch | Reject]:
    """Give the rows of a portion in columns: the same as `llava_records` gives."""
    name = portion.path.name
    for first, piece, text in texts_of(portion):
        parsed = _parse(text, piece.rows)
        if parsed is None:
            span = Span(None, starts_in(piece, text), text)
            yield from _one_by_one(rows_of(span, name, first), how, root_names)
            continue
        talks, has_place, has_marks = Talks.read(parsed.texts, parsed.lengths)
        media = [_picture(row, how) for row in parsed.rows]
        is_odd = _out_of_order(parsed, how.key) | has_marks | _without_pictures(media, has_place)
        if is_odd.mean() > _ODD_SHARE:
            is_odd[:] = True
        places = [f"{name}, row {first + number}, byte {{}}" for number in range(piece.rows)]
        starts = starts_in(piece, text) if is_odd.any() else []
        for begin, end, odd in _runs(is_odd):
            if odd:
                rows = [(places[number].format(starts[number]), parsed.rows[number]) for number in range(begin, end)]
                yield from _one_by_one(rows, how, root_names)
            else:
                yield _batch(parsed.rows[begin:end], talks.part(begin, end), media[begin:end], how, root_names)


def _parse(text: bytes, count: int) -> _Parsed | None:
    """Parse rows; None where one of them lacks a column, is no JSON, or has a key twice."""
    try:
        rows = orjson.loads(b"[" + text + b"]")
        talks = [row["conversations"] for row in rows]
        turns = list(chain.from_iterable(talks))
        speakers = pa.array([turn["from"] for turn in turns], pa.string())
        texts = pa.array([turn["value"] for turn in turns], pa.string())
        keys = sum(map(len, rows)) + sum(map(len, turns))  # as many as the text has, unless one stands twice
    except (KeyError, TypeError, ValueError, pa.ArrowException):
        return None
    if len(rows) != count or text.count(b'":') != keys or speakers.null_count or texts.null_count:
        return None
    return _Parsed(rows, speakers, texts, np.fromiter(map(len, talks), np.int64, count))


def _out_of_order(parsed: _Parsed, key: str) -> Bits:
    """Say which rows are not human and gpt in turn, or have no text for a key."""
    ends = np.concatenate(([0], np.cumsum(parsed.lengths)))
    is_even = (np.arange(int(ends[-1])) - np.repeat(ends[:-1], parsed.lengths)) % 2 == 0
    is_right = np.where(is_even, bits(pc.equal(parsed.speakers, HUMAN)), bits(pc.equal(parsed.speakers, GPT)))
    has_key = np.array([type(row.get(key)) is str for row in parsed.rows])
    found: Bits = any_of(~is_right, ends) | (parsed.lengths == 0) | ~has_key
    return found


def _picture(row: Mapping[str, Any], how: LlavaRows) -> tuple[Media, ...] | None:
    """Make the picture of a row, where it is named as plainly as nearly all are; None where it is not."""
    if "motion" in row:
        return None
    if "image" not in row:
        return ()
    picture = picture_of(row, how)
    return None if picture is None else (picture,)


def _without_pictures(media: list[tuple[Media, ...] | None], has_place: Bits) -> Bits:
    """Say in which rows pictures and places do not agree."""
    counts = np.array([-1 if some is None else len(some) for some in media])
    found: Bits = counts != has_place
    return found


def _runs(is_odd: Bits) -> Iterator[tuple[int, int, bool]]:
    """Give the stretches of odd rows and of others."""
    cuts = [0, *(np.flatnonzero(np.diff(is_odd)) + 1).tolist(), len(is_odd)]
    for begin, end in pairwise(cuts):
        yield begin, end, bool(is_odd[begin])


def _batch(
    rows: list[dict[str, Any]], talks: Talks, media: list[Any], how: LlavaRows, root_names: Mapping[str, str]
) -> pa.RecordBatch:
    keys = [row[how.key] for row in rows]
    about = [how.about(row) for row in rows]
    origins, facts = [origin for origin, _ in about], [some for _, some in about]
    ids = list(identities_of(origins, keys, talks.as_json(), facts))
    return columns.assemble(
        ids,
        turns=talks.column(),
        media=media,
        facts=columns.facts_of(facts),
        origins=columns.origins_of(origins, keys),
        root_names=root_names,
    )


def _one_by_one(
    rows: Iterable[tuple[str, Any] | Reject], how: LlavaRows, root_names: Mapping[str, str]
) -> Iterator[pa.RecordBatch | Reject]:
    found = list(llava_records(rows, how))
    yield from (row for row in found if isinstance(row, Reject))
    records = [row for row in found if isinstance(row, Record)]
    if records:
        yield columns.encode(records, root_names)
