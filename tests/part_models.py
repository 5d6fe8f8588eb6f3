"""Parts of a few thousand weights, in the layouts in which vision towers and language models are published."""

from tiny_models import CHAT, clip_eyes, shape, siglip_eyes, tokenizer

WORDS_ONLY = (  # a template of a language model: contents are strings
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] | trim }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
EYES = {"num_hidden_layers": 3, "image_size": 56, "patch_size": 14}


def clip_config(**more):
    return clip_eyes(**EYES | {"projection_dim": 16} | more)


def write_clip(folder, *, seed=0, whole=False):
    """Write a tower of CLIP, alone or in the whole model that is published."""
    import torch
    from transformers import CLIPConfig, CLIPModel, CLIPVisionModel

    torch.manual_seed(seed)
    if whole:
        words = {"hidden_size": 32, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
        CLIPModel(
            CLIPConfig(
                vision_config=clip_config().to_dict(), text_config={**words, "vocab_size": 50}, projection_dim=16
            )
        ).save_pretrained(folder)
    else:
        CLIPVisionModel(clip_config()).save_pretrained(folder)
    return folder


def write_siglip(folder, *, seed=0, whole=False, **more):
    """Write a tower of SigLIP, alone or in the whole model that is published, whose tower has a head."""
    import torch
    from transformers import SiglipConfig, SiglipModel, SiglipVisionModel

    torch.manual_seed(seed)
    eyes = siglip_eyes(**EYES | more)
    if whole:
        words = {"hidden_size": 32, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
        config = SiglipConfig(vision_config=eyes.to_dict(), text_config={**words, "vocab_size": 50})
        SiglipModel(config).save_pretrained(folder)
    else:
        SiglipVisionModel(eyes).save_pretrained(folder)
    return folder


def words(*, template=WORDS_ONLY, pad="<pad>"):
    """A tokenizer that knows no picture: the one of other tests without its last token."""
    import json

    from tokenizers import Tokenizer
    from transformers import PreTrainedTokenizerFast

    spec = json.loads(tokenizer(CHAT).backend_tokenizer.to_str())
    spec["added_tokens"] = [one for one in spec["added_tokens"] if one["content"] != "<image>"]
    vocabulary = spec["model"]["vocab"]
    # Its place is the last of the special ones; those behind it move up.
    gone = vocabulary.pop("<image>")
    spec["model"]["vocab"] = {token: number - (number > gone) for token, number in vocabulary.items()}
    return PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer.from_str(json.dumps(spec)),
        bos_token="<s>",
        eos_token="<|im_end|>",
        pad_token=pad,
        chat_template=template,
    )


def write_language(folder, *, kind="Llama", template=WORDS_ONLY, pad="<pad>", seed=0, **more):
    """Write a language model that knows no picture."""
    import torch
    import transformers

    known = words(template=template, pad=pad)
    known.save_pretrained(folder)
    config = getattr(transformers, f"{kind}Config")(**{**shape(len(known)), **more})
    torch.manual_seed(seed)
    getattr(transformers, f"{kind}ForCausalLM")(config).save_pretrained(folder)
    return folder
