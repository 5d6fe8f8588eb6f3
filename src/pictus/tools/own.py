"""A user's own tools: a JSON file that lists functions as chat-completion servers take them.

They have a schema and no result, so their calls are checked and never executed.
"""

from pathlib import Path
from typing import Any

import orjson

from pictus.errors import ManyErrors, PictusError, unknown_name
from pictus.json_schema import problems_of_schema
from pictus.record import Tool

_KEYS = ("name", "description", "parameters", "strict")
_FORM = 'write [{"name": "…", "description": "…", "parameters": {"type": "object", …}}, …]'


def read_tools(path: Path) -> tuple[Tool, ...]:
    """Read a list of functions, each bare or as {"type": "function", "function": …}; all problems are told at once."""
    rows = _rows(path)
    tools: dict[str, Tool] = {}
    problems: list[PictusError] = []
    for number, row in enumerate(rows, 1):
        where = f"{path}, tool {number}"
        inner = row["function"] if isinstance(row, dict) and isinstance(row.get("function"), dict) else row
        found = _problems(inner, where)
        if not found and inner["name"] in tools:
            found = [_problem(f"the name `{inner['name']}` is taken", where, "give each tool a name of its own")]
        if not found:
            tools[inner["name"]] = _tool(inner)
        problems += found
    if problems:
        raise ManyErrors(problems, where=str(path)) if len(problems) > 1 else problems[0]
    return tuple(tools.values())


def _rows(path: Path) -> list[Any]:
    try:
        rows = orjson.loads(path.read_bytes())
    except OSError as error:
        raise _problem(f"the tools cannot be read: {error.strerror}", str(path), "give the file's path") from None
    except orjson.JSONDecodeError as error:
        raise _problem(f"this is no JSON: {error.msg}", f"{path}, line {error.lineno}", _FORM) from None
    if not isinstance(rows, list) or not rows:
        raise _problem("this is no list of tools", str(path), _FORM)
    return rows


def _problems(row: Any, where: str) -> list[PictusError]:
    if not isinstance(row, dict):
        return [_problem("this is no function", where, _FORM)]
    name = row.get("name")
    if not isinstance(name, str) or not name or any(letter.isspace() for letter in name):
        return [_problem("the tool has no name", where, "add `name`, a word without spaces")]
    where = f"{where} (`{name}`)"
    found = [unknown_name("key", key, _KEYS, where=where) for key in row if key not in _KEYS]
    if not isinstance(row.get("description", ""), str):
        found.append(_problem("the description is no text", where, "write a sentence"))
    schema = row.get("parameters", {"type": "object"})
    if isinstance(schema, dict) and schema.get("type", "object") != "object":
        found.append(_problem("the parameters are no object", where, 'write "type": "object"'))
    found += [
        _problem(problem, where, "write a JSON Schema with the keywords that are supported")
        for problem in problems_of_schema(schema, at="the schema")
    ]
    return found


def _tool(row: dict[str, Any]) -> Tool:
    schema = {"type": "object", "properties": {}} | row.get("parameters", {})
    return Tool(row["name"], row.get("description", ""), orjson.dumps(schema).decode())


def _problem(what: str, where: str, mend: str) -> PictusError:
    return PictusError(what, where=where, mend=mend)
