"""The optimizer: AdamW, with its state from the first moment on, so that every checkpoint has the same tensors."""

from collections.abc import Callable, Mapping
from typing import Any

import torch

from pictus.learn.train.groups import parameter_groups
from pictus.learn.train.schedule import share_of_rate
from pictus.stages import Module, Training


def adamw(weights: Mapping[str, Any], module_of: Callable[[str], Module], training: Training) -> Any:
    """Make the optimizer of the weights that are trained."""
    on_gpu = next(iter(weights.values())).device.type == "cuda"
    groups = parameter_groups(weights, module_of, training)
    first, second = training.betas
    optimizer = torch.optim.AdamW(groups, lr=0.0, betas=(first, second), fused=on_gpu)
    for weight in weights.values():
        # Left alone it makes these when a gradient first comes; and some weights never get one, such as those behind
        # the last layer that a projector looks at.
        optimizer.state[weight] = {
            "step": torch.zeros((), device=weight.device if on_gpu else "cpu"),
            "exp_avg": torch.zeros_like(weight, memory_format=torch.preserve_format),
            "exp_avg_sq": torch.zeros_like(weight, memory_format=torch.preserve_format),
        }
    return optimizer


def set_rates(optimizer: Any, step: int, steps: int, training: Training) -> dict[str, float]:
    """Set the learning rates of a step, and give them by module."""
    share = share_of_rate(step, steps, training)
    for group in optimizer.param_groups:
        group["lr"] = group["rate"] * share
    return {group["module"]: group["lr"] for group in optimizer.param_groups}


def tensors(weights: Mapping[str, Any], optimizer: Any) -> dict[str, Any]:
    """Give what a checkpoint holds: the weights and their moments. Reading into them is restoring them."""
    state: dict[str, Any] = {f"weight.{name}": weight.detach() for name, weight in weights.items()}
    for name, weight in weights.items():
        state |= {f"{kind}.{name}": moment for kind, moment in optimizer.state[weight].items()}
    return state
