"""LLaVA's JSON: one picture a row, or a motion, and a conversation between human and gpt."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from pictus.plugins import Written
from pictus.reading.json import read_array
from pictus.reading.marked_text import MARKS, media_named, media_names, parts_of, text_of
from pictus.reading.row_kinds import kind_of
from pictus.reading.rows import BadRow, in_order, key_of, list_in, looks_like, record_rows, text_in
from pictus.record import MediaKind, Origin, Record, Reject, Role, Turn, make_record
from pictus.store.row_file import write_array

_ROLES: dict[str, Role] = {"human": "user", "gpt": "assistant"}
_NAMES = {role: name for name, role in _ROLES.items()}
_KINDS: tuple[MediaKind, ...] = ("image", "motion")


@dataclass(frozen=True, slots=True)
class Format:
    """A JSON array of `{id, image, conversations: [{from, value}]}`, the picture marked by `<image>`.

    A motion is named under `motion` and marked by `<motion>`; LLaVA's own loader knows pictures only. The id of
    a row is the record's, and becomes the key of the origin when the file is read.
    """

    many_images: bool = False  # write a list where a row has several pictures, as LLaVA-NeXT reads it

    carries: ClassVar[frozenset[str]] = frozenset({"turns", "media"})
    suffixes: ClassVar[tuple[str, ...]] = (".json",)

    def sniff(self, path: Path) -> bool:
        """Say whether the first row is a conversation of this kind."""
        return looks_like(path, lambda row: kind_of(row) == "llava")

    def read(self, path: Path, *, pictures: Path | None = None) -> Iterator[Record | Reject]:
        """Stream records; a row that is no conversation is set aside."""
        root = str(pictures or path.parent)
        return record_rows(read_array(path), lambda row, where: _record(row, where, path.stem, root))

    def write(self, records: Iterable[Record], path: Path) -> Written:
        """Write an array, a row a line."""
        return write_array(path, records, self._row)

    def _row(self, record: Record, lost: set[str]) -> dict[str, Any]:
        names = media_names(record, kinds=_KINDS)
        images, motions = names["image"], names["motion"]
        if len(images) > 1 and not self.many_images:
            raise BadRow("it has several pictures, LLaVA-1.5 reads one: see the setting `many_images`")
        if len(motions) > 1:
            raise BadRow("it has several motions, this format holds one")
        kinds = _kinds(bool(motions))
        marks = [MARKS[kind] for kind in kinds]
        turns = []
        for turn in record.turns:
            if turn.calls or turn.role == "tool":
                raise BadRow("it calls tools, which this format cannot hold")
            if turn.role == "system":
                lost.add("turns of the system")
            else:
                turns.append({"from": _NAMES[turn.role], "value": text_of(turn, lost, marks=marks, kinds=kinds)})
        if not turns:
            raise BadRow("nobody but the system speaks")
        if record.tools:
            lost.add("tools that nobody called")
        row: dict[str, Any] = {"id": record.id}
        if images:  # the loader asks whether the key is there
            row["image"] = images[0] if len(images) == 1 else images
        if motions:
            row["motion"] = motions[0]
        return {**row, "conversations": turns}


def _kinds(has_motion: bool) -> tuple[MediaKind, ...]:
    """Give the media whose marks count in a row: where no motion is named, `<motion>` is only a word."""
    return _KINDS if has_motion else _KINDS[:1]


def _record(row: Mapping[str, Any], where: str, dataset: str, root: str) -> Record:
    images, motion = row.get("image"), row.get("motion")
    kinds = _kinds(motion is not None)
    turns = [_turn(turn, kinds) for turn in list_in(row, "conversations")]
    names: dict[MediaKind, list[Any]] = {"image": [images] if isinstance(images, str) else list_in(row, "image")}
    if motion is not None:
        names["motion"] = [motion]
    record = make_record(
        Origin(dataset=dataset, key=key_of(row, where)), media=media_named(names, root, turns), turns=turns
    )
    return in_order(record)


def _turn(turn: Mapping[str, Any], kinds: Sequence[MediaKind]) -> Turn:
    role = _ROLES.get(turn["from"])
    if role is None:
        raise BadRow(f"unknown role: {turn['from']!r:.80}")
    return Turn(role, parts_of(text_in(turn, "value"), kinds=kinds))
