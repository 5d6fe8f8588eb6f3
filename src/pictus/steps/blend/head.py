"""What `blend.json` says of a blend: of each stage the corpora, what is taken of them, and how it is trained."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from hashlib import blake2b
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any, Literal, TypeAlias

import orjson
from pydantic import TypeAdapter, ValidationError

from pictus.errors import PictusError
from pictus.stages import CaptionStyle, Model, StageName, Training
from pictus.steps.blend.order import Order
from pictus.store.place import Place
from pictus.store.whole_file import whole_file

HEAD = "blend.json"
_VERSION = 1
_AGAIN = "run `pictus blend RECIPE` into this folder again"

Seen: TypeAlias = Literal["all", "the beginning", "nothing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What a stage takes of one corpus."""

    name: str  # as the recipe has it
    corpus: str  # where it is
    fingerprint: str  # of the corpus: what training began with is what it goes on with
    rows: int  # that the corpus has
    chosen: int  # of these, that stand
    file: str | None  # their numbers, where not all stand
    draws: int  # samples that the stage takes
    tokens: int  # of the texts of these, estimated
    pictures: int  # in these
    left_out: dict[str, int]  # rows, by reason
    licences: tuple[tuple[str, str, str, int], ...]  # of picture, text and model, and how many of the chosen rows
    seen: Seen = "all"  # how much of the corpus was looked at: less only in a dry run, whose counts are estimates
    size: str = ""  # as the card of a dataset has it, where nothing was looked at
    held: int = 0  # rows that are held out of what it could take
    held_file: str | None = None  # their numbers

    @property
    def epochs(self) -> float:
        """Say how often each row comes, on average."""
        return self.draws / self.chosen if self.chosen else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Mixture:
    """What a stage is fed with."""

    name: StageName
    seed: int
    captions: CaptionStyle
    parts: tuple[Taken, ...]
    train: Training | None
    held_out: int = 0  # samples that it is measured on, where so many rows are held out

    @property
    def order(self) -> Order:
        """Give the order of its samples, by the numbers of the parts and of the rows chosen."""
        return Order(tuple(part.chosen for part in self.parts), tuple(part.draws for part in self.parts), self.seed)

    @property
    def measured(self) -> Order:
        """Give the order of what the stage is measured on, mixed as it is, but no row twice."""
        weights = [part.draws if part.held else 0 for part in self.parts]
        edges = [self.held_out * edge // max(sum(weights), 1) for edge in accumulate(weights, initial=0)]
        draws = (min(end - begin, part.held) for part, (begin, end) in zip(self.parts, pairwise(edges), strict=True))
        return Order(tuple(part.held for part in self.parts), tuple(draws), self.seed)

    @property
    def samples(self) -> int:
        """Count what the stage sees."""
        return sum(part.draws for part in self.parts)

    @property
    def steps(self) -> int | None:
        """Count the steps of the optimiser, where the size of a batch is known; the last may be smaller."""
        return None if self.train is None else -(-self.samples // self.train.batch)

    @property
    def fingerprint(self) -> str:
        """Name all that decides which sample comes when: it changes when a training could not go on unnoticed."""
        # The file of the chosen rows is named by what decides about them.
        parts = [(part.fingerprint, part.file, part.chosen, part.draws) for part in self.parts]
        return blake2b(orjson.dumps([self.seed, self.captions, parts]), digest_size=16).hexdigest()

    @property
    def tokens(self) -> int:
        """Count the tokens that the stage sees."""
        return sum(map(self.tokens_of, self.parts))

    def plain(self) -> dict[str, Any]:
        """Give all that is known of it, for `--json`."""
        parts = [
            {**asdict(part), "epochs": round(part.epochs, 4), "tokens": self.tokens_of(part)} for part in self.parts
        ]
        train = None if self.train is None else self.train.model_dump()
        counts = {"samples": self.samples, "tokens": self.tokens, "steps": self.steps}
        counts["held_out"] = len(self.measured)
        return {**asdict(self), **counts, "train": train, "parts": parts, "fingerprint": self.fingerprint}

    def tokens_of(self, part: Taken) -> int:
        """Count the tokens that a part gives, pictures included where the recipe says what one takes."""
        return part.tokens + (part.pictures * self.train.image_tokens if self.train else 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """All that a blend says of itself."""

    version: int = _VERSION
    recipe: str  # where it was read from
    seed: int
    model: Model | None
    stages: tuple[Mixture, ...]


_ADAPTER = TypeAdapter(Head)


def write_head(folder: Path, head: Head) -> None:
    """Write `blend.json`: with it a blend is whole."""
    with whole_file(folder / HEAD) as file:
        file.write(_ADAPTER.dump_json(_with_corpora(head, Place(folder).portable), indent=2) + b"\n")


def read_head(folder: Path) -> Head:
    """Read `blend.json`."""
    path = folder / HEAD
    try:
        data = path.read_bytes()
    except OSError as error:
        what = f"this is no blend: {HEAD} cannot be read ({error.strerror})"
        mend = "give the folder that `pictus blend RECIPE --to FOLDER` wrote; if it was stopped, run it again"
        raise PictusError(what, where=str(folder), mend=mend) from None
    try:
        version = orjson.loads(data)["version"]
        if version > _VERSION:
            what = f"the blend has version {version}, this pictus knows up to {_VERSION}"
            raise PictusError(
                what, where=str(path), mend="install a newer pictus: `pip install --upgrade pictus`"
            ) from None
        return _with_corpora(_ADAPTER.validate_json(data), Place(folder).absolute)
    except (orjson.JSONDecodeError, KeyError, TypeError, ValidationError) as error:
        (first, *_) = str(error).splitlines()
        raise PictusError(f"{HEAD} is damaged: {first}", where=str(path), mend=_AGAIN) from None


def _with_corpora(head: Head, change: Callable[[str], str]) -> Head:
    stages = tuple(
        replace(stage, parts=tuple(replace(part, corpus=change(part.corpus)) for part in stage.parts))
        for stage in head.stages
    )
    return replace(head, stages=stages)
