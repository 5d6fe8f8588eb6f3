"""What is trained is what the recipe says, no more and no less, and nothing of it is lost when it is saved."""

import json

import pytest

from pictus.errors import PictusError
from pictus.stages import Lora, Model, Training
from tiny_models import needs, tokenizer

needs("torch", "transformers", "peft")
import torch  # noqa: E402
from transformers import AutoModelForImageTextToText  # noqa: E402

from part_models import write_clip, write_language, write_siglip  # noqa: E402
from pictus.learn.model import build, plan, save  # noqa: E402
from pictus.learn.model.modules import places  # noqa: E402
from pictus.learn.model.pictures import pictures_of  # noqa: E402
from pictus.learn.train.groups import parameter_groups  # noqa: E402
from pictus.learn.train.sharding import layers  # noqa: E402


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("parts")
    write_clip(folder / "clip")
    write_siglip(folder / "siglip")
    write_language(folder / "llama")
    write_language(folder / "qwen", kind="Qwen3", tie_word_embeddings=True)
    return folder


def model_of(parts, vision="clip", language="llama", **more):
    return Model(vision=str(parts / vision), language=str(parts / language), **more)


def training(*trained, rate=1e-2, **more):
    return Training(trained=list(trained), learning_rate={"all": rate}, batch=4, **more)


def batch(built):
    image = built.pictures
    ids = torch.tensor([[1, 60, *[image.image_id] * image.tokens, 61, 62, 63, 64]])
    labels = torch.full_like(ids, -100)
    labels[:, -3:] = ids[:, -3:]
    pixels = torch.randn(1, 3, image.side, image.side, generator=torch.Generator().manual_seed(3))
    return {"input_ids": ids, "pixel_values": pixels, "labels": labels}


def groups_of(built):
    weights = {name: one for name, one in built.model.named_parameters() if one.requires_grad}
    return parameter_groups(weights, built.owners.__getitem__, built.plan.training)


def stepped(built, steps=2):
    optimizer = torch.optim.AdamW([{**group, "lr": group["rate"]} for group in groups_of(built)])
    for _ in range(steps):
        loss = built.model.train()(**batch(built), use_cache=False).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    return built


def logits(model, inputs):
    with torch.no_grad():
        return model.eval()(input_ids=inputs["input_ids"], pixel_values=inputs["pixel_values"], use_cache=False).logits


def copied(model):
    return {name: one.detach().clone() for name, one in model.named_parameters()}


@pytest.mark.parametrize("projector", ["mlp2", "linear", "shuffle"])
@pytest.mark.parametrize("vision", ["clip", "siglip"])
@pytest.mark.parametrize("layer", [-1, -2])
def test_all_that_is_trained_has_a_gradient_and_nothing_else(parts, vision, projector, layer):
    section = model_of(parts, vision, projector=projector, vision_layer=layer)
    built = build(plan(section, training("projector", "vision", "language")))
    built.model(**batch(built), use_cache=False).loss.backward()
    for name, one in built.model.named_parameters():
        moves = one.grad is not None and bool(one.grad.abs().sum() > 0)
        assert moves == one.requires_grad or (".k_proj.bias" in name and one.requires_grad), name
    idle = {name for name, one in built.model.named_parameters() if not one.requires_grad}
    assert any("post_layernorm" in name for name in idle)
    assert any(".layers.2." in name for name in idle) == (layer == -2)
    assert any("linear_2" in name for name in idle) == (projector == "linear")


@pytest.mark.parametrize("trained", [["projector"], ["projector", "vision"], ["projector", "language"]])
def test_a_step_changes_what_is_trained_and_leaves_the_rest_to_the_bit(parts, trained):
    built = build(plan(model_of(parts, "siglip", "qwen"), training(*trained)))
    before = copied(built.model)
    stepped(built)
    for name, one in built.model.named_parameters():
        changed = not torch.equal(before[name], one)
        assert changed == one.requires_grad, name
        assert not changed or built.owners[name] in trained
    assert {held.module for held in built.plan.held if held.trained} == set(trained)


def test_groups_have_the_rates_of_their_modules_and_norms_do_not_decay(parts):
    rates = {"all": 1e-3, "vision": 1e-5}
    stage = Training(trained=["projector", "vision", "language"], learning_rate=rates, batch=1, weight_decay=0.1)
    built = build(plan(model_of(parts), stage))
    groups = {(group["module"], group["weight_decay"]): group for group in groups_of(built)}
    assert {which: group["rate"] for which, group in groups.items()} == {
        ("vision", 0.1): 1e-5,
        ("vision", 0.0): 1e-5,
        ("projector", 0.1): 1e-3,
        ("projector", 0.0): 1e-3,
        ("language", 0.1): 1e-3,
        ("language", 0.0): 1e-3,
    }
    grouped = [one for group in groups.values() for one in group["params"]]
    assert len({id(one) for one in grouped}) == len(grouped) == sum(p.requires_grad for p in built.model.parameters())


def test_the_table_tells_what_is_trained_before_anything_is_loaded(parts):
    made = plan(model_of(parts), training("projector", "lora", lora=Lora(rank=2, alpha=4)))
    lines = [line.split() for line in made.table().splitlines()]
    size = 32 * 32 + 32 + 32 * 32 + 32  # a projector of two layers
    assert ["projector", f"{size:,}", f"{size:,}", "0.01"] in lines
    assert lines[1][0] == "vision" and lines[1][2:] == ["frozen", "-"]
    assert lines[-1][0] == "lora" and lines[-1][1] == lines[-1][2]
    assert all(one.is_meta for one in made.skeleton.parameters())


def test_the_linear_projector_is_one_layer_after_training_too(parts, tmp_path):
    built = stepped(build(plan(model_of(parts, projector="linear"), training("projector"))))
    projector = AutoModelForImageTextToText.from_pretrained(save(built, tmp_path / "m")).model.multi_modal_projector
    features = torch.randn(5, 32)
    with torch.no_grad():
        assert torch.equal(projector(features), projector.linear_1(features))
    assert not torch.equal(
        projector.linear_1.weight, build(built.plan).model.model.multi_modal_projector.linear_1.weight
    )
    again = build(plan(Model(), training("projector"), start=str(tmp_path / "m")))
    assert not again.model.model.multi_modal_projector.linear_2.weight.requires_grad


@pytest.mark.parametrize("language", ["llama", "qwen"])
def test_adapters_are_on_the_language_model_alone_and_merge_into_plain_weights(parts, tmp_path, language):
    lora = Lora(rank=4, alpha=8)
    built = build(plan(model_of(parts, "clip", language), training("projector", "lora", lora=lora)))
    adapted = {name for name in built.owners if ".lora_" in name}
    assert len(adapted) == 2 * 7 * 2 and all(".language_model.layers." in name for name in adapted)
    inputs = batch(built)
    before = logits(built.model, inputs)
    assert torch.allclose(before, logits(build(plan(model_of(parts, "clip", language), None)).model, inputs), atol=1e-5)
    frozen = {name: one for name, one in copied(built.model).items() if built.owners[name] in ("vision", "language")}
    stepped(built)
    for name, one in built.model.named_parameters():
        assert name not in frozen or torch.equal(frozen[name], one), name
    trained = logits(built.model, inputs)
    assert (trained - before).abs().max() > 0.1
    plain = AutoModelForImageTextToText.from_pretrained(save(built, tmp_path / "m"))
    assert torch.allclose(logits(plain, inputs), trained, atol=1e-4)
    assert not (tmp_path / "m/adapter").exists()


def test_adapters_beside_the_model_load_with_peft_and_are_gone_on_from(parts, tmp_path):
    from peft import PeftModel

    lora = Lora(rank=4, alpha=8, targets=["q_proj", "v_proj"], merged=False)
    built = stepped(build(plan(model_of(parts), training("projector", "lora", lora=lora))))
    inputs = batch(built)
    trained = logits(built.model, inputs)
    folder = save(built, tmp_path / "m")
    plain = AutoModelForImageTextToText.from_pretrained(folder)
    assert not torch.allclose(logits(plain, inputs), trained, atol=1e-2)
    assert torch.allclose(logits(PeftModel.from_pretrained(plain, folder / "adapter"), inputs), trained, atol=1e-5)
    on = build(plan(Model(), training("language"), start=str(folder)))
    assert torch.allclose(logits(on.model, inputs), trained, atol=1e-4)
    config = json.loads((folder / "adapter/adapter_config.json").read_text())
    assert (config["r"], config["lora_alpha"]) == (4, 8)


def test_half_precision_keeps_all_digits_of_what_is_trained(parts, tmp_path):
    stage = training("projector", "lora", lora=Lora(rank=2, alpha=2))
    built = build(plan(model_of(parts), stage, precision="mixed"))
    for name, one in built.model.named_parameters():
        assert one.dtype == (torch.float32 if one.requires_grad else torch.bfloat16), name
    with torch.autocast("cpu", torch.bfloat16):
        stepped(built, 1)
    with torch.autocast("cpu", torch.bfloat16):  # anew: inside of one, weights that were cast once stay as they were
        trained = logits(built.model, batch(built))
    plain = AutoModelForImageTextToText.from_pretrained(save(built, tmp_path / "m"), dtype="auto")
    assert plain.dtype == torch.bfloat16
    pixels = batch(built) | {"pixel_values": batch(built)["pixel_values"].bfloat16()}
    assert (logits(plain, pixels) - trained).float().abs().mean() < 0.1


def test_units_to_shard_hold_every_layer_once_and_share_no_weight(parts):
    built = build(plan(model_of(parts, "siglip", "qwen"), training("projector")))
    units = list(layers(built.model))
    names = [name for unit in units for name, module in built.model.named_modules() if module is unit]
    assert len(units) == 3 + 2 and len(set(names)) == len(units)
    assert names[-1] == "model.language_model.layers.1" and "model.vision_tower.encoder.layers.2" in names
    inside = [id(one) for unit in units for one in unit.parameters()]
    assert len(set(inside)) == len(inside)


def test_gathered_weights_are_saved_in_place_of_the_models_own(parts, tmp_path):
    built = build(plan(model_of(parts), training("projector")))
    state = {name: one + 1 for name, one in built.model.state_dict().items()}
    plain = AutoModelForImageTextToText.from_pretrained(save(built, tmp_path / "m", state=state))
    mine = plain.state_dict()
    assert all(torch.equal(mine[name], one) for name, one in state.items())
    state.pop("model.multi_modal_projector.linear_1.weight")
    with pytest.raises(PictusError, match="linear_1"):
        save(built, tmp_path / "m", state=state)
    with pytest.raises(PictusError, match="not one of its own"):
        save(built, tmp_path / "m", state={**built.model.state_dict(), "module.x": torch.zeros(1)})
    assert (tmp_path / "m/model.safetensors").is_file(), "what was saved before is still there"


@pytest.fixture
def alone():
    """One process that shards with itself: all of the machinery, and none of the waiting."""
    from torch import distributed

    distributed.init_process_group("gloo", store=distributed.HashStore(), rank=0, world_size=1)
    yield distributed.init_device_mesh("cpu", (1,))
    distributed.destroy_process_group()


@pytest.mark.parametrize("language", ["llama", "qwen"])
def test_a_sharded_model_learns_the_same_and_its_gathered_weights_are_saved(parts, tmp_path, alone, language):
    from torch.distributed.checkpoint.state_dict import StateDictOptions, get_model_state_dict
    from torch.distributed.fsdp import MixedPrecisionPolicy, fully_shard

    stage = training("projector", "vision", "lora", lora=Lora(rank=2, alpha=4))
    made = plan(model_of(parts, "clip", language), stage, precision="mixed")
    built = build(made)
    half = MixedPrecisionPolicy(param_dtype=torch.bfloat16, reduce_dtype=torch.float32)
    for unit in [*layers(built.model), built.model]:
        fully_shard(unit, mesh=alone, mp_policy=half)
    stepped(built)
    mine = logits(built.model, batch(built))
    options = StateDictOptions(full_state_dict=True, cpu_offload=True)
    folder = save(built, tmp_path / "m", state=get_model_state_dict(built.model, options=options))
    plain = AutoModelForImageTextToText.from_pretrained(folder)
    pixels = batch(built) | {"pixel_values": batch(built)["pixel_values"].bfloat16()}
    assert (logits(plain, pixels) - mine).float().abs().mean() < 0.1
    assert (logits(plain, pixels) - logits(build(made).model.bfloat16(), pixels)).float().abs().mean() > 0.1


@pytest.mark.parametrize("language", ["llama", "qwen"])
def test_an_empty_model_is_the_same_once_it_is_given_its_weights(parts, language):
    stage = training("projector", "lora", lora=Lora(rank=2))
    made = plan(model_of(parts, "siglip", language), stage, precision="mixed", attention="eager")
    full, empty = build(made), build(made, is_empty=True)
    assert empty.owners == full.owners
    for (name, one), (_, other) in zip(full.model.named_parameters(), empty.model.named_parameters(), strict=True):
        assert (one.dtype, one.requires_grad, one.shape) == (other.dtype, other.requires_grad, other.shape), name
    empty.model.load_state_dict(full.model.state_dict())
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(logits(full.model, batch(full)), logits(empty.model, batch(full)))
    for one in (full.model, empty.model):
        inner = one.model.vision_tower, one.model.language_model
        assert {module.config._attn_implementation for module in inner} == {"eager"}


def refused(match, *arguments, **more):
    with pytest.raises(PictusError, match=match) as caught:
        plan(*arguments, **more)
    return caught.value


def test_mistakes_of_a_stage_are_found_before_weights_are_loaded(parts, tmp_path):
    section = model_of(parts)
    error = refused("linear layer", section, training("projector", "lora", lora=Lora(targets=["q_prj"])))
    assert "q_proj" in error.mend
    refused("trains nothing", section, Training(batch=1))
    refused("nobody|does not train it", section, training("language"))
    refused("flash attention", section, training("projector"), attention="flash")
    refused("none fits", section, training("projector", max_tokens=16, image_tokens=4))
    notes = plan(section, training("projector", "language", max_tokens=64, image_tokens=16)).notes
    assert "learn from noise" in notes[0] and len(notes) == 1
    long = plan(section, training("projector", max_tokens=4096, image_tokens=16)).notes
    assert len(long) == 1 and "made for 512" in long[0]
    save(build(plan(section, training("projector"))), tmp_path / "m")
    again = plan(section, training("projector", max_tokens=64, image_tokens=16), start=str(tmp_path / "m"))
    assert not again.notes


def test_models_that_make_more_of_a_picture_than_a_square_are_refused():
    from transformers import LlavaNextProcessor
    from transformers.models.llava_next.image_processing_pil_llava_next import LlavaNextImageProcessorPil

    sizes = {"size": {"shortest_edge": 28}, "crop_size": {"height": 28, "width": 28}}
    pieces = LlavaNextImageProcessorPil(image_grid_pinpoints=[[28, 56], [56, 28]], **sizes)
    processor = LlavaNextProcessor(pieces, tokenizer(), patch_size=14, vision_feature_select_strategy="default")
    with pytest.raises(PictusError, match="cuts a picture to pieces") as caught:
        pictures_of(processor, where="start")
    assert "image_sizes" in caught.value.what and "LLaVA-1.5" in caught.value.mend


def test_families_of_unknown_layout_are_refused_with_the_names_that_were_found():
    from transformers import BlipConfig, BlipForConditionalGeneration

    with torch.device("meta"):
        model = BlipForConditionalGeneration(BlipConfig())
    with pytest.raises(PictusError, match="projector, language has no name") as caught:
        places(model, where="start")
    assert "text_decoder" in caught.value.what
