"""The library: the functions of all domains by name, as records describe them, and their results."""

from collections.abc import Mapping
from functools import cache

import orjson

from pictus import plugins
from pictus.errors import PictusError, unknown_name
from pictus.record import Call, Facts, Tool
from pictus.tools.function import Chain, Function


@cache
def domains() -> Mapping[str, tuple[Function, ...]]:
    """List the functions of each domain."""
    return {name: tuple(plugins.load_class("tools", name).functions) for name in plugins.names("tools")}


@cache
def functions() -> Mapping[str, Function]:
    """Find functions by name; two of the same name cannot be told apart in a record."""
    found: dict[str, Function] = {}
    for domain, some in domains().items():
        for function in some:
            if function.name in found:
                raise PictusError(
                    f"there is another tool `{function.name}`",
                    where=f"the tools of {domain}",
                    mend="choose a name that no other domain uses",
                )
            found[function.name] = function
    return found


@cache
def chains() -> tuple[Chain, ...]:
    """List the pairs of functions of which the second needs the result of the first."""
    return tuple(chain for name in plugins.names("tools") for chain in plugins.load_class("tools", name).chains)


@cache
def domain_of(name: str) -> str:
    """Say to which domain a function belongs."""
    return next(domain for domain, some in domains().items() if any(one.name == name for one in some))


@cache
def all_tools() -> tuple[Tool, ...]:
    """Describe every function, as records do."""
    return tuple(map(tool, functions()))


@cache
def tool(name: str) -> Tool:
    """Describe one function, as records do."""
    if name not in functions():
        raise unknown_name("tool", name, tuple(functions()), where="the tool library")
    return functions()[name].tool


def is_ours(one: Tool) -> bool:
    """Say whether a tool of a record is one of the library; another's may have the same name."""
    return one.name in functions() and tool(one.name).parameters == one.parameters


def run(call: Call, facts: Facts) -> str:
    """Execute a call and give its result as JSON; what cannot be done is told there as an error."""
    function = functions().get(call.name)
    try:
        arguments = orjson.loads(call.arguments)
    except orjson.JSONDecodeError:
        return _text({"error": "the arguments are not JSON"})
    if function is None:
        return _text({"error": f"there is no tool {call.name}"})
    return _text(function.result(arguments, facts))


def _text(result: Mapping[str, object]) -> str:
    return orjson.dumps(result).decode("utf-8", "replace")
