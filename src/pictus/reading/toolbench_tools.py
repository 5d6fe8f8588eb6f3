"""ToolBench's three ways to describe what may be called: of RapidAPI, of OpenAI, and in Python within a prompt."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from pictus.reading.python_calls import python_value
from pictus.reading.rows import BadRow, json_of, list_in, text_in
from pictus.record import Tool

_APIS = "\nSpecifically, you have access to the following APIs: "
# What the training files put into the prompts of the answers, so that a call is written as words.
_CALLS_AS_WORDS = " Your output should follow this format:\nThought:\nAction\nAction Input:\n"
_TYPES = {"NUMBER": "number", "STRING": "string", "BOOLEAN": "boolean", "ARRAY": "array", "OBJECT": "object"}
_RENAMED = frozenset({"from", "class", "return", "false", "true", "id", "and"})
_NAME_LIMIT = 64  # characters: OpenAI takes no longer names


def tools_of(functions: Any) -> tuple[Tool, ...]:
    """Make the tools of OpenAI's descriptions, without the words that no reader of JSON Schema knows."""
    if not isinstance(functions, list):
        raise BadRow("the functions are no list")
    return tuple(map(_tool, functions))


@lru_cache(64)  # the steps of a dialogue repeat its prompt
def prompt_and_tools(prompt: str) -> tuple[str, tuple[Tool, ...]]:
    """Take a prompt of the training files apart, so that it is again what the answers have."""
    words, _, apis = prompt.partition(_APIS)
    if not apis.strip():
        return words.replace(_CALLS_AS_WORDS, ""), ()
    try:
        functions = python_value(apis)
    except BadRow:
        raise BadRow("the list of APIs in the prompt is no plain value of Python's") from None
    return words.replace(_CALLS_AS_WORDS, ""), tools_of(functions)


def tool_of_api(api: Mapping[str, Any]) -> Tool:
    """Make the tool of an API, by the name that ToolBench's own answers call it."""
    name = f"{_renamed(text_in(api, 'api_name'))}_for_{_plain(text_in(api, 'tool_name'))}"[-_NAME_LIMIT:]
    required, optional = list_in(api, "required_parameters"), list_in(api, "optional_parameters")
    properties = {_renamed(text_in(one, "name")): _property(one) for one in (*required, *optional)}
    schema: dict[str, Any] = {"type": "object", "properties": properties}
    if required:
        schema["required"] = list(dict.fromkeys(_renamed(one["name"]) for one in required))
    return Tool(name, text_in(api, "api_description", "").strip(), json_of(schema))


def _tool(function: Mapping[str, Any]) -> Tool:
    parameters = {key: value for key, value in function["parameters"].items() if key != "optional"}
    parameters["properties"] = {name: _standard(one) for name, one in parameters.get("properties", {}).items()}
    return Tool(text_in(function, "name"), text_in(function, "description", ""), json_of(parameters))


def _standard(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Say `examples` instead of `example_value`, as JSON Schema does."""
    return dict(("examples", [value]) if key == "example_value" else (key, value) for key, value in schema.items())


def _property(parameter: Mapping[str, Any]) -> dict[str, Any]:
    kind = parameter.get("type")
    made = {"type": _TYPES.get(kind.upper(), "string") if isinstance(kind, str) else "string"}
    if words := text_in(parameter, "description", "").strip():
        made["description"] = words
    default = parameter.get("default")
    return made if default in (None, "") else {**made, "examples": [default]}


def _renamed(text: str) -> str:
    """Avoid what Python has a meaning of its own for."""
    name = _plain(text)
    return f"is_{name}" if name in _RENAMED else name


def _plain(text: str) -> str:
    """Write a name in small letters, digits and single underlines, the way ToolBench does."""
    words: Iterable[str] = re.findall(r"[a-z0-9一-龥]+", text.lower())
    name = "_".join(words)
    return f"get_{name}" if name[:1].isdigit() else name
