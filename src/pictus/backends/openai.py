"""Asks any endpoint that speaks OpenAI's protocol, by its address: hosted models, and servers of your own.

OpenAI, vLLM, SGLang, Ollama, llama-server, OpenRouter, and Gemini and Anthropic through their compatible addresses.
The key is read from the environment and written nowhere.
"""

import asyncio
import os
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from pictus.chat.body import request_body
from pictus.chat.connection import Connection
from pictus.chat.pictures import PictureRule, digest
from pictus.errors import PictusError
from pictus.licence import terms_of_model
from pictus.prompt import Answer, Fault, Prompt
from pictus.record import Media

_OPENAI = "https://api.openai.com/v1"
_KEYS = {  # where makers tell their users to put the key
    "api.openai.com": "OPENAI_API_KEY",
    "openrouter.ai": "OPENROUTER_API_KEY",
    "generativelanguage.googleapis.com": "GEMINI_API_KEY",
    "api.anthropic.com": "ANTHROPIC_API_KEY",
    "api.together.xyz": "TOGETHER_API_KEY",
    "api.mistral.ai": "MISTRAL_API_KEY",
    "api.groq.com": "GROQ_API_KEY",
}
_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")
_REFUSED = ("unsupported", "not support", "unrecognized", "unknown", "not permitted", "extra", "invalid", "not allowed")
_SETTINGS = ("temperature", "top_p", "stop", "seed", "max_tokens", "max_completion_tokens", "response_format")
_SEED_RANGE = 2**31  # what servers take
_KEPT_PICTURES = 64  # encoded: the entries of a prompt set ask about one picture in a row


@dataclass(slots=True)
class Backend:
    """An endpoint; every setting but the address, the key and the pace shapes what it says."""

    model: str = ""
    base_url: str = _OPENAI
    key_name: str = ""  # the variable of the environment that holds the key; makers that we know have their own
    at_once: int = 256
    timeout_seconds: float = 600.0
    context: int | None = None  # tokens of prompt and answer together, for a model with a small window
    system_role: bool = True  # false for models that know none, such as Mistral-7B-Instruct v0.1
    picture_side: int = 1024  # pixels; larger pictures are made smaller
    picture_bytes: int = 5_000_000
    extra: dict[str, Any] = field(default_factory=dict)  # more settings of the request, such as `top_k`
    model_terms: str = ""  # of what the model writes, where its name does not tell
    notes: list[str] = field(default_factory=list, init=False)
    _connection: Connection = field(init=False, repr=False)
    _rule: PictureRule = field(init=False, repr=False)
    _refused: set[str] = field(default_factory=set, init=False, repr=False)
    _pictures: "OrderedDict[str, str]" = field(default_factory=OrderedDict, init=False, repr=False)

    def __post_init__(self) -> None:
        if not self.model:
            mend = "name it: `--model gpt-4o-mini`, or whatever the server calls it"
            raise PictusError("no model is named", where="backend openai", mend=mend)
        self.base_url = base_of(self.base_url)
        host = urlsplit(self.base_url).hostname or ""
        # A key goes to its maker, to this machine, or where the user sends it by name: never to a stranger.
        name = self.key_name or _KEYS.get(host) or ("OPENAI_API_KEY" if host in _THIS_MACHINE else "")
        key = os.environ.get(name, "").strip() if name else ""
        if not key and (self.key_name or host in _KEYS):
            mend = f"`export {name}=…`, or name another variable by `--set key_name=NAME`"
            if "/" in self.model:
                mend += f"; if `{self.model}` is a folder of weights, check its path: there is none"
            raise PictusError(f"{name} is not set", where=self.base_url, mend=mend)
        if not key.isprintable():
            mend = "copy the key again, without line breaks"
            raise PictusError(f"{name} holds what is no part of a key", where=self.base_url, mend=mend)
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._connection = Connection(self.base_url, headers, self.timeout_seconds)
        self._rule = PictureRule(self.picture_side, self.picture_bytes)

    @property
    def terms(self) -> str | None:
        """Give the terms of what the model writes."""
        return self.model_terms or terms_of_model(self.model)

    @property
    def connection(self) -> Connection:
        """Give the connection, for the batch files."""
        return self._connection

    def shape(self) -> Mapping[str, Any]:
        """Give the settings that shape an answer."""
        return {"picture_side": self.picture_side, "picture_bytes": self.picture_bytes, "extra": self.extra}

    async def answer(self, prompt: Prompt) -> Answer:
        """Send a prompt; a setting that this endpoint refuses is left out from then on, and noted."""
        for _ in _SETTINGS:
            body = await self.body(prompt)
            try:
                return await self._connection.chat(body)
            except Fault as fault:
                if not self._leave_out(fault, body):
                    raise
        raise Fault("the endpoint refuses one setting after the other", "stop", mend="ask another endpoint")

    async def body(self, prompt: Prompt) -> dict[str, Any]:
        """Give the body of the request of a prompt."""
        addresses = {id(medium): await self._address(medium) for medium in prompt.media}
        body = request_body(prompt, self.model, lambda medium: addresses[id(medium)])
        body["seed"] = prompt.seed % _SEED_RANGE
        body |= self.extra
        if "max_tokens" in self._refused and "max_tokens" in body:
            body["max_completion_tokens"] = body.pop("max_tokens")
        if "response_format" in self._refused and "response_format" in body:
            body["messages"] = _with_schema(body["messages"], prompt.schema or "")
        return {name: value for name, value in body.items() if name not in self._refused}

    async def close(self) -> None:
        """Close the connections."""
        await self._connection.close()

    def _leave_out(self, fault: Fault, body: Mapping[str, Any]) -> bool:
        """Find the setting that a refusal names; True when the request should go out again without it."""
        said = fault.what.lower()
        if fault.remedy != "set_aside" or said.startswith("too long") or not any(mark in said for mark in _REFUSED):
            return False
        named = [name for name in _SETTINGS if name in body and name in said]
        # "Use 'max_completion_tokens' instead" names both.
        name = min(named, key=said.index, default=None)
        if name is None:
            return False
        if name not in self._refused:
            self._refused.add(name)
            self.notes.append(f"the endpoint refuses `{name}`; it is left out: {fault.what}")
        return True

    async def _address(self, medium: Media) -> str:
        name = digest(medium)
        address = self._pictures.get(name)
        if address is None:
            # Decoding takes milliseconds, in which a thousand others may have come in.
            address = await asyncio.to_thread(self._rule.address, medium)
            self._pictures[name] = address
            while len(self._pictures) > _KEPT_PICTURES:
                self._pictures.popitem(last=False)
        return address


def base_of(address: str) -> str:
    """Give the address up to `/v1`, however much or little of it was given."""
    base = address.strip().rstrip("/").removesuffix("/chat/completions")
    parts = urlsplit(base)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        mend = "write the whole address, as `http://localhost:8000/v1`"
        raise PictusError(f"`{address}` is no address", where="base_url", mend=mend)
    return base if parts.path.strip("/") else f"{base}/v1"


def _with_schema(messages: Sequence[Mapping[str, Any]], schema: str) -> list[dict[str, Any]]:
    """Say the wanted form in words, for endpoints that cannot be held to it."""
    told = f"Answer with JSON alone, of this schema: {schema}"
    first = dict(messages[0])
    if first["role"] == "system":
        return [{**first, "content": f"{first['content']}\n\n{told}"}, *map(dict, messages[1:])]
    return [{"role": "system", "content": told}, *map(dict, messages)]
