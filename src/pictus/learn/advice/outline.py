"""What a row costs, counted in a model that has shapes and no values: operations, and what autograd keeps."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch.overrides import TorchFunctionMode

from pictus.learn.model.building import outlined
from pictus.learn.model.modules import places
from pictus.learn.model.planning import Plan
from pictus.learn.step import IGNORED, Row
from pictus.learn.train.sharding import layers
from pictus.learn.train.work import Work

_TOKENS = 64  # of the row that is counted: what is kept grows with tokens, so that any number does


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """The sizes that memory and time follow from; numbers are counts of weights or bytes."""

    frozen: int
    trained: int
    largest: int  # weights of the largest layer
    outside: int  # weights outside of all layers, such as the vocabulary's
    blocks: int  # layers of the language model
    eyes: int  # layers of the vision tower
    token: float  # bytes that autograd keeps of a token
    picture: float  # bytes that autograd keeps of a picture; none where nothing before the projector is trained
    passing: float  # bytes that a picture takes while the tower looks at it
    token_input: float  # bytes of what goes into a layer
    picture_input: float
    word: float  # bytes of a word that is learned: its logits, and their gradients
    pair: float  # bytes of each pair of tokens in a row: what attention wants beside them
    work: Work = field(repr=False)
    forward: Work = field(repr=False)  # with nothing trained: what recomputing adds


def outline(plan: Plan, dtype: torch.dtype) -> Outline:
    """Count a planned model, whose products are worked out in `dtype`."""
    model = outlined(plan).model
    weights = list(model.parameters())
    trained = sum(one.numel() for one in weights if one.requires_grad)
    whole = sum(one.numel() for one in weights)
    blocks = [sum(one.numel() for one in block.parameters()) for block in layers(model)]
    config = plan.config.get_text_config()
    model.to(dtype)
    kept = _Kept(model)
    work, seen, tokens = _gone_through(model, plan, kept)
    model.requires_grad_(False)
    forward, _, _ = _gone_through(model, plan, _Kept(model))
    size = dtype.itemsize
    sight = plan.config.vision_config
    patches = seen.last_hidden_state.numel() // seen.last_hidden_state.shape[-1]
    held = sum(one is not None for one in getattr(seen, "hidden_states", None) or ())
    wide = getattr(sight, "intermediate_size", 4 * sight.hidden_size)
    return Outline(
        frozen=whole - trained,
        trained=trained,
        largest=max(blocks, default=0),
        outside=whole - sum(blocks),
        blocks=config.num_hidden_layers,
        eyes=sight.num_hidden_layers,
        token=tokens / _TOKENS,
        picture=kept.bytes - tokens,
        passing=size * (held * seen.last_hidden_state.numel() + 3 * patches * wide),
        token_input=size * config.hidden_size,
        picture_input=size * patches * sight.hidden_size,
        # Logits, the same in float32, their logarithms and gradients in float32, and gradients as the logits were.
        word=config.vocab_size * (16 if size < 4 else 12),
        pair=_pair(plan, size),
        work=work,
        forward=forward,
    )


def _pair(plan: Plan, size: int) -> float:
    config = plan.config.get_text_config()
    if plan.attention == "eager":
        return float(config.num_hidden_layers * config.num_attention_heads * 2 * size)
    return 1 + size if plan.attention == "sdpa" else 0  # who sees whom, said once for all layers


def _gone_through(model: Any, plan: Plan, kept: "_Kept") -> tuple[Work, Any, float]:
    """Send a picture and a row through the parts of a model, and count what they multiply and keep.

    Not through the whole, which looks at the values of the tokens for where its pictures go.
    """
    dtype = next(model.parameters()).dtype
    row, work = _row(plan), Work(model)
    blank = torch.zeros(1, 3, plan.pictures.side, plan.pictures.side, device="meta", dtype=dtype)
    with work.counting(row), _Fused(), kept.counting():
        seen = model.get_image_features(pixel_values=blank, return_dict=True)
        before = kept.bytes
        shown = seen.pooler_output
        first = (shown if torch.is_tensor(shown) else shown[0]).reshape(-1)[0]
        width = plan.config.get_text_config().hidden_size
        inputs = torch.zeros(1, _TOKENS, width, device="meta", dtype=dtype)
        inputs = inputs + first + model.get_input_embeddings().weight[0]  # they need a gradient where one of these does
        mask = torch.zeros(1, 1, _TOKENS, _TOKENS, device="meta", dtype=torch.bool)
        language = model.get_submodule(places(model, where=plan.where)["language"])
        words = language(inputs_embeds=inputs, attention_mask=mask, use_cache=False)
        after = kept.bytes
        model.get_output_embeddings()(words.last_hidden_state[:, 1:])
    return work, seen, after - before


def _row(plan: Plan) -> Row:
    tokens = np.zeros((1, _TOKENS), np.int64)
    labels = np.ones_like(tokens)
    labels[0, 0] = IGNORED
    return Row(tokens, labels, np.zeros((1, 3, plan.pictures.side, plan.pictures.side), np.uint8), ("counted",))


class _Kept:
    """Counts what autograd keeps for the way back, each tensor once and no weights."""

    def __init__(self, model: Any) -> None:
        self.bytes = 0.0
        self._known = {one.untyped_storage()._cdata: one for one in model.parameters()}

    @contextmanager
    def counting(self) -> Iterator[None]:
        """Count what is kept meanwhile."""
        with torch.autograd.graph.saved_tensors_hooks(self._keep, lambda kept: kept):
            yield

    def _keep(self, tensor: Any) -> Any:
        storage = tensor.untyped_storage()
        if storage._cdata not in self._known:
            self._known[storage._cdata] = tensor  # held, for a number is given again to what comes later
            self.bytes += storage.nbytes()
        return tensor


class _Attention(torch.autograd.Function):  # type: ignore[misc]  # torch is untyped here
    @staticmethod
    def forward(ctx: Any, query: Any, key: Any, value: Any) -> Any:
        out = query.new_empty((*query.shape[:-1], value.shape[-1]))
        ctx.save_for_backward(query, key, value, out)
        return out


class _Fused(TorchFunctionMode):  # type: ignore[misc]  # torch is untyped here
    """Attention as GPUs do it, which keeps its inputs and its result, and no matrix of all pairs."""

    def __torch_function__(self, called: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if called is torch.nn.functional.scaled_dot_product_attention:
            return _Attention.apply(*args[:3])
        return called(*args, **(kwargs or {}))
