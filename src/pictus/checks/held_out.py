"""Drop records of pictures that are kept for an exam."""

from collections.abc import Iterator
from dataclasses import dataclass

from pictus.record import Record
from pictus.scoring.held_out import is_held_out, refuse_no_share


@dataclass(frozen=True, slots=True)
class Check:
    """Keep a record whose pictures are not held out: of all pictures a share is, drawn by their names and the seed.

    `pictus evaluate --on pictus_calls --option pictus_calls.held_out=0.1` asks about these very pictures, with the
    same share and seed, so that a model that was trained on what is kept here has seen none of them. The two last
    parts of a picture's path are its name. Nothing is held out until a share is given.
    """

    share: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        if self.share:
            refuse_no_share(self.share, "the check held_out")

    def problems(self, record: Record) -> Iterator[str]:
        """Say that a record is held out."""
        if self.share and is_held_out(record, self.share, self.seed):
            yield "its picture is held out for an exam"
