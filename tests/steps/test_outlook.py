"""What licences will permit, told before a row is made: for each recipe that ships, and where something is missing."""

from dataclasses import replace

import pytest

from pictus import plugins
from pictus.licence import find, ruling
from pictus.recipe import Generate, Recipe, load_recipe, shipped_names
from pictus.steps.generate import GeneratePlan, recipe_options
from pictus.steps.generate.plan import load_backend, load_checks, load_entries
from pictus.steps.outlook import of_card, verdict

PICTURES = (
    "`per-item` leaves open commercial use, adaptation and training of competing models: "
    "each item has its own licence, and it was not looked up"
)
LLAMA_2 = (
    "`llama-2-community` does not permit training of competing models: outputs may not improve any language model but "
    "Llama itself (https://www.llama.com/llama2/license/)"
)
CREDIT = "`CC-BY-4.0` has a condition: credit is required (https://creativecommons.org/licenses/by/4.0/)"
NOTICES = "`Apache-2.0` has a condition: its notices must be kept (https://www.apache.org/licenses/LICENSE-2.0)"
OUTLOOKS = {
    "coco_llama2_70b": ("no", (LLAMA_2, PICTURES), ()),
    "coco_mistral_7b": ("depends", (PICTURES,), (NOTICES, CREDIT)),
    "coco_mixtral_8x7b": ("depends", (PICTURES,), (NOTICES, CREDIT)),
    "openimages_permissive": ("depends", (PICTURES,), (NOTICES, CREDIT)),
    "openimages_program": ("depends", (PICTURES,), (CREDIT,)),
    "recaption_vision": ("depends", (PICTURES,), (NOTICES, CREDIT)),
    "tools_program": ("depends", (PICTURES,), (CREDIT,)),
}

TRAINING = ("convllava", "imagebind_llm", "llava15")
GENERATING = tuple(name for name in shipped_names() if name not in TRAINING)


def asking(model, source="openimages_v7", **settings):
    return Recipe(source=source, generate=Generate(backend="openai", settings={"model": model, **settings}))


@pytest.mark.parametrize("name", GENERATING)
def test_the_outlook_of_each_recipe_that_ships(name):
    found = verdict(load_recipe(name))
    assert (found.verdict, found.reasons, found.duties) == OUTLOOKS[name]
    assert found.depends_on == (None if found.verdict == "no" else "each picture's own licence")


@pytest.mark.parametrize("name", GENERATING)
def test_an_outlook_is_what_the_rows_will_say(name):
    recipe = load_recipe(name)
    card = plugins.load_class("sources", recipe.source).card
    backend = plugins.load("backends", recipe.generate.backend, recipe.generate.settings)
    for picture in ("CC-BY-2.0", "CC-BY-NC-2.0"):
        row = ruling((picture, card.text_licence, backend.terms or "none"), "commercial").verdict
        fitting = {"depends": "yes" if picture == "CC-BY-2.0" else "no"}
        assert row == fitting.get(verdict(recipe).verdict, verdict(recipe).verdict)


@pytest.mark.parametrize(
    ("recipe", "use", "word", "on"),
    [
        (asking("gpt-4o-mini"), "commercial", "no", None),
        (asking("gpt-4o-mini"), "derivatives", "depends", "each picture's own licence"),
        (asking("somebody/fine-tune"), "commercial", "depends", "what is not known"),
        (asking("somebody/fine-tune", model_terms="MIT"), "commercial", "depends", "each picture's own licence"),
        (
            Recipe(source="openimages_v7", generate=Generate(backend="openai")),
            "commercial",
            "depends",
            "what is not known",
        ),
        (asking("Qwen/Qwen2.5-7B-Instruct", source=None), "commercial", "depends", "what is not known"),
        (asking("Qwen/Qwen2.5-7B-Instruct", source="coco"), "commercial", "depends", "what is not known"),
        (asking("Qwen/Qwen2.5-7B-Instruct", source="humanml3d"), "commercial", "no", None),
        (Recipe(source="humanml3d"), "commercial", "no", None),
        (Recipe(), "commercial", "depends", "what is not known"),
    ],
)
def test_what_is_missing_is_open_and_the_strictest_wins(recipe, use, word, on):
    found = verdict(recipe, use)
    assert (found.verdict, found.depends_on) == (word, on) and found.use == use and found.reasons


def test_a_dataset_whose_parts_all_permit_it_has_no_reasons_against_it():
    card = replace(
        plugins.load_class("sources", "openimages_v7").card, picture_licence="CC0-1.0", text_licence="CC0-1.0"
    )
    found = of_card(card)
    assert (found.verdict, found.reasons, found.duties) == ("yes", (), ())
    # The terms that a dataset came with stay with its rows.
    assert of_card(replace(card, model_terms="openai-output-terms")).verdict == "no"
    assert of_card(replace(card, model_terms="openai-output-terms"), terms="Apache-2.0").verdict == "no"


@pytest.mark.parametrize("name", GENERATING)
def test_each_recipe_that_ships_can_be_run(name):
    recipe, options = load_recipe(name), recipe_options(name)
    assert recipe.what.endswith(".") and recipe.source
    chosen = GeneratePlan(source="", to="", **options)
    backend = load_backend(chosen)
    assert load_checks(chosen.checks)
    if recipe.generate.backend == "program":
        assert set(recipe.generate.kinds) <= set(backend.kinds)
    else:
        assert load_entries(chosen).entries
        assert find(backend.terms).name != "unknown"


@pytest.mark.parametrize("name", TRAINING)
def test_a_training_may_do_what_all_that_it_sees_permits(name):
    recipe = load_recipe(name)
    found = verdict(recipe)
    # All three are trained on what GPT wrote.
    assert found.verdict == "no" and found.duties == ()
    assert any("`openai-output-terms` does not permit training" in reason for reason in found.reasons)
    parts = [part for stage in recipe.stages.values() for part in stage.data]
    for part in parts:
        if part.source is not None:
            alone = of_card(plugins.load_class("sources", part.source).card)
            assert set(alone.reasons) <= set(found.reasons)


def test_the_strictest_part_decides_and_one_that_nobody_knows_is_open():
    def training(*parts):
        return Recipe.model_validate({"stages": {"instruct": {"data": list(parts)}}})

    assert verdict(training({"source": "alpaca_gpt4"}, {"corpus": "mine"})).verdict == "no"
    found = verdict(training({"corpus": "mine"}))
    assert (found.verdict, found.depends_on) == ("depends", "what is not known")
