"""Whether the pictures that a corpus names are there, as far as the first of them tell: a look at all takes long."""

from collections import Counter
from itertools import islice

from pictus.record import Media
from pictus.store.corpus import Corpus

_LOOKED_AT = 1_000


def absent_pictures(corpus: Corpus) -> str:
    """Say how many of the first pictures are not there, and what there is of them; empty where all are there."""
    media = (medium for record in corpus.records(("media",)) for medium in record.media if medium.kind == "image")
    looked_at = [_what_is_there(medium) for medium in islice(media, _LOOKED_AT)]
    absent = Counter(filter(None, looked_at))
    if not absent:
        return ""
    told = " and ".join(f"{count:,} only {what}" for what, count in absent.items())
    return told if len(looked_at) == corpus.summary["pictures"] else f"of the first {len(looked_at):,}, {told}"


def _what_is_there(medium: Media) -> str:
    """Say what there is in place of a picture; empty where it is there."""
    if medium.data is not None or (medium.file is not None and medium.file.is_file()):
        return ""
    return "by an address" if medium.path is None else "by name"
