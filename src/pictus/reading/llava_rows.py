"""Rows as LLaVA's datasets have them: a picture, and a conversation between human and gpt."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

import orjson

from pictus.reading.marked_text import MARKS, media_named, parts_of
from pictus.reading.places import find_folder
from pictus.reading.rows import BadRow, in_order, key_of, list_in, names_in, record_rows, text_in
from pictus.record import NO_FACTS, Facts, Media, MediaKind, Origin, Record, Reject, Role, Turn, make_record

HUMAN, GPT = "human", "gpt"
ROLES: dict[str, Role] = {HUMAN: "user", GPT: "assistant"}
KINDS: tuple[MediaKind, ...] = ("image", "motion")
Row: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class LlavaRows:
    """How the rows of a file become records."""

    root: str  # where the paths of pictures begin
    # Of a row: the origin as all rows of its kind have it, whose key is filled in here, and what people annotated.
    # Only the picture's name, the first turn and the columns in `reads` may be looked at.
    about: Callable[[Row], tuple[Origin, Facts]]
    place: Callable[[str], str] = str  # from the path in a row to the one that begins at the root
    key: str = "id"  # the column that names a row
    url: str = ""  # the column with the picture's address, if there is one
    reads: tuple[str, ...] = ()  # columns of text that `about` needs; absent and null are the same to it
    may_begin_with_gpt: bool = False  # ShareGPT's conversations do; trainers pass over that turn


def rows_in(
    root: Path,
    folders: Sequence[str],
    origin: Origin,
    facts: Callable[[Row], Facts] = lambda _: NO_FACTS,
    reads: tuple[str, ...] = (),
    url: str = "",
) -> LlavaRows:
    """Say how rows become records where all have one origin, and name their pictures in one folder."""
    folder = find_folder(root, folders)
    return LlavaRows(
        str(root),
        lambda row: (origin, facts(row)),
        place=lambda name: f"{folder}/{name}",
        url=url,
        reads=reads,
    )


def llava_records(rows: Iterable[tuple[str, Any] | Reject], how: LlavaRows) -> Iterator[Record | Reject]:
    """Make a record of each row; one that is no conversation is set aside."""
    return record_rows(rows, lambda row, where: llava_record(row, where, how))


def llava_record(row: Row, where: str, how: LlavaRows) -> Record:
    """Make the record of a row."""
    motion = row.get("motion")
    kinds = kinds_in(has_motion=motion is not None)
    turns = [_turn(turn, kinds) for turn in list_in(row, "conversations")]
    origin, facts = how.about(row)
    if how.may_begin_with_gpt and len(turns) > 1 and turns[0].role == "assistant":
        facts = _with_extra(facts, "said_before", turns.pop(0).text)
    names: dict[MediaKind, list[Any]] = {"image": names_in(row, "image")}
    if motion is not None:
        names["motion"] = [motion]
    media = [_placed(medium, row, how) for medium in media_named(names, how.root, turns)]
    origin = replace(origin, key=key_of(row, where, how.key))
    return in_order(make_record(origin, media=media, turns=turns, facts=facts))


def kinds_in(*, has_motion: bool) -> tuple[MediaKind, ...]:
    """Give the media whose marks count in a row: where no motion is named, `<motion>` is only a word."""
    return KINDS if has_motion else KINDS[:1]


def marks_in(kinds: Sequence[MediaKind]) -> list[str]:
    """Give the marks of some media."""
    return [MARKS[kind] for kind in kinds]


def _placed(medium: Media, row: Row, how: LlavaRows) -> Media:
    if medium.path is None or medium.kind != "image":
        return medium
    return replace(medium, path=how.place(medium.path), url=_address(row, how))


def _address(row: Row, how: LlavaRows) -> str | None:
    address = row.get(how.url) if how.url else None
    return address if isinstance(address, str) and address else None


def _turn(turn: Row, kinds: Sequence[MediaKind]) -> Turn:
    role = ROLES.get(turn["from"])
    if role is None:
        raise BadRow(f"unknown role: {turn['from']!r:.80}")
    return Turn(role, parts_of(text_in(turn, "value"), kinds=kinds))


def _with_extra(facts: Facts, key: str, value: str) -> Facts:
    extra = orjson.loads(facts.extra) if facts.extra else {}
    return replace(facts, extra=orjson.dumps({**extra, key: value}).decode())
