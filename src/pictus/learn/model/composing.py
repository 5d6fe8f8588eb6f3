"""A vision tower and a language model put together in a class of transformers, with a projector between them.

LLaVA's class has a projector of two layers. One linear layer is written into it as two, of which the second changes
nothing. For fewer tokens a picture it is Aya Vision's class, which makes one token of a square of patches: its tower
and its language model may be any, and the layer of the tower can be chosen. InternVL's takes its own tower alone,
Gemma 3's its own language model, Perception LM's a tower of timm; Idefics 3's cuts pictures to pieces. No class pools
by averaging, which is a case of what the first layer behind a square of patches can learn.
"""

from typing import TYPE_CHECKING

import torch
from torch import nn
from transformers import (
    AyaVisionConfig,
    AyaVisionForConditionalGeneration,
    LlavaConfig,
    LlavaForConditionalGeneration,
    LlavaProcessor,
)
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil
from transformers.models.llava.image_processing_pil_llava import LlavaImageProcessorPil
from transformers.models.siglip.image_processing_pil_siglip import SiglipImageProcessorPil

from pictus.learn.model.language import IMAGE, Language
from pictus.learn.model.vision import Tower
from pictus.stages import Model

if TYPE_CHECKING:
    from transformers import BaseImageProcessor, PreTrainedConfig, PreTrainedModel

UNCHANGED = "linear"  # the activation that transformers calls so: none


def composed_config(section: Model, tower: Tower, language: Language) -> "PreTrainedConfig":
    """Describe the whole model; a projector that the patches do not go into is refused."""
    config = {
        "vision_config": tower.config,
        "text_config": language.config,
        "image_token_index": language.image_id,
        "vision_feature_layer": checked_layer(section.vision_layer, tower),
        "vision_feature_select_strategy": "default" if tower.is_clip else "full",
        "tie_word_embeddings": language.config.tie_word_embeddings,
    }
    if section.projector == "shuffle":
        if tower.grid % section.shuffle:
            whole = [str(n) for n in range(2, 9) if tower.grid % n == 0]
            mend = (
                f"set `model.shuffle` to {' or '.join(whole) or 'another side'}, or `model.image.side` to another size"
            )
            what = f"{tower.grid} x {tower.grid} patches do not divide into squares of {section.shuffle} a side"
            raise tower.part.error(what, mend)
        return AyaVisionConfig(downsample_factor=section.shuffle, **config)
    return LlavaConfig(
        image_seq_length=tower.grid**2,
        projector_hidden_act=UNCHANGED if section.projector == "linear" else "gelu",
        **config,
    )


def checked_layer(layer: int, tower: Tower) -> int:
    """Refuse a layer that the tower does not have."""
    layers = tower.config.num_hidden_layers
    if not -layers <= layer <= layers:
        mend = f"set `model.vision_layer` to one of -1, the last, to {-layers}"
        raise tower.part.error(f"it has {layers} layers, and {layer} is none of them", mend)
    return layer


def empty(config: "PreTrainedConfig") -> "PreTrainedModel":
    """Make a composed model without weights, for its names and shapes."""
    kind = AyaVisionForConditionalGeneration if isinstance(config, AyaVisionConfig) else LlavaForConditionalGeneration
    with torch.device("meta"):
        return kind(config)


def compose(
    whole: "PreTrainedModel", tower: "PreTrainedModel", language: "PreTrainedModel", *, seed: int, dtype: torch.dtype
) -> "PreTrainedModel":
    """Put loaded parts in the places of an empty model, with a new projector between them; nothing is copied."""
    inner = whole.model
    inner.vision_tower, inner.language_model = tower, language.base_model
    whole.lm_head = language.get_output_embeddings()
    whole.config.vision_config, whole.config.text_config = tower.config, language.config
    inner.multi_modal_projector = type(inner.multi_modal_projector)(whole.config).to(dtype)
    draw(inner.multi_modal_projector, seed)
    if getattr(whole.config, "projector_hidden_act", "") == UNCHANGED:
        second = inner.multi_modal_projector.linear_2
        nn.init.eye_(second.weight)
        nn.init.zeros_(second.bias)
    whole.tie_weights()
    if language.can_generate():
        whole.generation_config = language.generation_config
    return whole


def draw(module: nn.Module, seed: int) -> None:
    """Draw weights anew, as torch draws them by itself: the same for the same seed, whatever was drawn before."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        for one in module.modules():
            if isinstance(one, nn.Linear | nn.LayerNorm):
                one.reset_parameters()


def processor_of(section: Model, tower: Tower, language: Language) -> LlavaProcessor:
    """Make what prepares pictures and words, so that transformers prepares them alike without us."""
    patch = tower.config.patch_size * (section.shuffle if section.projector == "shuffle" else 1)
    return LlavaProcessor(
        image_processor=_image_processor(tower),
        tokenizer=language.tokenizer,
        patch_size=patch,
        vision_feature_select_strategy="default" if tower.is_clip else "full",
        num_additional_image_tokens=int(tower.is_clip),
        image_token=IMAGE,
        chat_template=language.tokenizer.chat_template,
    )


def _image_processor(tower: Tower) -> "BaseImageProcessor":
    side = tower.config.image_size
    numbers = {"image_mean": list(tower.mean), "image_std": list(tower.std)}
    if tower.fit == "squash":
        return SiglipImageProcessorPil(size={"height": side, "width": side}, **numbers)
    square = {"size": {"shortest_edge": side}, "crop_size": {"height": side, "width": side}, **numbers}
    if tower.fit == "crop":
        return CLIPImageProcessorPil(**square)
    return LlavaImageProcessorPil(do_pad=True, **square)
