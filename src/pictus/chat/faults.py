"""What a failed request means: whether to wait, to try again, to vary, to set the prompt aside or to stop."""

import re
from collections.abc import Mapping
from time import time
from typing import Any

import orjson

from pictus.chat.limits import limits_in, seconds_of
from pictus.prompt import Fault
from pictus.reading import retry_after as header

_WAITING = frozenset({429})
_PASSING = frozenset({408, 409, 425, 500, 502, 503, 504, 520, 522, 524, 529})
_EMPTY_PURSE = ("insufficient_quota", "billing_hard_limit", "exceeded your current quota", "credit balance is too low")
_TOO_LONG = (
    "context_length",
    "context length",
    "context size",
    "context window",
    "maximum context",
    "exceed_context_size",
    "prompt is too long",
    "too many tokens",
    "string too long",
    "input length",
    "request too large for",
)
_REFUSED = ("content_filter", "content_policy", "content management policy", "moderation", "safety system")
# llama-server answers 500 when the model's words do not fit the tool grammar: the words are at fault, not the server.
_UNFIT_WORDS = ("does not match the expected", "failed to parse tool call")


def fault_of(status: int, headers: Mapping[str, str], body: bytes, *, address: str) -> Fault:
    """Explain a reply that is not 200."""
    what, code = _message(body)
    said = f"{status} {what}".strip()
    text = f"{code} {what}".lower()
    limits = limits_in(headers)
    if any(mark in text for mark in _EMPTY_PURSE) or status == 402:
        return Fault(f"the account is empty: {said}", "stop", mend="add credit, then run the same command again")
    if status in (401, 403):
        mend = "set the key of this endpoint in the environment (OPENAI_API_KEY, or the one you named by `key_name`)"
        return Fault(f"the endpoint refuses the key: {said}", "stop", mend=mend)
    if any(mark in text for mark in _UNFIT_WORDS):
        return Fault(said, "vary")
    if status in _WAITING:
        return Fault(said, "wait", wait_seconds=retry_after(headers), limits=limits)
    if status in _PASSING or status >= 520:
        # 503 and 529 are servers with too much to do: they want what 429 wants.
        remedy = "wait" if status in (503, 529) else "retry"
        return Fault(said, remedy, wait_seconds=retry_after(headers), limits=limits)  # type: ignore[arg-type]
    if any(mark in text for mark in _TOO_LONG) or status == 413:
        return Fault(f"too long for the model: {said}", "set_aside")
    if any(mark in text for mark in _REFUSED):
        return Fault(f"refused: {said}", "set_aside")
    if status in (404, 405) or "model_not_found" in text:
        mend = f"check the model's name and the address {address}"
        return Fault(f"the endpoint does not know the model or the path: {said}", "stop", mend=mend)
    if 300 <= status < 400:
        return Fault(f"the endpoint sends us elsewhere: {said}", "stop", mend="give the address that it names")
    if status >= 500:
        return Fault(said, "retry", limits=limits)
    return Fault(f"the endpoint refuses the request: {said}", "set_aside")


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Read how long a server asks to wait: milliseconds, seconds or a date."""
    if milliseconds := headers.get("retry-after-ms"):
        seconds = seconds_of(milliseconds)
        return None if seconds is None else seconds / 1000
    text = headers.get("retry-after")
    seconds = None if text is None else seconds_of(text)  # some say `6m0s`
    return header.retry_after(text, time()) if seconds is None else seconds


def _message(body: bytes) -> tuple[str, str]:
    """Give what a server says of an error, and its code; proxies answer in HTML."""
    try:
        error: Any = orjson.loads(body)
    except orjson.JSONDecodeError:
        words = re.sub(rb"<[^>]*>", b" ", body[:2000]).decode("utf-8", "replace")
        return " ".join(words.split())[:200], ""
    if isinstance(error, list) and error:  # Gemini's compatible address wraps errors in a list
        error = error[0]
    if isinstance(error, Mapping):
        error = error.get("error", error)
    if isinstance(error, Mapping):
        what = error.get("message") or error.get("detail") or error
        code = words_of([error.get("code") or "", error.get("type") or ""])
        return words_of(what)[:300], code
    return words_of(error)[:300], ""


def words_of(what: Any) -> str:
    """Give what a server says of an error as text, whatever it made of it."""
    try:
        return str(what)
    except RecursionError:
        return "an error told in lists of lists"
