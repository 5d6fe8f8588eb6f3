"""How a model does on what it does not learn from."""

from collections.abc import Mapping
from itertools import islice

import torch

from pictus.learn.train.forward import Forward
from pictus.learn.train.job import Evaluate, Feed


def held_out(feed: Feed, count: int) -> Evaluate:
    """Make a hook that gives the mean loss of the first `count` steps of a feed, as `loss`."""

    def evaluate(forward: Forward, step: int) -> Mapping[str, float]:
        processes = forward.processes
        total = words = 0.0
        with torch.no_grad():
            for one in islice(feed.steps(0, rank=processes.rank, world=processes.world), count):
                for row in forward.level(one.rows):
                    total += forward.loss(row).item()
                    words += row.supervised
        total, words = processes.total([total, words])
        return {"loss": total / max(words, 1)}

    return evaluate
