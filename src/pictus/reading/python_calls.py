"""Calls written as Python, such as `search(item="red shoes", limit=3)`: read as text, and never run."""

import ast
import warnings
from collections.abc import Iterable, Mapping, Sequence
from keyword import iskeyword
from typing import Any
from unicodedata import normalize

from pictus.reading.calls import arguments_object, schema_of
from pictus.reading.rows import BadRow, json_of
from pictus.record import Call, Tool

_LIMIT = 100_000  # characters of an expression: Python's own parser needs a kilobyte for some of them
_SPELLED_AS_JSON = {"true": True, "false": False, "null": None}


def python_value(text: str) -> Any:
    """Read a Python literal as the value that JSON has for it."""
    return _value(_parsed(text))


def python_calls_in(text: str, tools: Iterable[Tool]) -> list[tuple[str, str]]:
    """Read the names and arguments of one call or a list of them.

    Arguments without names take those of the tool's parameters, in their order.
    """
    body = _parsed(text)
    nodes: Sequence[ast.expr] = body.elts if isinstance(body, ast.List | ast.Tuple) else [body]
    known = {tool.name: tool for tool in tools}
    return [_call(node, known) for node in nodes]


def python_call(call: Call) -> str:
    """Write a call so that it reads back as the same call, or refuse it."""
    arguments = arguments_object(call)
    try:
        text = f"{call.name}({', '.join(_named(key, value) for key, value in arguments.items())})"
        is_the_same = python_calls_in(text, ()) == [(call.name, json_of(arguments))]
    except (BadRow, RecursionError):
        is_the_same = False
    if not is_the_same:
        raise BadRow("a call cannot be written as Python: its name is none there, or its values go too deep")
    return text


def _named(key: str, value: Any) -> str:
    return f"{key}={_literal(value)}" if _is_plain(key) else f"**{_literal({key: value})}"


def _is_plain(key: str) -> bool:
    """Say whether a name may stand before `=`; Python takes some letters for others, such as ﬁ for fi."""
    return key.isidentifier() and not iskeyword(key) and normalize("NFKC", key) == key


def _parsed(text: str) -> ast.expr:
    if len(text) > _LIMIT:
        raise BadRow(f"a call of more than {_LIMIT:,} characters")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of "\\d" in a text: that is the writer's business
            return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # what the parser has for too many brackets
        raise BadRow("a call is neither JSON nor a Python expression") from None


def _call(node: ast.expr, tools: Mapping[str, Tool]) -> tuple[str, str]:
    if not isinstance(node, ast.Call):
        raise BadRow("what stands between the tags is no call")
    name = _name(node.func)
    arguments: dict[str, Any] = {}
    if node.args:
        arguments = dict(_by_place(name, node.args, tools))
    for keyword in node.keywords:
        more = {keyword.arg: _value(keyword.value)} if keyword.arg is not None else _value(keyword.value)
        if not isinstance(more, dict):
            raise BadRow("a call unpacks what is no dictionary")
        if more.keys() & arguments.keys():
            raise BadRow("a call gives an argument twice")
        arguments.update(more)
    return name, json_of(arguments)


def _by_place(name: str, nodes: Sequence[ast.expr], tools: Mapping[str, Tool]) -> Iterable[tuple[str, Any]]:
    if name not in tools:
        raise BadRow("a call has arguments without names, and no tool of that name tells them")
    properties = schema_of(tools[name]).get("properties")
    names = list(properties) if isinstance(properties, dict) else []
    if len(nodes) > len(names):
        raise BadRow("a call has more arguments than the tool has parameters")
    return ((key, _value(node)) for key, node in zip(names, nodes, strict=False))


def _name(node: ast.expr) -> str:
    pieces: list[str] = []
    while isinstance(node, ast.Attribute):
        pieces.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        raise BadRow("what is called has no plain name")
    return ".".join([node.id, *reversed(pieces)])


def _value(node: ast.expr) -> Any:
    """Read what stands for itself; all that Python would have to work out is refused."""
    match node:
        case ast.Constant(value=str() | bool() | int() | float() | None as value):
            return value
        case ast.Name(id=name) if name in _SPELLED_AS_JSON:
            return _SPELLED_AS_JSON[name]
        case ast.List() | ast.Tuple():
            return [_value(one) for one in node.elts]
        case ast.Dict() if all(_is_text(key) for key in node.keys):
            return dict(zip((key.value for key in node.keys), map(_value, node.values), strict=True))  # type: ignore[union-attr]
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
            if not isinstance(value, bool):
                return -value
    raise BadRow("an argument of a call is no plain value")


def _is_text(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _literal(value: Any) -> str:
    """Write a value as Python does, its texts as JSON does: within one line, and between double quotes."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{json_of(key)}: {_literal(one)}' for key, one in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_literal, value))}]"
    return json_of(value) if isinstance(value, str) else repr(value)
