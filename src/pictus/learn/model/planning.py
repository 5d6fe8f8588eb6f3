"""What will be built and trained, worked out from configs alone: every mistake is found before a weight is loaded."""

from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import TYPE_CHECKING, Literal, TypeAlias

import torch
from transformers import AutoConfig, AutoModelForImageTextToText, AutoProcessor

from pictus.backends.huggingface.folder import first_line
from pictus.errors import PictusError
from pictus.learn.model.composing import composed_config, empty, processor_of
from pictus.learn.model.language import Language, find_language
from pictus.learn.model.lora import adapted_layers
from pictus.learn.model.modules import belongings, unchanging, unreached
from pictus.learn.model.parts import Part, check_weights, find_part, quiet
from pictus.learn.model.pictures import Pictures, check_tokens, pictures_of
from pictus.learn.model.template import seeing_template
from pictus.learn.model.vision import Tower, find_tower
from pictus.stages import Lora, Model, Module, Training

if TYPE_CHECKING:
    from transformers import PreTrainedConfig, PreTrainedModel, ProcessorMixin

Attention: TypeAlias = Literal["auto", "sdpa", "flash", "eager"]
Precision: TypeAlias = Literal["float32", "mixed", "bfloat16"]
MODULES: tuple[Module, ...] = ("vision", "projector", "language", "lora")


@dataclass(frozen=True, slots=True)
class Held:
    """A module: how many weights it has, how many of them are trained, and how fast."""

    module: Module
    weights: int
    trained: int
    rate: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A model that can be built, and what of it will be trained."""

    section: Model
    training: Training | None
    source: tuple[Tower, Language] | Part  # the parts, or a whole model to begin with
    skeleton: "PreTrainedModel"  # names and shapes, no weights
    processor: "ProcessorMixin"
    pictures: Pictures
    attention: str  # as transformers calls it
    precision: Precision
    lora: Lora | None
    held: tuple[Held, ...]
    notes: tuple[str, ...]  # what is allowed, and worth knowing

    @property
    def config(self) -> "PreTrainedConfig":
        """Give the config of the whole model."""
        return self.skeleton.config

    @property
    def dtype(self) -> torch.dtype:
        """Say in which precision weights are held that are not trained, and all of them are saved."""
        return torch.float32 if self.precision == "float32" else torch.bfloat16

    @property
    def where(self) -> str:
        """Say where a mistake is."""
        return self.source.where if isinstance(self.source, Part) else "model"

    def table(self) -> str:
        """Show each module with its weights, those that are trained, and their learning rate."""
        rows = [("module", "weights", "trained", "learning rate")]
        for one in self.held:
            rows.append((one.module, f"{one.weights:,}", f"{one.trained:,}" if one.trained else "frozen", ""))
            rows[-1] = (*rows[-1][:3], f"{one.rate:g}" if one.trained else "-")
        wide = [max(len(row[column]) for row in rows) for column in range(4)]
        lines = [f"{row[0]:<{wide[0]}}  " + "  ".join(f"{row[c]:>{wide[c]}}" for c in (1, 2, 3)) for row in rows]
        return "\n".join(lines)


def plan(
    model: Model,
    training: Training | None,
    *,
    start: str | None = None,
    precision: Precision = "float32",
    attention: Attention = "auto",
    is_aligned: bool = False,
) -> Plan:
    """Work out a model and what of it is trained, or tell what is wrong.

    Args:
        model: the parts, or the model to begin with.
        training: what is trained; None only builds.
        start: a model to begin with, instead of what the recipe says.
        precision: mixed keeps in float32 what is trained, and all else in bfloat16.
        attention: auto takes flash attention where it is installed and the precision fits.
        is_aligned: the projector will mean something then, for another stage comes before.
    """
    with quiet():
        found = _planned(model, training, start or model.start, precision, _attention(attention, precision))
    is_new = not (start or model.start or is_aligned)
    return replace(found, notes=tuple(_notes(found, is_new=is_new)))


def _planned(model: Model, training: Training | None, begin: str, precision: Precision, attention: str) -> Plan:
    source: tuple[Tower, Language] | Part
    if begin:
        source = find_part(begin, "start")
        skeleton, processor = _whole(source)
        where = source.where
    else:
        tower = find_tower(find_part(model.vision, "model.vision"), model.image, is_random="vision" in model.random)
        language = find_language(find_part(model.language, "model.language"), is_random="language" in model.random)
        source, where = (tower, language), "model"
        skeleton, processor = empty(composed_config(model, tower, language)), processor_of(model, tower, language)
    lora = (training.lora or Lora()) if training and "lora" in training.trained else None
    pictures = pictures_of(processor, where=where)
    check_tokens(skeleton, pictures, where=where)
    return Plan(
        section=model,
        training=training,
        source=source,
        skeleton=skeleton,
        processor=processor,
        pictures=pictures,
        attention=attention,
        precision=precision,
        lora=lora,
        held=_held(skeleton, training, lora, where=where),
        notes=(),
    )


def still(model: "PreTrainedModel", *, where: str) -> frozenset[str]:
    """Name the weights that are never trained, whatever their module is."""
    return unreached(model, where=where) | unchanging(model, where=where)


def _whole(part: Part) -> tuple["PreTrainedModel", "ProcessorMixin"]:
    try:
        config = AutoConfig.from_pretrained(part.folder, local_files_only=True)
        with torch.device("meta"):
            skeleton = AutoModelForImageTextToText.from_config(config)
    except Exception as error:
        what = f"it is no model of pictures and texts that transformers knows: {first_line(error)}"
        raise part.error(
            what, "begin with a folder that pictus or transformers saved, or build one from parts"
        ) from None
    check_weights(part)
    try:
        processor = AutoProcessor.from_pretrained(part.folder, local_files_only=True)
    except Exception as error:
        what = f"what prepares its pictures cannot be loaded: {first_line(error)}"
        raise part.error(
            what, "download the whole model again: preprocessor_config.json and the tokenizer too"
        ) from None
    token = getattr(processor, "image_token", None)
    words = getattr(processor, "tokenizer", None)
    if isinstance(token, str) and words is not None:
        words.chat_template = words.chat_template or processor.chat_template
        words.chat_template = processor.chat_template = seeing_template(words, token)
    return skeleton, processor


def _held(model: "PreTrainedModel", training: Training | None, lora: Lora | None, *, where: str) -> tuple[Held, ...]:
    """Count the weights of each module, before anything is loaded."""
    trained = training.trained if training else []
    if training is not None and not trained:
        mend = "name what is trained: `trained: [projector]`, with `vision`, `language` or `lora`"
        raise PictusError("this stage trains nothing", where=where, mend=mend)
    owners, fixed = belongings(model, where=where), still(model, where=where)
    counts = {name: parameter.numel() for name, parameter in model.named_parameters()}
    rows = []
    for module in MODULES[:3]:
        own = [name for name, owner in owners.items() if owner == module]
        moving = sum(counts[name] for name in own if name not in fixed) if module in trained else 0
        rate = training.rate_of(module) if training and moving else 0.0
        rows.append(Held(module, sum(counts[name] for name in own), moving, rate))
    if lora is not None and training is not None:
        layers = adapted_layers(model, lora, where=where).values()
        size = sum(lora.rank * (layer.in_features + layer.out_features) for layer in layers)
        if not size:
            mend = "train `language`, or take a language model with linear layers"
            raise PictusError("the language model has no linear layers to adapt", where=where, mend=mend)
        rows.append(Held("lora", size, size, training.rate_of("lora")))
    return tuple(rows)


def _attention(wanted: Attention, precision: Precision) -> str:
    if wanted in ("sdpa", "eager"):
        return wanted
    is_here = find_spec("flash_attn") is not None and torch.cuda.is_available()
    if is_here and precision != "float32":
        return "flash_attention_2"
    if wanted == "flash":
        lack = "does not compute in float32" if is_here else "is not installed, or this torch sees no GPU"
        mend = "take the precision `mixed`" if is_here else "`pip install flash-attn` there, or take `sdpa`"
        raise PictusError(f"flash attention {lack}", where="attention", mend=mend)
    return "sdpa"


def _notes(plan: Plan, *, is_new: bool) -> list[str]:
    """Say what is allowed and worth knowing, and refuse what cannot be meant."""
    training, pictures = plan.training, plan.pictures
    if training is None:
        return []
    if training.max_tokens <= pictures.tokens:
        what = f"a picture takes {pictures.tokens} tokens, and `max_tokens` is {training.max_tokens}: none fits"
        mend = "set it higher, or take `projector: shuffle`, which makes one token of four"
        raise PictusError(what, where="train.max_tokens", mend=mend)
    context = getattr(plan.config.get_text_config(), "max_position_embeddings", None)
    if context and context <= pictures.tokens:
        what = f"a picture takes {pictures.tokens} tokens, and the language model was made for {context}: none fits"
        mend = "take `projector: shuffle`, which makes one token of four, smaller pictures, or another language model"
        raise PictusError(what, where="model.language", mend=mend)
    notes = []
    others = [module for module in training.trained if module != "projector"]
    if is_new and "projector" not in training.trained:
        mend = "add projector to `trained`, or begin with a model that is aligned (`--from`)"
        raise PictusError("the projector is new, and this stage does not train it", where="train.trained", mend=mend)
    if is_new and others:
        notes.append(
            f"the projector is new, and {' and '.join(others)} trained with it: until it means something, "
            "they learn from noise; the usual way is to train it alone first"
        )
    if training.image_tokens != pictures.tokens:
        notes.append(f"a picture takes {pictures.tokens} tokens; the recipe reckons with {training.image_tokens}")
    if context and training.max_tokens > context:
        notes.append(f"max_tokens is {training.max_tokens}, and the language model was made for {context}")
    return notes
