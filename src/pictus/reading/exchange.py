"""One question and the calls that answer it: all that a record has in files of single turns."""

from dataclasses import dataclass

from pictus.reading.rows import BadRow
from pictus.record import Call, Record, Turn


@dataclass(frozen=True, slots=True)
class Exchange:
    """What leads up to the calls, the last question included, and the calls; none where none is right."""

    before: tuple[Turn, ...]
    calls: tuple[Call, ...]


def exchange_of(record: Record, lost: set[str]) -> Exchange:
    """Take the one question and its calls out of a record, and name as lost what else was said."""
    turns = record.turns
    last = max((number for number, turn in enumerate(turns) if turn.role == "user"), default=None)
    if last is None:
        raise BadRow("nobody asks anything")
    before, after = turns[: last + 1], turns[last + 1 :]
    if any(turn.calls for turn in before):
        raise BadRow("it calls tools for more than one question, and this format knows one")
    if any(turn.calls for turn in after[1:]):
        raise BadRow("it calls tools again after their results, and this format knows one round of calls")
    calls = after[0].calls if after else ()
    if calls and after[0].text:
        lost.add("words beside a tool call")
    elif after and not calls:
        lost.add("the words of an answer without a call")
    if len(after) > 1:
        lost.add("the results of calls and what is said of them")
    return Exchange(before, calls)
