"""Conversations that call tools, in six cases: one call, one of many, several, one after another, none, not yet."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import TypeAlias

import orjson

from pictus.backends.program.exchange import pick, sentence, some
from pictus.backends.program.families import CONVERSATION
from pictus.backends.program.presence import pick_absent
from pictus.backends.program.requests import (
    Request,
    answered,
    chained,
    fill,
    grounds_of,
    is_same_call,
    joined,
    request,
    said_alone,
    say,
)
from pictus.record import Call, Part, Turn
from pictus.scene import Scene
from pictus.tools.cases import case_of
from pictus.tools.choices import Choice, choices, is_about_pictures
from pictus.tools.function import Function
from pictus.tools.library import chains, domain_of, domains, functions
from pictus.tools.offer import distractors
from pictus.tools.provenance import Grounds

_ABOUT_PICTURES = 0.8  # of the requests are for what is in the picture
_TRIES = 8
# What these tell can be seen or known without a tool, so that lacking one is no reason to refuse.
_INSIDE = frozenset(["looking", "editing", "language", "nature", "numbers"])
# Domains that might serve each other's requests: a shop is a place, a timer helps the cook.
_NEAR = (
    {"shopping", "places"},
    {"shopping", "home"},
    {"shopping", "cooking"},
    {"shopping", "numbers"},
    {"cooking", "planning"},
    {"cooking", "home"},
    {"planning", "home"},
)


@dataclass(frozen=True, slots=True)
class Calling:
    """A conversation with the names of the tools it offers, and what the arguments of its calls rest on."""

    case: str
    turns: tuple[Turn, ...]
    offered: tuple[str, ...]
    grounds: tuple[Grounds, ...] = ()


Case: TypeAlias = Callable[[Scene, Random], Calling | None]


def calling(scene: Scene, random: Random) -> Calling | None:
    """Make a conversation of a case drawn by its share; where the facts allow no such case, of another."""
    if not scene.kinds and not scene.facts.texts:
        return None
    wanted = case_of(random)
    cases = sorted(CASES, key=lambda one: one != wanted)
    return next((made for case in cases if (made := CASES[case](scene, random)) is not None), None)


def _simple(scene: Scene, random: Random) -> Calling | None:
    found = _some_request(scene, random)
    return _called("simple", [found], 0, random) if found else None


def _multiple(scene: Scene, random: Random) -> Calling | None:
    found = _some_request(scene, random)
    return _called("multiple", [found], 2 + int(random.random() * 4), random) if found else None


def _parallel(scene: Scene, random: Random) -> Calling | None:
    first = _some_request(scene, random)
    if first is None:
        return None
    found, wanted = [first], 2 if random.random() < 0.8 else 3
    for _ in range(_TRIES):
        # Half of the time the same tool again, with other arguments.
        again = first.steps[0].function if random.random() < 0.5 else None
        other = request(again, scene, random) if again else _some_request(scene, random)
        if other and not any(is_same_call(one.steps[0], other.steps[0]) for one in found):
            found.append(other)
        if len(found) == wanted:
            break
    return _called("parallel", found, int(random.random() * 4), random) if len(found) > 1 else None


def _sequential(scene: Scene, random: Random) -> Calling | None:
    for chain in some(random, chains(), len(chains())):
        found = chained(chain, scene, random)
        if found:
            return _called("sequential", [found], int(random.random() * 4), random)
    return None


def _irrelevance(scene: Scene, random: Random) -> Calling | None:
    order = some(random, (_absent, _no_tool_fits, _seen_at_a_glance), 3)
    return next((made for variant in order if (made := variant(scene, random)) is not None), None)


def _absent(scene: Scene, random: Random) -> Calling | None:
    """Ask for work on something that was looked for and is not there."""
    name = pick_absent(scene, random)
    fitting = [one for one in functions().values() if list(one.fills.values()).count("thing") == 1]
    if name is None or not fitting:
        return None
    function = pick(random, fitting)
    missing = next(argument for argument, fill in function.fills.items() if fill == "thing")
    fills = {argument: (name,) if argument == missing else fill for argument, fill in function.fills.items()}
    ask = pick(random, function.asks)
    chosen = fill(ask, fills, scene, random)
    if chosen is None:
        return None
    chosen[missing] = Choice(name, name, "label", name.one)
    tell = pick(
        random,
        (
            f"There {name.there} {name.no} in the picture, so there is nothing to work on.",
            f"I cannot see {name.any} here. Did you mean something else?",
            f"The picture does not show {name.any}, so I cannot do that.",
            f"I looked for {name.the}, but there {name.there} {name.no} here.",
        ),
    )
    names = [function.name, *distractors([function.name], random, 1 + int(random.random() * 3))]
    return _told("irrelevance", say(ask, chosen), tell, names, random)


def _no_tool_fits(scene: Scene, random: Random) -> Calling | None:
    """Ask for something that none of the tools does, and that cannot be answered without one."""
    outside = [one for one in functions().values() if domain_of(one.name) not in _INSIDE and one.asks]
    for function in some(random, outside, _TRIES):
        found = request(function, scene, random)
        if found is None:
            continue
        tell = pick(
            random,
            (
                f"I have no tool to {function.deed}.",
                f"Sorry, I cannot {function.deed} with the tools I have.",
                f"None of my tools lets me {function.deed}, so I have to leave that to you.",
                f"To {function.deed} I would need another tool.",
            ),
        )
        return _told("irrelevance", found.ask, tell, _strangers(domain_of(function.name), random), random)
    return None


def _seen_at_a_glance(scene: Scene, random: Random) -> Calling | None:
    """Ask what the picture itself answers, with tools at hand that do not help."""
    for family in some(random, CONVERSATION, _TRIES):
        exchange = family(scene, random)
        if exchange is not None:
            return _told("irrelevance", exchange.question, exchange.answer, _strangers("looking", random), random)
    return None


def _missing_argument(scene: Scene, random: Random) -> Calling | None:
    """Ask without saying something that the tool needs; half of the time the user then says it."""
    fitting = [one for one in functions().values() if one.vague]
    for function in some(random, fitting, _TRIES):
        missing = pick(random, list(function.vague))
        vague = function.vague[missing]
        ask = pick(random, vague.asks)
        chosen = fill(ask, function.fills, scene, random)
        options = choices(function.fills[missing], scene)
        if chosen is None or len(options) < 2:  # what is alone in the picture need not be named
            continue
        turns = [Turn.of("user", say(ask, chosen), images=1), Turn.of("assistant", pick(random, vague.back))]
        if random.random() < 0.5:
            return _offered("missing_argument", turns, [function.name], int(random.random() * 4), random)
        taken = [one.value for one in chosen.values()]
        last = pick(random, [one for one in options if one.value not in taken])
        words = pick(random, ("{}", "{}, please", "Let us take {}", "I mean {}", "I was thinking of {}"))
        reply = sentence(words.format(said_alone(last)))
        found = answered(function, reply, {**chosen, missing: last}, scene.facts, random)
        if found is not None:
            return _called("missing_argument", [found], int(random.random() * 4), random, before=turns)
    return None


CASES: dict[str, Case] = {
    "simple": _simple,
    "multiple": _multiple,
    "parallel": _parallel,
    "sequential": _sequential,
    "irrelevance": _irrelevance,
    "missing_argument": _missing_argument,
}


def _some_request(scene: Scene, random: Random) -> Request | None:
    fitting = _asked_for(random.random() < _ABOUT_PICTURES)
    return next((made for one in some(random, fitting, len(fitting)) if (made := request(one, scene, random))), None)


@cache
def _asked_for(is_about: bool) -> tuple[Function, ...]:
    """List the functions that people ask for because of what a picture shows, or the others."""
    return tuple(one for one in functions().values() if one.asks and is_about_pictures(one) == is_about)


def _strangers(domain: str, random: Random) -> list[str]:
    """Choose tools of domains that have nothing to do with one."""
    near = {one for pair in _NEAR if domain in pair for one in pair} | {domain}
    if domain in _INSIDE:
        near |= _INSIDE
    names = [one.name for other, some_ in domains().items() if other not in near for one in some_]
    return some(random, names, 2 + int(random.random() * 3))


def _called(
    case: str, found: Sequence[Request], others: int, random: Random, *, before: Sequence[Turn] = ()
) -> Calling:
    """Write requests as turns: the question, the calls, their results, the answer."""
    turns = [
        *before,
        Turn.of("user", joined(found, random) if len(found) > 1 else found[0].ask, images=0 if before else 1),
    ]
    grounds: list[Grounds] = []
    steps = [step for one in found for step in one.steps]
    rounds = [steps] if len(found) > 1 else [[step] for step in steps]
    number = 0
    for together in rounds:
        calls = []
        for step in together:
            number += 1
            arguments = orjson.dumps(step.arguments).decode()
            calls.append(Call(f"call_{number}", step.function.name, arguments))
            grounds += grounds_of(step, f"call_{number}", f"call_{number - 1}")
        turns.append(Turn("assistant", (), tuple(calls)))
        for call, step in zip(calls, together, strict=True):
            result = (Part("text", orjson.dumps(step.result).decode()),)
            turns.append(Turn("tool", result, call_id=call.id, name=call.name))
    turns.append(Turn.of("assistant", " ".join(one.tell for one in found)))
    return _offered(case, turns, {step.function.name for step in steps}, others, random, grounds)


def _offered(
    case: str,
    turns: Sequence[Turn],
    needed: Collection[str],
    others: int,
    random: Random,
    grounds: Sequence[Grounds] = (),
) -> Calling:
    names = sorted(needed)  # a set has another order in each process
    names += distractors(names, random, others)
    return Calling(case, tuple(turns), tuple(some(random, names, len(names))), tuple(grounds))


def _told(case: str, ask: str, tell: str, names: Sequence[str], random: Random) -> Calling:
    turns = (Turn.of("user", ask, images=1), Turn.of("assistant", sentence(tell)))
    return Calling(case, turns, tuple(some(random, names, len(names))))
