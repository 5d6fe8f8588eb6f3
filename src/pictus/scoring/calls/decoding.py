"""What a model answered, as calls: text in three languages, or calls that its server had read already."""

import json
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from pictus.errors import PictusError
from pictus.scoring.calls import java, javascript, python
from pictus.scoring.calls.call import Call

Language: TypeAlias = Literal["python", "java", "javascript"]

FAILED = "ast_decoder:decoder_failed"
WRONG_FORMAT = "ast_decoder:decoder_wrong_output_format"
_READERS = {"python": python.read_calls, "java": java.read_calls, "javascript": javascript.read_calls}


@dataclass(frozen=True, slots=True)
class Decoded:
    """The calls of one answer, or why there are none."""

    calls: list[Call]
    problem: str = ""  # by its official name
    reason: str = ""


def decode(result: Any, language: Language) -> Decoded:
    """Read the calls of an answer: a text is read as code, a list as `{name: arguments as JSON}`."""
    try:
        calls = _from_text(result, language) if isinstance(result, str) else _from_list(result)
    except (PictusError, ImportError):  # of this installation, and not of the answer
        raise
    except Exception as error:  # whatever a parser finds to say about text that a model wrote
        return Decoded([], FAILED, f"{type(error).__name__}: {error}"[:200])
    if calls is None:
        return Decoded([], WRONG_FORMAT, "there is no call in it")
    if any(not isinstance(call.arguments, dict) for call in calls):
        return Decoded([], WRONG_FORMAT, "the arguments of a call are no object")
    return Decoded(calls)


def _from_text(text: str, language: Language) -> list[Call] | None:
    text = text.strip("`\n ")
    opening = "" if text.startswith("[") else "["
    text = opening + text
    return _READERS[language](text if text.endswith("]") else text + "]")


def _from_list(result: Any) -> list[Call]:
    if not isinstance(result, list):
        raise ValueError("neither text nor a list of calls")
    calls = []
    for entry in result:
        name, arguments = next(iter(entry.items()))
        # Python's own reader: it knows numbers of any length, NaN, and keys that stand twice, as the official one does.
        calls.append(Call(name, arguments if isinstance(arguments, dict) else json.loads(arguments)))
    return calls
