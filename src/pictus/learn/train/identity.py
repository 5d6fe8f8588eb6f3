"""What a training is made of, so that it never goes on as another one."""

import hashlib
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import torch

from pictus import __version__
from pictus.errors import PictusError
from pictus.learn.train.job import Job

_VALUES = 64  # of each tensor
_PACKAGES = ("torch", "transformers", "peft")


def identity_of(job: Job) -> dict[str, Any]:
    """Say what losses depend on; where any of it differs, a checkpoint is of another training."""
    return {
        **job.made_of,
        "frozen weights": frozen_fingerprint(job.model),
        "training": job.training.model_dump(mode="json", exclude={"note"}),
        "steps": job.steps,
        "seed": job.seed,
        "precision": job.settings.precision,
    }


def frozen_fingerprint(model: Any) -> str:
    """Tell start models apart by their frozen weights, which no checkpoint holds.

    A few values of each tensor tell: whatever was trained differs nearly everywhere, and to read all of a large model
    would take a minute on each start.
    """
    hashed = hashlib.sha256()
    for name, weight in model.named_parameters():
        if weight.requires_grad:
            continue
        flat = weight.detach().flatten()
        places = torch.linspace(0, flat.numel() - 1, min(_VALUES, flat.numel())).long()
        hashed.update(f"{name}\0{tuple(weight.shape)}\0".encode())
        hashed.update(flat[places].float().numpy().tobytes())
    return hashed.hexdigest()[:32]


def versions() -> dict[str, str]:
    """Say which versions of what trains are installed."""
    found = {"pictus": __version__}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def check_same(now: Mapping[str, Any], then: Mapping[str, Any], *, where: str) -> None:
    """Refuse to go on with a training that was made of something else, and say what differs."""
    differences = list(_differences(now, then, ""))
    if differences:
        raise PictusError(
            f"this checkpoint is of another training: {'; '.join(differences)}",
            where=where,
            mend="train into another folder, or bring back what the run began with",
        )


def _differences(now: Mapping[str, Any], then: Mapping[str, Any], prefix: str) -> Iterator[str]:
    for key in sorted({*now, *then}):
        new, old = now.get(key), then.get(key)
        if isinstance(new, Mapping) and isinstance(old, Mapping):
            yield from _differences(new, old, f"{prefix}{key}.")
        elif new != old:
            yield f"`{prefix}{key}` was {_shown(old)} and is {_shown(new)}"


def _shown(value: Any) -> str:
    return "not there" if value is None else str(value)
