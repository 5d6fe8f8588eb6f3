"""A function that a model may call: what it takes, what it gives, and how people ask for it.

`asks` and `tells` are sentences with places in braces. A place in a question is an argument, and those alone are
given in the call; a place in an answer is an argument or a key of the result.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from string import Formatter
from typing import Any, Literal, TypeAlias

import orjson

from pictus.errors import PictusError
from pictus.json_schema import problems_with
from pictus.record import Facts, Tool
from pictus.tools.schema import Schema

Arguments: TypeAlias = Mapping[str, Any]
Result: TypeAlias = dict[str, Any]
Seen: TypeAlias = Literal["thing", "coloured", "counted", "people", "single", "kind", "goods", "food", "animal"]


class CannotDo(PictusError):
    """A call that the facts, or what a function knows, cannot support."""

    def __init__(self, what: str) -> None:
        super().__init__(what, where="a tool call", mend="call it with other arguments")


@dataclass(frozen=True, slots=True)
class Several:
    """An argument that lists several different things of one sort."""

    seen: Seen
    count: int = 2


# What an argument can be: something seen in the picture, or one of the words that a user may say.
Fill: TypeAlias = Seen | Several | tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Vague:
    """How people ask when they forget an argument, and what one asks them then."""

    asks: tuple[str, ...]
    back: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """One function of a domain.

    `run` is pure: the same arguments and facts give the same result, so that whoever reads a conversation can run
    its calls again.
    """

    name: str
    description: str
    parameters: Schema
    run: Callable[[Arguments, Facts], Result]
    deed: str  # what it does, after "to": "look up the weather"
    asks: tuple[str, ...] = ()
    tells: tuple[str, ...] = ()
    fills: Mapping[str, Fill] = field(default_factory=dict)
    vague: Mapping[str, Vague] = field(default_factory=dict)  # by the argument that is missing
    words: Callable[[Mapping[str, Any]], Mapping[str, str]] | None = None  # phrases that need grammar, for `tells`

    @property
    def tool(self) -> Tool:
        """Describe the function as a record does."""
        return Tool(self.name, self.description, orjson.dumps(self.parameters).decode())

    def result(self, arguments: Arguments, facts: Facts) -> Result:
        """Run the function; what it cannot do is told as an error, never made up."""
        problems = list(problems_with(arguments, self.parameters))
        if problems:
            return {"error": "; ".join(problems)}
        try:
            return self.run(arguments, facts)
        except CannotDo as error:
            return {"error": error.what}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """Two functions of which the second needs the result of the first."""

    first: str
    second: str
    passes: Mapping[str, str]  # argument of the second: where in the first's result, as "boxes.0"
    asks: tuple[str, ...]
    tells: tuple[str, ...]
    fills: Mapping[str, Fill] = field(default_factory=dict)  # in place of those of the two functions


@lru_cache(maxsize=4096)
def places_in(template: str) -> tuple[str, ...]:
    """List the names that a sentence has places for, each once."""
    names = [name for _, name, _, _ in Formatter().parse(template) if name]
    return tuple(dict.fromkeys(name.partition(".")[0].partition("[")[0] for name in names))


def result_at(result: Any, path: str) -> Any:
    """Follow a path such as `boxes.0` into a result; None where it leads nowhere."""
    for step in path.split("."):
        if isinstance(result, dict):
            result = result.get(step)
        elif isinstance(result, list) and step.isdecimal() and int(step) < len(result):
            result = result[int(step)]
        else:
            return None
    return result
