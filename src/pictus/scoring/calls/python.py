"""Calls written in Python: read from the text's syntax tree, never run."""

import ast
import warnings
from typing import Any

from pictus.scoring.calls.arithmetic import Reckoner
from pictus.scoring.calls.call import Call

_COMMAS = 100_000  # in an answer; no function takes so much, and reading a list of it takes seconds


def read_calls(text: str) -> list[Call]:
    """Read one call, or a list of calls; raises some error where the text is neither."""
    if text.count(",") > _COMMAS:
        raise ValueError(f"it has more than {_COMMAS:,} commas")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what Python thinks of the style of an answer
        body = ast.parse(text.strip().strip("'"), mode="eval").body
    values = _Values()
    match body:
        case ast.Call():
            return [values.call(body)]
        case ast.List() | ast.Tuple() | ast.Set():
            return [values.call(one) for one in body.elts]
    raise ValueError("neither a call nor a list of calls")


class _Values:
    """The values of one answer, by the rules that the official decoder has, its peculiar ones included."""

    def __init__(self) -> None:
        self._reckoner = Reckoner()

    def call(self, node: ast.expr) -> Call:
        """Read a call; arguments without a name are not looked at, and of two with one name the last counts."""
        if not isinstance(node, ast.Call):
            raise ValueError("something in the list is no call")
        return Call(_name(node.func), {word.arg: self.value(word.value) for word in node.keywords})

    def value(self, node: ast.expr | None) -> Any:
        """Read a value; a name is its text, and so is a call that names no arguments."""
        match node:
            case ast.Constant():
                return "..." if node.value is ... else node.value
            case ast.UnaryOp():
                # Whatever the sign: the official decoder takes `+3` for -3, and `not True` for -1.
                if not isinstance(node.operand, ast.Constant):
                    raise ValueError("a sign before something that is no constant")
                return -node.operand.value  # type: ignore[operator]
            case ast.List():
                return [self.value(one) for one in node.elts]
            case ast.Tuple():
                return tuple(self.value(one) for one in node.elts)
            case ast.Dict():
                return {self.value(key): self.value(one) for key, one in zip(node.keys, node.values, strict=True)}
            case ast.BinOp():
                return self._reckoner.value_of(node)
            case ast.Name():
                return node.id
            case ast.Call():
                if not node.keywords:
                    return ast.unparse(node)
                call = self.call(node)
                return {call.name: call.arguments}
            case ast.Subscript():
                return f"{ast.unparse(node.value)}[{ast.unparse(node.slice)}]"
        raise ValueError(f"{type(node).__name__} is no value")


def _name(node: ast.expr) -> str:
    """Give the dotted name of a function, without what stands before it if that is no name."""
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if isinstance(node, ast.Name):
        parts.append(node.id)
    return ".".join(reversed(parts))
