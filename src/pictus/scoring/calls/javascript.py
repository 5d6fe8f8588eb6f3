"""Calls written in JavaScript: the first statement that is a call, its arguments as text."""

from typing import TYPE_CHECKING

from pictus.scoring.calls.call import Call
from pictus.scoring.calls.syntax import arguments_of, tree_of

if TYPE_CHECKING:
    from tree_sitter import Node


def read_calls(text: str) -> list[Call] | None:
    """Read the first call; None where there is none."""
    root = tree_of(text[1:-1], "javascript")  # without the brackets around a list of calls
    for statement in root.children:
        if statement.type == "expression_statement":
            for node in statement.children:
                if node.type == "call_expression":
                    return [Call(_text(node.children[0]), arguments_of(node.children[1], _argument))]
    return None


def _argument(node: "Node") -> tuple[str | None, str] | None:
    if node.type == "assignment_expression":
        return _text(node.children[0]), _unquoted(_text(node.children[2]))
    return (None, _text(node)) if node.type in ("identifier", "true") else None


def _unquoted(text: str) -> str:
    return text[1:-1] if text[:1] == text[-1:] and text[:1] in ('"', "'") else text


def _text(node: "Node") -> str:
    return (node.text or b"").decode()
