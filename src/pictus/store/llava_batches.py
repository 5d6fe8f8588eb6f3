"""Portions of LLaVA's files to columns: nearly all rows many at a time, the odd ones as records."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow.json import ParseOptions, ReadOptions, read_json

from pictus.reading.json import rows_of
from pictus.reading.llava_rows import GPT, HUMAN, LlavaRows, llava_records
from pictus.reading.portions import Portion, starts_in, texts_of
from pictus.reading.repeated_keys import may_repeat_keys
from pictus.reading.structure import Span
from pictus.record import Record, Reject, content_of
from pictus.store import columns
from pictus.store.ids import HOLE, escaped, ids_of, joined
from pictus.store.letters import Bits, Places, any_of, bits
from pictus.store.plain_talk import Talks

_ODD_SHARE = 0.1  # from which on it is faster to take all rows of a piece one by one
_TALKS = pa.list_(pa.struct([("from", pa.string()), ("value", pa.string())]))
_NO_PATH = "^$|^https?://|\0"  # what as the name of a picture is no path


@dataclass(frozen=True, slots=True)
class _Parsed:
    """Rows in the columns of LLaVA, with their turns one after the other."""

    rows: pa.StructArray
    speakers: pa.Array
    texts: pa.Array
    ends: Places  # between the turns of two rows, and around all

    def column(self, name: str) -> pa.Array:
        """Give a column; what a row lacks is null."""
        return pc.struct_field(self.rows, name)


def llava_batches(portion: Portion, how: LlavaRows, root_names: Mapping[str, str]) -> Iterator[pa.RecordBatch | Reject]:
    """Give the rows of a portion in columns: the same as `llava_records` gives."""
    for first, piece, text in texts_of(portion):
        batch, is_odd = _in_columns(text, piece.rows, how, root_names)
        starts = starts_in(piece, text) if is_odd.any() else []
        ends = [*(start - 1 for start in starts[1:]), piece.end]
        for begin, end in pairwise([0, *(np.flatnonzero(np.diff(is_odd)) + 1).tolist(), piece.rows]):
            if is_odd[begin]:
                part = text[starts[begin] - piece.begin : ends[end - 1] - piece.begin]
                rows = rows_of(Span(None, starts[begin], part), portion.path.name, first + begin)
                yield from _one_by_one(rows, how, root_names)
            else:
                yield batch.slice(begin, end - begin)


def _in_columns(text: bytes, count: int, how: LlavaRows, root_names: Mapping[str, str]) -> tuple[pa.RecordBatch, Bits]:
    """Bring rows into columns, and say which are odd: what the columns tell of these is wrong."""
    parsed = _parse(text, count, how)
    if parsed is not None:
        talks, has_place, has_marks = Talks.read(parsed.texts.fill_null(""), parsed.ends)
        is_odd = _is_odd(parsed, how) | has_marks | (bits(parsed.column("image").is_valid()) != has_place)
        if is_odd.mean() <= _ODD_SHARE:
            return _batch(parsed, talks, how, root_names), is_odd
    return columns.encode([], {}), np.ones(count, np.bool_)


def _parse(text: bytes, count: int, how: LlavaRows) -> _Parsed | None:
    """Parse rows; None where a column has something else in it, where one is no JSON, or has a key twice."""
    try:
        rows = _read(text, how, "error")
    except ValueError:  # there are other columns, or something is wrong
        try:
            found = orjson.loads(b"[" + text + b"]")
            if may_repeat_keys(text, found):
                return None
            rows = _read(text, how, "ignore")
        except ValueError:
            return None
    if rows is None or len(rows) != count:
        return None
    talks = pc.struct_field(rows, "conversations")
    turns = talks.flatten()
    ends = np.concatenate(([0], np.cumsum(pc.list_value_length(talks).fill_null(0))))
    return _Parsed(rows, pc.struct_field(turns, "from"), pc.struct_field(turns, "value"), ends)


def _read(text: bytes, how: LlavaRows, unknown: Literal["error", "ignore"]) -> pa.StructArray | None:
    """Read rows as the one value of a table of one row: so nothing is to be put between them."""
    names = dict.fromkeys((how.key, "image", "motion", "model", how.url, *how.reads))
    row = pa.struct([*((name, pa.string()) for name in names if name), ("conversations", _TALKS)])
    data = b'{"rows":[' + text + b"]}"
    table = read_json(
        pa.BufferReader(data),
        ReadOptions(use_threads=False, block_size=len(data) + 1),
        ParseOptions(explicit_schema=pa.schema([("rows", pa.list_(row))]), unexpected_field_behavior=unknown),
    )
    if len(table) != 1:
        return None  # the brackets around were closed by what stands between them
    table.validate(full=True)  # whether the texts are UTF-8
    return table["rows"].chunk(0).flatten()


def _is_odd(parsed: _Parsed, how: LlavaRows) -> Bits:
    """Say which rows are not human and gpt in turn, have no key, or no plain name for a picture."""
    ends = parsed.ends
    is_even = (np.arange(int(ends[-1])) - np.repeat(ends[:-1], np.diff(ends))) % 2 == 0
    is_right = np.where(is_even, bits(pc.equal(parsed.speakers, HUMAN)), bits(pc.equal(parsed.speakers, GPT)))
    is_right &= bits(parsed.texts.is_valid())
    found: Bits = any_of(~is_right, ends) | (np.diff(ends) == 0) | bits(parsed.column(how.key).is_null())
    found |= bits(pc.match_substring_regex(parsed.column("image"), _NO_PATH))
    found |= bits(parsed.column("motion").is_valid())
    return found


def _batch(parsed: _Parsed, talks: Talks, how: LlavaRows, root_names: Mapping[str, str]) -> pa.RecordBatch:
    names, keys = parsed.column("image").to_pylist(), parsed.column(how.key).fill_null("")
    about = list(map(how.about, _rows(parsed, names, how)))
    places = [(id(origin), id(facts)) for origin, facts in about]
    kinds = dict(zip(places, about, strict=True))
    order = {place: number for number, place in enumerate(kinds)}
    numbers = pa.array([order[place] for place in places])
    origins, facts = zip(*kinds.values(), strict=True)
    around = [content_of(origin, HOLE, HOLE, (), some).split(b"\0") for origin, some in kinds.values()]
    before, between, after = (pa.array(pieces, pa.string()).take(numbers) for pieces in zip(*around, strict=True))
    paths = pa.array([None if name is None else how.place(name) for name in names], pa.string())
    urls = parsed.column(how.url) if how.url else pa.nulls(len(names), pa.string())
    urls = pc.if_else(pc.equal(urls, ""), None, urls)
    return columns.assemble(
        ids_of(joined(before, b'"', escaped(keys), b'"', between, b"[", talks.as_json(), b"]", after)),
        turns=talks.column(),
        media=columns.pictures_named(paths, urls, how.root, root_names),
        facts=columns.facts_of(facts, numbers),
        origins=columns.origins_of(origins, numbers, keys),
        root_names=root_names,
    )


def _rows(parsed: _Parsed, names: Sequence[str | None], how: LlavaRows) -> Iterator[dict[str, Any]]:
    """Give of each row what `about` may look at."""
    has_turns = np.diff(parsed.ends) > 0
    words = parsed.texts.take(pa.array(parsed.ends[:-1], mask=~has_turns)).to_pylist()
    others = [parsed.column(name).to_pylist() for name in how.reads]
    for name, text, *some in zip(names, words, *others, strict=True):
        yield {
            "image": name,
            "conversations": [{"from": HUMAN, "value": text}],
            **dict(zip(how.reads, some, strict=True)),
        }


def _one_by_one(
    rows: Iterable[tuple[str, Any] | Reject], how: LlavaRows, root_names: Mapping[str, str]
) -> Iterator[pa.RecordBatch | Reject]:
    found = list(llava_records(rows, how))
    yield from (row for row in found if isinstance(row, Reject))
    records = [row for row in found if isinstance(row, Record)]
    if records:
        yield columns.encode(records, root_names)
