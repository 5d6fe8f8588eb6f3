"""Questions about a picture, with what people answered, as the turns of a conversation."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from pictus.errors import PictusError
from pictus.reading.json import read_array
from pictus.reading.rows import ROW_ERRORS, BadRow, list_in, reason_of, row_text
from pictus.record import Reject, Turn

_LONGEST_SIDE = 1_000_000  # pixels; a side longer than this is a mistake


def question_turns(question: str, answer: str | None, *, images: int = 1) -> tuple[Turn, ...]:
    """Give the turn of a question, with its pictures in front, and the turn of its answer where there is one."""
    asked = Turn.of("user", question, images=images)
    return (asked,) if answer is None else (asked, Turn.of("assistant", answer))


def line_in(row: Mapping[str, Any], name: str) -> str:
    """Take a text out of a row, without the space around it; one that is empty cannot be used."""
    value = row[name]
    text = value.strip() if isinstance(value, str) else ""
    if not text:
        raise BadRow(f"`{name}` is empty or no text")
    return text


def answers_in(row: Mapping[str, Any], name: str = "answers") -> tuple[str, ...]:
    """Take the answers of several people out of a row, in their order; where all are empty nobody answered."""
    answers = list_in(row, name)
    if not all(isinstance(answer, str) for answer in answers):
        raise BadRow("an answer is no text")
    return tuple(answers) if any(answer.strip() for answer in answers) else ()


def most_given(answers: Sequence[str]) -> str | None:
    """Give the answer that most people gave, the first of them where several are; None where nobody answered."""
    given = [answer.strip() for answer in answers if answer.strip()]
    return max(given, key=given.count, default=None)


def address_in(row: Mapping[str, Any], name: str) -> str | None:
    """Take an address out of a row, if it is one."""
    value = row.get(name)
    return value if isinstance(value, str) and value.startswith(("http://", "https://")) else None


def side_in(row: Mapping[str, Any], name: str) -> int | None:
    """Take the width or height of a picture out of a row, if it can be one."""
    value: Any = row.get(name)
    return int(value) if type(value) in (int, float) and 1 <= value <= _LONGEST_SIDE else None


def notes(told: Mapping[str, Any]) -> str | None:
    """Write down, as the `extra` of facts, what no field of them covers; what is empty or null says nothing."""
    kept = {name: value for name, value in told.items() if value not in (None, "", [], {})}
    return orjson.dumps(kept).decode() if kept else None


def each_once(
    rows: Iterable[tuple[str, Any] | Reject], key_of: Callable[[Any, str], str]
) -> Iterator[tuple[str, str, Any] | Reject]:
    """Give the place, the key and the row of each; one whose key came before is set aside."""
    seen: set[int] = set()  # hashes, which take a fraction of the memory of keys
    for item in rows:
        if isinstance(item, Reject):
            yield item
            continue
        where, row = item
        try:
            key = key_of(row, where)
        except ROW_ERRORS as error:
            yield Reject(where=where, reasons=(reason_of(error),), row=row_text(row))
            continue
        if hash(key) in seen:
            yield Reject(where=where, reasons=("its id stands twice in the file",), row=row_text(row))
        else:
            seen.add(hash(key))
            yield where, key, row


def rows_under(path: Path, key: str) -> Iterator[tuple[str, Any] | Reject]:
    """Stream the rows under a key of a file; a file that has none is not the one meant."""
    found = False
    for row in read_array(path, key):
        found = True
        yield row
    if not found:
        raise PictusError(
            f"there are no rows under `{key}`",
            where=str(path),
            mend="check that this is the dataset's own file, and not a part or a copy in another layout",
        )
