"""Tool calls are well formed, can be executed, and rest on something that is really there."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson

from pictus.json_schema import problems_of_schema, problems_with
from pictus.record import NO_FACTS, Box, Call, Facts, Record, Turn
from pictus.scene import Area, name_of
from pictus.scene.geometry import ALIKE, likeness
from pictus.scene.names import plural
from pictus.tools.function import result_at
from pictus.tools.library import is_ours, run
from pictus.tools.provenance import Grounds, box_named, grounds_in
from pictus.tools.seen import area_of_box, is_called


@dataclass(frozen=True, slots=True)
class Check:
    """Keep a record whose calls fit the tools, have the results they were given, and take nothing from the air.

    In order: the arguments are JSON; the record has the tool; they fit its schema; each call has one result, unless
    the record ends with it; a tool of the library gives that result again; each argument is where it is said to
    come from. A record that does not say where its arguments come from, as one from a file, passes the last unless
    `needs_grounds` is set.
    """

    needs_grounds: bool = False

    def problems(self, record: Record) -> Iterator[str]:
        """Name what is wrong with the calls and their results."""
        if not any(turn.calls or turn.role == "tool" for turn in record.turns):
            return
        malformed = list(_malformed(record))
        yield from malformed
        unanswered = list(_unanswered(record.turns))
        yield from unanswered
        if malformed or unanswered:  # what follows would only say the same again
            return
        try:
            grounds = grounds_in(record.facts)
        except ValueError as error:
            yield f"the facts do not tell where arguments come from: {error}"
            return
        if record.facts != NO_FACTS:  # a file that left the facts behind cannot be executed again
            yield from _other_results(record)
        if grounds is not None:
            yield from _ungrounded(record, grounds)
        elif self.needs_grounds:
            yield "nothing tells where the arguments come from"


def _malformed(record: Record) -> Iterator[str]:
    tools = {tool.name: tool for tool in record.tools}
    for call in _calls(record.turns):
        try:
            arguments = orjson.loads(call.arguments)
        except orjson.JSONDecodeError:
            yield f"the arguments of {call.name:.60} are not JSON"
            continue
        if not isinstance(arguments, dict):
            yield f"the arguments of {call.name:.60} are no JSON object"
        elif call.name not in tools:
            yield f"there is no tool {call.name:.60} in the record"
        else:
            yield from (f"{call.name}: {problem}" for problem in _unfit(arguments, tools[call.name].parameters))


def _unfit(arguments: Mapping[str, Any], parameters: str) -> Iterator[str]:
    schema, wrong = _schema(parameters)
    if wrong:
        yield wrong
        return
    try:
        yield from problems_with(arguments, schema, at="")
    except (TypeError, ValueError, AttributeError, re.error) as error:  # a stranger's schema, such as minimum: "1"
        yield f"its schema cannot be used: {error}"


@lru_cache(maxsize=1024)
def _schema(parameters: str) -> tuple[Mapping[str, Any], str]:
    try:
        schema = orjson.loads(parameters)
    except orjson.JSONDecodeError:
        return {}, "its schema is not JSON"
    try:
        return schema, next(problems_of_schema(schema), "")
    except (TypeError, ValueError, AttributeError) as error:
        return {}, f"its schema cannot be used: {error}"


def _unanswered(turns: Sequence[Turn]) -> Iterator[str]:
    """Say which calls have no result or several; those of the last turn may wait."""
    seen: set[str] = set()
    waiting: dict[str, Call] = {}
    for number, turn in enumerate(turns, 1):
        if turn.role == "tool":
            call = waiting.pop(turn.call_id or "", None)
            if call is None:
                yield f"turn {number} is the result of no call that waits for one"
            elif turn.name is not None and turn.name != call.name:
                yield f"turn {number} is the result of {turn.name:.60}, and the call was of {call.name:.60}"
        else:
            yield from (f"the call {call.id:.60} of {call.name:.60} has no result" for call in waiting.values())
            waiting = {}
        for call in turn.calls:
            if call.id in seen:
                yield f"two calls have the id {call.id:.60}"
            seen.add(call.id)
            waiting[call.id] = call
    if turns and not turns[-1].calls:
        yield from (f"the call {call.id:.60} of {call.name:.60} has no result" for call in waiting.values())


def _other_results(record: Record) -> Iterator[str]:
    tools = {tool.name: tool for tool in record.tools}
    results = {turn.call_id: turn.text for turn in record.turns if turn.role == "tool"}
    for call in _calls(record.turns):
        told = results.get(call.id)
        if told is not None and is_ours(tools[call.name]) and _parsed(run(call, record.facts)) != _parsed(told):
            yield f"{call.name} gives another result than the record tells"


def _ungrounded(record: Record, grounds: Sequence[Grounds]) -> Iterator[str]:
    known = {(one.call, one.argument): one for one in grounds}
    asked: list[str] = []
    results: dict[str, Any] = {}
    for turn in record.turns:
        if turn.role == "user":
            asked.append(turn.text.casefold())
        elif turn.role == "tool":
            results[turn.call_id or ""] = _parsed(turn.text)
        for call in turn.calls:
            for argument, value in orjson.loads(call.arguments).items():
                one = known.get((call.id, argument))
                if one is None:
                    yield f"nothing tells where argument `{argument:.60}` of {call.name} comes from"
                elif problem := _doubt(one, value, record.facts, " \n ".join(asked), results):
                    yield f"argument `{argument:.60}` {problem}"


def _doubt(one: Grounds, value: Any, facts: Facts, asked: str, results: Mapping[str, Any]) -> str:
    """Say what speaks against an argument's coming from where it is said to."""
    if one.source == "box":
        return _not_the_box(value, box_named(facts, one.ref))
    if one.source == "result":
        call, _, path = str(one.ref).partition("/")
        same = call in results and result_at(results[call], path) == value
        return "" if same else "is not in the result it is said to come from"
    refs = one.ref if isinstance(one.ref, list) else [one.ref]
    values = value if isinstance(value, list) else [value]
    if len(refs) != len(values) or not all(map(_is_same, refs, values)):
        return f"is not the {one.source} that it is said to be"
    if one.source == "text":
        texts = (*facts.texts, *facts.captions)
        return "" if all(any(span in text for text in texts) for span in refs) else "is not written in the picture"
    if one.source == "query":
        return "" if all(_occurs(words, asked) for words in refs) else "is not in the question"
    labels = (*(box.label for box in facts.boxes), *facts.present, *facts.absent)
    if not all(any(is_called(label, name) for label in labels) for name in refs):
        return "names nothing that was looked for"
    return "" if all(_is_named(name, asked) for name in refs) else "is not in the question"


def _not_the_box(value: Any, box: Box | None) -> str:
    if box is None:
        return "rests on a box that is not there"
    is_four = isinstance(value, list) and len(value) == 4 and all(isinstance(at, int | float) for at in value)
    given, area = Area.of(*value) if is_four else None, area_of_box(box)
    if given is None or area is None or likeness(given, area) < ALIKE:
        return f"is not the box of {box.label:.60}"
    return ""


def _is_same(words: Any, value: Any) -> bool:
    """Say whether a value is what its source says, be it in words or as a number."""
    if not isinstance(words, str):
        return False
    if isinstance(value, str):
        return words.casefold() == value.casefold()
    try:
        return not isinstance(value, bool) and float(words) == value
    except ValueError:
        return False


def _is_named(label: str, asked: str) -> bool:
    name = name_of(label)
    return any(_occurs(words, asked) for words in ((name.one, name.many) if name else (label, plural(label))))


def _occurs(words: str, asked: str) -> bool:
    """Say whether words stand in a text as words: "on" is not in "month"."""
    place, words = -1, words.casefold()
    while words and (place := asked.find(words, place + 1)) >= 0:
        around = asked[place - 1 : place] + asked[place + len(words) : place + len(words) + 1]
        if not any(letter.isalnum() for letter in around):
            return True
    return False


def _calls(turns: Sequence[Turn]) -> Iterator[Call]:
    return (call for turn in turns for call in turn.calls)


def _parsed(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text
