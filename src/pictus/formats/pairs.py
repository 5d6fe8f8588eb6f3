"""One question and one answer a line, as older generators wrote their data."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from itertools import pairwise
from pathlib import Path
from typing import Any, ClassVar

from pictus.plugins import Written
from pictus.reading.answer_rows import conversations
from pictus.reading.json import read_rows
from pictus.reading.marked_text import parts_of, picture_names, pictures_named, text_of
from pictus.reading.rows import BadRow, dataset_of, in_order, key_of, list_in, looks_like, record_rows, text_in
from pictus.record import Origin, Part, Record, Reject, Turn, make_record
from pictus.store.row_file import write_lines_each

# `made_by` is "model, prompts/kind, seed 0", without the prompts where a program was asked.
_KIND = re.compile(r", (?:[^,]*/)?([^,/]+), seed -?\d+")
_NAMES = tuple(field.name for field in fields(Origin))


@dataclass(frozen=True, slots=True)
class Format:
    """Lines of `{id, instruction, response, image, image_source, type}`, one for each answer of a conversation.

    Those of one conversation stand together and say so: `conversation` is its id, and `turn` counts its answers from
    1. The picture is named in each, and marked by `<image>` where it is shown. `type` is the kind of instruction, and
    `origin` says where the row is from, what its licences are and what made it.
    """

    carries: ClassVar[frozenset[str]] = frozenset({"turns", "media", "origin"})
    suffixes: ClassVar[tuple[str, ...]] = (".jsonl",)

    def sniff(self, path: Path) -> bool:
        """Say whether the first line has an instruction and a response."""
        return looks_like(path, lambda row: all(isinstance(row.get(key), str) for key in _TEXTS))

    def read(self, path: Path, *, pictures: Path | None = None) -> Iterator[Record | Reject]:
        """Stream records, the lines of a conversation joined; a picture that no mark places comes first."""
        dataset, root = dataset_of(path), str(pictures or path.parent)
        rows = conversations(read_rows(path))
        return record_rows(rows, lambda row, where: _record(row["pairs"], where, dataset, root))

    def write(self, records: Iterable[Record], path: Path) -> Written:
        """Write a line for each answer."""
        return write_lines_each(path, records, _rows)


_TEXTS = ("instruction", "response")


def _rows(record: Record, lost: set[str]) -> list[dict[str, Any]]:
    images = picture_names(record)
    if len(images) > 1:
        raise BadRow("it has several pictures, and a row names one")
    turns = [turn for turn in record.turns if turn.role != "system"]
    if len(turns) < len(record.turns):
        lost.add("turns of the system")
    if any(turn.calls or turn.role == "tool" for turn in turns):
        raise BadRow("it calls tools, which this format cannot hold")
    if not turns or len(turns) % 2:
        raise BadRow("a question in it has no answer, and a row holds both")
    told = {name: value for name, value in asdict(record.origin).items() if value not in (None, ())}
    made_as = _KIND.search(record.origin.made_by or "")
    return [
        {
            "id": record.id if len(turns) == 2 else f"{record.id}-{number // 2 + 1}",
            "conversation": record.id,
            "turn": number // 2 + 1,
            **({"type": made_as[1]} if made_as else {}),
            "instruction": text_of(turns[number], lost),
            "response": text_of(turns[number + 1], lost),
            **({"image": images[0]} if images else {}),
            "image_source": record.origin.dataset,
            "origin": told,
        }
        for number in range(0, len(turns), 2)
    ]


def _record(pairs: Sequence[Mapping[str, Any]], where: str, dataset: str, root: str) -> Record:
    turns: list[Turn] = []
    for pair in pairs:
        turns.append(Turn("user", parts_of(text_in(pair, "instruction"))))
        turns.append(Turn("assistant", parts_of(text_in(pair, "response"))))
    image = pairs[0].get("image")
    if any(pair.get("image") != image for one, pair in pairwise(pairs)):
        raise BadRow("its lines name different pictures")
    if image is not None and all(part.type == "text" for turn in turns for part in turn.parts):
        turns[0] = Turn("user", (Part("image"), *turns[0].parts))
    media = pictures_named([] if image is None else [image], root, turns)
    return in_order(make_record(_origin(pairs[0], where, dataset), media=media, turns=turns))


def _origin(row: Mapping[str, Any], where: str, dataset: str) -> Origin:
    told = row.get("origin")
    if told is None:
        return Origin(dataset=dataset, key=key_of(row, where))
    if not isinstance(told, Mapping):
        raise BadRow("`origin` is no object")
    texts = {name: text_in(told, name) for name in _NAMES if name != "parents" and told.get(name) is not None}
    parents = list_in(told, "parents")
    if not all(isinstance(parent, str) for parent in parents):
        raise BadRow("`parents` are no texts")
    return Origin(**{"dataset": dataset, "key": key_of(row, where), **texts}, parents=tuple(parents))
