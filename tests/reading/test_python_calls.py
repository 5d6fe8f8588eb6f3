"""Calls written as Python: read as text, never run."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictus.reading.python_calls import python_call, python_calls_in, python_value
from pictus.reading.rows import BadRow
from pictus.record import Call, Tool
from records import json_text, nested_arguments

SEARCH = Tool("shop.search", "", '{"type":"object","properties":{"item":{},"limit":{}}}')


def read(text, *tools):
    return [(name, json.loads(arguments)) for name, arguments in python_calls_in(text, tools)]


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        ('search_product(item="red sneakers")', [("search_product", {"item": "red sneakers"})]),
        ("  look()\n", [("look", {})]),
        ("a.b.look(at=1, why=None)", [("a.b.look", {"at": 1, "why": None})]),
        ("look(is_red=True, is_old=false, why=null)", [("look", {"is_red": True, "is_old": False, "why": None})]),
        ("look(at=-1.5, box=(0, 1), by={'a': [1, {'b': ()}]})", [
            ("look", {"at": -1.5, "box": [0, 1], "by": {"a": [1, {"b": []}]}})
        ]),
        ("look(\n  at=1,\n  text='it''s',\n)", [("look", {"at": 1, "text": "its"})]),
        ("[look(at=1), count()]", [("look", {"at": 1}), ("count", {})]),
        ("look(at=1), look(at=2)", [("look", {"at": 1}), ("look", {"at": 2})]),
        ('look(**{"class": 1}, at=2)', [("look", {"class": 1, "at": 2})]),
        (r'look(at="\d\u00e9")', [("look", {"at": "\\dé"})]),
    ],
)  # fmt: skip
def test_calls_are_read(text, calls):
    assert read(text) == calls


def test_arguments_without_names_take_those_of_the_tool():
    assert read('shop.search("mug", 3)', SEARCH) == [("shop.search", {"item": "mug", "limit": 3})]
    assert read('shop.search("mug", limit=3)', SEARCH) == [("shop.search", {"item": "mug", "limit": 3})]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('look("mug")', "without names"),
        ("shop.search(1, 2, 3)", "more arguments"),
        ("shop.search(1, item=2)", "twice"),
        ("look(a=1, a=2)", "twice|neither"),  # which of the two depends on Python
        ("look(a=1, **{'a': 2})", "twice"),
        ("look(**[1])", "no dictionary"),
        ("look(*[1])", "no tool of that name"),
        ("shop.search(*[1])", "no plain value"),
        ("1", "no call"),
        ("look", "no call"),
        ("[look(), 1]", "no call"),
        ("look()()", "no plain name"),
        ("look()[0](a=1)", "no plain name"),
        ("(lambda: 1)()", "no plain name"),
        ("''.join(a=1)", "no plain name"),
        ("", "neither JSON nor a Python"),
        ("look(", "neither JSON nor a Python"),
        ("look(a=1); look(a=2)", "neither JSON nor a Python"),
        ("import os", "neither JSON nor a Python"),
        ("look(a='\ud800')", "neither JSON nor a Python"),
        ("look(a='\0')", "neither JSON nor a Python"),
        ("look(a=1e999)", "not finite"),
        ("look(a='" + "a" * 200_000 + "')", "more than 100,000 characters"),
    ],
)
def test_what_is_no_plain_call_is_refused(text, words):
    with pytest.raises(BadRow, match=words):
        read(text, SEARCH)


@pytest.mark.parametrize(
    "value",
    [
        *("__import__('os').system('true')", "open('a')", "os.environ", "name", "a[0]", "f'{a}'", "(a := 1)"),
        *("[a for a in (1,)]", "{a: 1 for a in ()}", "(a for a in ())", "lambda: 1", "1 + 1", "2 ** 99", "not 1", "~1"),
        *("1 if 1 else 2", "1 < 2", "1 and 2", "{1, 2}", "{1: 2}", "{**{}}", "[*()]", "b'a'", "1j", "...", "-True"),
        *("await a", "(yield)", "--1", "+1", "-'a'"),
    ],
)
def test_what_python_would_have_to_work_out_is_refused(value):
    with pytest.raises(BadRow):
        read(f"look(a={value})")


@pytest.mark.parametrize(
    "value",
    [
        *("(" * 5000, "[" * 5000 + "]" * 5000, "{'a':" * 5000, "[" * 150 + "]" * 150),
        *("-" * 50_000 + "1", "not " * 20_000 + "1", "1+" * 45_000 + "1", "a" + ".a" * 45_000, "a" + "()" * 45_000),
        *("a" + "[0]" * 30_000, "lambda:" * 10_000 + "1", "1 if 1 else " * 8_000 + "1", "9" * 5000, "~" * 90_000 + "1"),
    ],
)
def test_text_made_to_exhaust_the_parser_is_refused_or_read(value):
    try:
        read(f"look(a={value})")
    except (BadRow, RecursionError) as error:
        assert str(error)


@given(arguments=nested_arguments)
def test_what_is_written_reads_back_the_same(arguments):
    text = python_call(Call("", "a.b_c", arguments))
    assert "\n" not in text
    assert python_calls_in(text, ()) == [("a.b_c", arguments)]


@pytest.mark.parametrize("name", ["class", "a-b", "a b", "1a", "", "a.", "a()", "a(b=1).c", "\ufb01nd", "None"])
def test_a_name_that_python_does_not_have_is_refused(name):
    with pytest.raises(BadRow, match="its name is none there"):
        python_call(Call("", name, "{}"))


def test_names_of_arguments_may_be_any():
    arguments = json_text({"b": 1, "class": 2, "two words": 3, "\ufb01nd": 4, "": 5, "a": 6})
    assert python_calls_in(python_call(Call("", "look", arguments)), ()) == [("look", arguments)]


def test_the_writing_is_the_one_that_people_use():
    assert python_call(Call("", "search", '{"item":"red shoes","n":[1,null,true]}')) == (
        'search(item="red shoes", n=[1, None, True])'
    )


@given(text=st.text(st.sampled_from("look(a=1){}[]'\",.*:-=\\\n f"), max_size=30))
def test_any_text_is_read_or_refused(text):
    try:
        for _, arguments in python_calls_in(text, ()):
            assert isinstance(json.loads(arguments), dict)
    except BadRow as error:
        assert str(error)


def test_literals_are_values():
    assert python_value("{'a': (1, True, None)}") == {"a": [1, True, None]}
