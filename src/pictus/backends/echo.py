"""Says back what it was told, in the form that was asked for: to try a pipeline without a model.

Nothing is made up: every answer is a line of the prompt. A schema is answered with the least object that fits it.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import orjson

from pictus.chat.reply import completion, read_reply
from pictus.prompt import Answer, Prompt, Usage

_SEPARATOR = re.compile(r"^={3,}$", re.MULTILINE)
_QUESTIONS = ("What do you see here?", "What else can be said of it?", "Is there anything more?")


@dataclass(frozen=True, slots=True)
class Backend:
    """A model that only listens."""

    latency_seconds: float = 0.0
    at_once: int = 256
    context: int | None = None

    model: ClassVar[str] = "echo"
    terms: ClassVar[str | None] = None  # the words are those of the prompt
    system_role: ClassVar[bool] = True
    notes: ClassVar[Sequence[str]] = ()

    def shape(self) -> Mapping[str, Any]:
        """Nothing shapes what it says but the prompt."""
        return {}

    async def answer(self, prompt: Prompt) -> Answer:
        """Say a part of the prompt."""
        await asyncio.sleep(self.latency_seconds)
        text = _said(prompt)
        words = sum(len(turn.text.split()) for turn in prompt.messages)
        usage = Usage(prompt=words, completion=len(text.split()))
        return read_reply(completion(text, model=self.model, usage=usage))

    async def close(self) -> None:
        """There is nothing to close."""


def _said(prompt: Prompt) -> str:
    if prompt.schema is not None:
        return orjson.dumps(_least(orjson.loads(prompt.schema))).decode()
    lines = [line.strip() for line in prompt.messages[-1].text.splitlines() if line.strip()] if prompt.messages else []
    lines = lines or [f"A picture of {medium.width} by {medium.height} pixels." for medium in prompt.media]
    lines = [line for line in lines if "[" not in line] or lines  # coordinates are no sentence
    first = prompt.seed % len(lines) if lines else 0
    lines = lines[first:] + lines[:first]
    examples = "".join(turn.text for turn in prompt.messages if turn.role != "user")
    if not _SEPARATOR.search(examples):
        return lines[0] if lines else "Nothing was said."
    pairs = zip(_QUESTIONS, lines, strict=False)
    return "\n===\n".join(f"Question: {question}\n===\nAnswer: {line}" for question, line in pairs)


def _least(schema: Any) -> Any:
    """Make the least value that fits a schema."""
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type", "object")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object":
        properties = schema.get("properties", {})
        return {name: _least(properties.get(name, {"type": "string"})) for name in schema.get("required", properties)}
    if kind == "array":
        return [_least(schema.get("items", {"type": "string"})) for _ in range(schema.get("minItems", 1))]
    if kind == "string":
        return "x" * max(schema.get("minLength", 1), 1)
    if kind in ("integer", "number"):
        return schema.get("minimum", 0)
    return False if kind == "boolean" else None
