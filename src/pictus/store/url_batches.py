"""Lists of pictures by address to rows of a corpus, without making a record of each on the way.

Such lists have hundreds of millions of rows, of which each is an address, a caption and little else.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pictus.record import Facts, Origin, Record, Reject, content_of
from pictus.store import columns
from pictus.store.ids import HOLE, escaped, ids_of, joined
from pictus.store.letters import Bits, bits

# What is known of each row. Texts may come as bytes: whether they are UTF-8 is found out here.
URL_ROWS = pa.schema(
    [
        ("url", pa.binary()),
        ("caption", pa.binary()),
        ("key", pa.string()),
        ("width", pa.int32()),
        ("height", pa.int32()),
        ("licence", pa.string()),  # of the picture, by a name that `licence` knows; null where nobody said
        ("extra", pa.string()),  # JSON
    ]
)
_ADDRESS = r"(?i)^https?://."
# White space, as Python splits at it, that is more than one blank between two words.
_LOOSE = "^ | $|  |[\x00-\x1f\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"


def url_rows(**known: pa.Array) -> pa.RecordBatch:
    """Put the columns of such rows together; those that are not given are null."""
    count = len(known["url"])
    arrays = [known.get(field.name, pa.nulls(count, field.type)).cast(field.type) for field in URL_ROWS]
    return pa.RecordBatch.from_arrays(arrays, schema=URL_ROWS)


def url_batches(
    rows: pa.RecordBatch, origin: Origin, tell: Callable[[int], tuple[str, str]], *, captioned: bool = True
) -> Iterator[pa.RecordBatch | Reject]:
    """Give rows of `URL_ROWS` in the columns of a corpus, and those that lack an address or a caption as rejects.

    Args:
        rows: a limited number of them.
        origin: what is known of all; key and licence of the picture come from the rows.
        tell: says where the row of that number stands, and how it looks there.
        captioned: whether the list has captions at all; then a row needs one.
    """
    urls, broken_urls = _texts(rows["url"])
    captions, broken_captions = _texts(rows["caption"])
    urls = pc.ascii_trim_whitespace(urls)
    captions = _in_one_line(captions)
    no_address = ~bits(pc.match_substring_regex(urls, _ADDRESS))
    no_caption = ~bits(pc.greater(pc.binary_length(captions), 0)) & captioned
    faults = (
        (broken_urls | broken_captions, "it is not UTF-8 text"),
        (no_address & ~broken_urls, "it has no address that begins with http:// or https://"),
        (no_caption & ~broken_captions, "it has no caption"),
    )
    is_bad = np.logical_or.reduce([mask for mask, _ in faults])
    for number in np.flatnonzero(is_bad).tolist():
        where, row = tell(number)
        yield Reject(where=where, reasons=tuple(reason for mask, reason in faults if mask[number]), row=row)
    if not is_bad.all():
        texts = rows.drop_columns(["url", "caption"]).append_column("url", urls).append_column("caption", captions)
        yield _batch(texts.filter(pa.array(~is_bad)) if is_bad.any() else texts, origin, captioned)


def records_of(found: Iterable[pa.RecordBatch | Reject]) -> Iterator[Record | Reject]:
    """Give the same rows as records."""
    for one in found:
        if isinstance(one, Reject):
            yield one
        else:
            yield from columns.decode(one, {})


def _batch(rows: pa.RecordBatch, origin: Origin, captioned: bool) -> pa.RecordBatch:
    count = rows.num_rows
    kinds = rows["licence"].fill_null(origin.picture_licence).dictionary_encode()
    origins = [replace(origin, picture_licence=name) for name in kinds.dictionary.to_pylist()]
    known = {"extra": rows["extra"]}
    if captioned:
        known["captions"] = pa.ListArray.from_arrays(pa.array(np.arange(count + 1, dtype=np.int32)), rows["caption"])
    return columns.assemble(
        _ids(rows, origin, captioned),
        turns=columns.no_turns(count),
        media=columns.pictures_at(rows["url"], rows["width"], rows["height"]),
        facts=columns.facts_from(count, known),
        origins=columns.origins_of(origins, kinds.indices, rows["key"]),
        root_names={},
    )


def _ids(rows: pa.RecordBatch, origin: Origin, captioned: bool) -> pa.Array:
    """Give the ids that records of these rows would have."""
    facts = Facts(captions=(HOLE,) if captioned else (), extra=HOLE)
    start, *between, end = content_of(origin, HOLE, (), (), facts).split(b"\0")
    has_extra = rows["extra"].null_count < rows.num_rows
    extra = joined(b'"', escaped(rows["extra"]), b'"').fill_null("null") if has_extra else b"null"
    key = joined(b'"', escaped(rows["key"]), b'"')
    told = [key, joined(b'"', escaped(rows["caption"]), b'"'), extra] if captioned else [key, extra]
    pieces: list[pa.Array | bytes] = [start]
    for column, after in zip(told, [*between, end], strict=True):
        pieces += [column, after]
    return ids_of(joined(*pieces))


def _texts(array: pa.Array) -> tuple[pa.Array, Bits]:
    """Take bytes as texts, and say which are none; those are null."""
    try:
        return array.cast(pa.string()), np.zeros(len(array), np.bool_)
    except pa.ArrowInvalid:
        texts = [_decoded(value) for value in array.to_pylist()]
        found = pa.array(texts, pa.string())
        return found, bits(found.is_null()) & ~bits(array.is_null())


def _decoded(value: bytes | None) -> str | None:
    try:
        return None if value is None else value.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _in_one_line(texts: pa.Array) -> pa.Array:
    """Leave one blank between two words."""
    found = pc.match_substring_regex(texts, _LOOSE).fill_null(False)
    some = [" ".join(text.split()) for text in texts.filter(found).to_pylist()]
    return pc.replace_with_mask(texts, found, pa.array(some, pa.string())) if some else texts
