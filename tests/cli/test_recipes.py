"""Recipes from the command line: shown with their outlook, and a run that is clean for commercial use."""

import shutil

import orjson
import pytest

from endpoint import serving
from openimages_files import box, label, narrative, pair, picture, put_train
from pictus.recipe import load_recipe
from pictus.store.corpus import open_corpus

KEYS = [f"{number:016x}" for number in range(1, 7)]
NC = "https://creativecommons.org/licenses/by-nc/2.0/"


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Open Images with six pictures: a person on the left of a dog, no cat."""
    root = tmp_path_factory.mktemp("data")
    put_train(
        root,
        pictures=[picture(key, rotation="0.0") for key in KEYS],
        boxes=[row for key in KEYS for row in (box(key), box(key, "/m/02", (0.6, 0.2, 0.9, 0.9)))],
        labels=[row for key in KEYS for row in (label(key, "/m/02", 1), label(key, "/m/04", 0))],
        pairs=[pair(key, "/m/01", "holds", "/m/02", object_at=(0.6, 0.2, 0.9, 0.9)) for key in KEYS],
        narratives=[narrative(key, "In this image a person holds a dog.") for key in KEYS],
    )
    return root


@pytest.fixture
def corpus(data, tmp_path, run):
    run("import", "openimages_v7", "--from", data, "--to", tmp_path / "corpus", "--split", "train")
    return tmp_path / "corpus"


def play(body, times):
    words = body["messages"][0]["content"]
    if "===" not in words:
        return "A person stands on the left and holds a dog."
    return "Question: What does the person hold?\n===\nAnswer: The person holds a dog.\n" + (
        "===\nQuestion: Is there a coffee table?\n===\nAnswer: No, there is no coffee table.\n"
        if "three to five" in words
        else ""
    )


def test_recipes_are_listed_with_their_outlook_and_shown_with_their_text(run):
    out, err = run("list", "recipes")
    lines = {line.split()[0]: line for line in out.splitlines()[1:]}
    assert lines["coco_llama2_70b"].split(maxsplit=2)[1:] == ["no", load_recipe("coco_llama2_70b").what]
    assert lines["recaption_vision"].split()[1:4] == ["depends", "A", "new,"]
    assert "next: pictus show coco_llama2_70b" in err
    out, err = run("show", "recipes/coco_llama2_70b")
    assert "commercial use: no" in out and "`llama-2-community` does not permit" in out
    assert "model: meta-llama/Llama-2-70b-chat-hf" in out and "  context: 4096 " in out
    assert "next: pictus generate CORPUS --recipe coco_llama2_70b --to NEW" in err
    found = orjson.loads(run("show", "coco_llama2_70b", "--json")[0])
    assert found["commercial"]["verdict"] == "no" and found["family"] == "recipes"


def test_a_run_with_permissive_parts_passes_for_commercial_use_and_one_with_gpt_does_not(corpus, tmp_path, run):
    with serving(play) as endpoint:
        for model, code in (("Qwen2.5-7B-Instruct", 0), ("gpt-4o-mini", 3)):
            settings = ["--set", f"base_url={endpoint.base}", "--set", f"model={model}"]
            to = tmp_path / model
            out, _ = run("generate", corpus, "--recipe", "openimages_permissive", *settings, "--to", to)
            assert "18 records" in out
            out, _ = run("licence", to, "--use", "commercial", code=code)
            assert ("commercial use: 18 of 18 records are permitted" in out) == (code == 0)
            assert ("`openai-output-terms` does not permit training" in out) == (code == 3)
    asked = [body["messages"][-1]["content"] for body in endpoint.asked]
    assert len(asked) == 36 and all("person holds dog" in words and "coffee table" in words for words in asked)


def test_a_run_without_a_model_passes_for_commercial_use(corpus, tmp_path, run):
    options = ["--recipe", "openimages_program", "--workers", 1, "--to", tmp_path / "made"]
    out, _ = run("generate", corpus, *options)
    out, _ = run("licence", tmp_path / "made", "--use", "commercial", "--json")
    found = orjson.loads(out)
    assert found["permitted"] == found["rows"] >= 12
    assert any("CC-BY-2.0" in duty for duty, _ in found["duties"])


def test_one_picture_that_forbids_it_is_left_out_and_told_by_the_exit_code(data, tmp_path, run):
    shutil.copytree(data, tmp_path / "mixed")
    table = tmp_path / "mixed/train-images-boxable-with-rotation.csv"
    lines = table.read_text().splitlines()
    lines[1] = lines[1].replace("https://creativecommons.org/licenses/by/2.0/", NC)
    table.write_text("\n".join(lines) + "\n")
    run("import", "openimages_v7", "--from", tmp_path / "mixed", "--to", tmp_path / "c", "--split", "train")
    run("generate", tmp_path / "c", "--recipe", "openimages-program", "--workers", 1, "--to", tmp_path / "made")
    out, _ = run("licence", tmp_path / "made", code=3)
    assert "`CC-BY-NC-2.0` does not permit commercial use" in out
    out, _ = run("licence", tmp_path / "made", "--json", code=3)
    keys = [record.origin.key for record in open_corpus(str(tmp_path / "made")).records()]
    assert orjson.loads(out)["refused"] == keys.count(KEYS[0]) > 0


def test_options_come_before_a_recipe_and_a_recipe_without_backend_leaves_the_choice_to_the_model(
    corpus, tmp_path, run
):
    (tmp_path / "mine.yaml").write_text("generate: {prompts: openimages, kinds: [detail]}\nchecks: [turn_order]\n")
    with serving(play) as endpoint:
        options = ["--model", "some-model", "--base-url", endpoint.base, "--limit", 2]
        out, _ = run("generate", corpus, "--recipe", tmp_path / "mine.yaml", *options, "--to", tmp_path / "made")
    assert "2 records" in out and {body["model"] for body in endpoint.asked} == {"some-model"}


def test_a_recipe_that_does_not_ship_is_told(corpus, tmp_path, run):
    _, err = run("generate", corpus, "--recipe", "openimages_progam", "--to", tmp_path / "x", code=1)
    assert "did you mean `openimages_program`?" in err
    _, err = run("show", "recipes/openimages_progam", code=1)
    assert "did you mean `openimages_program`?" in err
