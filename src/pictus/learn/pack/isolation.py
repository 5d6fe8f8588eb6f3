"""Whether a model keeps the samples of a packed row apart: asked of its configuration, then measured on itself."""

import inspect
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from transformers import PreTrainedConfig, PreTrainedModel
from transformers.models.auto.modeling_auto import (
    MODEL_FOR_CAUSAL_LM_MAPPING,
    MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING,
    MODEL_MAPPING,
)

STATES = {"conv", "hybrid", "hybrid_sliding", "linear_attention"}  # kinds of layers that remember what went before
SLACK = {torch.float32: 1e-4, torch.float16: 2e-2, torch.bfloat16: 1e-1}  # of the spread of logits: a leak is beyond 1


def known_leak(config: PreTrainedConfig) -> str | None:
    """Say why a model of this configuration cannot keep packed samples apart, before any weight is loaded.

    None means that nothing speaks against it; `find_leak` tells.
    """
    for part in (config, config.get_text_config()):
        seeing = _class_of(part, MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING)
        made = seeing or _class_of(part, MODEL_FOR_CAUSAL_LM_MAPPING)
        kinds = STATES.intersection(getattr(part, "layer_types", None) or ())
        if kinds or getattr(made, "_is_stateful", False):
            return f"{part.model_type} has layers with a memory, which goes on from sample to sample"
        if hasattr(_class_of(part, MODEL_MAPPING), "get_rope_index"):
            return (
                f"{part.model_type} places pictures in three dimensions, so that positions do not tell where one begins"
            )
        if made is None:
            continue
        takes = inspect.signature(made.forward).parameters
        if "position_ids" not in takes:
            return f"{part.model_type} takes no positions, by which it could tell where a sample begins"
        if seeing and "token_type_ids" in takes:
            return (
                f"{part.model_type} looks at pictures in both directions where token types say so, and rows have none"
            )
    return None


def find_leak(model: PreTrainedModel, *, picture: Sequence[int] = (), pixels: int = 0) -> str | None:
    """Say how packed samples of this model see each other, or None where each is as it is alone.

    Two samples of random tokens go through the model as it stands (its attention, its precision, its adapters), alone
    and packed. All processes of a sharded model must call it.

    Args:
        model: Loaded, on its device.
        picture: The tokens that stand for one picture; nothing where the model sees none.
        pixels: The side of a picture.
    """
    reason = known_leak(model.config)
    if reason is not None:
        return reason
    asked = _Asked(model, picture, pixels)
    one, other, two = (asked.sample(count) for count in (12, 12, 9))
    with _still(model), torch.no_grad():
        alone = [asked.logits([sample]) for sample in (one, two)]
        try:
            beside, beside_other = asked.logits([one, two]), asked.logits([other, two])
        except torch.OutOfMemoryError:
            raise
        except (
            IndexError,
            RuntimeError,
            TypeError,
            ValueError,
        ) as error:  # what models say to a shape they cannot take
            return f"it cannot be run with packed samples: {type(error).__name__}: {error}"
    spread = float(alone[1].float().std())
    slack = _slack(alone[1].dtype, asked.dtype)
    start = alone[0].shape[0]
    seen = _moved(beside[start:], beside_other[start:]) / spread
    if not seen <= slack:  # so that what is no number is no yes
        return f"samples see each other: another neighbour moves a sample's logits by {seen:.2g} of their spread"
    changed = max(_moved(beside[:start], alone[0]), _moved(beside[start:], alone[1])) / spread
    if not changed <= slack:
        return f"a packed sample is not what it is alone: its logits move by {changed:.2g} of their spread"
    return None


class _Asked:
    """A model, and how samples are put to it."""

    def __init__(self, model: PreTrainedModel, picture: Sequence[int], pixels: int) -> None:
        self.model, self.picture, self.pixels = model, list(picture), pixels
        self.device, self.dtype = next(model.parameters()).device, model.dtype
        self.random = torch.Generator().manual_seed(0)  # its own: training's draws must not depend on a check
        special = set(_special(model.config.to_dict()))
        self.words = [word for word in range(model.config.get_text_config().vocab_size) if word not in special]

    def sample(self, count: int) -> tuple[torch.Tensor, torch.Tensor]:
        drawn = torch.randint(len(self.words), (count,), generator=self.random).tolist()
        words = [self.words[number] for number in drawn]
        tokens = [*words[:3], *self.picture, *words[3:]]
        return torch.tensor(tokens), torch.randn(1, 3, self.pixels, self.pixels, generator=self.random)

    def logits(self, samples: list[tuple[torch.Tensor, torch.Tensor]]) -> torch.Tensor:
        """Ask with positions and without mask and cache, as rows are; one sample alone as the model would itself."""
        given: dict[str, Any] = {"input_ids": torch.cat([tokens for tokens, _ in samples])[None].to(self.device)}
        if len(samples) > 1:
            positions = torch.cat([torch.arange(len(tokens)) for tokens, _ in samples])
            given["position_ids"] = positions[None].to(self.device)
        if self.picture:
            given["pixel_values"] = torch.cat([seen for _, seen in samples]).to(self.device, self.dtype)
        return self.model(**given, use_cache=False).logits[0]


def _class_of(config: PreTrainedConfig, mapping: Any) -> Any:
    return mapping.get(type(config), None)  # a mapping that loads code, and knows no default of its own


def _special(config: dict[str, Any]) -> Iterator[int]:
    """Find the tokens with a meaning of their own: in the midst of words they would ask for pictures."""
    for name, value in config.items():
        if isinstance(value, dict):
            yield from _special(value)
        elif str(name).endswith(("token_id", "token_index", "token_ids")):
            yield from (one for one in (value if isinstance(value, list) else [value]) if isinstance(one, int))


def _moved(logits: torch.Tensor, other: torch.Tensor) -> float:
    """Measure a difference over all logits: one expert chosen anew by a rounding is no leak."""
    return float((logits.float() - other.float()).square().mean().sqrt())


def _slack(*precisions: torch.dtype) -> float:
    """Say what rounding does to logits, at most."""
    slack = max(SLACK.get(precision, SLACK[torch.bfloat16]) for precision in precisions)
    exact = torch.get_float32_matmul_precision() == "highest"
    return slack if exact else max(slack, SLACK[torch.float16])  # TF32 has as many digits


@contextmanager
def _still(model: PreTrainedModel) -> Iterator[None]:
    """Switch dropout off, and everything as it was afterwards: parts that are frozen may rest while others train."""
    training = {module: module.training for module in model.modules()}
    model.eval()
    try:
        yield
    finally:
        for module, was in training.items():
            module.training = was
