import pytest

from pictus.scoring.calls import java_values, javascript_values
from pictus.scoring.calls.call import Call, Unscorable
from pictus.scoring.calls.checking import problem_of, problem_of_call

MILLION = 10**6


def function(kind, *, name="f", inner=None, required=("a",)):
    declared = {"type": kind} | ({"items": {"type": inner}} if inner else {})
    return {"name": name, "parameters": {"type": "dict", "properties": {"a": declared}, "required": list(required)}}


def problem(value, alternatives, kind, language="python", inner=None):
    expected = {"f": {"a": alternatives}}
    told = problem_of_call(Call("f", {"a": value}), function(kind, inner=inner), expected, language)
    return told.removesuffix(" a")


@pytest.mark.parametrize(
    ("value", "alternatives", "kind", "inner", "expected"),
    [
        ("New York,NY", ["new york NY"], "string", None, ""),
        ("it's", ['IT"S'], "string", None, ""),
        ("-", ["x", ""], "string", None, ""),  # the mark that it may be left out is a text too
        ("x", ["y"], "string", None, "value_error:string"),
        (5, ["5"], "string", None, "type_error:simple"),
        (5, [5, ""], "any", None, ""),
        (1, [1], "integer", None, ""),
        (1, [1.0], "integer", None, ""),  # another type is expected, and 1 equals 1.0
        (True, [1], "integer", None, "type_error:simple"),
        (1.0, [1], "integer", None, "type_error:simple"),
        (2, [2.0], "float", None, ""),
        ("name", ["name"], "integer", None, ""),
        ("Name", ["name"], "integer", None, "value_error:others"),
        (True, [True], "boolean", None, ""),
        (None, [None], "string", None, ""),
        ((1, 2), [[1, 2]], "tuple", "integer", ""),
        ((1, 2), [[1, 2]], "array", "integer", "type_error:simple"),
        ([1, 2], [[2, 1]], "array", "integer", "value_error:list/tuple"),
        (["a b"], [["AB"]], "array", "string", ""),
        ([["a b"]], [[["ab"]]], "array", "array", "value_error:list/tuple"),
        ([1], [[1.0]], "array", "float", "type_error:nested"),
        ([1], [["x"], ""], "array", "string", "value_error:list/tuple"),
        ([1], [["x"]], "array", "string", "type_error:nested"),
        ([], [""], "array", "string", ""),
        ({"k": "A"}, [{"k": ["a"], "l": [1, ""]}], "dict", None, ""),
        ({"k": "A"}, [{"k": ["a"], "l": [1]}], "dict", None, "value_error:dict_key"),
        ({"k": "b"}, [{"k": ["a"]}], "dict", None, "value_error:dict_value"),
        ({"z": 1}, [{"k": [""]}], "dict", None, "value_error:dict_key"),
        ({}, [""], "dict", None, "dict_checker:unclear"),
        ([{"k": 1}], [[{"k": [1]}]], "array", "dict", ""),
        ([{"k": 1}], [[{"k": [1]}, {"k": [1]}]], "array", "dict", "value_error:list_dict_count"),
        ([{"k": 2}], [[{"k": [1]}]], "array", "dict", "value_error:dict_value"),
    ],
)
def test_values_of_python_are_compared_by_type_and_value(value, alternatives, kind, inner, expected):
    assert problem(value, alternatives, kind, inner=inner) == expected


@pytest.mark.parametrize(
    ("kind", "inner", "value", "alternatives"),
    [
        ("number", None, 1, [1]),
        ("array", None, [1], [[1]]),
        ("array", "number", [1], [[1]]),
        ("float", None, 10**400, [1.0]),
        ("array", "integer", [1], [[1], 5]),
        ("dict", None, {"k": 1}, [{"k": 1}]),
        ("string", None, "a", 5),
    ],
)
def test_what_the_data_cannot_answer_is_an_error_and_no_wrong_answer(kind, inner, value, alternatives):
    with pytest.raises((KeyError, TypeError, OverflowError)):
        problem(value, alternatives, kind, inner=inner)


@pytest.mark.parametrize(
    ("arguments", "truth", "expected"),
    [
        ({}, {"a": [1]}, "simple_function_checker:missing_required a"),
        ({"a": 1, "b": 1}, {"a": [1]}, "simple_function_checker:unexpected_param b"),
        ({"a": 1, None: 1}, {"a": [1]}, "simple_function_checker:unexpected_param None"),
        ({"a": 1}, {"a": [1], "b": [2]}, "simple_function_checker:missing_optional b"),
        ({"a": 1}, {"a": [1], "b": [2, ""]}, ""),
    ],
)
def test_parameters_are_all_there_and_no_other(arguments, truth, expected):
    assert problem_of_call(Call("f", arguments), function("integer"), {"f": truth}, "python") == expected


def test_a_name_with_dots_has_underscores_where_the_model_writes_none():
    called, wanted = function("integer", name="a.b", required=()), {"a.b": {}}
    wrong = "simple_function_checker:wrong_func_name"
    assert problem_of_call(Call("a_b", {}), called, wanted, "python", dots=False) == ""
    assert problem_of_call(Call("a_b", {}), called, wanted, "python") == wrong
    assert problem_of_call(Call("a.b", {}), called, wanted, "python", dots=False) == wrong


def test_calls_in_any_order_are_taken_greedily():
    functions = [function("integer", name="f"), function("integer", name="g")]
    truth = [{"f": {"a": [1, 2]}}, {"f": {"a": [1]}}, {"g": {"a": [1]}}]
    one, two, other = Call("f", {"a": 1}), Call("f", {"a": 2}), Call("g", {"a": 1})
    assert problem_of([other, two, one], functions, truth, "parallel", "python") == ""
    # The first expected call takes the one that the second needs, for good.
    told = problem_of([one, two, other], functions, truth, "live_parallel_multiple", "python")
    assert told == "parallel_function_checker_no_order:cannot_find_match f"
    assert problem_of([one], functions, truth, "parallel", "python").endswith("wrong_count")


def test_of_several_functions_the_one_in_the_truth_is_described():
    functions = [function("string", name="f"), function("integer", name="g")]
    assert problem_of([Call("g", {"a": 1})], functions, [{"g": {"a": [1]}}], "multiple", "python") == ""
    assert problem_of([Call("g", {"a": 1})], functions, [{"g": {"a": [1]}}], "simple_python", "python") != ""
    with pytest.raises(TypeError):
        problem_of([Call("g", {"a": 1})], functions, [{"h": {"a": [1]}}], "multiple", "python")


@pytest.mark.parametrize(
    ("text", "kind", "inner", "value"),
    [
        ("12", "integer", None, 12),
        ("12L", "integer", None, "12L"),
        ("12l", "long", None, 12),
        ("12", "long", None, "12"),
        ("1.5e3", "double", None, 1500.0),
        ("1.5f", "float", None, 1.5),
        ("1.5", "float", None, "1.5"),
        ("true", "boolean", None, True),
        ("True", "boolean", None, "True"),
        ("'a'", "char", None, "'a'"),
        ("new int[]{1, 2, }", "Array", "integer", [1, 2]),
        ('new String[]{"a"}', "Array", "String", ['"a"']),
        ("new int[]{1,\n2}", "Array", "integer", "new int[]{1,\n2}"),
        ('new ArrayList<>(Arrays.asList("a", "b"))', "ArrayList", "String", ["a", "b"]),
        ("new ArrayList<Integer>() {{ add(1); \n add(2); }}", "ArrayList", "integer", [1, 2]),
        ("new ArrayList<List<A>>()", "ArrayList", "any", "new ArrayList<List<A>>()"),
        ("new ArrayList<>()", "ArrayList", "integer", []),
        ('new HashMap<String, A>() {{ put("k", 1L); put("l", "x"); }}', "HashMap", None, {"k": 1, "l": "x"}),
        ("new HashMap<>() {{ put(k, 1); }}", "HashMap", None, {}),
        ("new HashMap<A, B>()", "HashMap", None, {}),
        ("new HashMap<A,\nB>()", "HashMap", None, "new HashMap<A,\nB>()"),
        ("map", "HashMap", None, "map"),
    ],
)
def test_java_is_converted_by_the_declared_type(text, kind, inner, value):
    assert java_values.converted(text, kind, inner) == value


@pytest.mark.parametrize("kind", ["Set", "Queue", "Stack", "Hashtable"])
def test_types_of_java_without_values_have_no_score(kind):
    with pytest.raises(Unscorable):
        problem("x", ["x"], kind, "java")


@pytest.mark.parametrize(
    ("text", "kind", "inner", "value"),
    [
        ("'a'", "String", None, "a"),
        ("'a\"", "String", None, "'a\""),
        ("12", "integer", None, 12),
        ("12n", "Bigint", None, 12),
        ("1e3", "float", None, "1e3"),
        ("true", "Boolean", None, True),
        ("[1, 2]", "array", "integer", [1, 2]),
        ("[1, 'a']", "array", None, [1, "a"]),
        ("new Array(1, 2)", "array", "integer", [1, 2]),
        ("[[1, 2], [3]]", "array", "array", [[1, 2], [3]]),
        ("[[]]", "array", "array", [[""]]),
        ("[]", "array", "integer", []),
        ("[1] and [2]", "array", "integer", [1]),
        ("x", "array", "integer", "x"),
        ("{a: 1, 'b': \"x, y\", c: [1, 2]}", "dict", None, {"a": 1, "b": "x, y", "c": [1, 2]}),
        ("{a: '5', b: 'true'}", "dict", None, {"a": 5, "b": True}),
        ("{a: {b: 1}}", "dict", None, {"a": "{b: 1"}),
        ("{}", "dict", None, {}),
        ("{a", "dict", None, "{a"),
    ],
)
def test_javascript_is_converted_by_the_declared_type(text, kind, inner, value):
    assert javascript_values.converted(text, kind, inner) == value


@pytest.mark.parametrize(
    ("language", "kind", "beginning", "bit"),
    [
        ("java", "HashMap", "new HashMap<>() {{ ", 'put("'),
        ("java", "HashMap", "new HashMap<>() {{ ", 'put("a",\n'),
        ("java", "HashMap", "new HashMap<>() {{", " "),
        ("java", "HashMap", "", "new HashMap<"),
        ("java", "ArrayList", "new ArrayList<>() {{", " "),
        ("java", "ArrayList", "", "new ArrayList<>() {{ "),
        ("java", "Array", "", "new int[]{"),
        ("javascript", "array", "[[", "],["),
        ("javascript", "array", "[", "["),
        ("javascript", "dict", "{a:", ","),
        ("javascript", "dict", "{", ":"),
    ],
)
def test_a_long_value_ends(language, kind, beginning, bit):
    """Tried out one by one, the ways to read these would take hours."""
    text = beginning + bit * (MILLION // len(bit))
    convert = {"java": java_values.converted, "javascript": javascript_values.converted}[language]
    for ending in ("", "\n)}}]"):
        convert(text + ending, kind, "integer")


def test_a_value_of_java_or_javascript_is_text():
    assert problem(1, [1], "integer", "java") == "type_error:java"
    assert problem(1, [1], "integer", "javascript") == "type_error:js"
