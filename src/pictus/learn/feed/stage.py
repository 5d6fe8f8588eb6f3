"""A stage as steps by their number: what one process sees of each, worked out anew whenever it is asked for.

Nothing is remembered from step to step. So any step can be made by any worker, and where a training goes on is the
number of samples that it has seen, with as many processes as there are then.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

import numpy as np

from pictus.errors import PictusError
from pictus.learn.feed.pictures import Framing
from pictus.learn.feed.rows import Integers, Rows
from pictus.learn.pack import grouped, laid, packed, padded
from pictus.learn.step import IGNORED, Broken, Pixels, Row, Sample, Step
from pictus.learn.tokens import LaidOut, Talk
from pictus.reading.picture_file import picture_bytes
from pictus.reading.rows import BadRow
from pictus.record import Record, Reject
from pictus.steps.blend.order import Drawn

_NOTHING = 2  # tokens of a row from which nothing is learned: a label is what its predecessor should have said


class Stage(Protocol):
    """What is needed of a blended stage."""

    def __len__(self) -> int:
        """Count its samples."""
        ...

    def spoken(self, record: Record, epoch: int) -> Record | Reject:
        """Make the conversation of a record."""
        ...


class Places(Protocol):
    """Says what stands where in a stage."""

    def at(self, positions: Integers) -> Drawn:
        """Give the part, the row of its corpus and the epoch at each position."""
        ...


@dataclass(frozen=True, slots=True)
class Laying:
    """How the samples of a step become rows."""

    max_tokens: int  # of a row, with its padding
    max_pictures: int = 64  # of a row
    is_packed: bool = True  # one behind the other, or else one below the other
    pad: int = 0  # the token that fills rows up


class _Waiting(NamedTuple):
    """A sample whose pictures are not decoded yet."""

    position: int
    part: int
    row: int
    record: Record
    laid: LaidOut


@dataclass(frozen=True, slots=True, kw_only=True)
class StageFeed:
    """The steps of a stage, of which this process is one of `world`. It may be sent to other processes."""

    stage: Stage
    order: Places
    fingerprint: str  # of all that decides which sample comes when: a training goes on only with the same
    rows: tuple[Rows, ...]  # of each part
    talk: Talk
    framing: Framing
    laying: Laying
    batch: int  # samples of a step, of all processes together
    rank: int = 0
    world: int = 1

    def __post_init__(self) -> None:
        if self.talk.max_tokens > self.laying.max_tokens:
            raise PictusError(
                f"samples may have {self.talk.max_tokens:,} tokens, and rows only {self.laying.max_tokens:,}",
                where="the feed of a stage",
                mend="let rows be at least as long as samples",
            )

    def __len__(self) -> int:
        return -(-len(self.stage) // self.batch)

    def __getitem__(self, number: int) -> Step:
        """Make a step: the same whenever, wherever and by whomever it is made."""
        if not 0 <= number < len(self):
            raise IndexError(f"step {number} of {len(self)}")
        begin, end = number * self.batch, min((number + 1) * self.batch, len(self.stage))
        waiting, broken = self._words(np.arange(begin, end))
        # What no process needs to open a picture for, all of them know: one of them tells.
        broken = [one for one in broken if one.position % self.world == self.rank]
        lay = laid if self.laying.is_packed else grouped
        layout = lay(
            [len(one.laid) for one in waiting],
            [one.laid.pictures for one in waiting],
            max_tokens=self.laying.max_tokens,
            max_pictures=self.laying.max_pictures,
            world=self.world,
        )
        rows = tuple(self._row([waiting[index] for index in row], broken) for row in layout[self.rank] or ((),))
        return Step(number=number, cursor=end, rows=rows, broken=tuple(broken))

    def _words(self, positions: Integers) -> tuple[list[_Waiting], list[Broken]]:
        """Read what is said at these positions, as tokens."""
        drawn = self.order.at(positions)
        records: dict[int, Record | str] = {}
        for part in np.unique(drawn.corpora).tolist():
            where = np.flatnonzero(drawn.corpora == part)
            records.update(zip(where.tolist(), self.rows[part].records(drawn.rows[where]), strict=True))
        waiting, broken = [], []
        for index, (part, row, epoch) in enumerate(zip(*(column.tolist() for column in drawn), strict=True)):
            position, record = int(positions[index]), records[index]
            if isinstance(record, str):
                broken.append(Broken(f"part {part}, row {row}", position, record))
                continue
            found = self._laid_out(record, epoch)
            if isinstance(found, str):
                broken.append(Broken(record.id, position, found))
            else:
                waiting.append(_Waiting(position, part, row, record, found))
        return waiting, broken

    def _laid_out(self, record: Record, epoch: int) -> LaidOut | str:
        """Make tokens of a record, or say why there are none."""
        try:
            said = self.stage.spoken(record, epoch)
            if isinstance(said, Reject):
                return "; ".join(said.reasons)
            # It keeps the id that it has in the corpus: there people look for it.
            found = self.talk.laid_out(replace(said, id=record.id))
        except PictusError:
            raise
        except Exception as error:  # one record never ends a training: it is told with its reason
            return f"it cannot be laid out: {error!r}"
        if isinstance(found, LaidOut) and found.pictures > self.laying.max_pictures:
            return f"it has {found.pictures} pictures, of {self.laying.max_pictures} that a row may have"
        return found

    def _row(self, waiting: Sequence[_Waiting], broken: list[Broken]) -> Row:
        """Decode the pictures of the samples of a row; those that cannot be decoded are left out, and told."""
        samples = []
        for one in waiting:
            try:
                samples.append(one.laid.sample(self._pictures(one)))
            except BadRow as error:
                broken.append(Broken(one.record.id, one.position, str(error)))
        if not samples:
            nothing = np.full(_NOTHING, self.laying.pad), np.full(_NOTHING, IGNORED)
            return replace(self._joined([Sample("", *nothing)]), samples=())
        return self._joined(samples)

    def _joined(self, samples: Sequence[Sample]) -> Row:
        return packed(samples) if self.laying.is_packed else padded(samples, self.laying.pad)

    def _pictures(self, one: _Waiting) -> list[Pixels]:
        """Decode the pictures that a sample shows."""
        if not one.laid.pictures:
            return []
        media = [medium for medium in one.record.media if medium.kind == "image"]
        pictures: list[Pixels] = []
        for medium, embedded in zip(media, self.rows[one.part].pictures(one.row), strict=True):
            if len(pictures) == one.laid.pictures:
                break
            data = picture_bytes(medium) if embedded is None else embedded
            if data is None:
                raise BadRow("a picture is not here: its corpus knows an address only, or nothing")
            pictures.append(self.framing.pixels(data))
        return pictures
