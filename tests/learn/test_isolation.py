"""Packed samples are what they are alone, in every family that says so; the others are refused, by measurement."""

from functools import partial

import numpy as np
import pytest

import tiny_models
from pictus.learn.pack import packed
from pictus.learn.step import IGNORED, Sample
from tiny_models import clip_eyes, llava_config, needs, shape, siglip_eyes

needs("torch", "transformers", "peft")

import torch  # noqa: E402
import transformers  # noqa: E402
from transformers import InternVLVisionConfig  # noqa: E402

from pictus.learn.pack import isolation  # noqa: E402
from pictus.learn.pack.isolation import find_leak, known_leak  # noqa: E402

IMAGE = 5
BOTH = ("eager", "sdpa")
ONE = ("eager",)
WINDOW = {"sliding_window": 6}  # shorter than the samples
TEXT = shape(64) | {"initializer_range": 0.1}
QWEN_VL = {name: value for name, value in TEXT.items() if name != "head_dim"} | {
    "rope_parameters": {"rope_type": "default", "mrope_section": [1, 1, 2], "rope_theta": 1e4}
}
EYES = tiny_models.EYES | {"intermediate_size": 48, "image_size": 16, "patch_size": 8}
MOE = {"num_experts": 4, "moe_intermediate_size": 16, "num_experts_per_tok": 2}
LINEAR = {
    "linear_num_key_heads": 2,
    "linear_num_value_heads": 4,
    "linear_key_head_dim": 8,
    "linear_value_head_dim": 8,
    "shared_expert_intermediate_size": 16,
}

KEPT_APART = {
    "Cohere2": (BOTH, WINDOW),
    "GPTNeoX": (BOTH, {}),
    "Gemma": (BOTH, {}),
    "Gemma2": (ONE, WINDOW),
    "Gemma3Text": (BOTH, WINDOW),
    "Granite": (BOTH, {}),
    "Llama": (BOTH, {}),
    "Llama4Text": (BOTH, {"attention_chunk_size": 6, "intermediate_size_mlp": 32, "num_local_experts": 2}),
    "Mistral": (BOTH, WINDOW),
    "Mixtral": (BOTH, {"num_local_experts": 4}),
    "Olmo2": (BOTH, {}),
    "Phi": (BOTH, {}),
    "Phi3": (BOTH, WINDOW),
    "Qwen2": (BOTH, {}),
    "Qwen3": (BOTH, {}),
    "Qwen3Moe": (BOTH, MOE | {"decoder_sparse_step": 1}),
    "SmolLM3": (BOTH, {}),
    "StableLm": (BOTH, {}),
    "Starcoder2": (BOTH, WINDOW),
}
# What they say of themselves; the measurement finds the same.
LEAKING = {
    "Bloom": (ONE, {}, "takes no positions"),
    "GptOss": (ONE, WINDOW | {"num_local_experts": 4}, None),
    "Jamba": (
        BOTH,
        {"num_experts": 2, "use_mamba_kernels": False, "attn_layer_period": 2, "attn_layer_offset": 1},
        "memory",
    ),
    "Lfm2": (BOTH, {"layer_types": ["conv", "full_attention"]}, "memory"),
    "Mamba": (ONE, {}, "memory"),
    "Mpt": (ONE, {}, "takes no positions"),
    "OPT": (BOTH, {"ffn_dim": 48, "word_embed_proj_dim": 32}, None),
    "Qwen3Next": (BOTH, MOE | LINEAR | {"layer_types": ["linear_attention", "full_attention"]}, "memory"),
    "RecurrentGemma": (ONE, {"lru_width": 32, "attention_window_size": 16}, "memory"),
    "Rwkv": (ONE, {}, "memory"),
}


def config(family, **settings):
    return getattr(transformers, f"{family}Config")(**TEXT | settings)


llava = partial(llava_config, image=IMAGE)


def clip():
    return clip_eyes(**EYES)


def siglip(**settings):
    return siglip_eyes(**EYES | settings, vision_use_head=False)


def internvl():
    eyes = InternVLVisionConfig(**EYES | {"image_size": [32, 32], "patch_size": [8, 8]})
    return transformers.InternVLConfig(vision_config=eyes, text_config=config("Qwen2"), image_token_id=IMAGE)


def paligemma():
    return transformers.PaliGemmaConfig(
        vision_config=siglip(), text_config=config("Gemma"), image_token_index=IMAGE, projection_dim=32
    )


def gemma3():
    return transformers.Gemma3Config(
        vision_config=siglip_eyes(**EYES),
        text_config=config("Gemma3Text", **WINDOW),
        image_token_id=IMAGE,
        mm_tokens_per_image=4,
    )


def qwen_vl(family, text=QWEN_VL, **eyes):
    eyes = {"depth": 1, "hidden_size": 32, "num_heads": 4, "patch_size": 8} | eyes
    special = ("image_token_id", "video_token_id", "vision_start_token_id", "vision_end_token_id")
    return getattr(transformers, f"{family}Config")(
        text_config=text, vision_config=eyes, **dict(zip(special, (IMAGE, 6, 7, 8), strict=True))
    )


def qwen3_vl():
    text = QWEN_VL | {"head_dim": 8}
    eyes = {"out_hidden_size": 32, "intermediate_size": 32, "deepstack_visual_indexes": [0]}
    return qwen_vl("Qwen3VL", text, **eyes, num_position_embeddings=16)


def idefics(family):
    return getattr(transformers, f"{family}Config")(
        vision_config=EYES, text_config=config("Llama"), image_token_id=IMAGE, scale_factor=2
    )


SEEING = {  # with the side of a picture, and its tokens
    "LLaVA of CLIP and Llama": (BOTH, lambda: llava(clip(), config("Llama")), 16, 4),
    "LLaVA of SigLIP and Gemma 2": (ONE, lambda: llava(siglip(), config("Gemma2", **WINDOW)), 16, 4),
    "LLaVA of SigLIP and Mistral": (BOTH, lambda: llava(siglip(), config("Mistral", **WINDOW)), 16, 4),
    "LLaVA of SigLIP and Phi 3": (BOTH, lambda: llava(siglip(), config("Phi3")), 16, 4),
    "LLaVA of SigLIP and Qwen 2": (BOTH, lambda: llava(siglip(), config("Qwen2")), 16, 4),
    "LLaVA of SigLIP and Qwen 3": (BOTH, lambda: llava(siglip(), config("Qwen3")), 16, 4),
    "InternVL": (BOTH, internvl, 32, 4),
    "Idefics 3": (BOTH, lambda: idefics("Idefics3"), 16, 1),
    "SmolVLM": (BOTH, lambda: idefics("SmolVLM"), 16, 1),
}
KNOWN = {
    "LLaVA of CLIP and LFM 2": (
        lambda: llava(clip(), config("Lfm2", layer_types=["conv", "full_attention"])),
        "memory",
    ),
    "LLaVA of CLIP and Mamba": (lambda: llava(clip(), config("Mamba")), "memory"),
    "LLaVA of CLIP and MPT": (lambda: llava(clip(), config("Mpt")), "takes no positions"),
    "Gemma 3": (gemma3, "both directions"),
    "PaliGemma": (paligemma, "both directions"),
    "Qwen2-VL": (lambda: qwen_vl("Qwen2VL", embed_dim=32), "three dimensions"),
    "Qwen2.5-VL": (lambda: qwen_vl("Qwen2_5_VL", out_hidden_size=32, intermediate_size=32), "three dimensions"),
    "Qwen3-VL": (qwen3_vl, "three dimensions"),
}


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


def made(config, attention="eager", seeing=False):
    """Make a model whose weights are all large enough to be felt."""
    kind = transformers.AutoModelForImageTextToText if seeing else transformers.AutoModelForCausalLM
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = kind.from_config(config, attn_implementation=attention)
        for weight in model.parameters():
            if weight.ndim > 1:
                torch.nn.init.normal_(weight, std=0.1)
    return model.eval()


def both(families):
    return [
        pytest.param(family, attention, id=f"{family}-{attention}")
        for family in families
        for attention in families[family][0]
    ]


def sample(seed, count, *, places=0, pixels=0):
    """Make a sample of random words; with places, a picture stands among them."""
    draw = np.random.default_rng(seed)
    words = draw.integers(10, 64, count)
    tokens = np.concatenate([words[:3], np.full(places, IMAGE), words[3:]])
    labels = np.where((np.arange(len(tokens)) < 4) | (tokens == IMAGE), IGNORED, tokens)
    seen = (draw.integers(0, 255, (3, pixels, pixels), np.uint8),) if places else ()
    return Sample(id=str(seed), tokens=tokens, labels=labels, pictures=seen)


def run(model, samples, **settings):
    row = packed(samples)
    given = {"input_ids": torch.tensor(row.tokens), "position_ids": torch.tensor(row.positions), "use_cache": False}
    if len(row.pictures):
        pictures = torch.tensor(row.pictures).float() / 127.5 - 1
        given["pixel_values"] = pictures[None] if model.config.model_type in ("idefics3", "smolvlm") else pictures
    return model(**given | settings).logits[0]


def differ(model, samples, **settings):
    """Measure how far packed logits are from those of each sample alone."""
    with torch.no_grad():
        alone = torch.cat([run(model, [one]) for one in samples])
        return float((run(model, samples, **settings) - alone).abs().max())


def three(**pictures):
    return [sample(1, 13, **pictures), sample(2, 9, **pictures), sample(3, 11)]


@pytest.mark.parametrize(("family", "attention"), both(KEPT_APART))
def test_packed_logits_are_those_of_each_sample_alone(family, attention):
    model = made(config(family, **KEPT_APART[family][1]), attention)
    assert differ(model, three()) <= 1e-5
    assert differ(model, three(), attention_mask=torch.ones(1, 33)) > 0.01  # what a leak looks like
    assert find_leak(model) is None


@pytest.mark.parametrize(("family", "attention"), both(SEEING))
def test_packed_logits_are_those_of_each_picture_alone(family, attention):
    _, config_of, pixels, places = SEEING[family]
    model = made(config_of(), attention, seeing=True)
    samples = three(places=places, pixels=pixels)
    assert differ(model, samples) <= 1e-5
    assert differ(model, samples, attention_mask=torch.ones(1, 33 + 2 * places)) > 0.1
    if family not in ("Idefics 3", "SmolVLM"):  # their pictures have a dimension more
        assert find_leak(model, picture=[IMAGE] * places, pixels=pixels) is None
    assert find_leak(model) is None


@pytest.mark.parametrize(("family", "attention"), both(LEAKING))
def test_what_cannot_keep_samples_apart_is_refused_before_it_is_loaded_and_by_measure(family, attention, monkeypatch):
    _, settings, reason = LEAKING[family]
    known = known_leak(config(family, **settings))
    assert (reason in known) if reason else known is None
    monkeypatch.setattr(isolation, "known_leak", lambda config: None)
    assert "samples see each other" in find_leak(made(config(family, **settings), attention))


@pytest.mark.parametrize("family", KNOWN)
def test_what_sees_in_its_own_way_is_refused_before_it_is_loaded(family):
    config_of, reason = KNOWN[family]
    assert reason in known_leak(config_of())


def test_a_model_that_is_to_be_refused_is_not_run(monkeypatch):
    model = made(paligemma(), seeing=True)
    monkeypatch.setattr(model, "forward", None)
    assert "both directions" in find_leak(model)


def test_a_sample_that_changes_without_a_neighbour_is_found_too(monkeypatch):
    # Under sdpa and alone, PaliGemma looks ahead; packed it does not.
    monkeypatch.setattr(isolation, "known_leak", lambda config: None)
    said = find_leak(made(paligemma(), "sdpa", seeing=True), picture=[IMAGE] * 4, pixels=16)
    assert "not what it is alone" in said


def test_the_cache_makes_samples_see_each_other():
    assert differ(made(config("Llama")), three(), use_cache=True) > 0.1


def test_a_model_that_stumbles_over_packed_samples_says_so():
    model = made(config("Llama"))

    def stumble(module, args, kwargs):
        if "position_ids" in kwargs:
            raise ValueError("no such thing here")

    model.register_forward_pre_hook(stumble, with_kwargs=True)
    assert find_leak(model) == "it cannot be run with packed samples: ValueError: no such thing here"


def test_logits_that_are_no_numbers_are_no_yes():
    model = made(config("Llama"))
    torch.nn.init.constant_(model.lm_head.weight, float("nan"))
    assert "nan" in find_leak(model)


@pytest.mark.parametrize("precision", ["bfloat16", "float16"])
def test_fewer_digits_are_no_leak_and_hide_none(precision, monkeypatch):
    assert find_leak(made(config("Qwen3", num_hidden_layers=8)).to(getattr(torch, precision))) is None
    monkeypatch.setattr(isolation, "known_leak", lambda config: None)
    assert "see each other" in find_leak(made(config("OPT", **LEAKING["OPT"][1])).to(getattr(torch, precision)))


def test_the_model_and_the_draws_of_training_are_left_as_they_were():
    model = made(llava(clip(), config("Llama", attention_dropout=0.5)), seeing=True).train()
    model.model.vision_tower.eval()
    before, state = [module.training for module in model.modules()], torch.get_rng_state()
    assert find_leak(model, picture=[IMAGE] * 4, pixels=16) is None
    assert [module.training for module in model.modules()] == before
    assert torch.equal(torch.get_rng_state(), state)
    assert all(weight.grad is None for weight in model.parameters())


def test_adapters_are_measured_with_their_model():
    from peft import LoraConfig, get_peft_model

    model = get_peft_model(
        made(llava(siglip(), config("Qwen2")), "sdpa", seeing=True),
        LoraConfig(r=4, target_modules=r".*language_model\..*\.(q_proj|v_proj)", init_lora_weights=False),
    )
    assert find_leak(model, picture=[IMAGE] * 4, pixels=16) is None


def test_gradients_of_a_packed_row_are_the_sum_of_those_of_its_samples():
    model = made(llava(siglip(), config("Qwen2")), "sdpa", seeing=True)
    samples = three(places=4, pixels=16)

    def gradients(rows):
        model.zero_grad()
        for row in rows:
            logits, labels = run(model, row)[:-1], torch.tensor(packed(row).labels)[0, 1:]
            torch.nn.functional.cross_entropy(logits, labels, ignore_index=IGNORED, reduction="sum").backward()
        return {name: weight.grad.clone() for name, weight in model.named_parameters() if weight.grad is not None}

    together, apart = gradients([samples]), gradients([[one] for one in samples])
    assert together.keys() == apart.keys()
    for name, gradient in apart.items():
        assert (together[name] - gradient).abs().max() <= 1e-4 * max(1.0, float(gradient.abs().max())), name
    assert any("vision_tower" in name and gradient.abs().max() > 0.01 for name, gradient in apart.items())
