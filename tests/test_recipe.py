"""A recipe is read strictly, and everything wrong in it is told at once with its line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictus.errors import ManyErrors, PictusError
from pictus.recipe import load_recipe, read_recipe, recipe_path, shipped_names


def read(tmp_path, text):
    path = tmp_path / "recipe.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_recipe(path)


def test_checks_are_written_with_and_without_settings(tmp_path):
    recipe = read(tmp_path, "checks:\n  - answer_length: {minimum: 3}\n  - turn_order\n")
    assert recipe.checks == {"answer_length": {"minimum": 3}, "turn_order": {}}
    assert read(tmp_path, "").generate.backend == "program"


def test_all_mistakes_are_told_with_line_and_mend(tmp_path):
    with pytest.raises(ManyErrors) as caught:
        read(tmp_path, "generate:\n  backend: program\n  limit: 0\n  kidns: [detail]\n  seed: one\n")
    lines = [error.where for error in caught.value.errors]
    assert [where.split(", ")[1] for where in lines] == ["line 3", "line 4", "line 5"]
    assert "did you mean `kinds`?" in str(caught.value)


def test_a_recipe_is_found_by_its_path_and_by_its_name_where_it_ships(tmp_path):
    (tmp_path / "mine.yaml").write_text("what: Mine.\nsource: coco2017\n")
    assert load_recipe(tmp_path / "mine.yaml").source == "coco2017"
    assert load_recipe("openimages-program") == load_recipe("openimages_program")
    assert len(shipped_names()) == 10
    with pytest.raises(PictusError, match="unknown recipe") as caught:
        load_recipe("openimages_progam")
    assert caught.value.mend == "did you mean `openimages_program`?"
    for only, there, missing in (("generate", "coco_mistral_7b", "llava15"), ("stages", "llava15", "coco_mistral_7b")):
        with pytest.raises(PictusError, match="unknown recipe `xyz`") as caught:
            recipe_path("xyz", only=only)
        assert there in caught.value.mend and missing not in caught.value.mend
    with pytest.raises(PictusError, match="cannot read the recipe"):
        load_recipe(str(tmp_path / "openimages_program.yaml"))


def test_a_source_that_nobody_knows_is_told(tmp_path):
    with pytest.raises(PictusError, match="unknown source `coco2071`") as caught:
        read(tmp_path, "what: x\nsource: coco2071\n")
    assert ", line 2, " in caught.value.where


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("generate: [", "not valid YAML"),
        (b"generate: \xff\xfe", "no UTF-8"),
        ("- a\n- b\n", "keys with values"),
        ("generate:\n\tbackend: x\n", "not valid YAML"),
        ("checks: [[1]]", "each item is the name of a check"),
    ],
)
def test_what_is_no_recipe_is_told(tmp_path, text, words):
    with pytest.raises(PictusError) as caught:
        read(tmp_path, text)
    assert words in str(caught.value)


@given(st.binary(max_size=60) | st.text(alphabet="generate:checks[]{}-\n 1'\"&*!|>", max_size=40).map(str.encode))
def test_any_text_ends_in_a_recipe_or_a_clear_error(tmp_path_factory, data):
    try:
        read(tmp_path_factory.mktemp("r"), data)
    except PictusError as error:
        assert error.where and error.mend
