"""Conversations that call tools, written by a model: what it is told of the tools, and its answer made into turns.

The model writes a request and the calls that serve it. Each call is executed on the facts, and each argument must be
found in the request, in the picture or in an earlier result; what rests on nothing is asked for again.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import orjson

from pictus.chat.body import function_of
from pictus.json_schema import problems_with
from pictus.prompt import Answer, Prompt
from pictus.prompt_sets.answers import Unusable, json_in
from pictus.record import Call, Facts, Part, Tool, Turn
from pictus.scene import Area
from pictus.scene.geometry import ALIKE, likeness
from pictus.steps.generate.rows import Said
from pictus.tools.cases import WANTED, case_of
from pictus.tools.function import result_at
from pictus.tools.library import is_ours, run
from pictus.tools.offer import offered
from pictus.tools.own import read_tools
from pictus.tools.provenance import Grounds, box_ref, with_grounds
from pictus.tools.seen import area_of_box, is_called

_MOST_OWN = 6  # of a user's tools beside one picture
_RESULT = re.compile(r"\$(\d+)\.([\w.]+)")  # "$1.boxes.0": out of the result of the first call


@dataclass(frozen=True, slots=True)
class Wanted:
    """The case that is wanted of a record, and the tools that are offered."""

    case: str
    tools: tuple[Tool, ...]

    @property
    def blocks(self) -> dict[str, str]:
        """Tell both, as blocks of a prompt."""
        lines = [orjson.dumps(function_of(tool)).decode() for tool in self.tools]
        return {"tools": "\n".join(["Tools:", *lines]), "case": f"Wanted: {WANTED[self.case]}"}


def wanted(tools: str, facts: Facts, seed: int) -> Wanted:
    """Choose a case and the tools beside it: of the library, or of a user's file."""
    random = Random(seed)
    case = case_of(random)
    if tools == "library":
        return Wanted(case, offered(facts, random.getrandbits(32)))
    own = own_tools(tools)
    return Wanted(case, tuple(random.sample(own, min(_MOST_OWN, len(own)))))


@cache
def own_tools(path: str) -> tuple[Tool, ...]:
    """Read a user's tools."""
    return read_tools(Path(path))


def read_calling(want: Wanted, facts: Facts, prompt: Prompt, answer: Answer) -> Said:
    """Read an answer, execute its calls, and find what each argument rests on."""
    if answer.finish == "length":
        raise Unusable("the answer is cut off")
    value, _ = json_in(answer.turns[0].text)
    request, reply, calls = _parts(value)
    _hold_to_case(want.case, request, reply, calls)
    turns: tuple[Turn, ...]
    if not calls:
        turns = (Turn.of("user", request), Turn.of("assistant", reply))
        return Said(turns=turns, tools=want.tools, facts=with_grounds(facts, (), case=want.case))
    turns, grounds = _executed(request, calls, want, facts)
    return Said(turns=turns, tools=want.tools, facts=with_grounds(facts, grounds, case=want.case))


def _parts(value: Any) -> tuple[str, str, list[Mapping[str, Any]]]:
    if not isinstance(value, dict) or not isinstance(value.get("request"), str) or not value["request"].strip():
        raise Unusable("the JSON holds no `request`")
    calls = value.get("calls") or []
    if not isinstance(calls, list) or not all(
        isinstance(one, dict) and isinstance(one.get("name"), str) and isinstance(one.get("arguments", {}), dict)
        for one in calls
    ):
        raise Unusable("`calls` is no list of `name` and `arguments`")
    return value["request"].strip(), str(value.get("reply") or "").strip(), calls


def _hold_to_case(case: str, request: str, reply: str, calls: Sequence[Mapping[str, Any]]) -> None:
    chained = any(_references(one.get("arguments", {})) for one in calls)
    if case in ("irrelevance", "missing_argument"):
        fits = not calls and bool(reply) and (case == "irrelevance" or "?" in reply)
    elif case == "parallel":
        fits = len(calls) > 1 and not chained
    elif case == "sequential":
        fits = len(calls) > 1 and chained
    else:
        fits = len(calls) == 1 and not chained
    if not fits:
        raise Unusable(f"this is no {case.replace('_', ' ')} case: {len(calls)} calls")


def _executed(
    request: str, calls: Sequence[Mapping[str, Any]], want: Wanted, facts: Facts
) -> tuple[tuple[Turn, ...], list[Grounds]]:
    """Write the calls in rounds: one that needs a result comes after it. The last round waits for its results."""
    tools = {tool.name: tool for tool in want.tools}
    grounds: list[Grounds] = []
    results: list[Any] = []
    rounds: list[list[Call]] = [[]]
    done = 0  # calls whose results are told
    for number, one in enumerate(calls, 1):
        name, said = one["name"], one.get("arguments", {})
        if name not in tools:
            raise Unusable(f"there is no tool {name:.60}")
        if any(place > done for place, _ in _references(said)):
            rounds.append([])
            done = number - 1
        arguments = {key: _resolved(value, results) for key, value in said.items()}
        problem = next(problems_with(arguments, orjson.loads(tools[name].parameters), at=""), None)
        if problem:
            raise Unusable(f"{name}: {problem}")
        call = Call(f"call_{number}", name, orjson.dumps(arguments).decode())
        rounds[-1].append(call)
        result = orjson.loads(run(call, facts)) if is_ours(tools[name]) else None
        if isinstance(result, dict) and "error" in result:
            raise Unusable(f"{name}: {result['error']}")
        results.append(result)
        grounds += [Grounds(call.id, key, *_rests_on(key, said[key], request, facts)) for key in said]
    turns: list[Turn] = [Turn.of("user", request)]
    for place, together in enumerate(rounds):
        turns.append(Turn("assistant", (), tuple(together)))
        if place + 1 < len(rounds):
            turns += [_told(call, results) for call in together]
    return tuple(turns), grounds


def _told(call: Call, results: Sequence[Any]) -> Turn:
    text = orjson.dumps(results[int(call.id.removeprefix("call_")) - 1]).decode()
    return Turn("tool", (Part("text", text),), call_id=call.id, name=call.name)


def _references(arguments: Mapping[str, Any]) -> list[tuple[int, str]]:
    """List the results that arguments refer to, by the numbers of their calls."""
    texts = [value for value in arguments.values() if isinstance(value, str)]
    return [(int(found[1]), found[2]) for text in texts if (found := _RESULT.fullmatch(text))]


def _resolved(value: Any, results: Sequence[Any]) -> Any:
    found = _RESULT.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return value
    number = int(found[1])
    inside = result_at(results[number - 1], found[2]) if 0 < number <= len(results) else None
    if inside is None:
        raise Unusable(f"{value} is in no result")
    return inside


def _rests_on(name: str, value: Any, request: str, facts: Facts) -> tuple[Any, Any]:
    """Find what an argument rests on: a result, a box, the name of a thing, the user's words, or writing."""
    found = _RESULT.fullmatch(value) if isinstance(value, str) else None
    if found is not None:
        return "result", f"call_{found[1]}/{found[2]}"
    if isinstance(value, list) and len(value) == 4 and all(isinstance(one, int | float) for one in value):
        return "box", _box(name, value, facts)
    values = value if isinstance(value, list) else [value]
    words = [_words(one) for one in values]
    source = next((one for one in _SOURCES if all(_is_in(one, word, request, facts) for word in words)), None)
    if source is None or not words:
        raise Unusable(f"argument `{name}` rests on nothing: {orjson.dumps(value).decode():.60}")
    return source, words if isinstance(value, list) else words[0]


_SOURCES = ("label", "query", "text")


def _is_in(source: str, words: str, request: str, facts: Facts) -> bool:
    asked = re.search(rf"(?<!\w){re.escape(words)}(?!\w)", request, re.IGNORECASE) is not None
    if source == "label":
        labels = (*(box.label for box in facts.boxes), *facts.present, *facts.absent)
        return asked and any(is_called(label, words) for label in labels)
    if source == "query":
        return asked
    return any(words in text for text in (*facts.texts, *facts.captions))


def _words(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Unusable(f"nobody can say what {value!r:.40} rests on")
    return f"{value:g}"


def _box(name: str, corners: Sequence[float], facts: Facts) -> str:
    given = Area.of(*corners)
    rated = [
        (likeness(given, area), box)
        for box in facts.boxes
        if given is not None and (area := area_of_box(box)) is not None
    ]
    best = max(rated, key=lambda one: one[0], default=None)
    if best is None or best[0] < ALIKE:
        raise Unusable(f"argument `{name}` is the box of nothing")
    return box_ref(facts, best[1])
