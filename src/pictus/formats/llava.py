"""LLaVA's JSON: one picture a row, or a motion, and a conversation between human and gpt."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from pictus.plugins import Written
from pictus.reading.llava_rows import KINDS, ROLES, LlavaRows, kinds_in, marks_in
from pictus.reading.marked_text import media_names, text_of
from pictus.reading.row_kinds import kind_of
from pictus.reading.rows import BadRow, dataset_of, looks_like
from pictus.record import NO_FACTS, Origin, Record, Reject
from pictus.store.llava_file import LlavaFile
from pictus.store.row_file import write_array

_NAMES = {role: name for name, role in ROLES.items()}


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
        return self.table(path, pictures or path.parent).records()

    def table(self, path: Path, pictures: Path) -> LlavaFile:
        """Give the rows of the file as several processes can read them."""
        about = Origin(dataset=dataset_of(path), key=""), NO_FACTS
        return LlavaFile(path, LlavaRows(str(pictures), lambda _: about))

    def write(self, records: Iterable[Record], path: Path) -> Written:
        """Write an array, a row a line."""
        return write_array(path, records, self._row)

    def _row(self, record: Record, lost: set[str]) -> dict[str, Any]:
        names = media_names(record, kinds=KINDS)
        images, motions = names["image"], names["motion"]
        if len(images) > 1 and not self.many_images:
            raise BadRow("it has several pictures, LLaVA-1.5 reads one: see the setting `many_images`")
        if len(motions) > 1:
            raise BadRow("it has several motions, this format holds one")
        kinds = kinds_in(has_motion=bool(motions))
        marks = marks_in(kinds)
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
