"""A row through the model, to the loss of what is learned from it."""

import inspect
from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any

import torch
import transformers.modeling_utils
from torch.nn import functional

from pictus.learn.model.pictures import Pictures
from pictus.learn.step import IGNORED, Row
from pictus.learn.train.blank import with_picture
from pictus.learn.train.processes import Processes


class Forward:
    """The model, and how a row gets into it."""

    def __init__(self, model: Any, pictures: Pictures, processes: Processes, *, autocast: bool = False) -> None:
        self.model, self.processes = model, processes
        self._pictures, self._autocast = pictures, autocast
        self._device = processes.device
        self._mean = torch.tensor(pictures.mean, device=self._device).view(1, 3, 1, 1)
        self._std = torch.tensor(pictures.std, device=self._device).view(1, 3, 1, 1)
        self._can_choose = _can_choose(model)

    def level(self, rows: Sequence[Row]) -> list[Row]:
        """Let this process show a picture in each row in which another one does; all processes call it."""
        shown = self.processes.most([len(row.pictures) > 0 for row in rows])
        return [
            with_picture(row, self._pictures) if other and not len(row.pictures) else row
            for row, other in zip(rows, shown, strict=True)
        ]

    def loss(self, row: Row) -> Any:
        """Give the sum of the losses of all tokens that are learned from, in float32."""
        labels = torch.from_numpy(row.labels).to(self._device, non_blocking=True)
        wanted = functional.pad(labels[:, 1:], (0, 1), value=IGNORED)  # what each token should be followed by
        learned = wanted != IGNORED
        if not row.supervised:
            learned[0, 0] = True  # its label stays IGNORED, and its gradient is zero
        with self._precision():
            logits = self._logits(row, learned)
        return functional.cross_entropy(logits.float(), wanted[learned], ignore_index=IGNORED, reduction="sum")

    def _logits(self, row: Row, learned: Any) -> Any:
        inputs: dict[str, Any] = {"input_ids": torch.from_numpy(row.tokens).to(self._device, non_blocking=True)}
        if row.positions is not None:
            inputs["position_ids"] = torch.from_numpy(row.positions).to(self._device, non_blocking=True)
        if row.mask is not None:
            inputs["attention_mask"] = torch.from_numpy(row.mask).to(self._device, non_blocking=True)
        if len(row.pictures):
            pixels = torch.from_numpy(row.pictures).to(self._device, non_blocking=True)
            inputs["pixel_values"] = (pixels.float() / 255 - self._mean) / self._std
        # With a cache, transformers does not see that a row is packed, and its samples see each other.
        inputs["use_cache"] = False
        if self._can_choose:
            # A vocabulary of 128k times all tokens of a row would be gigabytes; most are pictures and questions.
            return self.model(**inputs, logits_to_keep=learned).logits
        return self.model(**inputs).logits[learned]

    def _precision(self) -> Any:
        return torch.autocast(self._device.type, torch.bfloat16) if self._autocast else nullcontext()


def recompute(model: Any) -> None:
    """Let a model keep what goes into its layers, and work out the rest again when gradients need it."""
    base = model.get_base_model() if hasattr(model, "get_base_model") else model
    if hasattr(base, "activation_checkpointing_enable"):  # the newer name: the older one warns
        base.activation_checkpointing_enable(activation_checkpointing_kwargs={"use_reentrant": False})
    else:
        base.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})


def _can_choose(model: Any) -> bool:
    """Say whether a model works out the words of chosen tokens alone; older transformers choose none by a mask."""
    base = model.get_base_model() if hasattr(model, "get_base_model") else model
    takes = "logits_to_keep" in inspect.signature(base.forward).parameters
    return takes and hasattr(transformers.modeling_utils, "slice_logits_to_keep")
