"""A vision tower that OpenCLIP wrote, in the layout of transformers; the package itself is not needed."""

import re
from collections.abc import Mapping
from typing import Any

import torch
from transformers import CLIPVisionConfig

from pictus.learn.model.parts import OPEN_CLIP, OPEN_CLIP_WEIGHTS, Part, has_weights

_OUTER = {
    "class_embedding": "embeddings.class_embedding",
    "positional_embedding": "embeddings.position_embedding.weight",
    "conv1.weight": "embeddings.patch_embedding.weight",
    "ln_pre.weight": "pre_layrnorm.weight",  # so spelled by transformers
    "ln_pre.bias": "pre_layrnorm.bias",
    "ln_post.weight": "post_layernorm.weight",
    "ln_post.bias": "post_layernorm.bias",
}
_INNER = {
    "ln_1": "layer_norm1",
    "ln_2": "layer_norm2",
    "mlp.c_fc": "mlp.fc1",
    "mlp.c_proj": "mlp.fc2",
    "attn.out_proj": "self_attn.out_proj",
}
_BLOCK = re.compile(r"transformer\.resblocks\.(\d+)\.(.+)")
_UNUSED = ("proj",)  # to the space that CLIP shares with texts: a projector takes what comes before
_INSTEAD = (
    "take a tower in the layout of transformers: openai/clip-vit-large-patch14-336, google/siglip-so400m-patch14-384, "
    "or the repository of the same tower that has a config.json of model type clip or siglip"
)


def is_open_clip(part: Part) -> bool:
    """Say whether a folder holds OpenCLIP's layout, and not transformers' as well, which many hold beside it."""
    if not (part.folder / OPEN_CLIP).is_file():
        return False
    if not (part.folder / "config.json").is_file() or "model_type" not in part.json():
        return True
    return not has_weights(part.folder) and any((part.folder / name).is_file() for name in OPEN_CLIP_WEIGHTS)


def open_clip_config(part: Part) -> CLIPVisionConfig:
    """Read the shape of a tower; one that CLIP's layout does not cover is refused."""
    model = part.json(OPEN_CLIP).get("model_cfg", {})
    vision = model.get("vision_cfg", {})
    if "timm_model_name" in vision:
        raise part.error(
            f"it is a tower of timm, {vision['timm_model_name']}, that CLIP's layout does not cover", _INSTEAD
        )
    if isinstance(vision.get("layers"), list):
        raise part.error("it is a ResNet, that CLIP's layout does not cover", _INSTEAD)
    odd = [name for name in ("attentional_pool", "ls_init_value", "no_ln_pre", "input_patchnorm") if vision.get(name)]
    if odd or not {"width", "layers", "patch_size"} <= set(vision):
        told = f"has {', '.join(odd)}" if odd else "says neither width, nor layers, nor patch size"
        raise part.error(f"its tower {told}, that CLIP's layout does not cover", _INSTEAD)
    width = vision["width"]
    return CLIPVisionConfig(
        hidden_size=width,
        intermediate_size=int(width * vision.get("mlp_ratio", 4.0)),
        num_hidden_layers=vision["layers"],
        num_attention_heads=width // vision.get("head_width", 64),
        image_size=vision.get("image_size", 224),
        patch_size=vision["patch_size"],
        projection_dim=model.get("embed_dim", 512),
        # The first models of OpenAI had an approximation of GELU; the config says so, and never the weights.
        hidden_act="quick_gelu" if model.get("quick_gelu") else "gelu",
    )


def open_clip_numbers(part: Part) -> Mapping[str, Any]:
    """Read mean, deviation and resizing of the pictures that a tower was made with."""
    settings = part.json(OPEN_CLIP).get("preprocess_cfg", {})
    return settings if isinstance(settings, dict) else {}


def open_clip_weights(part: Part) -> dict[str, torch.Tensor]:
    """Read the weights of a tower, named as transformers names them."""
    path = next(part.folder / name for name in OPEN_CLIP_WEIGHTS if (part.folder / name).is_file())
    if path.suffix == ".safetensors":
        from safetensors import safe_open

        with safe_open(path, "pt") as file:
            read = {name: file.get_tensor(name) for name in file.keys() if name.startswith("visual.")}  # noqa: SIM118
    else:
        read = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
        read = read.get("state_dict", read)
    named: dict[str, torch.Tensor] = {}
    unknown: list[str] = []
    for name, tensor in read.items():
        inner = name.removeprefix("module.").removeprefix("visual.")
        if inner == name.removeprefix("module.") or inner in _UNUSED:
            continue
        found = _renamed(inner, tensor)
        named |= found
        unknown += [] if found else [name]
    if unknown:
        raise part.error(f"its weights have no place in CLIP's layout: {', '.join(unknown[:4])}", _INSTEAD)
    return named


def _renamed(name: str, tensor: torch.Tensor) -> dict[str, torch.Tensor]:
    if name in _OUTER:
        return {_OUTER[name]: tensor}
    match = _BLOCK.fullmatch(name)
    if match is None:
        return {}
    layer, inner = f"encoder.layers.{match[1]}", match[2]
    if inner in ("attn.in_proj_weight", "attn.in_proj_bias"):
        kind = inner.rpartition("_")[2]
        parts = tensor.chunk(3)
        return {f"{layer}.self_attn.{one}_proj.{kind}": part for one, part in zip("qkv", parts, strict=True)}
    module, _, kind = inner.rpartition(".")
    return {f"{layer}.{_INNER[module]}.{kind}": tensor} if module in _INNER else {}
