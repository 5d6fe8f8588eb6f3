"""How a model takes pictures: asked of its processor with blank ones, so that nobody's formula is trusted."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from PIL import Image

from pictus.backends.huggingface.folder import first_line
from pictus.errors import PictusError

if TYPE_CHECKING:
    from transformers import PreTrainedModel, ProcessorMixin

_SHAPES = (64, 64), (96, 48), (48, 160)


@dataclass(frozen=True, slots=True)
class Pictures:
    """What a picture becomes; `settings` tell how it becomes a square, as image processors of transformers say it."""

    settings: dict[str, Any]
    side: int
    mean: tuple[float, ...]
    std: tuple[float, ...]
    tokens: int  # that a picture takes
    image_id: int  # the token that stands at all of its places
    image_token: str


def pictures_of(processor: "ProcessorMixin", *, where: str) -> Pictures:
    """Ask a processor what it makes of pictures; one that makes more of them than a square each is refused."""
    token = getattr(processor, "image_token", None)
    token = getattr(token, "content", token)
    if not isinstance(token, str) or not hasattr(processor, "image_processor"):
        raise _unfit("its processor has no token that stands for a picture", where)
    image_id = processor.tokenizer.convert_tokens_to_ids(token)
    found = set()
    for shape in _SHAPES:
        try:
            made = processor(
                images=[Image.new("RGB", shape)], text=token, add_special_tokens=False, return_tensors="pt"
            )
        except Exception as error:  # processors fail in many ways
            raise _unfit(f"its processor takes no picture: {first_line(error)}", where) from None
        odd = sorted(set(made) - {"input_ids", "attention_mask", "pixel_values", "token_type_ids", "mm_token_type_ids"})
        if odd or made["pixel_values"].dim() != 4 or len(made["pixel_values"]) != 1:
            raise _unfit(
                f"it cuts a picture to pieces, or says more of it ({', '.join(odd) or 'several views'})", where
            )
        ids = made["input_ids"][0].tolist()
        if set(ids) != {image_id}:
            raise _unfit("it writes other tokens around those of a picture", where)
        found.add((len(ids), *made["pixel_values"].shape[2:]))
    if len(found) != 1 or len(set(next(iter(found))[1:])) != 1:
        raise _unfit("the tokens of a picture depend on its shape", where)
    ((tokens, side, _),) = found
    settings = processor.image_processor.to_dict()
    mean, std = settings.get("image_mean") or (0.0,) * 3, settings.get("image_std") or (1.0,) * 3
    return Pictures(settings, side, tuple(mean), tuple(std), tokens, image_id, token)


def check_tokens(model: "PreTrainedModel", pictures: Pictures, *, where: str) -> None:
    """Compare the tokens that a processor writes with what comes out of the model, which needs no weights for that."""
    blank = torch.zeros(1, 3, pictures.side, pictures.side, device="meta")
    try:
        made = model.get_image_features(pixel_values=blank, return_dict=True).pooler_output
    except Exception as error:  # families say in many ways what they want
        raise _unfit(f"it takes no square of {pictures.side} pixels: {first_line(error)}", where) from None
    whole = torch.cat(list(made)) if isinstance(made, list | tuple) else made
    count = whole.numel() // whole.shape[-1]
    if count != pictures.tokens:
        what = f"a picture gives {count} tokens, and its processor writes {pictures.tokens} places for them"
        mend = "mend processor_config.json: patch_size, vision_feature_select_strategy, num_additional_image_tokens"
        raise PictusError(what, where=where, mend=mend)


def _unfit(what: str, where: str) -> PictusError:
    mend = "begin with a model that makes one square of a picture, as LLaVA-1.5 does, or build one from parts"
    return PictusError(f"this model cannot be trained here: {what}", where=where, mend=mend)
