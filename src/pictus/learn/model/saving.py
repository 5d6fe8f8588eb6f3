"""A model as a folder that plain transformers loads."""

from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path

import torch
from transformers import GenerationConfig

from pictus.errors import PictusError
from pictus.learn.model.building import ADAPTER, Built
from pictus.learn.model.lora import merged, save_adapter, without_adapters
from pictus.learn.model.parts import quiet
from pictus.store.whole_folder import whole_folder


def save(built: Built, folder: Path, *, state: Mapping[str, torch.Tensor] | None = None) -> Path:
    """Write model, processor and tokenizer; `state` are the gathered weights of a model that is sharded.

    Adapters are merged, or lie in a folder `adapter` inside, as the recipe says. A folder that is there is replaced
    only when all is written.
    """
    given = dict(state if state is not None else built.model.state_dict())
    lora = built.plan.lora
    plain = given if lora is None else merged(given, lora) if lora.merged else without_adapters(given)
    dtype = built.plan.dtype
    plain = {
        name: one.detach().to("cpu", dtype if one.is_floating_point() else one.dtype) for name, one in plain.items()
    }
    _check(built, plain)
    model = deepcopy(built.plan.skeleton).to(dtype)  # no weights of its own, and transformers asks it for its precision
    model.generation_config = _ends(built)
    with whole_folder(folder) as half:
        with quiet():
            model.save_pretrained(half, state_dict=plain)
            built.processor.save_pretrained(half)
        if lora is not None and not lora.merged:
            save_adapter(given, lora, half / ADAPTER, base=folder.name)
    return folder


def _ends(built: Built) -> GenerationConfig:
    """Keep of how a model generates where it begins and ends: transformers refuses to save some makers' settings."""
    own, words = built.model.generation_config, built.tokenizer
    told = own.eos_token_id if isinstance(own.eos_token_id, list) else [own.eos_token_id]
    ends = sorted({one for one in (*told, words.eos_token_id) if one is not None})
    return GenerationConfig(bos_token_id=own.bos_token_id, eos_token_id=ends or None, pad_token_id=words.pad_token_id)


def _check(built: Built, plain: dict[str, torch.Tensor]) -> None:
    """Refuse weights that are not those of the model: a file of them would load, and leave layers as drawn."""
    wanted = built.plan.skeleton.state_dict()
    lost = [name for name, one in wanted.items() if name not in plain or plain[name].shape != one.shape]
    odd = sorted(set(plain) - set(wanted))
    if lost or odd:
        told = f"{lost[0]} is missing or of another shape" if lost else f"{odd[0]} is not one of its own"
        mend = "give all weights, gathered from all processes, by the model's own names"
        raise PictusError(f"these are not the weights of the model: {told}", where=built.plan.where, mend=mend)
