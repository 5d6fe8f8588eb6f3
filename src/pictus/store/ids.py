"""The ids of rows in columns: those that their records would have, without making a record of each."""

from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from pictus.record import digest_of
from pictus.store.letters import letters_of, texts_of

HOLE: Any = orjson.Fragment(b"\0")  # holds a place open in JSON text, where it cannot stand otherwise
_ID_LETTERS = 32
# What JSON writes with one letter after a backslash; the backslash itself comes first.
_BRIEF = {b"\\": b"\\\\", b'"': b'\\"', b"\n": b"\\n", b"\t": b"\\t", b"\r": b"\\r", b"\b": b"\\b", b"\f": b"\\f"}


def ids_of(contents: pa.Array) -> pa.Array:
    """Give the ids that are made of these texts; `content_of` says what stands in them."""
    texts = contents.view(pa.binary()).to_numpy(zero_copy_only=False)
    ids = b"".join(map(digest_of, texts)).hex().encode()
    return texts_of(ids, np.arange(len(contents) + 1) * _ID_LETTERS)


def joined(*pieces: pa.Array | bytes) -> pa.Array:
    """Put the pieces of each row together: a column, or what all rows share."""
    columns = [pa.scalar(piece, pa.string()) if isinstance(piece, bytes) else piece for piece in pieces]
    return pc.binary_join_element_wise(*columns, "")


def escaped(texts: pa.Array) -> pa.Array:
    """Write texts as JSON, without the quotes around them."""
    letters, ends = letters_of(texts)
    places = np.flatnonzero((letters < 32) | (letters == ord('"')) | (letters == ord("\\")))
    if not len(places):
        return texts
    written = letters.tobytes()
    for letter, brief in _BRIEF.items():
        written = written.replace(letter, brief)
    if len(written) < len(letters) + len(places):  # some are written with more letters, as few texts have them
        return pa.array([None if text is None else orjson.dumps(text)[1:-1] for text in texts.to_pylist()], pa.string())
    is_there = texts.is_valid().to_numpy(zero_copy_only=False) if texts.null_count else None
    return texts_of(written, ends + np.searchsorted(places, ends), is_there)
