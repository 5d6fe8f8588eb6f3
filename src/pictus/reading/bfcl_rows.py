"""BFCL's rows: questions with functions, and in another file the calls that count as right."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pictus.reading.bfcl_values import first_allowed, from_bfcl
from pictus.reading.json import read_rows
from pictus.reading.rows import BadRow, json_of, text_in
from pictus.record import Reject, Role, Tool, Turn

_ROLES: dict[str, Role] = {"system": "system", "user": "user", "assistant": "assistant"}


def answers_in(path: Path) -> tuple[dict[str, Mapping[str, Any]], list[Reject]]:
    """Read what counts as right, by the id of the question; the file is held in memory."""
    found: dict[str, Mapping[str, Any]] = {}
    rejects = []
    for item in read_rows(path, lines=True):
        if isinstance(item, Reject):
            rejects.append(item)
            continue
        where, row = item
        if not isinstance(row, Mapping) or not isinstance(row.get("id"), str) or "ground_truth" not in row:
            rejects.append(Reject(where=where, reasons=("an answer has no id, or no `ground_truth`",)))
        elif found.setdefault(row["id"], row) != row:
            rejects.append(Reject(where=where, reasons=("a question has two different answers",)))
    return found, rejects


def turn_of(message: Mapping[str, Any]) -> Turn:
    """Make the turn of a message."""
    role = _ROLES.get(message["role"])
    if role is None:
        raise BadRow(f"unknown role: {message['role']!r:.80}")
    return Turn.of(role, text_in(message, "content"))


def tool_of(function: Mapping[str, Any]) -> Tool:
    """Make a tool of the description of a function, its parameters as JSON Schema says them."""
    parameters = json_of(from_bfcl(function["parameters"]))
    return Tool(text_in(function, "name"), text_in(function, "description", ""), parameters)


def first_call(one: Any) -> tuple[str, str]:
    """Give the name of a right call, and its arguments: of each the first value that is allowed."""
    if not isinstance(one, Mapping) or len(one) != 1:
        raise BadRow("a right call is not one name with its arguments")
    ((name, allowed),) = one.items()
    if not isinstance(allowed, Mapping):
        raise BadRow("the arguments of a right call are no object")
    picked = {key: first_allowed(values) for key, values in allowed.items()}
    return name, json_of({key: value for key, (is_there, value) in picked.items() if is_there})
