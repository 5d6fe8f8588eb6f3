"""Pictures whose files are the same to the byte: often one that servers give in place of what is gone."""

from collections.abc import Iterator

import numpy as np
import pyarrow.compute as pc

from pictus.reading.wording import count_of
from pictus.steps.acquire.pictures.known import SIDE
from pictus.store.corpus import Corpus
from pictus.store.side import read_side

_MANY = 10  # copies of one file, beyond which it is hardly what the captions say


def told(corpus: Corpus) -> str:
    """Say how many pictures came as the same bytes as others at other addresses; nothing where none did."""
    names = np.concatenate([np.empty(0, np.uint64), *_names(corpus)])
    _, counts = np.unique(names, return_counts=True)
    copies = int((counts - 1).sum())
    if not copies:
        return ""
    most = int(counts.max())
    text = f"{count_of(copies, 'picture has', 'pictures have')} the same bytes as another"
    if most < _MANY:
        return text
    return f"{text}; one file came {most:,} times: servers may give it in place of what is gone"


def _names(corpus: Corpus) -> Iterator[np.ndarray]:
    """Give the first eight bytes of the checksum of each file that was asked for."""
    for shard in corpus.shards:
        pictures = read_side(corpus, SIDE, shard)["pictures"].combine_chunks().flatten()
        sums = pc.drop_null(pictures.field("sha256"))
        letters = pc.utf8_slice_codeunits(sums, 0, 16).to_pylist()
        yield np.frombuffer(bytes.fromhex("".join(letters)), np.uint64)
