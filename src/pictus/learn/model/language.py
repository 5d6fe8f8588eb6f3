"""The language model: its shape and tokenizer from their files, and its weights with rows for new tokens."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from transformers import AutoConfig, AutoModel, AutoModelForCausalLM, AutoTokenizer

from pictus.backends.huggingface.folder import first_line
from pictus.learn.model.parts import Part, check_tokenizer, check_weights, weights_of
from pictus.learn.model.template import seeing_template

if TYPE_CHECKING:
    from transformers import PreTrainedConfig, PreTrainedModel, PreTrainedTokenizerBase

IMAGE = "<image>"
# What some tokenizers hold for padding and do not use, as Llama 3.1 does.
_PADS = ("<pad>", "<|finetune_right_pad_id|>", "<|pad|>", "[PAD]", "<|padding|>")
_ROWS = 64  # matrices of so many rows are multiplied faster
# What a model does to its scores after the last layer. A composed model has that layer alone.
_LOGIT_HABITS = {"final_logit_softcapping": None, "logits_scaling": 1.0, "logit_scale": 1.0, "lm_head_multiplier": 1.0}


@dataclass(frozen=True, slots=True)
class Language:
    """A language model that was found and not yet loaded, and the tokenizer as it will be."""

    part: Part
    config: "PreTrainedConfig"  # with the rows that it will have
    tokenizer: "PreTrainedTokenizerBase"
    image_id: int
    added: tuple[int, ...]  # ids of the tokens that its weights do not know
    known: int  # tokens that they know
    is_random: bool


def find_language(part: Part, *, is_random: bool) -> Language:
    """Read what a language model is; one that cannot be a part of another is refused."""
    try:
        config = AutoConfig.from_pretrained(part.folder, local_files_only=True)
        with torch.device("meta"):
            model = AutoModelForCausalLM.from_config(config)
            base = AutoModel.from_config(config)
    except Exception as error:
        what = f"it is no language model that transformers knows: {first_line(error)}"
        raise part.error(
            what, "name a folder whose config.json is of a model such as llama, mistral, qwen2 or qwen3"
        ) from None
    _check_fits(part, config, model, base)
    check_tokenizer(part)
    if not is_random:
        check_weights(part)
    try:
        tokenizer = AutoTokenizer.from_pretrained(part.folder, local_files_only=True)
    except Exception as error:
        mend = "install what it names" if isinstance(error, ImportError) else "download the model again"
        raise part.error(f"its tokenizer cannot be read: {first_line(error)}", mend) from None
    known = len(tokenizer)
    image_id = _add_tokens(tokenizer)
    tokenizer.chat_template = seeing_template(tokenizer, IMAGE)
    tokenizer.padding_side = "left"  # so that answers of a batch begin side by side; training pads by itself
    rows = config.vocab_size
    if len(tokenizer) > rows:
        rows = -(-len(tokenizer) // _ROWS) * _ROWS
    config.vocab_size = rows
    return Language(part, config, tokenizer, image_id, tuple(range(known, len(tokenizer))), known, is_random)


def load_language(language: Language, *, dtype: torch.dtype, attention: str) -> "PreTrainedModel":
    """Load a language model, or draw it; tokens that are new to it begin as the mean of those that it knows."""
    settings = {"dtype": dtype, "attn_implementation": attention}
    if language.is_random:
        return AutoModelForCausalLM.from_config(language.config, **settings)
    part = weights_of(language.part)
    try:
        model, told = AutoModelForCausalLM.from_pretrained(
            part.folder, output_loading_info=True, local_files_only=True, **settings
        )
    except Exception as error:
        what = f"its weights cannot be loaded: {first_line(error)}"
        raise part.error(what, "download the model again") from None
    if told["missing_keys"] or told["mismatched_keys"]:
        lost = sorted(map(str, [*told["missing_keys"], *told["mismatched_keys"]]))
        what = f"its weights do not fit its config: {lost[0]} and {len(lost) - 1} more are missing"
        raise part.error(what, "download config and weights again, together")
    _grow(model, language)
    return model


def _grow(model: "PreTrainedModel", language: Language) -> None:
    rows = language.config.vocab_size
    old = model.get_input_embeddings().weight.shape[0]
    if rows > old:
        model.resize_token_embeddings(rows, mean_resizing=False)
    new = [*language.added, *range(old, rows)]
    with torch.no_grad():
        # Tied weights are the same tensor twice, and then so is their mean.
        for weight in (model.get_input_embeddings().weight, model.get_output_embeddings().weight):
            weight[new] = weight[: min(old, language.known)].float().mean(dim=0).to(weight.dtype)


def _add_tokens(tokenizer: "PreTrainedTokenizerBase") -> int:
    """Give a tokenizer the token that stands for a picture, and one for padding; return the first."""
    if IMAGE not in tokenizer.all_special_tokens:
        tokenizer.add_special_tokens({"extra_special_tokens": [IMAGE]}, replace_extra_special_tokens=False)
    if tokenizer.pad_token is None:
        vocabulary = tokenizer.get_vocab()
        tokenizer.add_special_tokens({"pad_token": next((name for name in _PADS if name in vocabulary), _PADS[0])})
    return int(tokenizer.convert_tokens_to_ids(IMAGE))


def _check_fits(part: Part, config: Any, model: "PreTrainedModel", base: "PreTrainedModel") -> None:
    """Refuse a model whose last layers a composed model does not have, and would silently leave out."""
    head = model.get_output_embeddings()
    habits = [name for name, usual in _LOGIT_HABITS.items() if getattr(config, name, usual) not in (usual, None)]
    mend = "take a model of the kind of Llama, Mistral, Qwen or Vicuna"
    if head is None or getattr(head, "bias", None) is not None:
        raise part.error(
            f"the last layer of a {config.model_type} adds a bias, for which a composed model has no place", mend
        )
    if habits:
        what = f"a {config.model_type} changes its scores at last ({', '.join(habits)}), which a composed model cannot"
        raise part.error(what, mend)
    if type(model.base_model) is not type(base) or config.get_text_config() is not config:
        raise part.error(f"a {config.model_type} is no plain language model", mend)
