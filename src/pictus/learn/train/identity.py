"""What a training is made of, so that it never goes on as another one."""

import hashlib
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import orjson
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
    differences = list(_differences(now, then))
    if differences:
        raise PictusError(
            f"this checkpoint is of another training: {'; '.join(differences)}",
            where=where,
            mend="train into another folder, by `--to`, or bring back what the run began with",
        )


_HASHED = {  # of these there are only fingerprints
    "blend": "which rows are learned from, or in which order, differs",
    "model": "the model that it begins with differs",
    "frozen weights": "the weights that stay as they are differ",
}
_NAMES = {  # of figures, as whoever can change them knows them
    "training": "of the recipe's `train:`, ",
    "model": "of the recipe's `model:`, ",
}


def _differences(now: Mapping[str, Any], then: Mapping[str, Any]) -> Iterator[str]:
    for key in sorted({*now, *then}):
        new, old = (_unfolded(told.get(key)) for told in (now, then))
        if new == old:
            continue
        if isinstance(new, Mapping) and isinstance(old, Mapping):
            yield from (f"{_NAMES.get(key, '')}{told}" for told in _figures(new, old, ""))
        elif key.startswith("corpus "):
            other = "is another" if old and new else "is taken in" if new else "is not there any more"
            yield f"the {key} {other}"
        else:
            yield _HASHED.get(key) or f"`{key}` was {_shown(old)} and is {_shown(new)}"


def _figures(new: Mapping[str, Any], old: Mapping[str, Any], prefix: str) -> Iterator[str]:
    for key in sorted({*new, *old}):
        is_now, was = new.get(key), old.get(key)
        if isinstance(is_now, Mapping) and isinstance(was, Mapping):
            yield from _figures(is_now, was, f"{prefix}{key}: ")
        elif is_now != was:
            yield f"`{prefix}{key}` was {_shown(was)} and is {_shown(is_now)}"


def _unfolded(value: Any) -> Any:
    """Read what is kept as a text of JSON: the parts of a model that was not there before."""
    if isinstance(value, str) and value.startswith("{"):
        return orjson.loads(value)
    return value


def _shown(value: Any) -> str:
    return "not said" if value is None else str(value)
