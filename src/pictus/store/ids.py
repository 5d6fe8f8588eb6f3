"""The ids of rows in columns: those that their records would have, without making a record of each."""

from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from pictus.record import digest_of

HOLE: Any = orjson.Fragment(b"\0")  # holds a place open in JSON text, where it cannot stand otherwise
_ID_LETTERS = 32
# What JSON writes with one letter after a backslash; the backslash itself comes first.
_BRIEF = {b"\\": b"\\\\", b'"': b'\\"', b"\n": b"\\n", b"\t": b"\\t", b"\r": b"\\r", b"\b": b"\\b", b"\f": b"\\f"}


def ids_of(contents: pa.Array) -> pa.Array:
    """Give the ids that are made of these texts; `content_of` says what stands in them."""
    texts = contents.view(pa.binary()).to_numpy(zero_copy_only=False)
    ids = b"".join(map(digest_of, texts)).hex().encode()
    ends = np.arange(len(contents) + 1, dtype=np.int32) * _ID_LETTERS
    return pa.StringArray.from_buffers(len(contents), pa.py_buffer(ends), pa.py_buffer(ids))


def joined(*pieces: pa.Array | bytes) -> pa.Array:
    """Put the pieces of each row together: a column, or what all rows share."""
    columns = [pa.scalar(piece, pa.string()) if isinstance(piece, bytes) else piece for piece in pieces]
    return pc.binary_join_element_wise(*columns, "")


def escaped(texts: pa.Array) -> pa.Array:
    """Write texts as JSON, without the quotes around them."""
    _, offsets, buffer = texts.buffers()
    if buffer is None:
        return texts
    ends = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    data = np.frombuffer(buffer, np.uint8)[ends[0] : ends[-1]]
    ends = ends - ends[0]
    places = np.flatnonzero((data < 32) | (data == ord('"')) | (data == ord("\\")))
    if not len(places):
        return texts
    written = data.tobytes()
    for letter, brief in _BRIEF.items():
        written = written.replace(letter, brief)
    if len(written) < len(data) + len(places):  # some are written with more letters, as few texts have them
        return pa.array([None if text is None else orjson.dumps(text)[1:-1] for text in texts.to_pylist()], pa.string())
    ends = (ends + np.searchsorted(places, ends)).astype(np.int32)
    found = pa.StringArray.from_buffers(len(texts), pa.py_buffer(ends), pa.py_buffer(written))
    return pc.if_else(texts.is_valid(), found, None) if texts.null_count else found
