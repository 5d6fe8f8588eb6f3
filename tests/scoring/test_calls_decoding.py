import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictus.errors import PictusError
from pictus.scoring.calls import syntax
from pictus.scoring.calls.call import Call, shown
from pictus.scoring.calls.decoding import FAILED, WRONG_FORMAT, decode

MILLION = 10**6


def arguments(text, language="python"):
    decoded = decode(text, language)
    assert not decoded.problem, decoded.reason
    (call,) = decoded.calls
    return call.arguments


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        ("f(a=1)", [Call("f", {"a": 1})]),
        ("[f(a=1)]", [Call("f", {"a": 1})]),
        ("```\n[f(a=1), b.c.g()]\n```", [Call("f", {"a": 1}), Call("b.c.g", {})]),
        ("f(1, a=2)", [Call("f", {"a": 2})]),
        ("f(a=1, a=2)", [Call("f", {"a": 2})]),
        ("f(**d)", [Call("f", {None: "d"})]),
        ("x().f(a=1)", [Call("f", {"a": 1})]),
        ("[]", []),
    ],
)
def test_calls_are_read_from_python(text, calls):
    assert decode(text, "python").calls == calls


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("'a'", "a"),
        ("...", "..."),
        ("+3", -3),
        ("-3", -3),
        ("not True", -1),
        ("true", "true"),
        ("[1, (2, {'k': None})]", [1, (2, {"k": None})]),
        ("60 * 60", 3600),
        ("-(2) + 5", 3),
        ("'ab' * 2", "abab"),
        ("[1] + [2]", [1, 2]),
        ("2 ** 10", 1024),
        ("'ab'[1] * 2", "bb"),
        ("'%s!' % 'a'", "a!"),
        ("g()", "g()"),
        ("g(1)", "g(1)"),
        ("g(b=1)", {"g": {"b": 1}}),
        ("x[0]", "x[0]"),
    ],
)
def test_values_of_python_are_read_and_not_run(code, value):
    assert arguments(f"f(a={code})") == {"a": value}


@pytest.mark.parametrize(
    "code",
    [
        "-x", "x.y", "f'{x}'", "{1, 2}", "1 if x else 2", "1 < 2", "*x", "lambda: 1", "x + 1", "len('a') + 1", "1 / 0",
        "-'a'", "{[1]: 2}", "{**x}", "__import__('os').getcwd() + ''", "10 ** 100000", "'a' * 10 ** 9", "1 << 10 ** 9",
        "2 ** 2 ** 2 ** 2 ** 2 ** 9", "'%99999d' % 1", "'%*d' % (10 ** 3, 1)", "[[[0] * 999] * 999] * 999999",
        "(" * 500, "not " * 5000 + "1", "1" + " + 1" * 50_000, "9" * 5000, "\x00", "[" + "1," * 200_000 + "]",
    ],
)  # fmt: skip
def test_what_is_no_value_of_python_fails(code):
    assert decode(f"f(a={code})", "python").problem == FAILED


@pytest.mark.parametrize("text", ["Sorry, no.", "[f]", "f", "[1]", "[f(), 1]", "[f(]", "'f(a=1)'", "\ud800"])
def test_what_is_no_call_of_python_fails(text):
    assert decode(text, "python").problem == FAILED


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ('"text"', "text"),
        ("name", "name"),
        ("new int[]{1, 2}", "new int[]{1,2}"),
        ('new A(1, "b")', 'new A(1, "b")'),
        ("new HashMap<String, Integer>() {{ put(1, 2); }}", "new HashMap<String,Integer>()"),
        ("g(1)", "g(1)"),
        ("x . y", "x.y"),
        ('"a" + b', '"a"+b'),
    ],
)
def test_values_of_java_are_text(code, value):
    assert arguments(f"[A.f(b=true, a={code});]", "java")["a"] == value


def test_java_is_shifted_by_letters_that_are_not_ascii():
    # One letter of two bytes: each text after it begins and ends one letter late.
    assert arguments('f(a="é", bc="xyz")', "java") == {"a": 'é"', "c=": 'yz"'}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("f(a=1;", ""),  # the grammar fills in the bracket
        ("A.f(a=name)", ""),  # and the semicolon
        ("A.f(a=-1)", FAILED),  # but not here
        ("f(a=x, b);", ""),
        ("f(b, c);", FAILED),
        ("f(a=1, a=2)", FAILED),
        ("I cannot do that.", FAILED),
        ("x = 1;", WRONG_FORMAT),
        ("f(a=" + "a<" * 500_000, FAILED),
    ],
)
def test_java_is_read_as_its_grammar_has_it(text, problem):
    assert decode(text, "java").problem == problem


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ('"text"', "text"),
        ("'text'", "text"),
        ("[1, 2]", "[1, 2]"),
        ("{a: 1}", "{a: 1}"),
        ("x => x", "x => x"),
        ('"é"', "é"),
    ],
)
def test_values_of_javascript_are_text(code, value):
    assert arguments(f"f(a={code})", "javascript") == {"a": value}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("f(a=[1)", ""),  # the grammar fills in the bracket
        ("f(true)", ""),
        ("f(true, x)", FAILED),
        ("f(a=1, a=2)", FAILED),
        ("x", WRONG_FORMAT),
        ("[f(a=1), g(b=2)]", WRONG_FORMAT),
        ("", WRONG_FORMAT),
        ("I cannot do that.", FAILED),
    ],
)
def test_javascript_is_read_as_its_grammar_has_it(text, problem):
    assert decode(text, "javascript").problem == problem


@pytest.mark.parametrize(
    ("result", "calls"),
    [
        ([{"f": '{"a": 1}'}], [Call("f", {"a": 1})]),
        ([{"f": {"a": 1}}], [Call("f", {"a": 1})]),
        ([{"f": '{"a": 1, "a": 123456789012345678901234567890}'}], [Call("f", {"a": 123456789012345678901234567890})]),
        ([{"f": "{}", "g": "{}"}], [Call("f", {})]),
        ([], []),
    ],
)
def test_a_list_is_calls_that_were_read_already(result, calls):
    assert decode(result, "java").calls == calls


@pytest.mark.parametrize(
    ("result", "problem"),
    [
        ([{"f": "[1]"}], WRONG_FORMAT),
        ([{"f": "5"}], WRONG_FORMAT),
        ([{"f": "{"}], FAILED),
        ([{"f": "[" * MILLION}], FAILED),
        ([{"f": None}], FAILED),
        ([{}], FAILED),
        (["f()"], FAILED),
        (None, FAILED),
        (5, FAILED),
        ({"f": "{}"}, FAILED),
    ],
)
def test_what_no_server_gives_fails(result, problem):
    assert decode(result, "python").problem == problem


@pytest.mark.parametrize("language", ["python", "java", "javascript"])
@pytest.mark.parametrize("bit", ["(", "[", "f(", "{a:", "-", "+1", ".b", "'", "\x00", "a<"])
def test_a_long_answer_ends(bit, language):
    text = f"f(a={bit * (MILLION // len(bit))}"
    assert decode(text, language).problem in (FAILED, WRONG_FORMAT)


def test_a_missing_grammar_is_no_wrong_answer(monkeypatch):
    monkeypatch.setitem(sys.modules, "tree_sitter_java", None)
    syntax._parser.cache_clear()
    with pytest.raises(PictusError, match="calls in java need"):
        decode("f(a=1);", "java")
    monkeypatch.undo()
    assert not decode("f(a=1);", "java").problem


@given(st.text(), st.sampled_from(["python", "java", "javascript"]))
def test_any_text_is_calls_or_a_problem(text, language):
    for told in (text, f"f({text})", f"f(a={text})", f"f(a='{text}')"):
        decoded = decode(told, language)
        assert bool(decoded.problem) <= (decoded.calls == [])
        json.dumps(shown(decoded.calls)).encode()


@pytest.mark.parametrize(
    "code",
    ["10 ** 30", "1e999", "b'x'", "1j", "{None: {1: 2}}", "'\\ud800'", "[[[0] * 900] * 900] * 900", "'a' * 90000"],
)
def test_whatever_was_read_is_shown_within_bounds(code):
    assert len(json.dumps(shown(decode(f"f(a={code})", "python").calls))) < 100_000
