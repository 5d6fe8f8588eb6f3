"""A tower that OpenCLIP wrote sees, in the layout of transformers, what it saw before."""

import json
import shutil

import pytest

from pictus.errors import PictusError
from pictus.stages import Model
from tiny_models import needs

needs("torch", "transformers")
import torch  # noqa: E402
from transformers import CLIPVisionModel  # noqa: E402

from part_models import clip_config, write_clip, write_language  # noqa: E402
from pictus.learn.model import build, plan  # noqa: E402


def as_open_clip(model):
    """Name the weights of a tower as OpenCLIP does; written from its modules, not from what reads them."""
    said = {
        "visual.class_embedding": model.embeddings.class_embedding,
        "visual.positional_embedding": model.embeddings.position_embedding.weight,
        "visual.conv1.weight": model.embeddings.patch_embedding.weight,
        "visual.proj": torch.zeros(32, 16),
        "transformer.resblocks.0.ln_1.weight": torch.zeros(4),  # of the tower for texts
        "logit_scale": torch.zeros(()),
    }
    modules = {"ln_pre": model.pre_layrnorm, "ln_post": model.post_layernorm}
    for number, layer in enumerate(model.encoder.layers):
        block, attention = f"transformer.resblocks.{number}", layer.self_attn
        three = attention.q_proj, attention.k_proj, attention.v_proj
        said[f"visual.{block}.attn.in_proj_weight"] = torch.cat([one.weight for one in three])
        said[f"visual.{block}.attn.in_proj_bias"] = torch.cat([one.bias for one in three])
        modules |= {
            f"{block}.attn.out_proj": attention.out_proj,
            f"{block}.ln_1": layer.layer_norm1,
            f"{block}.ln_2": layer.layer_norm2,
            f"{block}.mlp.c_fc": layer.mlp.fc1,
            f"{block}.mlp.c_proj": layer.mlp.fc2,
        }
    for name, module in modules.items():
        said |= {f"visual.{name}.weight": module.weight, f"visual.{name}.bias": module.bias}
    return {name: one.detach().clone().contiguous() for name, one in said.items()}


def write(folder, weights, *, quick=False, kind="safetensors", **vision):
    from safetensors.torch import save_file

    folder.mkdir(parents=True)
    shape = {"image_size": 56, "layers": 3, "width": 32, "head_width": 8, "patch_size": 14, "mlp_ratio": 2.0}
    model = {"embed_dim": 16, "vision_cfg": {**shape, **vision}, "text_cfg": {"width": 8}}
    told = {"model_cfg": model | ({"quick_gelu": True} if quick else {})}
    told["preprocess_cfg"] = {"mean": [0.4, 0.4, 0.4], "std": [0.2, 0.2, 0.2]}
    (folder / "open_clip_config.json").write_text(json.dumps(told))
    if kind == "safetensors":
        save_file(weights, folder / "open_clip_model.safetensors")
    else:
        torch.save(weights, folder / "open_clip_pytorch_model.bin")
    return folder


@pytest.fixture(scope="module")
def llama(tmp_path_factory):
    return write_language(tmp_path_factory.mktemp("language") / "llama")


def tower(quick=False):
    torch.manual_seed(1)
    model = CLIPVisionModel(clip_config(hidden_act="quick_gelu" if quick else "gelu"))
    with torch.no_grad():
        for one in model.parameters():
            one.normal_(std=0.3)  # so that no two of its weights are alike
    return model.eval()


@pytest.mark.parametrize("quick", [False, True])
@pytest.mark.parametrize("kind", ["safetensors", "bin"])
def test_a_converted_tower_sees_what_it_saw_before(tmp_path, llama, quick, kind):
    before = tower(quick)
    folder = write(tmp_path / "eyes", as_open_clip(before), quick=quick, kind=kind)
    made = plan(Model(vision=str(folder), language=str(llama)), None)
    after = build(made).model.model.vision_tower.eval()
    pixels = torch.randn(2, 3, 56, 56)
    with torch.no_grad():
        old, new = (one(pixels, output_hidden_states=True) for one in (before, after))
        other = build(plan(Model(vision=str(folder), language=str(llama), random=["vision"]), None))
        drawn = other.model.model.vision_tower.eval()(pixels)
    assert all(map(torch.equal, old.hidden_states, new.hidden_states))
    assert torch.equal(old.last_hidden_state, new.last_hidden_state)
    assert not torch.allclose(drawn.last_hidden_state, new.last_hidden_state, atol=0.1)
    assert made.pictures.mean == (0.4, 0.4, 0.4) and made.pictures.tokens == 16


def test_the_layout_of_transformers_comes_first_where_both_are_there(tmp_path, llama):
    folder = write(tmp_path / "eyes", as_open_clip(tower()))
    write_clip(folder, seed=5)
    vision = build(plan(Model(vision=str(folder), language=str(llama)), None)).model.model.vision_tower
    assert torch.equal(
        vision.pre_layrnorm.weight, CLIPVisionModel.from_pretrained(folder).pre_layrnorm.weight
    ) and torch.equal(vision.post_layernorm.weight, torch.ones(32))
    (folder / "model.safetensors").unlink()
    vision = build(plan(Model(vision=str(folder), language=str(llama)), None)).model.model.vision_tower
    assert torch.equal(vision.post_layernorm.weight, tower().post_layernorm.weight)


@pytest.mark.parametrize(
    ("vision", "match"),
    [
        ({"timm_model_name": "convnext_large_d_320"}, "tower of timm, convnext"),
        ({"timm_model_name": "vit_so400m_patch14_siglip_384"}, "tower of timm, vit_so400m"),
        ({"layers": [3, 4, 6, 3]}, "ResNet"),
        ({"attentional_pool": True}, "attentional_pool"),
        ({"ls_init_value": 1e-4}, "ls_init_value"),
    ],
)
def test_towers_of_another_build_are_refused_with_what_to_take(tmp_path, llama, vision, match):
    folder = write(tmp_path / "eyes", as_open_clip(tower()), **vision)
    with pytest.raises(PictusError, match=match) as caught:
        plan(Model(vision=str(folder), language=str(llama)), None)
    assert "google/siglip" in caught.value.mend


def test_weights_without_a_place_and_missing_ones_are_told(tmp_path, llama):
    weights = as_open_clip(tower())
    strange = write(tmp_path / "a", weights | {"visual.transformer.resblocks.0.ls_1.gamma": torch.ones(32)})
    with pytest.raises(PictusError, match=r"ls_1\.gamma"):
        build(plan(Model(vision=str(strange), language=str(llama)), None))
    weights.pop("visual.ln_pre.bias")
    short = write(tmp_path / "b", weights)
    with pytest.raises(PictusError, match=r"pre_layrnorm\.bias"):
        build(plan(Model(vision=str(short), language=str(llama)), None))
    none = shutil.copytree(short, tmp_path / "c", ignore=shutil.ignore_patterns("*.safetensors"))
    with pytest.raises(PictusError, match=r"open_clip_model\.safetensors is missing"):
        plan(Model(vision=str(none), language=str(llama)), None)
