"""Calls written in JavaScript: the first statement that is a call, its arguments as text."""

from typing import TYPE_CHECKING, Any

from pictus.scoring.calls.call import Call
from pictus.scoring.calls.syntax import tree_of

if TYPE_CHECKING:
    from tree_sitter import Node


def read_calls(text: str) -> list[Call] | None:
    """Read the first call; None where there is none."""
    root = tree_of(text[1:-1], "javascript")  # without the brackets around a list of calls
    for statement in root.children:
        if statement.type == "expression_statement":
            for node in statement.children:
                if node.type == "call_expression":
                    return [Call(_text(node.children[0]), _arguments(node.children[1]))]
    return None


def _arguments(node: "Node") -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    for child in node.children:
        if child.type == "assignment_expression":
            name: str | None = _text(child.children[0])
            value = _unquoted(_text(child.children[2]))
        elif child.type in ("identifier", "true"):
            name, value = None, _text(child)
        else:
            continue
        if name in found:
            raise ValueError("two arguments have one name, or two have none")
        found[name] = value
    return found


def _unquoted(text: str) -> str:
    return text[1:-1] if text[:1] == text[-1:] and text[:1] in ('"', "'") else text


def _text(node: "Node") -> str:
    return (node.text or b"").decode()
