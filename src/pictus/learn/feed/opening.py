"""Open a stage of a blend to be fed: its corpora from their caches, which are made when they are not there."""

from pathlib import Path

from pictus.engine.events import Events
from pictus.learn.feed.cache import cached
from pictus.learn.feed.pictures import Framing
from pictus.learn.feed.stage import Laying, StageFeed
from pictus.learn.tokens import Talk
from pictus.steps.blend.blended import BlendedStage


def open_feed(
    stage: BlendedStage,
    *,
    caches: Path,
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
        talk: makes tokens of records.
        framing: makes pixels of pictures.
        laying: makes rows of samples.
        batch: samples of a step, of all processes together.
        rank: the number of this process.
        world: how many there are.
        events: told how far a cache is.
    """
    rows = tuple(cached(part.corpus, caches, events) for part in stage.parts)
    return StageFeed(
        stage=stage,
        order=stage,
        rows=rows,
        talk=talk,
        framing=framing,
        laying=laying,
        batch=batch,
        rank=rank,
        world=world,
    )
