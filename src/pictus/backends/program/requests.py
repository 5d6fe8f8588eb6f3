"""A request for a tool: a question with its places filled, the calls that answer it, and what they rest on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import orjson

from pictus.backends.program.exchange import pick, sentence
from pictus.record import Facts
from pictus.scene import Name, Scene
from pictus.tools.choices import Choice, choices
from pictus.tools.function import Chain, Fill, Function, places_in, result_at
from pictus.tools.library import functions
from pictus.tools.provenance import Grounds

_PREFER_SEVERAL = 0.8  # counting one thing is seldom worth asking


@dataclass(frozen=True, slots=True)
class Step:
    """One call: the function, its arguments, what each of them rests on, and its result."""

    function: Function
    arguments: dict[str, Any]
    grounds: Mapping[str, Choice | str]  # by argument: a choice, or the path into the result before
    result: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked, the calls in order, and what is said in the end."""

    ask: str
    steps: tuple[Step, ...]
    tell: str


def fill(ask: str, fills: Mapping[str, Fill], scene: Scene, random: Random) -> dict[str, Choice] | None:
    """Choose something different for each place of a question; None where the picture offers too little."""
    chosen: dict[str, Choice] = {}
    for place in places_in(ask):
        taken = [choice.value for choice in chosen.values()]
        options = [choice for choice in choices(fills[place], scene) if choice.value not in taken]
        if fills[place] == "counted" and random.random() < _PREFER_SEVERAL:
            several = {kind.name.one for kind in scene.counted if kind.count and kind.count > 1}
            options = [choice for choice in options if choice.value in several] or options
        if not options:
            return None
        chosen[place] = pick(random, options)
    return chosen


def say(template: str, chosen: Mapping[str, Choice], known: Mapping[str, Any] | None = None) -> str:
    """Fill the places of a sentence, and begin it with a capital."""
    return sentence(template.format(**{**(known or {}), **{place: one.said for place, one in chosen.items()}}))


def request(function: Function, scene: Scene, random: Random) -> Request | None:
    """Ask for one call; None where the picture offers nothing, or the function cannot do it."""
    ask = pick(random, function.asks)
    chosen = fill(ask, function.fills, scene, random)
    return answered(function, say(ask, chosen), chosen, scene.facts, random) if chosen is not None else None


def answered(
    function: Function, ask: str, chosen: Mapping[str, Choice], facts: Facts, random: Random
) -> Request | None:
    """Make the call of a question and tell its result; None where the function cannot do it."""
    step = _step(function, {place: one.value for place, one in chosen.items()}, chosen, facts)
    if step is None:
        return None
    tell = say(pick(random, function.tells), chosen, _known(chosen, (step,)))
    return Request(ask, (step,), tell) if _is_plain(tell) else None


def chained(chain: Chain, scene: Scene, random: Random) -> Request | None:
    """Ask for two calls of which the second takes something from the result of the first."""
    first, second = functions()[chain.first], functions()[chain.second]
    fills = {**second.fills, **first.fills, **chain.fills}
    ask = pick(random, chain.asks)
    chosen = fill(ask, fills, scene, random)
    if chosen is None:
        return None
    own = {place: one for place, one in chosen.items() if place in first.parameters["properties"]}
    rest = {place: one for place, one in chosen.items() if place not in own}
    one = _step(first, {place: choice.value for place, choice in own.items()}, own, scene.facts)
    if one is None:
        return None
    passed = {argument: result_at(one.result, path) for argument, path in chain.passes.items()}
    arguments = {place: choice.value for place, choice in rest.items()} | passed
    other = _step(second, arguments, {**rest, **chain.passes}, scene.facts)
    if other is None:
        return None
    tell = say(pick(random, chain.tells), chosen, _known(chosen, (one, other)))
    return Request(say(ask, chosen), (one, other), tell) if _is_plain(tell) else None


def grounds_of(step: Step, call: str, before: str) -> list[Grounds]:
    """Say of each argument what it rests on; `before` is the call whose result it may come from."""
    return [
        Grounds(call, argument, "result", f"{before}/{origin}")
        if isinstance(origin, str)
        else Grounds(call, argument, origin.source, origin.ref)
        for argument, origin in step.grounds.items()
    ]


def is_same_call(one: Step, other: Step) -> bool:
    """Say whether two calls ask for the same."""
    return one.function is other.function and one.arguments == other.arguments


def joined(requests: Sequence[Request], random: Random) -> str:
    """Ask several things in one turn."""
    asks = [one.ask for one in requests]
    links = ("", "Also: ", "And then: ", "Besides that: ", "One more thing: ")
    opening = pick(random, ("", "", "", "I have a few wishes. ", "Several things at once. "))
    return opening + asks[0] + "".join(f" {pick(random, links)}{ask}" for ask in asks[1:])


def _step(
    function: Function, arguments: dict[str, Any], grounds: Mapping[str, Choice | str], facts: Facts
) -> Step | None:
    result = function.result(arguments, facts)
    if "error" in result or b"<" in orjson.dumps(result):  # writing such as "<image>" would be taken for a picture
        return None
    return Step(function, arguments, grounds, result)


def _known(chosen: Mapping[str, Choice], steps: Sequence[Step]) -> dict[str, Any]:
    """Gather what an answer may speak of: results, arguments as they are said, and phrases made of both."""
    known: dict[str, Any] = {}
    for step in steps:
        known |= step.result
    known |= {place: one.said for place, one in chosen.items()}
    for step in steps:
        known |= step.function.words(known) if step.function.words else {}
    return known


def _is_plain(text: str) -> bool:
    return "<" not in text and "\n" not in text and "  " not in text


def said_alone(choice: Choice) -> str:
    """Say a choice where nothing else is said, as the reply to "Which one?"."""
    if not isinstance(choice.said, Name):
        return choice.said
    return choice.said.the if choice.source == "box" else choice.said.a
