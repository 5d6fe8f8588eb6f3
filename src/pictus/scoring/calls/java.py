"""Calls written in Java: the first method that a text calls, its arguments as text."""

from functools import partial
from typing import TYPE_CHECKING

from pictus.scoring.calls.call import Call
from pictus.scoring.calls.syntax import arguments_of, tree_of

if TYPE_CHECKING:
    from tree_sitter import Node


def read_calls(text: str) -> list[Call] | None:
    """Read the first call; None where there is none."""
    source = text[1:-1]  # the brackets around a list of calls
    return _first_call(tree_of(source, "java"), source)


def _first_call(node: "Node", source: str) -> list[Call] | None:
    if node.type != "method_invocation":
        for child in node.children:
            if found := _first_call(child, source):
                return found
        return None
    name, owner, arguments = (node.child_by_field_name(field) for field in ("name", "object", "arguments"))
    if name is None or arguments is None:
        return None
    prefix = f"{_text(owner, source)}." if owner else ""
    return [Call(prefix + _text(name, source), arguments_of(arguments, partial(_argument, source=source)))]


def _argument(node: "Node", source: str) -> tuple[str | None, str] | None:
    if node.type == "assignment_expression":
        return _text(node.children[0], source), _value(node.children[2], source)
    return (None, _text(node, source)) if node.type in ("identifier", "class_literal") else None


def _text(node: "Node", source: str) -> str:
    # The offsets count bytes and the official decoder takes them for characters: past the first character that is not
    # ASCII, its texts are shifted.
    return source[node.start_byte : node.end_byte]


def _value(node: "Node", source: str, *, inside: bool = False) -> str:
    """Give the text of a value; a literal that is the whole value loses its quotes."""
    match node.type:
        case "string_literal" | "character_literal":
            return _text(node, source) if inside else _text(node, source)[1:-1]
        case "identifier" | "class_literal" | "type_identifier" | "method_invocation":
            return _text(node, source)
        case "array_creation_expression":
            return f"new {_part(node, 'type', source)}[]{_part(node, 'value', source)}"
        case "object_creation_expression":
            # A body in braces after it is lost, that of `new HashMap<>() {{ … }}` too.
            arguments = node.child_by_field_name("arguments")
            kept = [one for one in arguments.children if one.type not in (",", "(", ")")] if arguments else []
            inner = ", ".join(_value(one, source, inside=True) for one in kept)
            return f"new {_part(node, 'type', source)}({inner})"
    if node.child_count == 0:
        return _text(node, source)
    return "".join(_value(child, source, inside=True) for child in node.children)


def _part(node: "Node", field: str, source: str) -> str:
    child = node.child_by_field_name(field)
    if child is None:
        raise ValueError(f"`new` without its {field}")
    return _value(child, source, inside=True)
