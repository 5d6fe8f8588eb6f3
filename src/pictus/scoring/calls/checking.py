"""Calls compared with those expected, by the official rules, their peculiar ones included.

What the data cannot answer by these rules, such as a list whose elements have no type, raises an error: there is no
score then. Comparisons are Python's own on purpose: 1, 1.0 and True are equal.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pictus.scoring.calls import java_values, javascript_values
from pictus.scoring.calls.call import Call
from pictus.scoring.calls.decoding import Language

_TYPES: Mapping[Language, Mapping[str, type]] = {
    "python": {
        "string": str,
        "integer": int,
        "float": float,
        "boolean": bool,
        "array": list,
        "tuple": list,
        "dict": dict,
        "any": str,
    },
    "java": {
        "byte": int,
        "short": int,
        "integer": int,
        "long": int,
        "float": float,
        "double": float,
        "boolean": bool,
        "char": str,
        "String": str,
        "any": str,
        "Array": list,
        "ArrayList": list,
        "Queue": list,
        "Stack": list,
        "Set": set,
        "HashMap": dict,
        "Hashtable": dict,
    },
    "javascript": {
        "String": str,
        "any": str,
        "integer": int,
        "Bigint": int,
        "float": float,
        "Boolean": bool,
        "array": list,
        "dict": dict,
    },
}
_HAVE_ELEMENTS = {"python": ("array", "tuple"), "java": ("Array", "ArrayList"), "javascript": ("array",)}
_FROM_TEXT = {"java": java_values.converted, "javascript": javascript_values.converted}
_NOT_TEXT = {"java": "type_error:java", "javascript": "type_error:js"}
_UNHEARD = str.maketrans("'", '"', " ,./-_*^")


class _Wrong(Exception):
    """A call is not the one expected: the official name of the reason, and the parameter."""


def problem_of(
    calls: Sequence[Call], functions: Any, expected: Any, category: str, language: Language, *, dots: bool = True
) -> str:
    """Say what is wrong with the calls of an answer, by its official name and the parameter's; nothing if all is right.

    Args:
        calls: the model's.
        functions: the descriptions of the functions that it could call.
        expected: for each call its name, with the alternatives of each parameter.
        category: in `parallel` ones any order is right, in `multiple` ones one of several functions is.
        language: the one that the values are written in.
        dots: the model can write a dot in a name; else it writes `_`.
    """
    if "parallel" in category:
        return _problem_in_any_order(calls, functions, expected, language, dots=dots)
    if "multiple" in category:
        if len(calls) != len(expected):
            return "multiple_function_checker:wrong_count"
        function = _described(functions, next(iter(expected[0])))
    else:
        if len(calls) != 1:
            return "simple_function_checker:wrong_count"
        function = functions[0]
    return problem_of_call(calls[0], function, expected[0], language, dots=dots)


def problem_of_call(
    call: Call, function: Mapping[str, Any], expected: Mapping[str, Any], language: Language, *, dots: bool = True
) -> str:
    """Say what is wrong with one call, as `problem_of` does."""
    try:
        _check_call(call, function, next(iter(expected.values())), language, dots=dots)
    except _Wrong as wrong:
        return " ".join(map(str, wrong.args))
    return ""


def _problem_in_any_order(
    calls: Sequence[Call], functions: Any, expected: Any, language: Language, *, dots: bool
) -> str:
    """Let each expected call take the first that fits, for good."""
    if len(calls) != len(expected):
        return "parallel_function_checker_no_order:wrong_count"
    left = list(calls)
    for wanted in expected:
        name = next(iter(wanted))
        function = _described(functions, name)
        for number, call in enumerate(left):
            if not problem_of_call(call, function, wanted, language, dots=dots):
                del left[number]
                break
        else:
            return f"parallel_function_checker_no_order:cannot_find_match {name}"
    return ""


def _described(functions: Any, name: str) -> Any:
    if not isinstance(functions, list):
        return functions
    return next((function for function in functions if function["name"] == name), None)


def _check_call(call: Call, function: Any, expected: Any, language: Language, *, dots: bool) -> None:
    name = function["name"]
    declared, required = function["parameters"]["properties"], function["parameters"]["required"]
    if call.name != (name if dots else name.replace(".", "_")):
        raise _Wrong("simple_function_checker:wrong_func_name")
    for parameter in required:
        if parameter not in call.arguments:
            raise _Wrong("simple_function_checker:missing_required", parameter)
    for parameter, value in call.arguments.items():
        if parameter not in declared or parameter not in expected:
            raise _Wrong("simple_function_checker:unexpected_param", parameter)
        _check_value(parameter, value, declared[parameter], expected[parameter], language)
    for parameter, alternatives in expected.items():
        if parameter not in call.arguments and "" not in alternatives:
            raise _Wrong("simple_function_checker:missing_optional", parameter)


def _check_value(parameter: str, value: Any, declared: Any, alternatives: Any, language: Language) -> None:
    kind = declared["type"]
    wanted = _TYPES[language][kind]
    if language != "python" and type(value) is not str:
        raise _Wrong(_NOT_TEXT[language], parameter)
    inner = declared["items"]["type"] if kind in _HAVE_ELEMENTS[language] else None
    wanted_inner = None if inner is None else _TYPES[language][inner]
    value = _as_declared(value, kind, inner, language)
    if _is_variable(value, wanted, wanted_inner, alternatives, parameter):
        problem = _other_problem(value, alternatives)
    elif wanted is dict:
        problem = _dict_problem(value, alternatives)
    elif wanted is list and wanted_inner is dict:
        problem = _dicts_problem(value, alternatives)
    elif wanted is str:
        problem = "" if standard(value) in _standard_all(alternatives, only_text=True) else "value_error:string"
    elif wanted is list:
        listed = [_standard_all(one) for one in _each(alternatives)]
        problem = "" if _standard_all(value) in listed else "value_error:list/tuple"
    else:
        problem = _other_problem(value, alternatives)
    if problem:
        raise _Wrong(problem, parameter)


def _as_declared(value: Any, kind: str, inner: str | None, language: Language) -> Any:
    if language != "python":
        return _FROM_TEXT[language](value, kind, inner)
    if kind == "tuple" and type(value) is tuple:
        return list(value)
    return float(value) if kind == "float" and type(value) is int else value


def _is_variable(value: Any, wanted: type, inner: type | None, alternatives: Any, parameter: str) -> bool:
    """Check the type of a value, and say whether a variable's name is expected in place of the declared type."""
    given, found = _first_type(alternatives), type(value)
    if found is wanted:
        if inner is None:
            return given is not None and given is not wanted
        for alternative in alternatives:
            if type(alternative) is not list or all(_fits(one, inner, alternative) for one in value):
                return given is not None and given is not wanted
        raise _Wrong("type_error:nested" if found is given else "type_error:simple", parameter)
    if found is given:
        return True
    raise _Wrong("type_error:simple", parameter)


def _fits(value: Any, wanted: type, alternative: Any) -> bool:
    return type(value) is wanted or (type(value) is _first_type(alternative))


def _first_type(alternatives: Any) -> type | None:
    return next((type(one) for one in alternatives if one != ""), None)


def _other_problem(value: Any, alternatives: Any) -> str:
    return "" if value in alternatives else "value_error:others"


def _dict_problem(value: Any, alternatives: Any) -> str:
    """Compare an object with each alternative; those inside it are not looked into."""
    problem = "dict_checker:unclear"
    for alternative in _each(alternatives):
        if alternative == "":
            continue
        problem = _one_dict_problem(value, alternative)
        if not problem:
            return ""
    return problem


def _one_dict_problem(value: Any, alternative: Any) -> str:
    problem = ""
    for key, one in value.items():
        if key not in alternative:
            problem = "value_error:dict_key"
        elif (standard(one) if type(one) is str else one) not in _standard_all(alternative[key]):
            problem = "value_error:dict_value"
        if problem:
            break
    for key, choices in alternative.items():
        if key not in value and "" not in choices:
            return "value_error:dict_key"
    return problem


def _dicts_problem(value: Any, alternatives: Any) -> str:
    problem = "list_dict_checker:unclear"
    for alternative in _each(alternatives):
        if len(value) != len(alternative):
            problem = "value_error:list_dict_count"
            continue
        problem = ""
        for number, one in enumerate(value):
            problem = _dict_problem(one, [alternative[number]])
            if problem:
                break
        if not problem:
            return ""
    return problem


def _each(values: Any) -> list[Any]:
    """Give the elements by their numbers: an object has none, which is an error, not its keys."""
    return [values[number] for number in range(len(values))]


def _standard_all(values: Any, *, only_text: bool = False) -> list[Any]:
    return [standard(one) if type(one) is str else one for one in _each(values) if type(one) is str or not only_text]


def standard(text: str) -> str:
    """Leave out what is not heard, in small letters."""
    return text.translate(_UNHEARD).lower()
