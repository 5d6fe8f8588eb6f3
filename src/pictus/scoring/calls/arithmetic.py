"""Arithmetic with constants, as a model writes `60 * 60`: worked out within bounds, and nothing else is."""

import ast
import operator
import re
from collections.abc import Callable
from typing import Any

_BITS = 4_096  # of a whole number: four times what fits a float
_TEMPLATE = 1_000  # characters of a text left of `%`
_WIDE = re.compile(r"\d{4}|\*")  # a field of a template that would be filled up with thousands of characters
_UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
    ast.Not: operator.not_,
    ast.Invert: operator.invert,
}
_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.LShift: operator.lshift,
    ast.RShift: operator.rshift,
    ast.BitOr: operator.or_,
    ast.BitXor: operator.xor,
    ast.BitAnd: operator.and_,
}


class Reckoner:
    """Works out the arithmetic of one answer, of which no part and no sum of parts may grow large."""

    def __init__(self) -> None:
        self._left = 1_000_000  # characters, elements and steps

    def value_of(self, node: ast.expr) -> Any:
        """Work out an expression of constants; whatever else stands in it is refused."""
        match node:
            case ast.Constant():
                return node.value
            case ast.List():
                return [self.value_of(one) for one in node.elts]
            case ast.Tuple():
                return tuple(self.value_of(one) for one in node.elts)
            case ast.Set():
                return {self.value_of(one) for one in node.elts}
            case ast.UnaryOp():
                return _UNARY[type(node.op)](self.value_of(node.operand))
            case ast.Subscript():
                return self.value_of(node.value)[self.value_of(node.slice)]
            case ast.BinOp():
                return self._binary(node.op, self.value_of(node.left), self.value_of(node.right))
        raise ValueError(f"{type(node).__name__} in a sum is not worked out")

    def _binary(self, sign: ast.operator, left: Any, right: Any) -> Any:
        size = _size_of(sign, left, right)
        self._left -= size
        if self._left < 0:
            raise ValueError("the sums grow too large")
        return _BINARY[type(sign)](left, right)


def _size_of(sign: ast.operator, left: Any, right: Any) -> int:
    """Say beforehand, about, how large a result will be."""
    if isinstance(left, int) and isinstance(right, int):
        bits = _bits_of(sign, left, right)
        if bits > _BITS:
            raise ValueError("a number of the sum is too large")
        return 1 + bits // 64
    if isinstance(sign, ast.Mod) and isinstance(left, str | bytes):
        template = left if isinstance(left, str) else left.decode("latin-1")
        if len(template) > _TEMPLATE or _WIDE.search(template):
            raise ValueError("a template of the sum is too large")
        return (1 + _length(right)) * (1 + len(template)) * 10
    if isinstance(sign, ast.Mult):
        times = left if isinstance(left, int) else right if isinstance(right, int) else 1
        return 1 + max(_length(left), _length(right)) * max(times, 0)
    return 1 + _length(left) + _length(right)


def _bits_of(sign: ast.operator, left: int, right: int) -> int:
    match sign:
        case ast.Pow():
            return left.bit_length() * max(right, 1)
        case ast.LShift():
            return left.bit_length() + max(right, 0)
    return left.bit_length() + right.bit_length()


def _length(value: Any) -> int:
    """Count the characters and elements of a value, those inside its elements too."""
    if isinstance(value, str | bytes):
        return len(value)
    if isinstance(value, list | tuple | set):
        return len(value) + sum(len(one) for one in value if isinstance(one, str | bytes))
    return 0
