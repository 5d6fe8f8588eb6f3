"""A model put together from parts says what its parts say, and plain transformers loads what was saved."""

import asyncio
import json
import shutil
from io import BytesIO

import pytest
from PIL import Image

from pictus import plugins
from pictus.errors import PictusError
from pictus.prompt import Prompt, Sampling
from pictus.record import Media, Part, Turn
from pictus.stages import Model, Training
from tiny_models import needs, write_seeing

needs("torch", "transformers", "peft", "accelerate")
import torch  # noqa: E402
from transformers import AutoModel, AutoModelForCausalLM, AutoModelForImageTextToText, AutoProcessor  # noqa: E402

from part_models import write_clip, write_language, write_siglip  # noqa: E402
from pictus.learn.model import build, plan, save  # noqa: E402


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    """Folders of parts by name."""
    folder = tmp_path_factory.mktemp("parts")
    write_clip(folder / "clip")
    write_clip(folder / "whole_clip", whole=True)
    write_siglip(folder / "siglip")
    write_siglip(folder / "whole_siglip", whole=True)
    write_language(folder / "llama", pad=None)
    write_language(folder / "qwen", kind="Qwen3", template=None, tie_word_embeddings=True)
    write_language(folder / "mistral", kind="Mistral", vocab_size=400)
    return folder


def model_of(parts, vision, language, **more):
    return Model(vision=str(parts / vision), language=str(parts / language), **more)


def training(*trained, rate=1e-3, **more):
    return Training(trained=list(trained or ["projector"]), learning_rate={"all": rate}, batch=4, **more)


def picture(colour=(200, 30, 90), size=(80, 40)):
    return Image.new("RGB", size, colour)


def inputs_of(processor, images=1, text="what is it?"):
    content = [*({"type": "image"} for _ in range(images)), {"type": "text", "text": text}]
    prompt = processor.apply_chat_template([{"role": "user", "content": content}], add_generation_prompt=True)
    made = processor(
        images=[picture((9, 60 * n, 200)) for n in range(images)] or None, text=prompt, return_tensors="pt"
    )
    return {name: one for name, one in made.items() if name in ("input_ids", "attention_mask", "pixel_values")}


def logits(model, inputs):
    with torch.no_grad():
        return model.eval()(**inputs, use_cache=False).logits


PAIRS = [("clip", "llama"), ("siglip", "qwen"), ("whole_clip", "mistral"), ("whole_siglip", "llama")]


@pytest.mark.parametrize("projector", ["mlp2", "linear", "shuffle"])
@pytest.mark.parametrize(("vision", "language"), PAIRS)
def test_what_is_saved_says_in_plain_transformers_what_was_built(parts, tmp_path, vision, language, projector):
    built = build(plan(model_of(parts, vision, language, projector=projector), training()))
    inputs = inputs_of(built.processor, images=2)
    folder = save(built, tmp_path / "m")
    plain = AutoModelForImageTextToText.from_pretrained(folder)
    processor = AutoProcessor.from_pretrained(folder)
    again = inputs_of(processor, images=2)
    assert all(torch.equal(again[name], one) for name, one in inputs.items())
    assert torch.equal(logits(built.model, inputs), logits(plain, again))
    tokens = 4 if projector == "shuffle" else 16
    assert built.pictures.tokens == tokens and (inputs["input_ids"] == built.pictures.image_id).sum() == 2 * tokens
    assert built.pictures.side == 56 and not any(path.name.startswith(".") for path in tmp_path.iterdir())
    assert "auto_map" not in (folder / "config.json").read_text()


@pytest.mark.parametrize(("vision", "language"), PAIRS)
def test_the_parts_are_in_it_as_they_were(parts, vision, language):
    built = build(plan(model_of(parts, vision, language), None))
    text = {name: one for name, one in inputs_of(built.processor, images=0).items() if name != "pixel_values"}
    alone = AutoModelForCausalLM.from_pretrained(parts / language, dtype=torch.float32)
    known = built.pictures.image_id  # the first token that is new
    assert torch.allclose(logits(built.model, text)[..., :known], logits(alone, text)[..., :known], atol=1e-6)
    eyes = AutoModel.from_pretrained(parts / vision, dtype=torch.float32)
    eyes = getattr(eyes, "vision_model", eyes).eval()
    pixels = torch.randn(2, 3, 56, 56)
    with torch.no_grad():
        mine = built.model.model.vision_tower.eval()(pixels).last_hidden_state
        assert mine.std() > 0.1
        assert torch.equal(mine, eyes(pixels).last_hidden_state)


def test_new_tokens_begin_as_the_mean_of_those_that_were_known(parts):
    built = build(plan(model_of(parts, "clip", "llama"), None))
    words = built.tokenizer
    assert words.pad_token == "<pad>" and words.convert_tokens_to_ids("<image>") == built.pictures.image_id
    alone = AutoModelForCausalLM.from_pretrained(parts / "llama")
    known = alone.config.vocab_size
    rows = built.model.get_input_embeddings().weight, built.model.get_output_embeddings().weight
    for mine, old in zip(rows, (alone.get_input_embeddings().weight, alone.lm_head.weight), strict=True):
        assert len(mine) == 320 and len(mine) % 64 == 0 and torch.equal(mine[:known], old)
        assert torch.allclose(mine[built.pictures.image_id], old.mean(dim=0), atol=1e-6)
    spare = build(plan(model_of(parts, "clip", "mistral"), None))  # whose rows are more than its tokens
    assert len(spare.model.get_input_embeddings().weight) == 400
    old = AutoModelForCausalLM.from_pretrained(parts / "mistral").get_input_embeddings().weight
    new = spare.model.get_input_embeddings().weight
    assert torch.allclose(new[spare.pictures.image_id], old[: spare.pictures.image_id].mean(dim=0), atol=1e-6)
    tied = build(plan(model_of(parts, "siglip", "qwen"), None)).model
    assert tied.lm_head.weight is tied.get_input_embeddings().weight


def test_a_template_of_words_takes_pictures_and_writes_the_rest_as_before(parts):
    built = plan(model_of(parts, "clip", "llama"), None)
    words = built.processor.tokenizer
    own = (parts / "llama/chat_template.jinja").read_text()
    said = [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "<b> what?"}]
    said += [
        {"role": "assistant", "content": "A dog."},
        {"role": "user", "content": [{"type": "text", "text": "And?"}]},
    ]
    flat = [*said[:3], {"role": "user", "content": "And?"}]
    assert words.apply_chat_template(said, tokenize=False) == words.apply_chat_template(
        flat, tokenize=False, chat_template=own
    )
    image, text = {"type": "image"}, {"type": "text", "text": "what?"}
    for content, shown in (
        ([image, text], "<image>\nwhat?"),
        ([text, image], "what?\n<image>"),
        ([image, image, text], "<image>\n<image>\nwhat?"),
        ([image], "<image>"),
    ):
        written = words.apply_chat_template([{"role": "user", "content": content}], tokenize=False)
        assert written == f"<|im_start|>user\n{shown}<|im_end|>\n"
    bare = plan(model_of(parts, "clip", "qwen"), None).processor  # a model without a template
    written = bare.apply_chat_template([{"role": "user", "content": [image, text]}], add_generation_prompt=True)
    assert written == "USER: <image>\nwhat? ASSISTANT:"


def test_the_backend_answers_with_a_saved_model(parts, tmp_path):
    folder = save(build(plan(model_of(parts, "siglip", "llama"), training())), tmp_path / "mine")
    backend = plugins.load("backends", "huggingface", {"model": str(folder), "device": "cpu", "threads": 1})
    out = BytesIO()
    picture().save(out, "PNG")
    turn = Turn("user", (Part("image"), Part("text", "What is it?")))
    prompt = Prompt(kind="x", messages=(turn,), media=(Media(data=out.getvalue()),), sampling=Sampling(max_tokens=5))

    async def asked():
        try:
            return await backend.answer(prompt)
        finally:
            await backend.close()

    answer = asyncio.run(asked())
    assert answer.turns and answer.usage.completion == 5 and answer.usage.prompt > 16


def test_settings_that_transformers_refuses_to_save_do_not_spoil_a_training(parts, tmp_path):
    llama = shutil.copytree(parts / "llama", tmp_path / "llama")
    (llama / "generation_config.json").write_text('{"temperature": 0.9, "top_p": 0.6, "eos_token_id": [2, 4]}')
    folder = save(build(plan(model_of(parts, "clip", llama), training())), tmp_path / "m")
    saved = json.loads((folder / "generation_config.json").read_text())
    words = AutoProcessor.from_pretrained(folder).tokenizer
    assert saved["eos_token_id"] == [2, 4] == [2, words.eos_token_id] and saved["pad_token_id"] == words.pad_token_id


def test_pictures_become_squares_as_they_are_asked_to(parts):
    marked = picture((250, 250, 250), (112, 56))
    marked.paste((0, 0, 0), (0, 0, 28, 56))  # the left quarter
    seen = {}
    for fit in ("squash", "crop", "pad"):
        made = plan(model_of(parts, "clip", "llama", image={"fit": fit}), None)
        pixels = made.processor.image_processor(marked, return_tensors="pt")["pixel_values"][0]
        assert pixels.shape == (3, 56, 56)
        mean, std = (torch.tensor(numbers)[:, None, None] for numbers in (made.pictures.mean, made.pictures.std))
        seen[fit] = (pixels * std + mean).mean(dim=0)
    assert seen["squash"][28, 5] < 0.1 and seen["squash"][28, 20] > 0.9
    assert seen["crop"][28, 2] > 0.9  # its left quarter is cut away
    assert 0.3 < seen["pad"][2, 28] < 0.6 and seen["pad"][28, 5] < 0.1 and seen["pad"][28, 20] > 0.9
    assert plan(model_of(parts, "siglip", "llama"), None).pictures.mean == (0.5, 0.5, 0.5)


@pytest.mark.parametrize("vision", ["clip", "siglip"])
def test_another_side_spreads_the_positions(parts, tmp_path, vision):
    built = build(plan(model_of(parts, vision, "llama", image={"side": 84}), training()))
    assert built.pictures.tokens == 36 and built.pictures.side == 84
    plain = AutoModelForImageTextToText.from_pretrained(save(built, tmp_path / "m"))
    inputs = inputs_of(AutoProcessor.from_pretrained(tmp_path / "m"))
    assert torch.equal(logits(plain, inputs), logits(built.model, inputs))
    small = build(plan(model_of(parts, vision, "llama"), None)).model.model.vision_tower
    first = int(vision == "clip")
    wide = built.model.model.vision_tower.embeddings.position_embedding.weight.detach()
    narrow = small.embeddings.position_embedding.weight.detach()
    assert torch.equal(wide[:first], narrow[:first])
    assert torch.allclose(wide[first:].mean(dim=0), narrow[first:].mean(dim=0), atol=0.15)
    with pytest.raises(PictusError, match="no multiple") as caught:
        plan(model_of(parts, vision, "llama", image={"side": 80}), None)
    assert "70 or 84" in caught.value.mend


def test_weights_are_drawn_alike_for_a_seed_whatever_else_is_drawn(parts, tmp_path):
    configs = tmp_path / "configs"
    for name in ("siglip", "llama"):
        shutil.copytree(parts / name, configs / name, ignore=shutil.ignore_patterns("*.safetensors"))
    with pytest.raises(PictusError, match=r"model\.safetensors is missing") as caught:
        plan(model_of(configs, "siglip", "llama"), None)
    assert "random: [vision]" in caught.value.mend
    both = ["vision", "language"]
    first, again, other = (
        build(plan(model_of(configs, "siglip", "llama", random=both, seed=seed), None)).model for seed in (1, 1, 2)
    )
    for name in ("vision_tower", "multi_modal_projector", "language_model"):
        mine, same, new = (
            torch.cat([p.flatten() for p in one.model.get_submodule(name).parameters()])
            for one in (first, again, other)
        )
        assert torch.equal(mine, same) and not torch.equal(mine, new)
    half = build(plan(model_of(parts, "siglip", "llama", random=["language"], seed=1), None)).model
    for name in ("multi_modal_projector", "language_model"):
        ours, theirs = (one.model.get_submodule(name).state_dict() for one in (half, first))
        assert all(torch.equal(ours[key], theirs[key]) for key in ours)


def test_a_saved_stage_is_gone_on_from_with_all_of_its_weights(parts, tmp_path):
    first = build(plan(model_of(parts, "clip", "qwen"), training()))
    with torch.no_grad():
        for parameter in first.model.parameters():
            parameter.add_(0.01)
    folder = save(first, tmp_path / "align")
    second = build(plan(model_of(parts, "clip", "qwen"), training("language"), start=str(folder)))
    mine, theirs = first.model.state_dict(), second.model.state_dict()
    assert set(mine) == set(theirs) and all(torch.equal(mine[name], theirs[name]) for name in mine)
    assert second.pictures == first.pictures and second.tokenizer.chat_template == first.tokenizer.chat_template
    assert not second.plan.notes or "picture takes" in second.plan.notes[0]
    inputs = inputs_of(first.processor)
    third = AutoModelForImageTextToText.from_pretrained(save(second, tmp_path / "second"))
    assert torch.equal(logits(third, inputs), logits(first.model, inputs))


def test_any_model_of_the_kind_can_be_begun_with(tmp_path):
    built = build(plan(Model(start=str(write_seeing(tmp_path / "m"))), training("projector", "vision")))
    assert built.pictures.tokens == 4 and built.pictures.side == 28
    assert {held.module: bool(held.trained) for held in built.plan.held} == {
        "vision": True,
        "projector": True,
        "language": False,
    }


def test_a_processor_that_counts_otherwise_than_its_model_is_told(tmp_path):
    folder = write_seeing(tmp_path / "m")
    path = folder / "processor_config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"num_additional_image_tokens": 0}))
    error = refused("gives 4 tokens, and its processor writes 3", Model(start=str(folder)), None)
    assert "num_additional_image_tokens" in error.mend


def refused(match, *arguments, **more):
    with pytest.raises(PictusError, match=match) as caught:
        plan(*arguments, **more)
    assert caught.value.mend and caught.value.where
    return caught.value


def test_parts_that_are_not_there_say_what_to_download(parts, tmp_path, monkeypatch):
    hub = pytest.importorskip("huggingface_hub")
    monkeypatch.setattr(hub.constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(hub.constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    llama = str(parts / "llama")
    error = refused("stay offline", Model(vision="maker/eyes-of", language=llama), None)
    assert "hf download maker/eyes-of --local-dir eyes-of" in error.mend and "model.vision" in error.mend
    refused("no such folder", Model(vision="./nowhere", language=llama), None)
    refused("does not name this part", Model(vision=str(parts / "clip")), None)
    refused("config.json is missing", Model(vision=str(tmp_path), language=llama), None)
    refused("no such folder", Model(), None, start=str(tmp_path / "gone"))
    shards = shutil.copytree(parts / "llama", tmp_path / "shards")
    (shards / "model.safetensors").unlink()
    index = {"weight_map": {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}}
    (shards / "model.safetensors.index.json").write_text(json.dumps(index))
    (shards / "model-00002-of-00002.safetensors").write_bytes(b"")
    refused("model-00001-of-00002.safetensors is missing", model_of(tmp_path, parts / "clip", "shards"), None)
    mute = shutil.copytree(parts / "llama", tmp_path / "mute", ignore=shutil.ignore_patterns("tokenizer*"))
    assert "tokenizer" in refused("tokenizer", Model(vision=str(parts / "clip"), language=str(mute)), None).what


def test_parts_of_the_hub_are_found_where_they_were_downloaded_to(parts, tmp_path, monkeypatch):
    hub = pytest.importorskip("huggingface_hub")
    monkeypatch.setattr(hub.constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(hub.constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    revision = "0123456789012345678901234567890123456789"
    home = tmp_path / "models--maker--eyes"
    snapshot = shutil.copytree(parts / "clip", home / "snapshots" / revision)
    (home / "refs").mkdir()
    (home / "refs/main").write_text(revision)
    built = build(plan(Model(vision="maker/eyes", language=str(parts / "llama")), None))
    assert built.pictures.side == 56
    (snapshot / "model.safetensors").unlink()
    error = refused("its weights are not there", Model(vision="maker/eyes", language=str(parts / "llama")), None)
    assert "hf download maker/eyes" in error.mend


def test_parts_that_do_not_go_together_are_refused(parts, tmp_path):
    from transformers import Dinov2Config

    Dinov2Config(hidden_size=32).save_pretrained(tmp_path / "dino")
    refused("tower of type dinov2", model_of(parts, tmp_path / "dino", "llama"), None)
    refused("no language model", model_of(parts, "clip", "siglip"), None)
    write_language(tmp_path / "phi", kind="Phi")
    refused("adds a bias", model_of(parts, "clip", tmp_path / "phi"), None)
    write_language(tmp_path / "gemma2", kind="Gemma2")
    refused("final_logit_softcapping", model_of(parts, "clip", tmp_path / "gemma2"), None)
    write_siglip(tmp_path / "odd", image_size=42)
    refused("do not divide", model_of(parts, tmp_path / "odd", "llama", projector="shuffle"), None)
    refused("none of them", model_of(parts, "clip", "llama", vision_layer=-9), None)
    refused("no model of pictures", Model(start=str(parts / "llama")), None)


def test_weights_that_do_not_fit_their_config_are_refused(parts, tmp_path):
    for name in ("clip", "llama"):
        folder = shutil.copytree(parts / name, tmp_path / name)
        config = json.loads((folder / "config.json").read_text())
        (folder / "config.json").write_text(json.dumps(config | {"num_hidden_layers": 4, "layer_types": None}))
        broken = {"vision": parts / "clip", "language": parts / "llama"}
        broken["vision" if name == "clip" else "language"] = folder
        made = plan(Model(**{part: str(path) for part, path in broken.items()}), None)
        with pytest.raises(PictusError, match="do not fit its config"):
            build(made)
