"""Lists of texts in one cell, in the three ways in which programs write them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictus.reading.listed_texts import texts_listed

texts = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=8), min_size=1, max_size=4)


@given(texts)
def test_lists_of_json_and_of_python_come_back(some):
    assert texts_listed(json.dumps(some)) == some
    assert texts_listed(f" {some!r}\n") == some


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("['a mug' 'a cup']", ["a mug", "a cup"]),  # an array of numpy, as pandas writes it into a CSV file
        ("['a mug'\n \"it's red\"]", ["a mug", "it's red"]),
        ("['a # b', 'c']", ["a # b", "c"]),
        ("[]", None),
        ("[1, 2]", None),
        ("['a', 1]", None),
        ("[sic]", None),
        ("['a'", None),
        ("['a]", None),
        ("('a', 'b')", None),
        ("a mug", None),
        ("[" * 500 + "]" * 500, None),
        ("[f'{1}']", None),
        ("['a'.upper()]", None),
    ],
)
def test_what_is_and_what_only_looks_like_a_list(text, found):
    assert texts_listed(text) == found


@given(st.text(st.sampled_from("[]'\"\\, \nabf{}#1"), max_size=12))
def test_any_text_is_a_list_or_none(inner):
    found = texts_listed(f"[{inner}]")
    assert found is None or (found and all(isinstance(one, str) for one in found))
