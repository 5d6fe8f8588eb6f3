"""A stage as steps by their number: what one process sees of each, worked out anew whenever it is asked for.

Nothing is remembered from step to step. So any step can be made by any worker, and where a training goes on is the
number of samples that it has seen, with as many processes as there are then.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Protocol

import numpy as np

from pictus.errors import PictusError
from pictus.learn.feed.made import Asked, Made, Maker, Place, Stage
from pictus.learn.feed.pictures import Framing
from pictus.learn.feed.rows import Integers, Rows
from pictus.learn.feed.sizes import UNKNOWN, Sizes, pictures_of, tokens_of
from pictus.learn.pack import grouped, laid, packed, padded
from pictus.learn.step import IGNORED, Broken, Pixels, Row, Sample, Step
from pictus.learn.tokens import Talk
from pictus.reading.picture_file import picture_bytes
from pictus.reading.rows import BadRow
from pictus.steps.blend.order import Drawn

_GOLDEN = 0.618034
_TOGETHER = 8  # samples that are made before a process looks what others have told
_NOTHING = 2  # tokens of a row from which nothing is learned: a label is what its predecessor should have said


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
    sizes: Sizes | None = None  # where processes of one machine tell each other; one alone has no use for it

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
        positions = np.arange(begin, end)
        asked = Asked(positions, self.order.at(positions))
        maker = Maker(self.stage, self.rows, self.talk, self.laying.max_pictures)
        sizes, made = self._sized(asked, maker)
        sound, refused = np.flatnonzero(sizes > UNKNOWN), np.flatnonzero(sizes <= UNKNOWN)
        lay = laid if self.laying.is_packed else grouped
        layout = lay(
            tokens_of(sizes[sound]).tolist(),
            pictures_of(sizes[sound]).tolist(),
            max_tokens=self.laying.max_tokens,
            max_pictures=self.laying.max_pictures,
            world=self.world,
        )
        mine = [sound[list(row)].tolist() for row in layout[self.rank]] or [[]]
        # What no process needs to open a picture for, all of them know: one of them tells.
        told = refused[positions[refused] % self.world == self.rank].tolist()
        made |= maker.made(asked, [place for place in chain(told, *mine) if place not in made])
        self._check(made, sizes)
        rows, broken = self._rows(asked, made, mine)
        broken += [one.broken(asked, place, one.laid) for place in told if isinstance((one := made[place]).laid, str)]
        return Step(number=number, cursor=end, rows=rows, broken=tuple(broken))

    def _sized(self, asked: Asked, maker: Maker) -> tuple[Integers, dict[Place, Made]]:
        """Say how large the samples of a step are, and give those that had to be made to say so."""
        count = len(asked.positions)
        if self.sizes is None:
            made = maker.made(asked, range(count))
            return np.array([made[place].size for place in range(count)], np.int64), made
        sizes, made = self.sizes.of(asked.drawn), {}
        if (sizes != UNKNOWN).all():
            return sizes, made
        # The processes of a machine are at the same step, and each begins at another place: any neighbours among them
        # are spread evenly by the golden ratio. What others have told meanwhile is not made again.
        places = np.roll(np.arange(count), -int(self.rank * _GOLDEN % 1 * count))
        for some in np.split(places, range(_TOGETHER, count, _TOGETHER)):
            sizes[some] = self.sizes.of(asked.at(some))
            new = maker.made(asked, some[sizes[some] == UNKNOWN].tolist())
            for place, one in new.items():
                part, row, epoch = asked.one(place)
                sizes[place] = one.size
                self.sizes.tell(part, row, one.size, epoch if one.varies else None)
            made |= new
        return sizes, made

    def _check(self, made: Mapping[Place, Made], sizes: Integers) -> None:
        """Refuse sizes that are not those of the samples: processes would lay them out differently."""
        if self.sizes is None or all(one.size in (UNKNOWN, sizes[place]) for place, one in made.items()):
            return
        raise PictusError(
            "what is written of the sizes of samples is not so: it is damaged, or of another version of a library",
            where=str(self.sizes.folder),
            mend="remove this folder: it is made again",
        )

    def _rows(
        self, asked: Asked, made: Mapping[Place, Made], mine: Sequence[Sequence[Place]]
    ) -> tuple[tuple[Row, ...], list[Broken]]:
        """Decode the pictures of rows to where they stay; samples of which that fails are left out, and told."""
        count = sum(made[place].pictures for row in mine for place in row)
        side = self.framing.side
        pictures = np.empty((count, 3, side, side), np.uint8)
        rows: list[Row] = []
        broken: list[Broken] = []
        end = 0
        for row in mine:
            begin, samples = end, []
            for place in row:
                one = made[place]
                try:
                    samples.append(self._sample(asked.one(place), one, pictures[end : end + one.pictures]))
                    end += one.pictures
                except BadRow as error:
                    broken.append(one.broken(asked, place, str(error)))
            rows.append(self._row(samples, pictures[begin:end]))
        return tuple(rows), broken

    def _sample(self, where: tuple[int, int, int], made: Made, pictures: Pixels) -> Sample:
        """Decode the pictures of a sample; they stay apart from it."""
        if made.record is None or isinstance(made.laid, str):
            raise BadRow(str(made.laid))
        if len(pictures):
            part, row, _ = where
            media = [medium for medium in made.record.media if medium.kind == "image"]
            for medium, embedded, picture in zip(media, self.rows[part].pictures(row), pictures, strict=False):
                data = picture_bytes(medium) if embedded is None else embedded
                if data is None:
                    raise BadRow("a picture is not here: its corpus knows an address only, or nothing")
                self.framing.pixels(data, picture)
        return made.laid.sample(())

    def _row(self, samples: Sequence[Sample], pictures: Pixels) -> Row:
        if not samples:
            nothing = np.full(_NOTHING, self.laying.pad), np.full(_NOTHING, IGNORED)
            return replace(self._joined([Sample("", *nothing)]), samples=())
        row = self._joined(samples)
        return replace(row, pictures=pictures) if len(pictures) else row

    def _joined(self, samples: Sequence[Sample]) -> Row:
        return packed(samples) if self.laying.is_packed else padded(samples, self.laying.pad)
