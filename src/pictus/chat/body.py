"""The body of a request: a prompt as a chat-completions object."""

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import orjson

from pictus.prompt import Fault, Prompt
from pictus.record import Media, Part, Tool, Turn

PictureAddress: TypeAlias = Callable[[Media], str]


def messages_of(prompt: Prompt, address: PictureAddress) -> list[dict[str, Any]]:
    """Give the messages of a prompt; `address` says how a picture is named, as a `data:` address for instance."""
    media = iter(prompt.media)
    return [_message(turn, media, address) for turn in prompt.messages]


def request_body(prompt: Prompt, model: str, address: PictureAddress) -> dict[str, Any]:
    """Give the body of a request, with only the settings that somebody chose."""
    sampling = prompt.sampling
    body: dict[str, Any] = {"model": model, "messages": messages_of(prompt, address)}
    chosen = {
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "max_tokens": sampling.max_tokens,
        "stop": list(sampling.stop) or None,
    }
    body |= {name: value for name, value in chosen.items() if value is not None}
    if prompt.tools:
        body["tools"] = [{"type": "function", "function": function_of(tool)} for tool in prompt.tools]
    if prompt.schema is not None:
        schema = {"name": prompt.kind, "strict": True, "schema": orjson.loads(prompt.schema)}
        body["response_format"] = {"type": "json_schema", "json_schema": schema}
    return body


def function_of(tool: Tool) -> dict[str, Any]:
    """Describe a tool as the protocol does."""
    return {"name": tool.name, "description": tool.description, "parameters": orjson.loads(tool.parameters)}


def _message(turn: Turn, media: Iterator[Media], address: PictureAddress) -> dict[str, Any]:
    message: dict[str, Any] = {"role": turn.role}
    if all(part.type == "text" for part in turn.parts):
        # Plain text where no picture is: not every server takes lists of parts.
        message["content"] = turn.text if turn.parts or not turn.calls else None
    else:
        message["content"] = [_part(part, media, address) for part in turn.parts]
    if turn.calls:
        message["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in turn.calls
        ]
    if turn.call_id is not None:
        message["tool_call_id"] = turn.call_id
    return message


def _part(part: Part, media: Iterator[Media], address: PictureAddress) -> dict[str, Any]:
    if part.type == "text":
        return {"type": "text", "text": part.text or ""}
    medium = next(media, None)
    if medium is None:
        raise Fault("the prompt has more places for pictures than pictures", "set_aside")
    return {"type": "image_url", "image_url": {"url": address(medium)}}
