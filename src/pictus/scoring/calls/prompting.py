"""Ask for calls in words: for models whose chat template or server knows no tools."""

from collections.abc import Iterable
from dataclasses import replace

import orjson

from pictus.record import Part, Tool, Turn
from pictus.scoring.calls.decoding import Language

_LANGUAGES: dict[Language, str] = {"python": "Python", "java": "Java", "javascript": "JavaScript"}
_WORDS = """\
You may call these functions, which are described in JSON:
{functions}

Give the calls that the question needs, in one list, and nothing else: [first(name=value, other=value), second()]
Write values as {language} does. Where no function helps, or a value is missing that one requires, say so instead.

"""


def in_words(turns: tuple[Turn, ...], tools: Iterable[Tool], language: Language) -> tuple[Turn, ...]:
    """Tell the functions in front of the last question, and how calls are written."""
    described = [
        {"name": tool.name, "description": tool.description, "parameters": orjson.loads(tool.parameters)}
        for tool in tools
    ]
    functions = "\n".join(orjson.dumps(one).decode() for one in described)
    told = _WORDS.format(functions=functions, language=_LANGUAGES[language])
    last = turns[-1]
    return (*turns[:-1], replace(last, parts=(Part("text", told + last.text),)))
