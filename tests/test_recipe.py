"""A recipe is read strictly, and everything wrong in it is told at once with its line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictus.errors import ManyErrors, PictusError
from pictus.recipe import read_recipe


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


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("generate: [", "not valid YAML"),
        (b"generate: \xff\xfe", "no UTF-8"),
        ("- a\n- b\n", "dictionary"),
        ("generate:\n\tbackend: x\n", "not valid YAML"),
        ("checks: [[1]]", "recipe"),
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
