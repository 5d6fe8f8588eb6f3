"""What the command lines of an older generator mean here; nothing is run."""

from pathlib import Path

import pytest

from pictus.errors import PictusError
from pictus.steps.generate.inputs import inputs, source_called
from pictus.steps.generate.older_words import BACKENDS, FORMATS, OPTIONS, in_our_words

LLAMA = "meta-llama/Llama-2-7b-chat-hf"


def said(*names, to=None, recipe=False, **options):
    return in_our_words(names, to, options, recipe=recipe)


def test_a_dataset_alone_means_all_the_older_defaults():
    one = said("COCO2014")
    assert one.options == {"backend": "huggingface", "model": LLAMA}
    assert (one.data, one.file, one.format) == (Path("cache"), Path("instruct.jsonl"), "pairs")
    assert (one.to, one.each) == ("instruct_corpora", True)


@pytest.mark.parametrize(
    ("options", "ours"),
    [
        ({"model_source": "huggingface", "model": "some/model"}, {"backend": "huggingface", "model": "some/model"}),
        ({"model": "some/model"}, {"backend": "huggingface", "model": "some/model"}),
        ({"model_source": "llama.cpp", "model": "file.gguf"}, {"backend": "llamacpp", "model": "file.gguf"}),
        (
            {"model_source": "openai", "model": "m", "openai_base_url": "http://x/v1/", "prompt_config": "p.yaml"},
            {"backend": "openai", "model": "m", "base_url": "http://x/v1/", "prompts": "p.yaml"},
        ),
        ({"model_source": "openai"}, {"backend": "openai", "model": LLAMA}),
        # Words of today, beside them.
        ({"backend": "program", "output_path": "x.jsonl"}, {"backend": "program"}),
        ({"settings": {"model": "m"}, "output_path": "x"}, {"backend": "huggingface", "settings": {"model": "m"}}),
        (
            {"budget": 5.0, "limit": 7, "kinds": ("detail",), "at_once": None, "model": "a/b"},
            {"budget": 5.0, "limit": 7, "kinds": ("detail",), "backend": "huggingface", "model": "a/b"},
        ),
    ],
)
def test_its_options_are_ours(options, ours):
    assert said("COCO2014", **options).options == ours


def test_where_things_go():
    one = said(
        "coco2014",
        model_source="openai",
        output_path="a/b.json",
        output_format="llava-instruct",
        dataset_storage_path="d",
    )
    assert (one.data, one.file, one.format, one.to) == (Path("d"), Path("a/b.json"), "llava", "a/b_corpora")
    one = said("COCO2014", to="c", output_format="sharegpt")
    assert (one.file, one.format, one.to, one.each) == (Path("instruct.jsonl"), "sharegpt", "c", False)


def test_a_recipe_stands_in_place_of_the_older_defaults():
    assert said("COCO2014", recipe=True).options == {}


def test_without_an_older_word_nothing_changes():
    one = said("corpora/x", to="y", model="gpt-4o-mini", limit=None, splits=())
    assert (one.options, one.to, one.each, one.file) == ({"model": "gpt-4o-mini"}, "y", False, None)
    one = said("COCO2017", "openimages_v7", to="y", data="d")
    assert (one.options, one.data, one.each, one.file) == ({}, Path("d"), True, None)
    assert said("coco2017").to is None  # our name and no older word: then where the answers go must be said
    assert said("coco2017", to="y").data == Path("data")


def test_one_thing_is_said_once():
    with pytest.raises(PictusError, match="`--model_source` and `--backend` say the same"):
        said("COCO2014", model_source="openai", backend="program")
    with pytest.raises(PictusError, match="`--openai_base_url` and `--base-url`"):
        said("COCO2014", openai_base_url="http://x", base_url="http://y")
    with pytest.raises(PictusError, match=r"unknown model source `llama\.ccp`") as told:
        said("COCO2014", model_source="llama.ccp")
    assert told.value.mend == "did you mean `llama.cpp`?"
    with pytest.raises(PictusError, match="unknown output format `llava-instuct`"):
        said("COCO2014", output_format="llava-instuct")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("COCO2014", "coco2014"),
        ("coco2017", "coco2017"),
        ("OpenImagesV7", "openimages_v7"),
        ("OPENIMAGESV7", "openimages_v7"),
        ("openimages-v7", "openimages_v7"),
        ("HumanML3D", "humanml3d"),
        ("COCO2015", None),
        ("corpora/coco2014", None),
    ],
)
def test_datasets_by_any_of_their_names(text, name):
    assert source_called(text) == name


def test_datasets_become_corpora_below_the_data_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    first, second = inputs(["COCO2014", "corpora/mine"], data="d", splits=["val"])
    assert (first.source, first.root, first.corpus) == ("coco2014", Path("d/coco2014"), "d/corpora/coco2014-val")
    assert (second.source, second.name, second.corpus) == (None, "mine", "corpora/mine")
    (tmp_path / "d/annotations").mkdir(parents=True)
    for kind in ("captions", "instances"):
        (tmp_path / f"d/annotations/{kind}_train2014.json").write_text("{}")
    assert inputs(["coco2014"], data="d")[0].root == Path("d")
    assert inputs(["coco2017"], data="d")[0].root == Path("d/coco2017")


def test_a_corpus_of_that_name_comes_before_a_dataset(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "coco2014").mkdir()
    assert inputs(["coco2014"], data="d")[0].source == "coco2014"
    (tmp_path / "coco2014/corpus.json").write_text("{}")
    assert inputs(["coco2014"], data="d")[0].source is None


def test_names_that_mean_nothing_are_told(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(PictusError, match="unknown dataset or corpus `COCO2015`") as told:
        inputs(["COCO2015"], data="d")
    assert "coco2014" in told.value.mend
    with pytest.raises(PictusError, match="two inputs are called `coco2014`"):
        inputs(["coco2014", "COCO2014"], data="d")
    with pytest.raises(PictusError, match="`--split` means nothing here"):
        inputs(["corpora/x"], data="d", splits=["train"])


def test_the_page_for_older_scripts_knows_every_word():
    page = (Path(__file__).parents[2] / "docs/older-scripts.md").read_text()
    for word, ours in OPTIONS.items():
        assert f"`--{word} " in page
        assert ours is None or f"`--{ours.replace('_', '-')} " in page
    for older, ours in (BACKENDS | FORMATS).items():
        assert f"{older}`" in page and f"{ours}`" in page
