"""How much a model has to multiply, and what its device could: the two halves of MFU."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import prod
from typing import Any, Literal, TypeAlias

import numpy as np
import torch

from pictus.learn.step import Row

Area: TypeAlias = Literal["picture", "token", "word"]

# Dense bfloat16, in TFLOP/s, as their makers state it; the longer names first.
_PEAKS = (
    ("H100 PCIe", 756),
    ("H100 NVL", 835),
    ("H100", 989),
    ("H200 NVL", 835),
    ("H200", 989),
    ("B200", 2250),
    ("A100", 312),
    ("L40S", 362),
    ("L4", 121),
    ("A40", 149.7),
)
_EYES = ("vision", "visual", "projector", "connector", "merger")


def peak(device: Any) -> float | None:
    """Give the operations a second that a device could do in bfloat16; None where that is not known."""
    return peak_of(torch.cuda.get_device_name(device)) if device.type == "cuda" else None


def peak_of(name: str) -> float | None:
    """Give the operations a second of a GPU by its name."""
    words = name.replace("-", " ").split()
    for known, tera in _PEAKS:
        if all(word in words for word in known.split()):
            return tera * 1e12
    return None


@dataclass(slots=True)
class Size:
    """How large rows are."""

    pictures: int = 0
    tokens: int = 0  # without padding
    words: int = 0  # learned from
    squares: int = 0  # the samples' lengths, squared: what attention costs

    def __add__(self, other: "Size") -> "Size":
        return Size(
            self.pictures + other.pictures,
            self.tokens + other.tokens,
            self.words + other.words,
            self.squares + other.squares,
        )


def size_of(row: Row) -> Size:
    """Measure a row."""
    if row.mask is not None:
        lengths = row.mask.sum(axis=1)
    elif row.positions is not None:
        flat = row.positions.ravel()
        lengths = np.diff([*np.flatnonzero(flat == 0), flat.size])
    else:
        lengths = np.full(row.tokens.shape[0], row.tokens.shape[1])
    return Size(len(row.pictures), int(lengths.sum()), row.supervised, int((lengths**2).sum()))


@dataclass(slots=True)
class Work:
    """What a model multiplies by picture, by token and by word learned, forward and backward.

    Counted where it happens, in one row, by what flows through each matrix: forward once; once more where the matrix
    is trained; once more where something before it is. What is worked out twice to save memory counts once.
    """

    model: Any
    each: dict[Area, float] = field(default_factory=dict)
    square: float = 0.0  # of attention between tokens
    _seen: int = 0  # pictures in the row that was counted

    def of(self, size: Size) -> float | None:
        """Give the operations for rows of this size; None before a row with what they have was counted."""
        if not self.each or (size.pictures and not self._seen):
            return None
        linear = self.each["picture"] * size.pictures + self.each["token"] * size.tokens
        return linear + self.each["word"] * size.words + self.square * size.squares

    def wants(self, row: Row) -> bool:
        """Say whether counting this row would tell more."""
        return not self.each or (not self._seen and len(row.pictures) > 0)

    @contextmanager
    def counting(self, row: Row) -> Iterator[None]:
        """Count what the model does with a row."""
        sums: dict[Area, float] = {"picture": 0.0, "token": 0.0, "word": 0.0}
        once, patches = [0.0], [0]
        head = self.model.get_output_embeddings()

        def hook(area: Area) -> Any:
            def count(module: Any, inputs: Any, output: Any) -> None:
                times = 1 + int(inputs[0].requires_grad) + int(module.weight.requires_grad)
                operations = 2.0 * output.numel() * prod(module.weight.shape[1:])
                sums[area] += operations * times
                if area == "token":
                    once[0] += operations
                elif area == "picture" and isinstance(module, torch.nn.Linear):
                    patches[0] = max(patches[0], output.numel() // output.shape[-1])

            return count

        hooks = [
            module.register_forward_hook(hook("word" if module is head else _area(name)))
            for name, module in self.model.named_modules()
            if isinstance(module, torch.nn.Linear | torch.nn.Conv2d)
        ]
        try:
            yield
        finally:
            for one in hooks:
                one.remove()
        self._take(size_of(row), row, sums, backward=sums["token"] > 1.5 * once[0], patches=patches[0])

    def _take(self, size: Size, row: Row, sums: dict[Area, float], *, backward: bool, patches: int) -> None:
        counts: dict[Area, int] = {"picture": size.pictures, "token": row.tokens.size, "word": max(size.words, 1)}
        self.each = {area: total / counts[area] if counts[area] else 0.0 for area, total in sums.items()}
        text = self.model.config.get_text_config()
        # Two products of 2 * length² * width; half of it, for nothing sees what comes after it.
        self.square = 2.0 * text.num_hidden_layers * text.hidden_size * (3 if backward else 1)
        eyes = getattr(self.model.config, "vision_config", None)
        width = getattr(eyes, "hidden_size", None)
        if eyes is not None and size.pictures and isinstance(width, int):
            self.each["picture"] += 4.0 * eyes.num_hidden_layers * width * (patches / size.pictures) ** 2
        self._seen = size.pictures


def _area(name: str) -> Area:
    return "picture" if any(word in name for word in _EYES) else "token"
