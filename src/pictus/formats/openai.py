"""OpenAI's chat messages as JSON Lines, with pictures by address or inside the line, and tool calls."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

from pictus.plugins import Written
from pictus.reading.calls import tool_in_envelope, tools_in
from pictus.reading.chat_messages import message_of, turns_of
from pictus.reading.data_address import data_address, medium_at
from pictus.reading.picture_file import picture_bytes
from pictus.reading.row_kinds import kind_of
from pictus.reading.rows import BadRow, file_records, in_order, key_of, list_in, looks_like, text_in
from pictus.record import Media, Origin, Part, Record, Reject, Role, Turn, make_record
from pictus.store.row_file import write_lines

_NO_NAME = re.compile("[^a-zA-Z0-9_-]")
_LONGEST = 64


@dataclass(frozen=True, slots=True)
class Format:
    """A line `{messages, tools}` for each record; the parts of a message are text and `image_url`.

    OpenAI takes only names of tools made of letters, digits, `_` and `-`, of at most 64; a record with others is set
    aside, or its tools are renamed.
    """

    embed: bool = True  # put pictures into the line as `data:` addresses; else name their paths
    rename: bool = False  # put `_` for each character, such as a dot, that a tool's name may not have

    carries: ClassVar[frozenset[str]] = frozenset({"turns", "media", "tools", "media.data"})
    suffixes: ClassVar[tuple[str, ...]] = (".jsonl",)

    def sniff(self, path: Path) -> bool:
        """Say whether the first row has messages, and no column of pictures as other trainers want it."""
        return looks_like(path, lambda row: kind_of(row) == "openai")

    def read(self, path: Path, *, pictures: Path | None = None) -> Iterator[Record | Reject]:
        """Stream records of lines, or of an array in a `.json`; addresses stay addresses, other names are paths."""
        return file_records(path, pictures, _record)

    def write(self, records: Iterable[Record], path: Path) -> Written:
        """Write a line a record."""
        return write_lines(path, records, self._row)

    def _row(self, record: Record, lost: set[str]) -> dict[str, Any]:
        record = self._renamed(record, lost)
        media = iter(record.media)
        messages = [self._message(turn, media) for turn in record.turns]
        if next(media, None) is not None:
            raise BadRow("it has more pictures than places for them")
        row: dict[str, Any] = {"id": record.id, "messages": messages}
        if record.tools:
            row["tools"] = [tool_in_envelope(tool) for tool in record.tools]
        return row

    def _renamed(self, record: Record, lost: set[str]) -> Record:
        """Give a record whose tools all have names that OpenAI takes."""
        names = {tool.name for tool in record.tools}
        names.update(call.name for turn in record.turns for call in turn.calls)
        names.update(turn.name for turn in record.turns if turn.name is not None)
        new = {name: _NO_NAME.sub("_", name) for name in names}
        if not all(1 <= len(name) <= _LONGEST for name in names):
            raise BadRow(f"the name of a tool is empty, or longer than the {_LONGEST} characters that OpenAI takes")
        if names == set(new.values()):
            return record
        if not self.rename:
            raise BadRow(
                "the name of a tool has characters that OpenAI refuses, such as a dot: see the setting `rename`"
            )
        if len(set(new.values())) < len(names):
            raise BadRow("two of its tools would have one name")
        lost.add("the exact name of a tool")
        return replace(
            record,
            tools=tuple(replace(tool, name=new[tool.name]) for tool in record.tools),
            turns=tuple(
                replace(
                    turn,
                    calls=tuple(replace(call, name=new[call.name]) for call in turn.calls),
                    name=None if turn.name is None else new[turn.name],
                )
                for turn in record.turns
            ),
        )

    def _message(self, turn: Turn, media: Iterator[Media]) -> dict[str, Any]:
        content: Any = None if turn.calls else ""
        if len(turn.parts) == 1 and turn.parts[0].type == "text":
            content = turn.parts[0].text or ""
        elif turn.parts:
            content = [self._part(part, media, turn.role) for part in turn.parts]
        return message_of(turn, content, lambda call: call.arguments)

    def _part(self, part: Part, media: Iterator[Media], role: Role) -> dict[str, Any]:
        if part.type == "text":
            return {"type": "text", "text": part.text or ""}
        medium = next(media, None)
        if medium is None:
            raise BadRow("it has more places for pictures than pictures")
        if part.type != "image" or medium.kind != "image":
            raise BadRow(f"it holds {medium.kind}, and this format knows pictures only")
        if role != "user":
            raise BadRow(f"a turn of the {role} holds a picture, and only those of the user may")
        return {"type": "image_url", "image_url": {"url": self._address(medium)}}

    def _address(self, medium: Media) -> str:
        data = picture_bytes(medium) if self.embed else None
        if data is not None:
            return data_address(data)
        name = medium.path or medium.url
        if name is None:
            raise BadRow(
                "a picture is only inside the record: see the setting `embed`"
                if medium.data is not None
                else "a picture has neither a path nor an address"
            )
        return name


def _record(row: Mapping[str, Any], where: str, dataset: str, root: str) -> Record:
    media: list[Media] = []
    if "messages" not in row:
        raise BadRow("it has no 'messages'")
    turns = turns_of(list_in(row, "messages"), lambda part: _picture(part, media, root))
    tools = tools_in(row.get("tools") or row.get("functions"))  # functions until 2023
    record = make_record(Origin(dataset=dataset, key=key_of(row, where)), media=media, turns=turns, tools=tools)
    return in_order(record)


def _picture(part: Mapping[str, Any], media: list[Media], root: str) -> Part:
    if part["type"] != "image_url":
        raise BadRow(f"unknown part: {part['type']!r:.80}")
    image = part["image_url"]
    media.append(medium_at(text_in(image, "url") if isinstance(image, Mapping) else image, root))
    return Part("image")
