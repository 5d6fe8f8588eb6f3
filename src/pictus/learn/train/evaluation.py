"""How a model does on what it does not learn from."""

from collections.abc import Mapping
from itertools import islice

import torch

from pictus.learn.train.forward import Forward
from pictus.learn.train.job import Evaluate, Feed


def held_out(feed: Feed, count: int) -> Evaluate:
    """Make a hook that gives the mean `loss` of the first `count` steps of a feed, and of how many `samples` it is.

    Samples that cannot be read are not among them; where none can, there is no loss.
    """

    def evaluate(forward: Forward, step: int) -> Mapping[str, float]:
        processes = forward.processes
        total = words = samples = 0.0
        with torch.no_grad():
            for one in islice(feed.steps(0, rank=processes.rank, world=processes.world), count):
                for row in forward.level(one.rows):
                    total += forward.loss(row).item()
                    words += row.supervised
                    samples += len(row.samples)
        total, words, samples = processes.total([total, words, samples])
        return {"loss": total / words, "samples": int(samples)} if words else {"samples": int(samples)}

    return evaluate
