"""What rows of LLaMA-Factory have in common, be they of one instruction or of turns."""

from collections.abc import Mapping, Sequence
from typing import Any

from pictus.reading.calls import tools_in
from pictus.reading.dataset_info import AlpacaColumns, Columns
from pictus.reading.marked_text import MARK, pictures_named, text_of
from pictus.reading.rows import BadRow, in_order, key_of, names_in
from pictus.record import Origin, Record, Turn, make_record

FACTORY_MARKS = (MARK, "<video>", "<audio>")  # the loader counts each of these


def take_system(turns: list[Turn], lost: set[str]) -> str:
    """Take the system's words off the turns: they have a column of their own, where none and empty ones look alike."""
    if turns[0].role != "system":
        return ""
    words = text_of(turns.pop(0), lost, marks=FACTORY_MARKS)
    if not words:
        lost.add("an empty turn of the system")
    return words


def factory_record(
    row: Mapping[str, Any], where: str, dataset: str, root: str, turns: Sequence[Turn], columns: AlpacaColumns | Columns
) -> Record:
    """Make the record of a row whose turns are read, with its pictures and tools."""
    for name in ("videos", "audios"):
        if row.get(name):
            raise BadRow(f"it has {name}, and this format knows pictures only")
    record = make_record(
        Origin(dataset=dataset, key=key_of(row, where)),
        media=pictures_named(names_in(row, columns.images), root, turns),
        turns=turns,
        tools=tools_in(row.get(columns.tools)),
    )
    return in_order(record)
