"""What the rows of a step say, as tokens, before any picture is opened: some places of the step at a time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol, TypeAlias

import numpy as np

from pictus.errors import PictusError
from pictus.learn.feed.rows import Integers, Rows
from pictus.learn.feed.sizes import BROKEN, UNKNOWN, size_of
from pictus.learn.step import Broken
from pictus.learn.tokens import LaidOut, Talk
from pictus.record import Record, Reject
from pictus.steps.blend.order import Drawn

Place: TypeAlias = int  # of a sample in its step


class Stage(Protocol):
    """What is needed of a blended stage."""

    def __len__(self) -> int:
        """Count its samples."""
        ...

    def spoken(self, record: Record, epoch: int) -> Record | Reject:
        """Make the conversation of a record."""
        ...


class Asked(NamedTuple):
    """The samples of a step, by their places in it."""

    positions: Integers  # in the stage
    drawn: Drawn

    def at(self, places: Integers) -> Drawn:
        """Say which rows stand at some places."""
        return Drawn(*(column[places] for column in self.drawn))

    def one(self, place: Place) -> tuple[int, int, int]:
        """Give the part, the row and the epoch at a place."""
        part, row, epoch = (int(column[place]) for column in self.drawn)
        return part, row, epoch


class Made(NamedTuple):
    """What became of a row: its tokens, or a reason."""

    record: Record | None
    laid: LaidOut | str
    size: int  # unknown where another try may find something else
    varies: bool = True  # from epoch to epoch

    @property
    def pictures(self) -> int:
        """Count its pictures."""
        return 0 if isinstance(self.laid, str) else self.laid.pictures

    def broken(self, asked: Asked, place: Place, reason: str) -> Broken:
        """Tell why there is no sample."""
        part, row, _ = asked.one(place)
        name = f"part {part}, row {row}" if self.record is None else self.record.id
        return Broken(name, int(asked.positions[place]), reason)


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes tokens of rows."""

    stage: Stage
    rows: Sequence[Rows]  # of each part
    talk: Talk
    max_pictures: int  # of a sample

    def made(self, asked: Asked, places: Sequence[Place]) -> dict[Place, Made]:
        """Read what is said at some places."""
        made: dict[Place, Made] = {}
        turned: list[tuple[Place, Record, Record]] = []
        for place, record in self._records(asked, places).items():
            if isinstance(record, str):
                made[place] = Made(None, record, UNKNOWN)
                continue
            said = self._spoken(record, int(asked.drawn.epochs[place]))
            if isinstance(said, Record):
                turned.append((place, record, said))
            else:
                made[place] = Made(record, *said)
        found = self._laid_out([said for _, _, said in turned])
        for (place, record, said), (laid, size) in zip(turned, found, strict=True):
            made[place] = Made(record, laid, size, said is not record)
        return made

    def _records(self, asked: Asked, places: Sequence[Place]) -> dict[Place, Record | str]:
        records: dict[Place, Record | str] = {}
        all_, corpora = np.array(places, np.int64), asked.drawn.corpora
        for part in np.unique(corpora[all_]).tolist():
            where = all_[corpora[all_] == part]
            records.update(zip(where.tolist(), self.rows[part].records(asked.drawn.rows[where]), strict=True))
        return records

    def _spoken(self, record: Record, epoch: int) -> Record | tuple[str, int]:
        try:
            said = self.stage.spoken(record, epoch)
        except PictusError:
            raise
        except Exception as error:  # one record never ends a training: it is told with its reason
            return f"it cannot be laid out: {error!r}", UNKNOWN
        if isinstance(said, Reject):
            return "; ".join(said.reasons), BROKEN
        # It keeps the id that it has in the corpus: there people look for it.
        return said if said.id == record.id else replace(said, id=record.id)

    def _laid_out(self, said: Sequence[Record]) -> list[tuple[LaidOut | str, int]]:
        """Make tokens of conversations, or say why there are none."""
        if not said:
            return []
        try:
            found = self.talk.all_laid_out(said)
        except PictusError:
            raise
        except Exception as error:
            if len(said) > 1:  # one of them is the cause
                return [self._laid_out([one])[0] for one in said]
            return [(f"it cannot be laid out: {error!r}", UNKNOWN)]
        return list(map(self._sized, found))

    def _sized(self, laid: LaidOut | str) -> tuple[LaidOut | str, int]:
        if isinstance(laid, str):
            return laid, BROKEN
        if laid.pictures > self.max_pictures:
            return f"it has {laid.pictures} pictures, of {self.max_pictures} that a row may have", BROKEN
        return laid, size_of(len(laid), laid.pictures)
