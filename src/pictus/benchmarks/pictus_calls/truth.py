"""What is asked with a record, and what is true of it: the calls, and whether only the picture tells them."""

from typing import Any

import orjson

from pictus.benchmarks.pictus_calls.corpus import control_of
from pictus.reading.rows import BadRow
from pictus.record import Call, Record, Turn
from pictus.scene import name_of
from pictus.scoring.held_out import pictures_of
from pictus.tools.provenance import Grounds, grounds_in


def asked_in(record: Record) -> tuple[Turn, ...]:
    """Give the turns up to the last thing that the user says."""
    last = max((number for number, turn in enumerate(record.turns) if turn.role == "user"), default=-1)
    if last < 0 or last + 1 == len(record.turns):
        raise BadRow("nobody asks anything" if last < 0 else "nobody answers, so that nothing is known to be right")
    return record.turns[: last + 1]


def truth_of(record: Record) -> dict[str, Any]:
    """Write a row of the truth, which tells the question too."""
    turns = asked_in(record)
    calls = record.turns[len(turns)].calls  # at once: later ones need the results of these
    control = control_of(record)
    grounds = _grounds(record)
    return {
        "id": record.id,
        "question": [{"role": turn.role, "content": turn.text} for turn in turns],
        "tools": [
            {"name": tool.name, "description": tool.description, "parameters": orjson.loads(tool.parameters)}
            for tool in record.tools
        ],
        "calls": [_row(call, grounds or []) for call in calls],
        **({} if grounds is None or not calls else {"by_sight": _is_by_sight(turns, calls, grounds)}),
        **({"control": control.by} if control else {}),
        "picture": control.picture if control else pictures_of(record),
    }


def _grounds(record: Record) -> list[Grounds] | None:
    """Read where arguments come from; None where nobody can say."""
    try:
        return grounds_in(record.facts)
    except ValueError:
        return None


def _row(call: Call, grounds: list[Grounds]) -> dict[str, Any]:
    arguments = orjson.loads(call.arguments)
    if not isinstance(arguments, dict):
        raise BadRow(f"the arguments of {call.name} are no object")
    regions = [one.argument for one in grounds if one.call == call.id and one.source == "box"]
    return {"name": call.name, "arguments": arguments, **({"regions": regions} if regions else {})}


def _is_by_sight(turns: tuple[Turn, ...], calls: tuple[Call, ...], grounds: list[Grounds]) -> bool:
    """Say whether an argument is told by the picture alone: a place, writing, or a thing that nobody named."""
    words = " ".join(turn.text for turn in turns).lower()
    made = {call.id for call in calls}
    return any(
        one.source in ("box", "text", "label") and not _is_said(one, words) for one in grounds if one.call in made
    )


def _is_said(one: Grounds, words: str) -> bool:
    if one.source == "box":
        return False
    told = one.ref if isinstance(one.ref, list) else [one.ref]
    return all(any(form.lower() in words for form in _forms(str(ref))) for ref in told)


def _forms(label: str) -> tuple[str, ...]:
    name = name_of(label)
    return (label,) if name is None else (label, name.one, name.many)
