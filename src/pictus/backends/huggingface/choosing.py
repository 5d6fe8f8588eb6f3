"""How the next token of each row is chosen, and when a row is done, whatever its neighbours in the batch do."""

from collections.abc import Sequence
from threading import Event
from typing import TYPE_CHECKING

from pictus.prompt import Sampling

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import PreTrainedTokenizerBase

_MARGIN = 8  # tokens: a stop string may begin and end inside one


class Chance:
    """Draw the next token of each row that has a temperature, from a source of chance of its own.

    Adding Gumbel noise to scores and taking the highest is drawing from their softmax. Each row's noise comes from
    its prompt's seed, so an answer is the same alone and in any batch, as far as the arithmetic is.
    """

    def __init__(self, rows: Sequence[tuple[Sampling, int]], device: str) -> None:
        import torch

        drawn = [(place, sampling, seed) for place, (sampling, seed) in enumerate(rows) if sampling.temperature]
        self._places = torch.tensor([place for place, _, _ in drawn], device=device, dtype=torch.long)
        self._heat = torch.tensor([[sampling.temperature] for _, sampling, _ in drawn], device=device)
        shares = [1.0 if sampling.top_p is None else sampling.top_p for _, sampling, _ in drawn]
        self._share = torch.tensor([[share] for share in shares], device=device)
        self._cuts = any(share < 1 for share in shares)
        self._sources = [torch.Generator(device).manual_seed(seed % 2**63) for _, _, seed in drawn]

    def __call__(self, input_ids: "Tensor", scores: "Tensor") -> "Tensor":
        """Give scores of which the highest is the token that was drawn."""
        import torch

        if not self._sources:
            return scores
        heated = scores[self._places].float() / self._heat
        if self._cuts:
            ordered, order = heated.sort(dim=-1, descending=True)
            likely = ordered.softmax(dim=-1)
            # A token stays while those before it have not filled the share; so the first always stays.
            beyond = (likely.cumsum(dim=-1) - likely) >= self._share.clamp(min=1e-6)
            heated = heated.masked_fill(beyond.scatter(-1, order, beyond), -torch.inf)
        noise = torch.empty_like(heated)
        for row, source in zip(noise, self._sources, strict=True):
            row.exponential_(generator=source)
        scores = scores.float()
        scores[self._places] = heated - noise.clamp_(min=1e-20).log_()
        return scores


class Ends:
    """Say which rows are done: those that have their number of tokens, or said one of their stop strings."""

    def __init__(
        self,
        limits: Sequence[int],
        stops: Sequence[tuple[str, ...]],
        tokenizer: "PreTrainedTokenizerBase",
        is_stopped: Event,
    ) -> None:
        self.stopped: dict[int, int] = {}  # row, and how many tokens it had when its stop string was there
        self._limits, self._tokenizer, self._is_stopped = limits, tokenizer, is_stopped
        self._stops = {row: some for row, some in enumerate(stops) if some}
        self._made = 0

    def __call__(self, input_ids: "Tensor", scores: object) -> "Tensor":
        """Look at the tokens so far, once after each step."""
        import torch

        self._made += 1
        for row, stops in self._stops.items():
            if row not in self.stopped and self._made <= self._limits[row]:
                reach = min(max(len(stop.encode()) for stop in stops) + _MARGIN, self._made)
                tail = self._tokenizer.decode(input_ids[row, -reach:], skip_special_tokens=True)
                if any(stop in tail for stop in stops):
                    self.stopped[row] = self._made
        if self._is_stopped.is_set():
            return torch.ones(len(self._limits), dtype=torch.bool, device=input_ids.device)
        done = [row in self.stopped or self._made >= limit for row, limit in enumerate(self._limits)]
        return torch.tensor(done, device=input_ids.device)


def cut_at(text: str, stops: Sequence[str]) -> str:
    """Give what was said before the first of the stop strings."""
    return text[: min([found for stop in stops if (found := text.find(stop)) >= 0], default=len(text))]
