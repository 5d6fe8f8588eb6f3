"""OpenAI's chat messages as JSON Lines, with pictures by address or inside the line, and tool calls."""

import base64
import binascii
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import orjson

from pictus.plugins import Written
from pictus.reading.json import read_lines
from pictus.reading.rows import BadRow, key_of, looks_like, record_rows
from pictus.record import Call, Media, Origin, Part, Record, Reject, Tool, Turn, make_record
from pictus.store.row_file import write_lines

_ROLES = ("system", "user", "assistant", "tool")
_TYPES = {b"\xff\xd8": "jpeg", b"\x89PNG": "png", b"GIF8": "gif", b"RIFF": "webp"}


@dataclass(frozen=True, slots=True)
class Format:
    """A line `{messages, tools}` for each record; the parts of a message are text and `image_url`."""

    embed: bool = True  # put pictures into the line as `data:` addresses; else name their paths

    carries: ClassVar[frozenset[str]] = frozenset({"turns", "media", "tools", "media.data"})
    suffixes: ClassVar[tuple[str, ...]] = (".jsonl",)

    def sniff(self, path: Path) -> bool:
        """Say whether the first line has messages."""
        return looks_like(path, lambda row: "messages" in row, lines=True)

    def read(self, path: Path, *, pictures: Path | None = None) -> Iterator[Record | Reject]:
        """Stream records; addresses stay addresses, other names are paths."""
        root = str(pictures or path.parent)
        return record_rows(read_lines(path), lambda row, where: _record(row, where, path.stem, root))

    def write(self, records: Iterable[Record], path: Path) -> Written:
        """Write a line a record."""
        return write_lines(path, records, self._row)

    def _row(self, record: Record, lost: Counter[str]) -> dict[str, Any]:
        media = iter(record.media)
        messages = [self._message(turn, media) for turn in record.turns]
        if next(media, None) is not None:
            raise BadRow("it has more pictures than places for them")
        row: dict[str, Any] = {"id": record.id, "messages": messages}
        if record.tools:
            row["tools"] = [{"type": "function", "function": _function(tool)} for tool in record.tools]
        return row

    def _message(self, turn: Turn, media: Iterator[Media]) -> dict[str, Any]:
        message: dict[str, Any] = {"role": turn.role}
        if len(turn.parts) == 1 and turn.parts[0].type == "text":
            message["content"] = turn.parts[0].text or ""
        elif turn.parts:
            message["content"] = [self._part(part, media) for part in turn.parts]
        else:
            message["content"] = None if turn.calls else ""
        if turn.calls:
            message["tool_calls"] = [
                {
                    "id": call.id,
                    "type": "function",
                    "function": {"name": call.name, "arguments": call.arguments},
                }
                for call in turn.calls
            ]
        if turn.call_id is not None:
            message["tool_call_id"] = turn.call_id
        if turn.name is not None:
            message["name"] = turn.name
        return message

    def _part(self, part: Part, media: Iterator[Media]) -> dict[str, Any]:
        if part.type == "text":
            return {"type": "text", "text": part.text or ""}
        medium = next(media, None)
        if medium is None:
            raise BadRow("it has more places for pictures than pictures")
        if part.type != "image" or medium.kind != "image":
            raise BadRow(f"it holds {medium.kind}, and this format knows pictures only")
        return {"type": "image_url", "image_url": {"url": self._address(medium)}}

    def _address(self, medium: Media) -> str:
        data = medium.data
        if data is None and self.embed and medium.file is not None:
            try:
                data = medium.file.read_bytes()
            except OSError as error:
                raise BadRow(f"the picture cannot be read: {medium.file}: {error.strerror}") from None
        if data is not None and self.embed:
            kind = next((name for start, name in _TYPES.items() if data.startswith(start)), "octet-stream")
            return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"
        name = medium.path or medium.url
        if name is None:
            raise BadRow("a picture has neither a path nor an address")
        return name


def _function(tool: Tool) -> dict[str, Any]:
    return {
        "name": tool.name,
        "description": tool.description,
        "parameters": orjson.Fragment(tool.parameters),
    }


def _record(row: Mapping[str, Any], where: str, dataset: str, root: str) -> Record:
    media: list[Media] = []
    turns = [_turn(message, media, root) for message in row["messages"]]
    functions = [tool["function"] for tool in row.get("tools") or ()]
    tools = [
        Tool(f["name"], f.get("description", ""), orjson.dumps(f.get("parameters", {})).decode()) for f in functions
    ]
    return make_record(Origin(dataset=dataset, key=key_of(row, where)), media=media, turns=turns, tools=tools)


def _turn(message: Mapping[str, Any], media: list[Media], root: str) -> Turn:
    role, content = message["role"], message.get("content")
    if role not in _ROLES:
        raise BadRow(f"unknown role: {role!r}")
    if isinstance(content, str):
        content = [{"type": "text", "text": content}] if content else []
    parts = []
    for part in content or ():
        if part["type"] == "text":
            parts.append(Part("text", _text(part["text"])))
        elif part["type"] == "image_url":
            media.append(_medium(part["image_url"], root))
            parts.append(Part("image"))
        else:
            raise BadRow(f"unknown part: {part['type']!r}")
    calls = tuple(
        Call(_text(call["id"]), _text(call["function"]["name"]), _text(call["function"]["arguments"]))
        for call in message.get("tool_calls") or ()
    )
    return Turn(role, tuple(parts), calls, message.get("tool_call_id"), message.get("name"))


def _medium(image: Any, root: str) -> Media:
    url = _text(image["url"] if isinstance(image, Mapping) else image)
    if url.startswith(("http://", "https://")):
        return Media(url=url)
    if not url.startswith("data:"):
        return Media(path=url, root=root)
    try:
        return Media(data=base64.b64decode(url.partition(",")[2], validate=True))
    except binascii.Error as error:
        raise BadRow(f"the picture inside the line is damaged: {error}") from None


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise BadRow(f"this is no text: {value!r:.80}")
    return value
