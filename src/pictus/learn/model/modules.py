"""Which weight belongs to which module: of every family whose parts have a name that is known here."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from torch import nn

from pictus.errors import PictusError
from pictus.stages import Module

if TYPE_CHECKING:
    from transformers import PreTrainedModel

# The first that is there is taken; a projector may lie inside the tower, and is then none of its weights.
_NAMES: dict[Module, tuple[str, ...]] = {
    "projector": (
        "multi_modal_projector",
        "connector",
        "aligner",
        "mm_projector",
        "embed_vision",
        "visual.merger",
    ),
    "vision": ("vision_tower", "vision_model", "visual", "vision_encoder"),
    "language": ("language_model", "text_model"),
}
_HEADS = ("lm_head",)
_UNREACHED = re.compile(r"(?:vision_model\.)?(?:post_layernorm|head)\b")
_LAYER = re.compile(r"(?:vision_model\.)?encoder\.layers\.(\d+)\.")


def places(model: "PreTrainedModel", *, where: str) -> dict[Module, str]:
    """Find vision tower, projector and language model by the names that families give them."""
    inner = "model." if isinstance(getattr(model, "model", None), nn.Module) else ""
    names = {name for name, _ in model.named_modules()}
    found = {
        module: next((inner + one for one in known if inner + one in names), "") for module, known in _NAMES.items()
    }
    if not all(found.values()):
        lost = ", ".join(module for module, name in found.items() if not name)
        has = ", ".join(sorted(inner + name for name, _ in (model.model if inner else model).named_children()))
        mend = "begin with a model of the kind of LLaVA, or build one from parts"
        raise PictusError(f"its {lost} has no name that is known here; it has {has}", where=where, mend=mend)
    return found


def belongings(model: "PreTrainedModel", *, where: str) -> dict[str, Module]:
    """Say of each weight to which module it belongs; a tied one is named once, as torch names it."""
    found = places(model, where=where)
    owners: dict[str, Module] = {}
    strange = []
    for name, _ in model.named_parameters():
        module = _owner(name, found)
        if module is None:
            strange.append(name)
        else:
            owners[name] = module
    if strange:
        told = f"its weights {', '.join(strange[:4])} belong to no module that is known here"
        raise PictusError(told, where=where, mend="begin with a model of the kind of LLaVA, or build one from parts")
    return owners


def unreached(model: "PreTrainedModel", *, where: str) -> frozenset[str]:
    """Name the weights of the vision tower whose results nobody takes: they would never have a gradient."""
    found = places(model, where=where)
    inside = found["vision"] + "."
    config = model.config
    layer = getattr(config, "vision_feature_layer", None)
    if layer is None:
        return frozenset()
    count = config.vision_config.num_hidden_layers
    wanted = [one if one >= 0 else count + 1 + one for one in ([layer] if isinstance(layer, int) else layer)]
    names = [name for name, _ in model.named_parameters() if name.startswith(inside)]
    return frozenset(name for name in names if _is_unreached(name.removeprefix(inside), max(wanted)))


def unchanging(model: "PreTrainedModel", *, where: str) -> frozenset[str]:
    """Name the weights that are there for a class of transformers and must stay as they are."""
    if getattr(model.config, "projector_hidden_act", "") != "linear":
        return frozenset()
    projector = places(model, where=where)["projector"]
    return frozenset(f"{projector}.linear_2.{kind}" for kind in ("weight", "bias"))


def outermost_lists(module: nn.Module) -> Iterator[nn.ModuleList]:
    """Find the lists of layers of a module, and not those inside of layers."""
    for child in module.children():
        if isinstance(child, nn.ModuleList):
            yield child
        else:
            yield from outermost_lists(child)


def _owner(name: str, found: dict[Module, str]) -> Module | None:
    if ".lora_" in name:
        return "lora"
    for module, place in found.items():  # the projector first: it may lie in the tower
        if name.startswith(place + "."):
            return module
    if name.startswith(_HEADS):
        return "language"
    # What a family keeps beside its modules, such as the token at the end of a line of patches.
    return "projector" if name.count(".") <= 1 else None


def _is_unreached(name: str, layers: int) -> bool:
    layer = _LAYER.match(name)
    return int(layer[1]) >= layers if layer else bool(_UNREACHED.match(name))
