"""TRL's rows as JSON Lines: `messages` whose calls hold objects, `tools`, and `images` in a column of their own."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from pictus.plugins import Written
from pictus.reading.calls import arguments_object, tool_in_envelope, tools_in
from pictus.reading.chat_messages import message_of, turns_of
from pictus.reading.marked_text import picture_names, pictures_named, shown_first
from pictus.reading.row_kinds import kind_of
from pictus.reading.rows import BadRow, file_records, in_order, key_of, list_in, looks_like
from pictus.record import Origin, Part, Record, Reject, Turn, make_record
from pictus.store.row_file import write_lines


@dataclass(frozen=True, slots=True)
class Format:
    """A line `{messages, tools, images}` for each record, which chat templates of transformers render.

    JSON Lines and no Parquet: a column of Arrow has one type, so the arguments of different tools would become one
    struct, each call with the arguments of all others as nulls, or fail where one is text here and a number there.
    `datasets` reads such columns of JSON as they are.
    """

    parts: bool = True  # every content is a list of parts, as pictures need; else a text, as models of text need

    carries: ClassVar[frozenset[str]] = frozenset({"turns", "media", "tools"})
    suffixes: ClassVar[tuple[str, ...]] = (".jsonl",)

    def sniff(self, path: Path) -> bool:
        """Say whether the first line has a column of pictures, or calls that hold objects."""
        return looks_like(path, lambda row: kind_of(row) == "trl")

    def read(self, path: Path, *, pictures: Path | None = None) -> Iterator[Record | Reject]:
        """Stream records; a row whose pictures have no places shows them before the first question, as in TRL."""
        return file_records(path, pictures, _record)

    def write(self, records: Iterable[Record], path: Path) -> Written:
        """Write a line a record, all with the same columns."""
        return write_lines(path, records, self._row)

    def _row(self, record: Record, lost: set[str]) -> dict[str, Any]:
        images = picture_names(record)
        if images and not self.parts:
            raise BadRow("it has pictures, and texts have no places for them: see the setting `parts`")
        messages = [message_of(turn, self._content(turn), arguments_object) for turn in record.turns]
        row = {"id": record.id, "messages": messages, "tools": [tool_in_envelope(tool) for tool in record.tools]}
        return {**row, "images": images} if self.parts else row

    def _content(self, turn: Turn) -> Any:
        # Lists and texts in one column would be two types to Arrow, so a file has only the one or the other.
        if not self.parts:
            return turn.text
        return [
            {"type": "image"} if part.type == "image" else {"type": "text", "text": part.text or ""}
            for part in turn.parts
        ]


def _record(row: Mapping[str, Any], where: str, dataset: str, root: str) -> Record:
    if "messages" not in row:
        raise BadRow("it has no 'messages'")
    images = list_in(row, "images")
    turns = turns_of(list_in(row, "messages"), _picture)
    if images and not any(part.type == "image" for turn in turns for part in turn.parts):
        turns = shown_first(turns, len(images))
    record = make_record(
        Origin(dataset=dataset, key=key_of(row, where)),
        media=pictures_named(images, root, turns),
        turns=turns,
        tools=tools_in(row.get("tools")),
    )
    return in_order(record)


def _picture(part: Mapping[str, Any]) -> Part:
    if part["type"] != "image":
        raise BadRow(f"unknown part: {part['type']!r:.80}")
    return Part("image")
