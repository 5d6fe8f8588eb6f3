"""Which pictures are kept for an exam: the same ones for whoever trains and whoever asks."""

from hashlib import blake2b

from pictus.errors import PictusError
from pictus.record import Media, Record

_BITS = 64


def refuse_no_share(share: float, where: str) -> None:
    """Refuse a share that is none."""
    if not 0 < share <= 1:
        raise PictusError(f"the share cannot be {share!r}", where=where, mend="0.1 holds a tenth of the pictures out")


def is_held_out(record: Record, share: float, seed: int) -> bool:
    """Draw by its pictures whether a record is held out: all records of one picture are, or none of them."""
    return _fraction(pictures_of(record) or record.origin.key, seed) < share


def pictures_of(record: Record) -> str:
    """Name the pictures of a record, the same in every corpus that has them; empty where there is none."""
    return " ".join(_name(medium) for medium in record.media)


def _name(medium: Media) -> str:
    """Name a picture by its file and folder: what stands above them is another in each data root."""
    if medium.path is not None:
        return "/".join(medium.path.split("/")[-2:])
    return medium.url or blake2b(medium.data or b"", digest_size=16).hexdigest()


def _fraction(name: str, seed: int) -> float:
    digest = blake2b(f"held out {seed} {name}".encode("utf-8", "replace"), digest_size=_BITS // 8).digest()
    return float(int.from_bytes(digest) / 2**_BITS)
