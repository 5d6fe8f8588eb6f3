"""A reply: the chat completion that came back, read into an answer; and one made for engines that speak none."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from pictus.chat.faults import words_of
from pictus.prompt import Answer, Fault, Finish, Limits, Usage
from pictus.record import Call, Part, Turn

_FINISHES: dict[str, Finish] = {
    "stop": "stop",
    "eos": "stop",
    "end_turn": "stop",
    "stop_sequence": "stop",
    "length": "length",
    "max_tokens": "length",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
    "tool_use": "tool_calls",
}
_MOST_TOKENS = 10**9  # no window of a model is so large; what is, is no count
_THOUGHT = re.compile(r"\s*<think(?:ing)?>(.*?)</think(?:ing)?>\s*", re.DOTALL)


def read_reply(reply: bytes, limits: Limits | None = None) -> Answer:
    """Read a chat completion; one that holds no answer is a `Fault`."""
    try:
        body = _json(reply)
    except (ValueError, RecursionError):
        start = " ".join(reply[:80].decode("utf-8", "replace").split())
        raise Fault(f"the reply is no JSON: {start!r}", "retry", limits=limits) from None
    try:
        return _answer(body, reply, limits)
    except Fault as fault:
        fault.usage = _usage(body.get("usage"))  # a refusal is billed as well
        raise
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        what = f"the reply is no chat completion: {type(error).__name__} {error}"
        usage = _usage(body.get("usage")) if isinstance(body, Mapping) else None
        raise Fault(what, "retry", limits=limits, usage=usage) from None


def completion(
    text: str,
    *,
    model: str,
    finish: Finish = "stop",
    usage: Usage | None = None,
    calls: Sequence[Call] = (),
    reasoning: str = "",
) -> bytes:
    """Make the chat completion of an engine that is called, not served."""
    message: dict[str, Any] = {"role": "assistant", "content": text}
    if reasoning:
        message["reasoning_content"] = reasoning
    if calls:
        message["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in calls
        ]
    body: dict[str, Any] = {"model": model, "choices": [{"index": 0, "message": message, "finish_reason": finish}]}
    if usage is not None:
        body["usage"] = {"prompt_tokens": usage.prompt, "completion_tokens": usage.completion}
    return orjson.dumps(body)


def _json(reply: bytes) -> Any:
    """Read JSON; also what some servers take for it: NaN, halves of letters, bytes that are no text.

    The reply is paid for: asking again would cost as much, and most likely bring the same.
    """
    try:
        return orjson.loads(reply)
    except orjson.JSONDecodeError:
        value = json.loads(reply.decode("utf-8-sig", "replace"), parse_constant=lambda name: None)
        return orjson.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))


def _answer(body: Mapping[str, Any], reply: bytes, limits: Limits | None) -> Answer:
    if error := body.get("error"):  # some routers send errors with status 200
        what = error.get("message", error) if isinstance(error, Mapping) else error
        raise Fault(f"the reply is an error: {words_of(what)[:200]}", "retry", limits=limits)
    if not body["choices"]:
        raise Fault("the reply has no choices", "retry", limits=limits)
    choice = body["choices"][0]
    message, reason = choice["message"], choice.get("finish_reason")
    if reason in ("content_filter", "safety", "SAFETY") or message.get("refusal"):
        raise Fault(f"refused: {message.get('refusal') or reason}", "set_aside", limits=limits)
    if reason in ("error", "insufficient_system_resource", "abort"):
        raise Fault(f"the model stopped with {reason!r}", "retry", limits=limits)
    text, reasoning = _text(message)
    calls = tuple(_call(call, number) for number, call in enumerate(message.get("tool_calls") or ()))
    return Answer(
        turns=(Turn("assistant", (Part("text", text),) if text or not calls else (), calls),),
        model=str(body.get("model") or ""),
        finish="tool_calls" if calls else _FINISHES.get(str(reason), "stop"),
        reasoning=reasoning,
        usage=_usage(body.get("usage")),
        limits=limits,
        reply=reply,
    )


def _text(message: Mapping[str, Any]) -> tuple[str, str]:
    """Tell what was said from what was only thought; servers put thoughts in two fields or into the text."""
    content = message.get("content") or ""
    if not isinstance(content, str):
        content = "".join(part.get("text") or "" for part in content)
    reasoning = message.get("reasoning_content") or message.get("reasoning") or ""
    if found := _THOUGHT.match(content):
        return content[found.end() :], str(reasoning or found[1].strip())
    return content, str(reasoning)


def _call(call: Mapping[str, Any], number: int) -> Call:
    function = call["function"]
    arguments = function.get("arguments")
    if not isinstance(arguments, str):  # Ollama once gave an object here
        arguments = orjson.dumps(arguments or {}).decode()
    return Call(str(call.get("id") or f"call_{number}"), str(function["name"]), arguments)


def _usage(usage: Any) -> Usage | None:
    """Read what a server counted; None where it makes no sense, for a budget must not rest on it."""
    if not isinstance(usage, Mapping):
        return None
    prompt, completion = _count(usage.get("prompt_tokens")), _count(usage.get("completion_tokens"))
    if not prompt or completion is None:  # no prompt has no tokens
        return None
    details = usage.get("prompt_tokens_details")
    cached = _count(details.get("cached_tokens")) if isinstance(details, Mapping) else None
    return Usage(prompt=prompt, completion=completion, cached=min(cached or 0, prompt))


def _count(value: Any) -> int | None:
    try:
        number = int(value or 0)
    except (ValueError, TypeError, OverflowError):
        return None
    return number if 0 <= number < _MOST_TOKENS else None
