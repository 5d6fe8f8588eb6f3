"""How fast is learned, from the first step to the last."""

import math

from pictus.stages import Training


def share_of_rate(step: int, steps: int, training: Training) -> float:
    """Say which share of the learning rate step `step`, counted from 0, is done with.

    It rises over the warm-up, whose first step learns something already, and then falls to nearly nothing: no step is
    done with a rate of zero.
    """
    warmup = math.ceil(training.warmup * steps)
    if step < warmup:
        return (step + 1) / (warmup + 1)
    if training.schedule == "constant":
        return 1.0
    done = (step - warmup) / max(steps - warmup, 1)
    return (1 + math.cos(math.pi * done)) / 2 if training.schedule == "cosine" else 1 - done
