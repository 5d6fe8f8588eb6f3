"""Models of a few thousand weights, made on the spot: real files for real libraries, and no sense in what they say."""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path

import pytest

CHAT = (
    "{% for tool in tools or [] %}<|im_start|>tools\n{{ tool | tojson }}<|im_end|>\n{% endfor %}"
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n"
    "{% if m['content'] is string %}{{ m['content'] }}{% else %}{% for part in m['content'] or [] %}"
    "{% if part['type'] == 'image' %}<image>{% else %}{{ part['text'] }}{% endif %}{% endfor %}{% endif %}"
    "<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
SPECIAL = ["<pad>", "<s>", "</s>", "<|im_start|>", "<|im_end|>", "<image>"]
WORDS = ["a man riding a horse", "Question: what is it? === Answer: a dog", "You are shown a picture of a red car."]
CONTEXT = 512
EYES = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4}  # of a tower


def needs(*modules):
    """Skip tests for which a library is not installed; where all of it must be tested, nothing is skipped."""
    if "CI" not in os.environ:
        for module in modules:
            pytest.importorskip(module)


@dataclass
class Shelf:
    """Models by name, each written when it is first asked for."""

    folder: Path
    _made: dict = field(default_factory=dict)

    def __call__(self, name):
        if name not in self._made:
            self._made[name] = MAKERS[name](self.folder / name)
        return self._made[name]


def tokenizer(template=CHAT):
    """Train a byte-level tokenizer on three sentences."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast
    from transformers.utils import logging

    logging.disable_progress_bar()
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer, bpe.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=320, special_tokens=SPECIAL, initial_alphabet=alphabet, show_progress=False
    )
    bpe.train_from_iterator(WORDS * 20, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=bpe,
        bos_token="<s>",
        eos_token="<|im_end|>",
        pad_token="<pad>",
        chat_template=template,
        padding_side="left",
        extra_special_tokens={"image_token": "<image>"},
    )


def shape(vocabulary):
    return {
        "vocab_size": vocabulary,
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 8,
        "max_position_embeddings": CONTEXT,
        "bos_token_id": 1,
        "eos_token_id": 4,
        "pad_token_id": 0,
        "initializer_range": 0.5,  # so that words differ, and a different prompt has a different answer
    }


def clip_eyes(**more):
    """Give the config of a small tower of CLIP; `more` says what differs."""
    from transformers import CLIPVisionConfig

    return CLIPVisionConfig(**EYES | {"projection_dim": 32} | more)


def siglip_eyes(**more):
    """Give the config of a small tower of SigLIP; `more` says what differs."""
    from transformers import SiglipVisionConfig

    return SiglipVisionConfig(**EYES | more)


def llava_config(eyes, text, *, image, **more):
    """Put a tower and a language model together; of CLIP's the token that stands for the whole picture is left out."""
    from transformers import LlavaConfig

    return LlavaConfig(
        vision_config=eyes,
        text_config=text,
        image_token_index=image,
        vision_feature_layer=-1,
        vision_feature_select_strategy="default" if eyes.model_type == "clip_vision_model" else "full",
        **more,
    )


def write_chat(folder, *, kind="llama", template=CHAT, seed=0):
    """Write a model that chats: of the llama kind, or of the kind of Qwen 3."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM, Qwen3Config, Qwen3ForCausalLM

    words = tokenizer(template)
    torch.manual_seed(seed)
    if kind == "llama":
        model = LlamaForCausalLM(LlamaConfig(**shape(len(words))))
    else:
        model = Qwen3ForCausalLM(Qwen3Config(**shape(len(words))))
    model.save_pretrained(folder)
    words.save_pretrained(folder)
    return folder


def write_seeing(folder, *, seed=0):
    """Write a model that sees: CLIP and llama, as LLaVA is."""
    import torch
    from transformers import LlamaConfig, LlavaForConditionalGeneration, LlavaProcessor
    from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

    words = tokenizer()
    torch.manual_seed(seed)
    eyes = clip_eyes(image_size=28, patch_size=14)
    config = llava_config(eyes, LlamaConfig(**shape(len(words))), image=SPECIAL.index("<image>"))
    LlavaForConditionalGeneration(config).save_pretrained(folder)
    LlavaProcessor(
        CLIPImageProcessorPil(size={"shortest_edge": 28}, crop_size={"height": 28, "width": 28}),
        words,
        patch_size=14,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=CHAT,
    ).save_pretrained(folder)
    return folder


def write_adapter(folder, base, *, seed=0):
    """Write a LoRA adapter for a model that chats, one that changes what it says."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    torch.manual_seed(seed)
    config = LoraConfig(r=4, target_modules=["q_proj", "v_proj"], init_lora_weights=False, task_type="CAUSAL_LM")
    get_peft_model(AutoModelForCausalLM.from_pretrained(base), config).save_pretrained(folder)
    return folder


def write_gguf(path, *, name="tiny", template=CHAT, width=64, layers=2, kind="F16", split=None, seed=0):
    """Write a model for llama.cpp. `width`, `layers` and `kind`, its precision, make it what a measurement needs."""
    import gguf
    import numpy as np

    spec = json.loads(tokenizer().backend_tokenizer.to_str())
    tokens = [token for token, _ in sorted(spec["model"]["vocab"].items(), key=lambda item: item[1])]
    merges = [one if isinstance(one, str) else " ".join(one) for one in spec["model"]["merges"]]
    kinds = [int(gguf.TokenType.CONTROL if token in SPECIAL else gguf.TokenType.NORMAL) for token in tokens]
    heads, groups, inner = width // 16, width // 32, 2 * width
    random = np.random.default_rng(seed)

    def noise(name, *shape):
        values = random.standard_normal(shape, dtype=np.float32) * 0.3 / np.sqrt(width / 64)
        precision = gguf.GGMLQuantizationType[kind]
        writer.add_tensor(name, gguf.quants.quantize(values, precision), raw_dtype=precision)

    writer = gguf.GGUFWriter(path, "llama")
    if name:
        writer.add_name(name)
    if split is not None:
        writer.add_uint16("split.no", split[0])
        writer.add_uint16("split.count", split[1])
    writer.add_context_length(4096)
    writer.add_embedding_length(width)
    writer.add_block_count(layers)
    writer.add_feed_forward_length(inner)
    writer.add_head_count(heads)
    writer.add_head_count_kv(groups)
    writer.add_rope_dimension_count(16)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(len(tokens))
    writer.add_file_type(int(gguf.LlamaFileType[f"MOSTLY_{kind}" if kind != "F32" else "ALL_F32"]))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    writer.add_token_merges(merges)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(4)
    writer.add_pad_token_id(0)
    writer.add_add_bos_token(False)
    writer.add_chat_template(template)
    ones = np.ones(width, np.float32)
    noise("token_embd.weight", len(tokens), width)
    noise("output.weight", len(tokens), width)
    writer.add_tensor("output_norm.weight", ones)
    for layer in range(layers):
        shapes = {
            "attn_q": (width, width),
            "attn_k": (16 * groups, width),
            "attn_v": (16 * groups, width),
            "attn_output": (width, width),
            "ffn_gate": (inner, width),
            "ffn_up": (inner, width),
            "ffn_down": (width, inner),
        }
        for norm in ("attn_norm", "ffn_norm"):
            writer.add_tensor(f"blk.{layer}.{norm}.weight", ones)
        for part, size in shapes.items():
            noise(f"blk.{layer}.{part}.weight", *size)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def write_projector(path, *, width=64, seed=0):
    """Write the eyes of a model for llama.cpp: CLIP with two layers, and LLaVA's projection."""
    import gguf
    import numpy as np

    size, inner, layers, patch, side = 32, 64, 2, 14, 28
    random = np.random.default_rng(seed)

    def noise(*shape):
        return random.standard_normal(shape, dtype=np.float32) * 0.3

    def affine(name, *shape):
        writer.add_tensor(f"{name}.weight", noise(*shape))
        writer.add_tensor(f"{name}.bias", noise(shape[0]))

    def norm(name):
        writer.add_tensor(f"{name}.weight", np.ones(size, np.float32))
        writer.add_tensor(f"{name}.bias", np.zeros(size, np.float32))

    writer = gguf.GGUFWriter(path, "clip")
    writer.add_file_type(0)
    writer.add_bool("clip.has_vision_encoder", True)
    writer.add_string("clip.projector_type", "mlp")
    writer.add_bool("clip.use_gelu", False)
    numbers = {"image_size": side, "patch_size": patch, "embedding_length": size, "feed_forward_length": inner}
    numbers |= {"projection_dim": width, "block_count": layers, "attention.head_count": 4}
    for name, number in numbers.items():
        writer.add_uint32(f"clip.vision.{name}", number)
    writer.add_float32("clip.vision.attention.layer_norm_epsilon", 1e-5)
    writer.add_array("clip.vision.image_mean", [0.5, 0.5, 0.5])
    writer.add_array("clip.vision.image_std", [0.5, 0.5, 0.5])
    writer.add_tensor("v.patch_embd.weight", noise(size, 3, patch, patch))
    writer.add_tensor("v.position_embd.weight", noise((side // patch) ** 2 + 1, size))
    writer.add_tensor("v.class_embd", noise(size))
    norm("v.pre_ln")
    norm("v.post_ln")
    for layer in range(layers):
        for part in ("attn_q", "attn_k", "attn_v", "attn_out"):
            affine(f"v.blk.{layer}.{part}", size, size)
        norm(f"v.blk.{layer}.ln1")
        norm(f"v.blk.{layer}.ln2")
        affine(f"v.blk.{layer}.ffn_up", inner, size)
        affine(f"v.blk.{layer}.ffn_down", size, inner)
    affine("mm.0", width, size)
    affine("mm.2", width, width)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


MAKERS = {
    "chat": write_chat,
    "qwen": lambda folder: write_chat(folder, kind="qwen"),
    "seeing": write_seeing,
    "gguf": lambda folder: write_gguf(folder.with_suffix(".gguf")),
    "projector": lambda folder: write_projector(folder.with_suffix(".gguf")),
}
