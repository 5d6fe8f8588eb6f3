"""The parts of a model so small that a processor trains it in a minute: configs and a tokenizer, and no weights yet."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson

from pictus.store.whole_file import whole_file

WIDTH = 64
PATCH = 8  # pixels a side: sixteen tokens for a picture of the drawn shapes
CONTEXT = 512

_TEMPLATE = """\
{%- if tools %}<|tools|>{{ tools | map(attribute='function') | list | tojson }}<|end|>{% endif %}
{%- for message in messages %}
{{- '<|' + message.role + '|>' }}
{%- if message.content is string %}{{ message.content }}
{%- else %}
{%- for part in message.content or [] %}
{%- if part.type == 'image' %}<image>{% else %}{{ part.text }}{% endif %}
{%- endfor %}
{%- endif %}
{%- for call in message.tool_calls or [] %}
{{- '<tool_call>' + (call.function | tojson) + '</tool_call>' }}
{%- endfor %}
{{- '<|end|>' }}
{%- endfor %}
{%- if add_generation_prompt %}<|assistant|>{% endif %}
"""
_SPECIAL = ("<|pad|>", "<|end|>", "<image>", "<|system|>", "<|user|>", "<|assistant|>", "<|tool|>", "<|tools|>")
_MARKS = ("<tool_call>", "</tool_call>")  # one token each, and told in an answer, as those of larger models are


def write_parts(folder: Path, texts: Iterable[str], *, apart: Iterable[str] = (), side: int) -> None:
    """Write a vision tower and a language model, whose tokenizer learns from the texts."""
    vision, language = folder / "vision", folder / "language"
    words = _write_tokenizer(language, texts, apart)
    _write(vision / "config.json", _vision(side))
    _write(vision / "preprocessor_config.json", _PREPARED | {"size": {"height": side, "width": side}})
    _write(language / "config.json", _language(words))


def _vision(side: int) -> dict[str, Any]:
    return {
        "model_type": "siglip_vision_model",
        "hidden_size": WIDTH,
        "intermediate_size": 4 * WIDTH,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "image_size": side,
        "patch_size": PATCH,
        "vision_use_head": False,
    }


_PREPARED = {
    "image_processor_type": "SiglipImageProcessor",
    "image_mean": [0.1, 0.1, 0.1],  # where nothing is drawn there is nothing to see, and places are learned sooner
    "image_std": [0.5, 0.5, 0.5],
}


def _language(words: int) -> dict[str, Any]:
    return {
        "model_type": "llama",
        "architectures": ["LlamaForCausalLM"],
        "vocab_size": words,
        "hidden_size": WIDTH,
        "intermediate_size": 3 * WIDTH,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": CONTEXT,
        "tie_word_embeddings": True,
        # About 1/√WIDTH. With the 0.02 of large models, shapes are not told apart after a thousand steps.
        "initializer_range": 0.1,
        "pad_token_id": _SPECIAL.index("<|pad|>"),
        "bos_token_id": None,
        "eos_token_id": _SPECIAL.index("<|end|>"),
    }


def _write_tokenizer(folder: Path, texts: Iterable[str], apart: Iterable[str]) -> int:
    """Write a tokenizer of bytes and of the words that come up often; give how many words it has."""
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    # A word that stands apart is one token wherever it is: what captions teach of it, answers and calls can say.
    # What is always the same around it becomes few tokens, so that most of what is learned is what is seen.
    each = "|".join(sorted(map(re.escape, apart), reverse=True))
    kept = pre_tokenizers.Split(Regex(rf"\b({each})\b"), "isolated")
    alike = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([kept, alike])
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=512,
        max_token_length=16,
        special_tokens=list(_SPECIAL),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.add_tokens(list(_MARKS))
    _write(folder / "tokenizer.json", orjson.loads(tokenizer.to_str()))
    _write(
        folder / "tokenizer_config.json",
        {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "pad_token": "<|pad|>",
            "eos_token": "<|end|>",
            "model_max_length": CONTEXT,
            "chat_template": _TEMPLATE,
        },
    )
    return int(tokenizer.get_vocab_size())


def _write(path: Path, data: Any) -> None:
    with whole_file(path) as file:
        file.write(orjson.dumps(data, option=orjson.OPT_INDENT_2))
