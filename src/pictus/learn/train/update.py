"""One step of the optimizer: gradients of all rows of all processes, looked at before they change anything."""

import math
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from typing import Any

import torch

from pictus.learn.step import Row
from pictus.learn.train.forward import Forward
from pictus.learn.train.sharding import synchronise, whole
from pictus.learn.train.work import Work


class Update:
    """The weights that are trained, and the gradients that rows give them."""

    def __init__(self, forward: Forward, weights: Mapping[str, Any], optimizer: Any, work: Work) -> None:
        self.forward, self.processes = forward, forward.processes
        self.weights = list(weights.values())
        self.optimizer, self.work = optimizer, work
        self._norm: Any = None

    def gradients(self, rows: Sequence[Row], words: float) -> tuple[float, float]:
        """Work out the gradients of the mean loss over `words`, those of all processes; give the loss and their norm.

        The mean is over all that is learned from in the whole step: means of rows or processes would weigh short
        answers more.
        """
        share = 1 / max(words, 1)
        total = torch.zeros((), device=self.processes.device)
        for number, row in enumerate(rows):
            synchronise(self.forward.model, number == len(rows) - 1)
            with self.work.counting(row) if self.work.wants(row) else nullcontext():
                loss = self.forward.loss(row)
            # Gradients are averaged over processes where weights are shared out, and here they must be added up.
            (loss * (share * self.processes.world)).backward()
            total += loss.detach()
        (summed,) = self.processes.total([total.item()])
        return summed * share, self._measure()

    def apply(self, clip: float) -> None:
        """Change the weights, by gradients no larger than `clip` all together."""
        torch.nn.utils.clip_grads_with_norm_(self.weights, clip, self._norm)
        self.optimizer.step()
        self.forget()

    def forget(self) -> None:
        """Leave the weights as they are, and begin anew."""
        self.optimizer.zero_grad(set_to_none=True)
        self._norm = None

    def blamed(self, rows: Sequence[Row]) -> list[str]:
        """Go through a broken step again, row by row, and name the records of the rows that break it.

        A loss belongs to one process; where only the gradients are no numbers, nobody knows of which process they
        came, and the rows of all are named.
        """
        found: list[str] = []
        for row in rows:
            self.forget()
            synchronise(self.forward.model, True)
            loss = self.forward.loss(row)
            (loss / max(row.supervised, 1)).backward()
            is_mine = not math.isfinite(loss.item())
            (is_anyones,) = self.processes.most([is_mine])
            is_everyones = not is_anyones and not math.isfinite(self._measure())
            found += row.samples if is_mine or is_everyones else ()
        self.forget()
        return [record for records in self.processes.gathered(found) for record in records]

    def _measure(self) -> float:
        gradients = [weight.grad for weight in self.weights if weight.grad is not None]
        self._norm = torch.nn.utils.get_total_norm(gradients)
        return float(whole(self._norm).item())
