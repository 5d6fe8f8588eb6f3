"""A planned model with its weights: parts put together or a folder loaded, and what is not trained frozen."""

from contextlib import nullcontext
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from transformers import AutoModelForImageTextToText
from transformers.initialization import no_init_weights

from pictus.backends.huggingface.folder import first_line
from pictus.errors import PictusError
from pictus.learn.model.composing import compose, empty
from pictus.learn.model.language import load_language
from pictus.learn.model.lora import adapt
from pictus.learn.model.modules import belongings
from pictus.learn.model.parts import Part, quiet, weights_of
from pictus.learn.model.pictures import Pictures
from pictus.learn.model.planning import Plan, still
from pictus.learn.model.vision import load_tower
from pictus.stages import Module

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase, ProcessorMixin

ADAPTER = "adapter"  # folder of a saved model for adapters that were not merged


@dataclass(frozen=True, slots=True)
class Built:
    """A model with its weights, ready to be moved, sharded and trained."""

    plan: Plan
    model: "PreTrainedModel"
    owners: dict[str, Module]  # by the name of a weight

    @property
    def processor(self) -> "ProcessorMixin":
        """Give what prepares pictures and words, with the chat template."""
        return self.plan.processor

    @property
    def tokenizer(self) -> "PreTrainedTokenizerBase":
        """Give the tokenizer, which knows the token of a picture."""
        return self.plan.processor.tokenizer

    @property
    def pictures(self) -> Pictures:
        """Say how a picture becomes a square, its numbers, and how many tokens it takes."""
        return self.plan.pictures


def build(plan: Plan, *, is_empty: bool = False) -> Built:
    """Load or draw all weights on the CPU, freeze what is not trained, and put adapters where they are wanted.

    An empty one has all but the values of its weights, and takes no memory for them until they are written: it is for
    processes beside the first, which gives them theirs.
    """
    with quiet():
        if is_empty:
            model = _unwritten(plan)
        else:
            model = _loaded(plan, plan.source) if isinstance(plan.source, Part) else _composed(plan)
    if plan.lora is not None:
        with no_init_weights() if is_empty else nullcontext():
            adapt(model, plan.lora, seed=plan.section.seed, where=plan.where)
    owners = belongings(model, where=plan.where)
    _freeze(plan, model, owners, is_empty=is_empty)
    _check(plan, model, owners)
    return Built(plan, model, owners)


def outlined(plan: Plan) -> Built:
    """Build all but values, on no device: names, shapes, adapters, and what is trained of them."""
    model = deepcopy(plan.skeleton)
    with quiet(), torch.device("meta"):
        if plan.lora is not None:
            adapt(model, plan.lora, seed=plan.section.seed, where=plan.where)
    owners = belongings(model, where=plan.where)
    _freeze(plan, model, owners, is_empty=True)
    _check(plan, model, owners)
    return Built(plan, model, owners)


def _composed(plan: Plan) -> "PreTrainedModel":
    assert not isinstance(plan.source, Part)
    tower, language = plan.source
    with torch.random.fork_rng(devices=[]):
        # Seeds of their own: whether one is drawn changes nothing of the others.
        torch.manual_seed(plan.section.seed + 1)
        eyes = load_tower(tower, dtype=torch.float32, attention=plan.attention)
        torch.manual_seed(plan.section.seed + 2)
        words = load_language(language, dtype=torch.float32, attention=plan.attention)
    return compose(empty(plan.config), eyes, words, seed=plan.section.seed, dtype=torch.float32)


def _loaded(plan: Plan, part: Part) -> "PreTrainedModel":
    part = weights_of(part)
    settings = {"dtype": torch.float32, "attn_implementation": plan.attention, "local_files_only": True}
    try:
        model, told = AutoModelForImageTextToText.from_pretrained(part.folder, output_loading_info=True, **settings)
    except Exception as error:
        raise part.error(f"its weights cannot be loaded: {first_line(error)}", "download the model again") from None
    lost = sorted(map(str, [*told["missing_keys"], *told["mismatched_keys"]]))
    if lost:
        what = f"its weights do not fit its config: {lost[0]} and {len(lost) - 1} more are missing"
        raise part.error(what, "download config and weights again, together")
    if (part.folder / ADAPTER / "adapter_config.json").is_file():
        from peft import PeftModel

        model = PeftModel.from_pretrained(model, part.folder / ADAPTER).merge_and_unload()
    return model


def _unwritten(plan: Plan) -> "PreTrainedModel":
    with no_init_weights():
        model = AutoModelForImageTextToText.from_config(
            deepcopy(plan.config), dtype=torch.float32, attn_implementation=plan.attention
        )
    model.tie_weights()
    return model


def _freeze(plan: Plan, model: "PreTrainedModel", owners: dict[str, Module], *, is_empty: bool) -> None:
    """Freeze what is not trained, and keep all digits of what is trained where the precision is mixed."""
    trained = plan.training.trained if plan.training else []
    fixed = still(model, where=plan.where)
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(owners[name] in trained and name not in fixed)
        is_kept = parameter.requires_grad and plan.precision == "mixed"
        if parameter.dtype != plan.dtype and not is_kept:
            half = torch.empty_like(parameter, dtype=plan.dtype)
            parameter.data = half if is_empty else half.copy_(parameter)


def _check(plan: Plan, model: "PreTrainedModel", owners: dict[str, Module]) -> None:
    """Compare what is trained with what was planned: a module that is silently left out is found here."""
    for held in plan.held:
        own = [one for name, one in model.named_parameters() if owners[name] == held.module]
        weights, trained = sum(one.numel() for one in own), sum(one.numel() for one in own if one.requires_grad)
        if (weights, trained) != (held.weights, held.trained):
            what = f"{held.module} has {weights:,} weights of which {trained:,} are trained, not as planned"
            raise PictusError(what, where=plan.where, mend="please report this with your recipe")
