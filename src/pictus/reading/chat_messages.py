"""Chat messages as OpenAI, TRL and chat templates hold them: roles, words or parts, tool calls and their results."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pictus.reading.calls import Waiting, arguments_of
from pictus.reading.rows import BadRow, list_in, text_in
from pictus.record import Call, Part, Role, Turn

_ROLES: dict[str, Role] = {
    "system": "system",
    "user": "user",
    "assistant": "assistant",
    "tool": "tool",
    "function": "tool",  # until 2023, with `function_call` in place of `tool_calls`; ToolBench still has them
}


def turns_of(messages: Iterable[Any], part_of: Callable[[Mapping[str, Any]], Part]) -> list[Turn]:
    """Read messages; `part_of` reads a part that is no text."""
    waiting = Waiting()
    return [_turn(message, waiting, part_of) for message in messages]


def message_of(turn: Turn, content: Any, arguments: Callable[[Call], Any]) -> dict[str, Any]:
    """Make the message of a turn, which says the content; `arguments` gives those of a call as text or object."""
    message: dict[str, Any] = {"role": turn.role, "content": content}
    if turn.calls:
        message["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": arguments(call)}}
            for call in turn.calls
        ]
    if turn.call_id is not None:
        message["tool_call_id"] = turn.call_id
    if turn.name is not None:
        message["name"] = turn.name
    return message


def _turn(message: Mapping[str, Any], waiting: Waiting, part_of: Callable[[Mapping[str, Any]], Part]) -> Turn:
    role, content = _ROLES.get(message["role"]), message.get("content")
    if role is None:
        raise BadRow(f"unknown role: {message['role']!r:.80}")
    calls = _calls(message, waiting)
    if content is None and not calls:
        raise BadRow(f"a turn of the {role} has neither words nor calls")
    if isinstance(content, str):
        parts = [Part("text", content)] if content else []
    else:
        parts = [
            Part("text", text_in(part, "text")) if part["type"] == "text" else part_of(part)
            for part in list_in(message, "content")
        ]
    call_id, name = _optional(message, "tool_call_id"), _optional(message, "name")
    if role == "tool":
        return waiting.result(parts, call_id=call_id, name=name)
    return Turn(role, tuple(parts), calls, call_id, name)


def _calls(message: Mapping[str, Any], waiting: Waiting) -> tuple[Call, ...]:
    rows = list_in(message, "tool_calls")
    if not rows and message.get("function_call") is not None:
        rows = [{"function": message["function_call"]}]
    calls = tuple(_call(row, waiting) for row in rows)
    if calls:
        waiting.ask(calls)
    return calls


def _call(row: Mapping[str, Any], waiting: Waiting) -> Call:
    function = row["function"]
    name, arguments = text_in(function, "name"), function.get("arguments")
    # A text stays as the model wrote it, whether it is JSON or not.
    text = arguments if isinstance(arguments, str) else arguments_of(arguments)
    return Call(_optional(row, "id") or waiting.next_id(), name, text)


def _optional(message: Mapping[str, Any], name: str) -> str | None:
    return None if message.get(name) is None else text_in(message, name)
