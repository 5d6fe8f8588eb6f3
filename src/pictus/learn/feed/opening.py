"""Open a stage of a blend to be fed: from caches, made when they are not there, or from the shards themselves."""

from pathlib import Path

from pictus.engine.events import Events
from pictus.learn.feed.cache import cached
from pictus.learn.feed.direct import DirectRows, edges_of, groups_of
from pictus.learn.feed.pictures import Framing
from pictus.learn.feed.rows import Rows
from pictus.learn.feed.sizes import Part, Sizes
from pictus.learn.feed.stage import Laying, Places, StageFeed
from pictus.learn.feed.windows import Windows
from pictus.learn.tokens import Talk
from pictus.steps.blend.blended import BlendedStage
from pictus.steps.blend.spoken import PROGRAM


def open_feed(
    stage: BlendedStage,
    *,
    caches: Path | None,
    talk: Talk,
    framing: Framing,
    laying: Laying,
    batch: int,
    rank: int = 0,
    world: int = 1,
    events: Events,
) -> StageFeed:
    """Open a stage for one process of a training.

    Args:
        stage: of a blend.
        caches: the folder of the caches, on a disk of this machine: of all its processes, one makes what is missing.
            None to read the shards themselves, in an order in which rows of a group come close to each other.
        talk: makes tokens of records.
        framing: makes pixels of pictures.
        laying: makes rows of samples.
        batch: samples of a step, of all processes together.
        rank: the number of this process.
        world: how many there are.
        events: told how far a cache is.
    """
    order: Places = stage
    sizes = None
    rows: tuple[Rows, ...]
    if caches is not None:
        rows, fingerprint = tuple(cached(part.corpus, caches, events) for part in stage.parts), stage.fingerprint
        sizes = _sizes(stage, caches, talk, laying) if world > 1 else None
    else:
        counts = [groups_of(part.corpus) for part in stage.parts]
        order = windows = Windows(stage, [edges_of(of_part) for of_part in counts])
        parts = zip(stage.parts, counts, windows.kept, strict=True)
        rows = tuple(DirectRows(part.corpus, of_part, kept) for part, of_part, kept in parts)
        fingerprint = windows.fingerprint
    return StageFeed(
        stage=stage,
        order=order,
        fingerprint=fingerprint,
        rows=rows,
        talk=talk,
        framing=framing,
        laying=laying,
        batch=batch,
        rank=rank,
        world=world,
        sizes=sizes,
    )


def _sizes(stage: BlendedStage, caches: Path, talk: Talk, laying: Laying) -> Sizes | None:
    """Open the tables of sizes; there are none where what is said depends on the day."""
    if talk.fingerprint is None:
        return None
    return Sizes(
        caches / "sizes",
        [Part(part.corpus.fingerprint, part.corpus.summary["rows"]) for part in stage.parts],
        words=f"{talk.fingerprint} {laying.max_pictures}",
        saying=f"{PROGRAM} {stage.captions} {stage.seed}",
    )
