"""LoRA: which layers get adapters, and what their weights come to when they are merged or kept apart."""

import re
from collections.abc import Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from pictus.errors import PictusError, unknown_name
from pictus.learn.model.modules import outermost_lists, places
from pictus.stages import Lora

if TYPE_CHECKING:
    from transformers import PreTrainedModel

_NAME = "default"  # peft's own, of the one adapter that there is
_MATRIX = re.compile(rf"(?P<layer>.+)\.lora_(?P<which>[AB])\.{_NAME}\.weight")
_BASE = ".base_layer."


def adapted_layers(model: "PreTrainedModel", lora: Lora, *, where: str) -> dict[str, nn.Linear]:
    """Name the layers that get adapters: linear ones of the language model alone, none of the vision tower's."""
    if find_spec("peft") is None:
        raise PictusError("peft is not installed", where=where, mend="pip install 'pictus[learn]'")
    language = model.get_submodule(places(model, where=where)["language"])
    inside = {id(module) for some in outermost_lists(language) for module in some.modules()}
    linear = {
        name: module for name, module in model.named_modules() if isinstance(module, nn.Linear) and id(module) in inside
    }
    known = sorted({name.rpartition(".")[2] for name in linear})
    for target in lora.targets:
        if target not in known:
            raise unknown_name("linear layer of the language model", target, known, where=f"{where}, lora.targets")
    return {name: one for name, one in linear.items() if name.rpartition(".")[2] in (lora.targets or known)}


def adapt(model: "PreTrainedModel", lora: Lora, *, seed: int, where: str) -> None:
    """Put adapters beside the layers of a model, which is changed; they add nothing before they are trained."""
    from peft import inject_adapter_in_model

    config = _config(lora, adapted_layers(model, lora, where=where))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        inject_adapter_in_model(config, model, adapter_name=_NAME)
    for name, parameter in model.named_parameters():
        if ".lora_" in name:
            parameter.data = parameter.data.float()


def merged(state: Mapping[str, torch.Tensor], lora: Lora) -> dict[str, torch.Tensor]:
    """Give the weights of a model without adapters that says what one with them says."""
    plain = without_adapters(state)
    matrices = _matrices(state)
    for layer, (down, up) in matrices.items():
        weight = plain[f"{layer}.weight"]
        more = up.float() @ down.float() * (lora.alpha / lora.rank)
        plain[f"{layer}.weight"] = (weight.float() + more.to(weight.device)).to(weight.dtype)
    return plain


def without_adapters(state: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Give the weights of a model beside its adapters, by the names that they have without them."""
    return {name.replace(_BASE, "."): one for name, one in state.items() if not _MATRIX.fullmatch(name)}


def save_adapter(state: Mapping[str, torch.Tensor], lora: Lora, folder: Any, *, base: str) -> None:
    """Write the adapters as peft does, for its `PeftModel.from_pretrained(model, folder)`."""
    from safetensors.torch import save_file

    names = {f"{name}.lora_{which}.weight" for name in _matrices(state) for which in "AB"}
    tensors = {f"base_model.model.{name}": state[_inner(name)].contiguous().cpu() for name in names}
    folder.mkdir(parents=True, exist_ok=True)
    save_file(tensors, folder / "adapter_model.safetensors", metadata={"format": "pt"})
    config = _config(lora, list(_matrices(state)))
    config.base_model_name_or_path, config.inference_mode = base, True
    config.save_pretrained(folder)


def _inner(name: str) -> str:
    return name.removesuffix(".weight") + f".{_NAME}.weight"


def _matrices(state: Mapping[str, torch.Tensor]) -> dict[str, tuple[torch.Tensor, torch.Tensor]]:
    layers = dict.fromkeys(match["layer"] for name in state if (match := _MATRIX.fullmatch(name)))
    return {
        layer: (state[f"{layer}.lora_A.{_NAME}.weight"], state[f"{layer}.lora_B.{_NAME}.weight"]) for layer in layers
    }


def _config(lora: Lora, names: Any) -> Any:
    from peft import LoraConfig

    # Full names in one pattern: a last name alone, such as q_proj, is met in the vision tower too.
    first = {name.split(".layers.")[0] for name in names}
    last = sorted({name.rpartition(".")[2] for name in names})
    pattern = rf"(?:{'|'.join(sorted(map(re.escape, first)))})\..*\.(?:{'|'.join(map(re.escape, last))})"
    return LoraConfig(r=lora.rank, lora_alpha=lora.alpha, lora_dropout=lora.dropout, target_modules=pattern)
