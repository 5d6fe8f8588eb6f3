"""Watch over the losses: a step that would ruin the weights is not taken, and a strange one is told."""

import math
from collections import deque
from collections.abc import Iterable
from statistics import median
from typing import Literal, TypeAlias

from pictus.errors import PictusError

Verdict: TypeAlias = Literal["fine", "broken", "spike"]

_REMEMBERED = 64  # losses
_SPIKE = 3.0  # times their median
_LEARNED = 0.05  # a lower median counts as this: of what is known by heart, losses jump and mean nothing
_MOST_BROKEN = 5  # steps in a row; then something is wrong with more than the data
_LEAST = 16  # before them nothing is strange: losses fall fast at the start


class Guard:
    """Knows the losses of the last steps."""

    def __init__(self, recent: Iterable[float] = ()) -> None:
        self._recent = deque(recent, maxlen=_REMEMBERED)
        self._broken = 0  # in a row

    @property
    def recent(self) -> tuple[float, ...]:
        """Give the losses that the next one is held against."""
        return tuple(self._recent)

    def judge(self, loss: float, norm: float) -> Verdict:
        """Say what a step's loss and its gradients' norm are; numbers that are none are broken."""
        if not (math.isfinite(loss) and math.isfinite(norm)):
            self._broken += 1
            return "broken"
        self._broken = 0
        is_spike = len(self._recent) >= _LEAST and loss > _SPIKE * max(median(self._recent), _LEARNED)
        self._recent.append(loss)
        return "spike" if is_spike else "fine"

    def check(self, step: int, ids: Iterable[str], *, where: str) -> None:
        """End a run in which nothing is learned any more."""
        if self._broken >= _MOST_BROKEN:
            shown = ", ".join(list(ids)[:5])
            raise PictusError(
                f"the loss or the gradients were no numbers in {self._broken} steps in a row, the last of them step "
                f"{step}, with the records {shown}",
                where=where,
                mend="lower the learning rate, or train in float32; go on from the last checkpoint by the same command",
            )
