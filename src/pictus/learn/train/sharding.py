"""Lay a model's weights on the device, or a share of them on the device of each process."""

from collections.abc import Iterator
from typing import Any

import torch
from torch import distributed
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import MixedPrecisionPolicy, fully_shard
from torch.distributed.tensor import DTensor

from pictus.learn.train.processes import Processes


def lay(model: Any, processes: Processes, *, precision: str) -> Any:
    """Bring a model to the device in the precision wanted; several processes keep a share each of the first one's.

    In mixed precision, what is not trained keeps the one that it was read in: it is never added to, and float32 would
    double it.
    """
    for weight in model.parameters():
        if precision != "mixed":
            weight.data = weight.data.to(getattr(torch, precision))
        elif weight.requires_grad:
            weight.data = weight.data.float()
    if processes.world == 1:
        return model.to(processes.device)
    mesh = init_device_mesh(processes.device.type, (processes.world,))
    policy = MixedPrecisionPolicy()
    if precision == "mixed":
        policy = MixedPrecisionPolicy(param_dtype=torch.bfloat16, reduce_dtype=torch.float32)
    for module in [*layers(model), model]:
        # One after the other: what others than the first had not written yet takes memory for one layer at a time.
        _take_from_first(module, processes)
        fully_shard(module, mesh=mesh, mp_policy=policy)
    return model


def layers(module: Any) -> Iterator[Any]:
    """Give the repeated blocks of a model: what is gathered at once. Blocks within blocks stay part of them."""
    for child in module.children():
        blocks = list(child.children()) if isinstance(child, torch.nn.ModuleList) else []
        if len(blocks) > 1 and len({type(block) for block in blocks}) == 1 and any(map(_has_weights, blocks)):
            yield from blocks
        else:
            yield from layers(child)


def synchronise(model: Any, is_last: bool) -> None:
    """Let gradients be added up over the processes after this row, or kept for the next one."""
    if hasattr(model, "set_requires_gradient_sync"):
        model.set_requires_gradient_sync(is_last)


def whole(tensor: Any) -> Any:
    """Give a tensor of which each process has a share as one; all processes must call it."""
    return tensor.full_tensor() if isinstance(tensor, DTensor) else tensor


def all_weights(model: Any, processes: Processes) -> dict[str, Any]:
    """Collect the whole model in the first process, one tensor at a time; the others get nothing."""
    weights: dict[str, Any] = {}
    for name, tensor in model.state_dict().items():
        one = whole(tensor.detach())
        if processes.rank == 0:
            weights[name] = one.cpu()
    return weights


def _take_from_first(module: Any, processes: Processes) -> None:
    """Give all processes the weights of the first, also those that are drawn: losses must not hang on who drew."""
    for tensor in (*module.parameters(), *module.buffers()):
        if not isinstance(tensor, DTensor):  # such as those of its layers, which were given already
            # As bytes, for not every backend knows every precision.
            distributed.broadcast(tensor.data.view(-1).view(torch.uint8), 0, group=processes.group)


def _has_weights(module: Any) -> bool:
    return next(module.parameters(), None) is not None
