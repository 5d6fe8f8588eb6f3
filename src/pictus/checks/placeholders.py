"""Each medium has its place in a turn of the user, and each place its medium."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pictus.reading.marked_text import MARKS
from pictus.record import Record

_ONE = {"image": "a picture", "motion": "a motion"}


@dataclass(frozen=True, slots=True)
class Check:
    """Keep a record whose media and places agree in number and kind, none of them in an answer."""

    def problems(self, record: Record) -> Iterator[str]:
        """Name what does not agree."""
        places = []
        kinds = [medium.kind for medium in record.media]
        marks = {MARKS[kind]: kind for kind in ("image", *kinds) if kind in MARKS}
        for number, turn in enumerate(record.turns, 1):
            for part in turn.parts:
                if part.type != "text":
                    places.append(part.type)
                    if turn.role in ("assistant", "system"):
                        yield f"turn {number}, the {turn.role}'s, holds a place for {part.type}"
                    continue
                for mark, kind in marks.items():
                    if part.text and mark in part.text:
                        yield f"turn {number} has the literal text {mark}, which trainers take for {_ONE[kind]}"
        if places != kinds:
            yield f"there are places for {_listing(places)}, and media: {_listing(kinds)}"


def _listing(kinds: Sequence[str]) -> str:
    return ", ".join(f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds)) or "none"
