"""Tell layouts apart by a row: several of them share the columns `conversations` and `messages`."""

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

RowKind: TypeAlias = Literal["llava", "sharegpt", "hermes", "function_call", "openai", "trl", "llama3", "ms_swift"]

FUNCTION_CALL, HERMES_TOOLS, HERMES_CALL, IPYTHON = "<function_call>", "<tools>", "<tool_call>", "ipython"
_SWIFT_ROLES = ("tool_call", "tool_response")
_PLAIN_ROLES = ("system", "user", "assistant", "tool")
_SWIFT_KEYS = ("loss", "loss_scale")
_FACTORY_COLUMNS = ("images", "system", "tools")  # of LLaMA-Factory


def kind_of(row: Mapping[str, Any]) -> RowKind | None:
    """Say which layout a row of turns has; None where it has none that we know."""
    name = "messages" if "messages" in row and "conversations" not in row else "conversations"
    turns = row.get(name)
    if not isinstance(turns, list) or not all(isinstance(turn, Mapping) for turn in turns):
        return None
    if all("from" in turn for turn in turns):
        kind = _of_values(row, turns)
        return kind if name == "conversations" or kind == "sharegpt" else None
    if not turns or not all("role" in turn for turn in turns):
        return None
    return _of_messages(row, turns, name)


def _of_values(row: Mapping[str, Any], turns: list[Any]) -> RowKind | None:
    """Tell apart what has `from` and `value`."""
    said = [turn.get("value") for turn in turns if isinstance(turn.get("value"), str)]
    if any(FUNCTION_CALL in text for text in said):
        return "function_call"
    if any(HERMES_CALL in text or HERMES_TOOLS in text for text in said):
        return "hermes"
    if isinstance(row.get("tools"), list) and "images" not in row and "system" not in row:
        return "function_call"
    if any(name in row for name in _FACTORY_COLUMNS):
        return "sharegpt" if turns else None
    return "llava"


def _of_messages(row: Mapping[str, Any], turns: list[Any], name: str) -> RowKind | None:
    """Tell apart what has `role` and `content`."""
    if any(_is_llama3(turn) for turn in turns):
        return "llama3"
    if name == "messages" and _is_swift(row, turns):
        return "ms_swift"
    if isinstance(turns[0].get("content"), str) and (name == "conversations" or "images" in row):
        return "sharegpt"
    if name != "messages":
        return None
    return "trl" if "images" in row or any(_holds_objects(turn) for turn in turns) else "openai"


def _is_llama3(turn: Mapping[str, Any]) -> bool:
    content = turn.get("content")
    if turn["role"] == IPYTHON:
        return True
    # A call is the whole of what the assistant says, `{"name": …, "parameters": …}`.
    return turn["role"] == "assistant" and isinstance(content, str) and _is_call(content.lstrip())


def _is_swift(row: Mapping[str, Any], turns: list[Any]) -> bool:
    if any(turn["role"] in _SWIFT_ROLES or any(key in turn for key in _SWIFT_KEYS) for turn in turns):
        return True
    # LLaMA-Factory has a column of such text too, beside roles of its own.
    return isinstance(row.get("tools"), str) and all(turn["role"] in _PLAIN_ROLES for turn in turns)


def _is_call(text: str) -> bool:
    return text.startswith("{") and '"name"' in text[:20] and '"parameters"' in text


def _holds_objects(turn: Mapping[str, Any]) -> bool:
    """Say whether a turn's calls have objects for arguments, where OpenAI's have text."""
    calls = turn.get("tool_calls")
    functions = [call.get("function") for call in calls if isinstance(call, Mapping)] if isinstance(calls, list) else []
    return any(isinstance(one, Mapping) and isinstance(one.get("arguments"), Mapping) for one in functions)
