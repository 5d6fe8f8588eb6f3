"""Tool calls and tools as rows hold them: as objects or as JSON text, alone or in OpenAI's envelope."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pictus.reading.rows import BadRow, json_line, json_of, text_in
from pictus.record import Call, Part, Tool, Turn

_ARGUMENTS = ("arguments", "parameters")  # Llama 3 calls them parameters


def json_value(text: str) -> Any:
    """Read a JSON text, numbers of any length included; what is no JSON is refused."""
    return json.loads(json_line(text))


def arguments_of(value: Any) -> str:
    """Give the arguments of a call as JSON text; some files hold an object, some its text, some nothing."""
    if value is None or value == "":
        return "{}"
    return json_line(value) if isinstance(value, str) else json_of(value)


def arguments_object(call: Call) -> dict[str, Any]:
    """Read the arguments of a call: names and values."""
    value = json_value(call.arguments)
    if not isinstance(value, dict):
        raise BadRow("the arguments of a call are no object")
    return value


def call_object(call: Call, *, arguments: str = "arguments") -> dict[str, Any]:
    """Make the `{name, arguments}` of a call."""
    return {"name": call.name, arguments: arguments_object(call)}


def call_text(call: Call, *, arguments: str = "arguments") -> str:
    """Write a call as one line of JSON."""
    return f'{{"name":{json_of(call.name)},"{arguments}":{json_line(call.arguments)}}}'


def name_and_arguments(value: Any) -> tuple[str, str]:
    """Read the name and the arguments of a call out of an object, with OpenAI's envelope around it or without."""
    inner = value.get("function", value) if isinstance(value, Mapping) else value
    if not isinstance(inner, Mapping):
        raise BadRow("a call is no object")
    key = next((key for key in _ARGUMENTS if key in inner), "arguments")
    return text_in(inner, "name"), arguments_of(inner.get(key))


def tool_object(tool: Tool) -> dict[str, Any]:
    """Make the `{name, description, parameters}` of a tool."""
    return {"name": tool.name, "description": tool.description, "parameters": schema_of(tool)}


def schema_of(tool: Tool) -> dict[str, Any]:
    """Read the schema of a tool's parameters."""
    value = json_value(tool.parameters)
    if not isinstance(value, dict):
        raise BadRow("the parameters of a tool are no object")
    return value


def tool_in_envelope(tool: Tool) -> dict[str, Any]:
    """Make the `{type, function}` of a tool, as OpenAI and chat templates want it."""
    return {"type": "function", "function": tool_object(tool)}


def tools_text(tools: Iterable[Tool]) -> str:
    """Write tools as the JSON text of a list; nothing where there are none."""
    objects = [tool_object(tool) for tool in tools]
    return json_of(objects) if objects else ""


def tools_in(value: Any) -> tuple[Tool, ...]:
    """Read tools out of a list or its JSON text, each with OpenAI's envelope around it or without."""
    if not value:
        return ()
    rows = _loaded(value, "the tools are no JSON") if isinstance(value, str) else value
    if not isinstance(rows, list):
        raise BadRow("the tools are no list")
    return tuple(_tool(row) for row in rows)


def calls_in(value: Any, problem: str) -> list[tuple[str, str]]:
    """Read the names and arguments of calls out of one object, a list of them, or the JSON text of either."""
    if isinstance(value, str):
        value = _loaded(value, problem)
    rows = value if isinstance(value, list) else [value]
    return [name_and_arguments(row) for row in rows]


class Waiting:
    """Gives ids to calls whose file keeps none, and tells which call a result is of."""

    def __init__(self) -> None:
        self._made = 0
        self._open: list[Call] = []

    def calls(self, pairs: Iterable[tuple[str, str]]) -> tuple[Call, ...]:
        """Make the calls of one turn out of names and arguments."""
        calls = tuple(Call(self.next_id(), name, arguments) for name, arguments in pairs)
        self.ask(calls)
        return calls

    def next_id(self) -> str:
        """Give an id that no call of this conversation has got from here."""
        self._made += 1
        return f"call_{self._made - 1}"

    def ask(self, calls: Iterable[Call]) -> None:
        """Wait for the results of these calls, and no longer for those of others."""
        self._open = list(calls)

    def result(self, parts: Sequence[Part], *, call_id: str | None = None, name: str | None = None) -> Turn:
        """Make the turn of a result: of the call with that id, else of the next one (of that name)."""
        if call_id is None:
            for call in self._open:
                if name in (None, call.name):
                    self._open.remove(call)
                    return Turn("tool", tuple(parts), call_id=call.id, name=call.name)
        return Turn("tool", tuple(parts), call_id=call_id, name=name)


def name_of_result(turn: Turn, calls: Sequence[Call]) -> str | None:
    """Name the tool that gave a result."""
    return turn.name or next((call.name for call in calls if call.id == turn.call_id), None)


def note_unclear_results(turns: Iterable[Turn], lost: set[str], *, named: bool) -> None:
    """Name as lost which call a result is of, where its place (and the name of its tool) does not tell."""
    waiting = Waiting()
    calls: Sequence[Call] = ()
    for turn in turns:
        if turn.calls:
            calls = turn.calls
            waiting.ask(calls)
        elif turn.role == "tool":
            found = waiting.result((), name=name_of_result(turn, calls) if named else None)
            if turn.call_id is not None and found.call_id != turn.call_id:
                lost.add("which result belongs to which call")


def _tool(row: Any) -> Tool:
    inner = row.get("function", row) if isinstance(row, Mapping) else row
    if not isinstance(inner, Mapping):
        raise BadRow("a tool is no object")
    tool = Tool(text_in(inner, "name"), text_in(inner, "description", ""), arguments_of(inner.get("parameters")))
    schema_of(tool)
    return tool


def _loaded(text: str, problem: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise BadRow(problem) from None
