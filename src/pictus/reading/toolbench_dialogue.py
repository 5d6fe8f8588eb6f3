"""ToolBench's dialogues, as OpenAI's messages and as text of thoughts and actions, to turns."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pictus.reading.calls import Waiting
from pictus.reading.dialogue import order_problems
from pictus.reading.rows import BadRow, json_of, text_in
from pictus.record import Part, Role, Turn

_ROLES: dict[str, Role] = {"system": "system", "user": "user", "assistant": "assistant", "function": "tool"}
_ACTION = re.compile(r"(?P<thought>.*)(?:^|\n)Action:(?P<name>[^\n]*)\nAction Input:(?P<arguments>.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Message:
    """One message, whichever way it was written."""

    role: Role
    text: str
    call: tuple[str, str] | None = None  # name and arguments


@dataclass(frozen=True, slots=True)
class Dialogue:
    """The turns, and the search's own remarks that were left out of them, each with the turn it stood before."""

    turns: tuple[Turn, ...]
    remarks: tuple[tuple[int, str], ...]


def messages_of_answer(messages: Iterable[Mapping[str, Any]]) -> Iterator[Message]:
    """Read OpenAI's messages in their form of 2023, with `function_call` and the role `function`."""
    for one in messages:
        call = one.get("function_call")
        named = (text_in(call, "name"), _arguments(text_in(call, "arguments"))) if call else None
        yield Message(_role(one["role"]), text_in(one, "content", ""), named)


def messages_of_training(conversation: Iterable[Mapping[str, Any]]) -> Iterator[Message]:
    """Read the messages of a training file, where a call is words: `Thought: …`, `Action: …`, `Action Input: {…}`."""
    for one in conversation:
        role, text = _role(one["from"]), text_in(one, "value")
        if role != "assistant":
            yield Message(role, text)
            continue
        found = _ACTION.fullmatch(text)
        call = found and (found["name"].strip(), _arguments(found["arguments"]))
        yield Message(role, _thought(found["thought"] if found else text), call)


def dialogue_of(messages: Iterable[Message]) -> Dialogue:
    """Make the turns: what the assistant says in pieces is one, and only the first question is a person's.

    The search tells ChatGPT later which tries failed; that follows upon results, where no person has a turn.
    """
    turns: list[Turn] = []
    remarks: list[tuple[int, str]] = []
    waiting = Waiting()
    for message in messages:
        text = message.text.strip()
        parts = (Part("text", text),) if text else ()
        before = turns[-1] if turns else None
        if message.role == "user" and any(turn.role == "user" for turn in turns):
            remarks.append((len(turns), text))
        elif message.role == "tool":
            turns.append(waiting.result((Part("text", message.text),)))
        elif message.role == "assistant":
            calls = waiting.calls([message.call]) if message.call else ()
            if before is not None and before.role == "assistant" and not before.calls:
                turns.pop()
                parts = (Part("text", "\n".join(filter(None, (before.text, text)))),)
            turns.append(Turn("assistant", parts, calls))
        else:
            turns.append(Turn(message.role, parts))
    for _, problem in order_problems(turns):
        raise BadRow(f"a turn {problem}")
    if not turns or turns[-1].role != "assistant":
        raise BadRow("the assistant does not have the last word")
    return Dialogue(tuple(turns), tuple(remarks))


def _role(name: Any) -> Role:
    if name not in _ROLES:
        raise BadRow(f"unknown role: {name!r:.80}")
    return _ROLES[name]


def _thought(text: str) -> str:
    return "\n".join(filter(None, (piece.strip() for piece in re.split(r"(?:^|\n)Thought:", text))))


def _arguments(text: str) -> str:
    """Give arguments as JSON on one line; ChatGPT breaks lines inside texts, which is the one slip that is mended."""
    try:
        value = json.loads(text, strict=False) if text.strip() else {}
    except (ValueError, RecursionError):
        raise BadRow("the arguments of a call are no JSON") from None
    if not isinstance(value, dict):
        raise BadRow("the arguments of a call are no object")
    return json_of(value)
