"""Syntax trees of Java and JavaScript, by the grammars that the official decoders use.

What these grammars make of broken text decides about scores: they fill in a bracket that is missing. A parser of our
own would differ there.
"""

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from pictus.errors import PictusError

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

# A call takes hundreds of characters. The grammar of Java needs memory with the square of the length of `a<a<a<…`.
LONGEST = 8_000


def tree_of(text: str, language: Literal["java", "javascript"]) -> "Node":
    """Parse a text; one that the grammar makes no sense of, or that is far too long for a call, is an error."""
    if len(text) > LONGEST:
        raise ValueError(f"it is longer than {LONGEST:,} characters")
    root = _parser(language).parse(text.encode()).root_node
    # A part that was filled in counts as an error of the tree, and not as one of the official decoder.
    if root.has_error and "ERROR" in str(root):
        raise ValueError("the syntax is broken")
    return root


def arguments_of(node: "Node", read: Callable[["Node"], tuple[str | None, str] | None]) -> dict[Any, Any]:
    """Collect the arguments of a call, as the official decoders do: of those without a name, one alone can be kept.

    Args:
        node: what stands between the brackets.
        read: gives the name, if it has one, and the value of an argument; None for what is none.
    """
    found: dict[Any, Any] = {}
    for name, value in filter(None, map(read, node.children)):
        if name in found:
            raise ValueError("two arguments have one name, or two have none")
        found[name] = value
    return found


@cache
def _parser(language: Literal["java", "javascript"]) -> "Parser":
    # Compiled code, of no use to whoever scores no calls in these languages.
    try:
        import tree_sitter_java
        import tree_sitter_javascript
        from tree_sitter import Language, Parser
    except ImportError as error:
        raise PictusError(
            f"calls in {language} need the package of `{error.name}`",
            where="this Python",
            mend="install pictus again, with what it depends on",
        ) from None

    grammar = tree_sitter_java if language == "java" else tree_sitter_javascript
    return Parser(Language(grammar.language()))
