"""Several texts in one cell: a list as JSON has it, as Python shows it, or as numpy does, without commas."""

from io import StringIO
from tokenize import COMMENT, ENDMARKER, NEWLINE, NL, STRING, TokenError, generate_tokens

import orjson

from pictus.reading.python_calls import python_value


def texts_listed(text: str) -> list[str] | None:
    """Read a list of texts; None where a text is none, however much it looks like one."""
    text = text.strip()
    if not (text.startswith("[") and text.endswith("]")):
        return None
    for read in (orjson.loads, _python_list):
        try:
            found = read(text)
        except (ValueError, RecursionError):  # it only looks like a list
            continue
        if isinstance(found, list) and found and all(isinstance(one, str) for one in found):
            return found
    return None


def _python_list(text: str) -> object:
    """Read a list of Python's; texts that follow each other without a comma would be one text for it."""
    tokens: list[str] = []
    before = None
    try:
        for token in generate_tokens(StringIO(text).readline):
            if token.type in (COMMENT, NL, NEWLINE, ENDMARKER):
                continue
            tokens += [",", token.string] if token.type == before == STRING else [token.string]
            before = token.type
    except (TokenError, SyntaxError) as error:
        raise ValueError(str(error)) from None
    return python_value(" ".join(tokens))
