"""The stages of a recipe are read strictly; those that ship have the figures that were published."""

import pytest

from pictus.errors import PictusError
from pictus.recipe import load_recipe, read_recipe, shipped_names
from pictus.stages import Model, Training

# What the trainings of three projects were run with, by their own scripts and documents:
# stage: trained here, learning rates, samples a step, share of steps that warm up, weight decay, betas, text tokens,
# tokens of a picture, epochs.
ADAM = (0.9, 0.999)
PUBLISHED = {
    "llava15": {
        "align": (["projector"], {"projector": 1e-3}, 256, 0.03, 0.0, ADAM, 2048, 576, 1),
        "instruct": (["projector", "language"], {"all": 2e-5}, 128, 0.03, 0.0, ADAM, 2048, 576, 1),
    },
    "convllava": {
        "align": (["projector"], {"projector": 3e-4}, 256, 0.03, 0.0, ADAM, 2048, 144, 1),
        # 2e-5 by its documents, 1e-3 by its script.
        "pretrain": (["projector", "language", "vision"], {"all": 2e-5}, 256, 0.03, 0.0, ADAM, 2048, 144, 1),
        "instruct": (["projector", "language"], {"all": 2e-5}, 128, 0.03, 0.0, ADAM, 2048, 144, 1),
    },
    "imagebind_llm": {
        # Base rates are for 256 samples a step, of which there are 8 x 4.
        "pretrain": (["projector"], {"projector": 1e-4 * 32 / 256}, 32, 5 / 150, 0.05, (0.9, 0.95), 96, 256, 150 / 50),
        "instruct": (["lora"], {"lora": 1e-3 * 32 / 256}, 32, 1 / 4, 0.02, (0.9, 0.95), 512, 256, 4),
    },
}
TEXT_ALONE = {"imagebind_llm"}  # whose limit of tokens leaves the picture out


def read(tmp_path, text):
    path = tmp_path / "recipe.yaml"
    path.write_text(text)
    return read_recipe(path)


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_recipe_that_ships_has_the_published_figures(name):
    recipe = load_recipe(name)
    assert list(recipe.stages) == list(PUBLISHED[name])
    for stage, published in PUBLISHED[name].items():
        trained, rates, batch, warmup, decay, betas, text_tokens, picture_tokens, epochs = published
        train = recipe.stages[stage].train
        assert train is not None and train.trained == trained and train.batch == batch
        assert train.learning_rate == pytest.approx(rates)
        assert train.warmup == pytest.approx(warmup, abs=1e-4) and train.schedule == "cosine"
        assert (train.weight_decay, tuple(train.betas), train.image_tokens) == (decay, betas, picture_tokens)
        assert train.max_tokens == text_tokens + (picture_tokens if name in TEXT_ALONE else 0)
        assert {part.epochs or 1 for part in recipe.stages[stage].data} == {epochs}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("llava15", ("none is replaced",)),
        ("convllava", ("ConvNeXt", "fifth", "four patches")),
        ("imagebind_llm", ("ImageBind", "bridge", "gates", "prefix", "7B-pretrained.pth")),
    ],
)
def test_a_recipe_that_ships_says_what_of_the_original_it_replaces(name, words):
    note = load_recipe(name).model.note
    assert all(word in note for word in words)


def test_a_rate_that_looks_like_a_copy_error_is_noted():
    note = load_recipe("convllava").stages["pretrain"].train.note
    assert "1e-3" in note and "copy error" in note and "2e-5" in note


@pytest.mark.parametrize("key", ["vision", "language", "start"])
@pytest.mark.parametrize("path", ["7B-pretrained.pth", "ckpts/7B-pretrained.pth", "C:\\ckpts\\7B-pretrained.pth"])
def test_the_bridge_of_imagebind_llm_is_refused_with_the_reason(tmp_path, key, path):
    with pytest.raises(PictusError, match="the bridge and the gates between ImageBind and LLaMA, which no LLaVA has"):
        read(tmp_path, f"model: {{{key}: '{path}'}}\n")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{align: {data: []}}", "`data` must be a list of 1 or more"),
        ("{alignn: {data: [{corpus: c}]}}", "did you mean `align`?"),
        ("{instruct: {data: [{corpus: c}]}, align: {data: [{corpus: c}]}}", "trained in the order align, instruct"),
        ("{align: {data: [{}]}}", "name one of `corpus`"),
        ("{align: {data: [{corpus: c, source: coco2017}]}}", "name one of `corpus`"),
        ("{align: {data: [{source: coco2071}]}}", "did you mean `coco2017`"),
        ("{align: {data: [{corpus: c, at: data}]}}", "`at` goes with `source`"),
        ("{align: {data: [{corpus: c, images: data}]}}", "`images` goes with `data` or `meta`"),
        ("{align: {data: [{corpus: c, text_licence: MIT}]}}", "`text_licence` goes with"),
        ("{align: {data: [{data: c, scores: {a.b: {least: 1}}}]}}", "`scores` goes with `corpus`"),
        ("{align: {data: [{corpus: c, scores: {a: {least: 1}}}]}}", "`a` is no `table.column`"),
        ("{align: {data: [{corpus: c, scores: {a.b: {}}}]}}", "say `least`, `most` or both"),
        ("{align: {data: [{corpus: c, weight: 1, rows: 2}]}}", "give one of `weight`, `epochs` and `rows`"),
        ("{align: {data: [{corpus: c, weight: 0}]}}", "must be more than 0"),
        ("{align: {data: [{corpus: c, weight: .inf}]}}", "finite"),
        ("{align: {data: [{corpus: c, weight: 1}, {corpus: d}]}}", "give all parts of a stage weights, or none"),
        ("{align: {samples: 9, data: [{corpus: c}]}}", "`samples` goes with weights"),
        ("{align: {data: [{corpus: c}], train: {batch: 1, max_tokens: 500}}}", "a picture takes 576 tokens"),
        ("{align: {data: [{corpus: c}], train: {batch: 0}}}", "`batch` must be 1 or more, and is `0`"),
    ],
)
def test_what_is_wrong_with_a_stage_is_told_with_its_line(tmp_path, text, words):
    with pytest.raises(PictusError) as caught:
        read(tmp_path, f"what: A training.\nstages: {text}\n")
    assert words in str(caught.value) and "line 2" in caught.value.where


def test_a_key_that_a_part_does_not_know_is_told(tmp_path):
    with pytest.raises(PictusError) as caught:
        read(tmp_path, "stages:\n  align:\n    data:\n      - {corpus: c, epoch: 1}\n")
    assert caught.value.mend == "did you mean `epochs`?" and "line 4" in caught.value.where


@pytest.mark.parametrize("text", ["2e-5", "2.0e-5", "2E-05", "0.00002"])
def test_a_learning_rate_is_written_as_people_write_it(tmp_path, text):
    recipe = read(
        tmp_path, f"stages: {{align: {{data: [{{corpus: c}}], train: {{batch: 1, learning_rate: {{all: {text}}}}}}}}}"
    )
    assert recipe.stages["align"].train.learning_rate == {"all": 2e-5}
    with pytest.raises(PictusError, match="`all` must be a number"):
        read(tmp_path, "stages: {align: {data: [{corpus: c}], train: {batch: 1, learning_rate: {all: 2e}}}}")


STAGE = """
stages:
  align:
    data: [{corpus: c, epochs: 1}]
    train:
      batch: 2
"""


def told(tmp_path, train):
    path = tmp_path / "recipe.yaml"
    path.write_text(STAGE + "".join(f"      {line}\n" for line in train))
    with pytest.raises(Exception) as caught:  # one error, or many
        read_recipe(path)
    return str(caught.value)


@pytest.mark.parametrize(
    ("train", "match"),
    [
        (["trained: [projectr]", "learning_rate: {all: 1.0}"], "projectr"),
        (["trained: [projector]", "learning_rate: {vision: 1.0}"], "learning rate for vision, which is not trained"),
        (["trained: [projector, vision]", "learning_rate: {vision: 1.0}"], "projector has no learning rate"),
        (["trained: [lora, language]", "learning_rate: {all: 1.0}"], "both trained"),
        (["trained: [language]", "learning_rate: {all: 1.0}", "lora: {rank: 4}"], "add lora to `trained`"),
        (["trained: [lora]", "learning_rate: {all: 1.0}", "lora: {rnk: 4}"], "did you mean `rank`"),
        (["trained: [lora]", "learning_rate: {all: 0}"], "must be more than 0"),
    ],
)
def test_mistakes_of_a_stage_are_told(tmp_path, train, match):
    assert match in told(tmp_path, train)


def test_each_module_has_its_own_rate_or_that_of_all():
    stage = Training(trained=["projector", "vision"], learning_rate={"all": 1.0, "vision": 0.5}, batch=1)
    assert (stage.rate_of("projector"), stage.rate_of("vision")) == (1.0, 0.5)


@pytest.mark.parametrize(
    ("model", "match"),
    [
        ({"start": "m", "vision": "v"}, "leave out vision"),
        ({"start": "m", "projector": "linear"}, "leave out projector"),
        ({"vision": "v", "shuffle": 3}, "goes with `projector: shuffle`"),
        ({"vision": "v", "projector": "resampler"}, "mlp2"),
        ({"vision": "v", "random": ["projector"]}, "random"),
        ({"vision": "v", "image": {"fit": "stretch"}}, "squash"),
    ],
)
def test_mistakes_of_a_model_are_told(model, match):
    with pytest.raises(ValueError, match=match):
        Model(**model)


def test_recipes_that_ship_say_how_fast_each_module_is_trained():
    trained = [stage.train for name in shipped_names() for stage in load_recipe(name).stages.values() if stage.train]
    assert len(trained) >= 6 and all(one.rate_of(module) > 0 for one in trained for module in one.trained)
