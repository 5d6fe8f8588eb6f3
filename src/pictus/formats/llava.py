"""LLaVA's JSON: one picture a row, a conversation between human and gpt."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from pictus.plugins import Written
from pictus.reading.json import read_array
from pictus.reading.marked_text import parts_of, picture_paths, text_of
from pictus.reading.rows import BadRow, key_of, looks_like, record_rows
from pictus.record import Media, Origin, Record, Reject, Role, Turn, make_record
from pictus.store.row_file import write_array

_ROLES: dict[str, Role] = {"human": "user", "gpt": "assistant"}
_NAMES = {role: name for name, role in _ROLES.items()}


@dataclass(frozen=True, slots=True)
class Format:
    """A JSON array of `{id, image, conversations: [{from, value}]}`, the picture marked by `<image>`.

    The id of a row is the record's, and becomes the key of the origin when the file is read.
    """

    many_images: bool = False  # write a list where a row has several pictures, as LLaVA-NeXT reads it

    carries: ClassVar[frozenset[str]] = frozenset({"turns", "media"})
    suffixes: ClassVar[tuple[str, ...]] = (".json",)

    def sniff(self, path: Path) -> bool:
        """Say whether the first row is a conversation of this kind."""
        return looks_like(path, lambda row: "conversations" in row and "images" not in row)

    def read(self, path: Path, *, pictures: Path | None = None) -> Iterator[Record | Reject]:
        """Stream records; a row that is no conversation is set aside."""
        root = str(pictures or path.parent)
        return record_rows(read_array(path), lambda row, where: _record(row, where, path.stem, root))

    def write(self, records: Iterable[Record], path: Path) -> Written:
        """Write an array, a row a line."""
        return write_array(path, records, self._row)

    def _row(self, record: Record, lost: Counter[str]) -> dict[str, Any]:
        images = picture_paths(record)
        if len(images) > 1 and not self.many_images:
            raise BadRow("it has several pictures, LLaVA-1.5 reads one: see the setting `many_images`")
        turns = []
        for turn in record.turns:
            name = _NAMES.get(turn.role)
            if turn.calls or turn.role == "tool":
                raise BadRow("it calls tools, which this format cannot hold")
            if name is None:
                lost["turns of the system"] += 1
                continue
            turns.append({"from": name, "value": text_of(turn, lost)})
        if not images:
            return {"id": record.id, "conversations": turns}  # the loader asks whether the key is there
        return {"id": record.id, "image": images[0] if len(images) == 1 else images, "conversations": turns}


def _record(row: Mapping[str, Any], where: str, dataset: str, root: str) -> Record:
    images = row.get("image")
    if images is None:
        images = []
    elif isinstance(images, str):
        images = [images]
    turns = [_turn(turn) for turn in row["conversations"]]
    places = sum(part.type == "image" for turn in turns for part in turn.parts)
    if places != len(images):
        raise BadRow(f"it has {len(images)} pictures and places for {places}")
    return make_record(
        Origin(dataset=dataset, key=key_of(row, where)),
        media=[Media(path=image, root=root) for image in images],
        turns=turns,
    )


def _turn(turn: Mapping[str, Any]) -> Turn:
    role, text = _ROLES.get(turn["from"]), turn["value"]
    if role is None:
        raise BadRow(f"unknown role: {turn['from']!r}")
    if not isinstance(text, str):
        raise BadRow("a turn has no text")
    return Turn(role, parts_of(text))
