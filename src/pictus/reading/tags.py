"""Words with tagged blocks among them, such as `<tool_call>…</tool_call>`."""

import re
from collections.abc import Iterable, Sequence

from pictus.reading.rows import BadRow


def block(tag: str, text: str) -> str:
    """Put a text between tags, on lines of its own."""
    return f"<{tag}>\n{text}\n</{tag}>"


def harmless(json_text: str, tags: Iterable[str]) -> str:
    """Write what looks like a tag inside JSON so that only readers of JSON see it."""
    for tag in tags:
        if tag in json_text:
            json_text = json_text.replace(tag, "\\u003c" + tag[1:])
    return json_text


def blocks_in(text: str, tag: str) -> tuple[str, list[str]]:
    """Cut a text into the words around its blocks and what stands in each block.

    The line break between the words and the first block belongs to neither.
    """
    pieces: Sequence[str] = re.split(f"<{tag}>(.*?)</{tag}>", text, flags=re.DOTALL)
    around, inside = pieces[::2], list(pieces[1::2])
    if any(f"<{tag}>" in one for one in around):
        raise BadRow(f"a <{tag}> is not closed")
    if not inside:
        return text, []
    first, later = around[0].removesuffix("\n"), [one.strip() for one in around[1:] if one.strip()]
    return "\n".join([first, *later] if first else later), inside


def with_blocks(words: str, blocks: Sequence[str]) -> str:
    """Write words and the blocks after them."""
    return "\n".join([words, *blocks] if words else blocks)
