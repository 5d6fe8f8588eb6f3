"""The questions of a corpus: its records that offer tools beside a picture, and each again without what it shows."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

import orjson

from pictus.errors import PictusError
from pictus.reading.places import home_of
from pictus.record import Facts, Media, Record
from pictus.scoring.held_out import pictures_of
from pictus.store.corpus import Corpus, open_corpus

WHOLE = "all"  # the split that is every record
BLANK, SWAPPED = "blank", "swapped"
_KEY = "control"  # in the extra facts
_GREY = (127, 127, 127)
_SIDE = 448  # pixels, where nobody knows how large the picture is
_LARGEST = 2_048


@dataclass(frozen=True, slots=True)
class Control:
    """What a record is that asks the question of another with other pictures."""

    by: str
    question: str  # the id of that record
    picture: str  # the name of its pictures


def corpus_at(root: Path) -> Corpus:
    """Open the corpus that a data root is, or has in a folder of the benchmark's name."""
    return open_corpus(home_of(root, "pictus_calls").folder)


def questions_in(corpus: Corpus, split: str) -> Iterator[Record]:
    """Stream the records that ask for calls or tempt to them; none is an error that says how to make some."""
    found = False
    for record in corpus.records():
        if split in (WHOLE, record.origin.split) and record.tools and _shows_a_picture(record):
            found = True
            yield record
    if not found:
        part = "" if split == WHOLE else f" of the split {split}"
        raise PictusError(
            f"no record{part} offers tools beside a picture",
            where=str(corpus.place),
            mend=f"make such records: `pictus generate {corpus.place} --kind tools --to FOLDER`",
        )


def with_controls(records: Iterator[Record]) -> Iterator[Record]:
    """Give each record three times: as it is, with blank pictures, and with those of another record.

    The others are those of the next record that shows something else, of the last ones those of the first. Where
    all records show the same, nothing can be swapped.
    """
    first: Record | None = None
    waiting: list[Record] = []  # all of one picture
    for record in records:
        first = first or record
        if waiting and pictures_of(waiting[0]) != pictures_of(record):
            yield from _thrice(waiting, record)
            waiting = []
        waiting.append(record)
    if first is not None:
        yield from _thrice(waiting, first)


def control_of(record: Record) -> Control | None:
    """Tell what a record controls; None of one that is a question itself."""
    found = _extra(record.facts).get(_KEY)
    return Control(**found) if isinstance(found, dict) and record.id == _name(found["question"], found["by"]) else None


def _shows_a_picture(record: Record) -> bool:
    return any(medium.kind == "image" for medium in record.media)


def _thrice(records: list[Record], other: Record) -> Iterator[Record]:
    for record in records:
        yield record
        yield _control(record, BLANK, tuple(map(_blank, record.media)))
        if pictures_of(record) != pictures_of(other) and len(record.media) == len(other.media):
            yield _control(record, SWAPPED, other.media)


def _control(record: Record, name: str, media: tuple[Media, ...]) -> Record:
    control = Control(by=name, question=record.id, picture=pictures_of(record))
    extra = orjson.dumps({**_extra(record.facts), _KEY: asdict(control)}).decode()
    return replace(record, id=_name(record.id, name), media=media, facts=replace(record.facts, extra=extra))


def _name(question: str, by: str) -> str:
    return f"{question}-{by}"


def _extra(facts: Facts) -> dict[str, Any]:
    try:
        found = orjson.loads(facts.extra or "{}")
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def _blank(medium: Media) -> Media:
    """Make a grey picture of the same size, so that a model has as much to read."""
    if medium.kind != "image":
        return medium
    width, height = medium.width or _SIDE, medium.height or _SIDE
    scale = min(1.0, _LARGEST / max(width, height))
    width, height = max(round(width * scale), 1), max(round(height * scale), 1)
    return Media(data=_grey(width, height), width=width, height=height)


@lru_cache(4_096)  # a thousand sizes are usual, and a grey picture is a few kilobytes
def _grey(width: int, height: int) -> bytes:
    from PIL import Image  # slow to import, and needed only where somebody is asked

    file = BytesIO()
    Image.new("RGB", (width, height), _GREY).save(file, "PNG")
    return file.getvalue()
