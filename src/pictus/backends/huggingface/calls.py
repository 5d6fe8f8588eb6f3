"""Tool calls as Hermes, Qwen and many others write them: `<tool_call>{"name": …, "arguments": …}</tool_call>`."""

import re

import orjson

from pictus.record import Call

_CALL = re.compile(r"<tool_call>\s*(.*?)\s*(?:</tool_call>|\Z)", re.DOTALL)
_THOUGHT_END = "</think>"


def read_calls(text: str) -> tuple[str, tuple[Call, ...]]:
    """Take the calls out of an answer; where one of them cannot be read, the text stays as it is."""
    thought, end, said = text.rpartition(_THOUGHT_END)  # calls that were only thought of are none
    calls = [_call(found[1], number) for number, found in enumerate(_CALL.finditer(said))]
    read = tuple(call for call in calls if call is not None)
    if not read or len(read) < len(calls):
        return text, ()
    return thought + end + _CALL.sub("", said).strip(), read


def _call(text: str, number: int) -> Call | None:
    try:
        call = orjson.loads(text)
        name, arguments = call["name"], call.get("arguments", {})
    except (orjson.JSONDecodeError, TypeError, KeyError, AttributeError):
        return None
    if not isinstance(name, str):
        return None
    return Call(f"call_{number}", name, arguments if isinstance(arguments, str) else orjson.dumps(arguments).decode())
