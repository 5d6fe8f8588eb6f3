"""How an answer that may be a call was come by: the same for every benchmark of calls."""

from typing import Any

from pictus.grade import Outcome
from pictus.scoring.calls.decoding import Decoded
from pictus.scoring.outcome import outcome_of


def call_outcome(result: Any, decoded: Decoded, *, is_call_expected: bool) -> Outcome:
    """Say whether an answer is empty, or no call where one is expected: a refusal, or nothing that can be read.

    Where no call is right, words are an answer, those of a refusal too.
    """
    if not result or (isinstance(result, str) and not result.strip()):
        return "empty"
    if not decoded.problem or not is_call_expected:
        return "answered"
    return "refused" if isinstance(result, str) and outcome_of(result) == "refused" else "unreadable"
