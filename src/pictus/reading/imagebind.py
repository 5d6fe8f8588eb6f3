"""ImageBind-LLM's META files: YAML that lists files of captions between tabs, and of conversations as JSON."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

from pydantic import Field

from pictus.errors import PictusError, together
from pictus.reading.answer_rows import conversations
from pictus.reading.files import open_file, packed_or_not, plain_name, reading_packed
from pictus.reading.json import read_rows
from pictus.reading.marked_text import parts_of, pictures_named, shown_first
from pictus.reading.places import placed
from pictus.reading.rows import ROW_ERRORS, BadRow, in_order, json_of, list_in, reason_of, record_rows, text_in
from pictus.reading.tabbed_captions import captions_in, read_tabbed
from pictus.record import Facts, Media, Origin, Record, Reject, Role, Turn, make_record
from pictus.typed_yaml import Section, read_yaml, typed

OriginOf: TypeAlias = Callable[[str], Origin]  # makes the origin of a key

URL, CAPTION = "url", "caption"
_ROLES: dict[str, Role] = {"human": "user", "user": "user", "gpt": "assistant", "assistant": "assistant"}
_ROLES["system"] = "system"
_LARGEST_META_BYTES = 2**20


class Meta(Section):
    """A META file: which files it lists."""

    META: list[str] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Listed:
    """A file of a META file, and the name that the keys of its records begin with."""

    path: Path
    label: str


def is_meta(path: Path) -> bool:
    """Say whether a file is YAML that lists others under `META`."""
    if path.suffix not in (".yaml", ".yml") or not path.is_file() or path.stat().st_size > _LARGEST_META_BYTES:
        return False
    try:
        data, _ = read_yaml(path, what="META file")
    except PictusError:
        return False
    return isinstance(data, dict) and isinstance(data.get("META"), list)


def listed_files(meta: Path) -> list[Listed]:
    """List the files of a META file; one that is missing where it says is looked for beside it, under its name."""
    data, lines = read_yaml(meta, what="META file")
    if isinstance(data, dict):  # what else the trainer is told there is none of our business
        data = {"META": data["META"]} if "META" in data else {}
    entries = typed(Meta, data, lines, meta).META
    names = Counter(Path(entry).name for entry in dict.fromkeys(entries))
    found, missing = [], []
    for number, entry in enumerate(entries):
        places = (meta.parent / entry, meta.parent / Path(entry).name)
        path = next((path for path in map(packed_or_not, places) if path is not None and path.is_file()), None)
        where = f"{meta}, line {lines.get(('META', str(number)), 1)}"
        if entries.index(entry) < number:
            missing.append(PictusError(f"it lists {entry} twice", where=where, mend="take one of the two out"))
        elif path is None:
            mend = "mend the path, or put the file beside the META file"
            missing.append(PictusError(f"the file {entry} is missing", where=where, mend=mend))
        else:
            found.append(Listed(path, Path(entry).name if names[Path(entry).name] == 1 else entry))
    if missing:
        raise together(missing, where=str(meta))
    return found


def meta_records(files: Iterable[Listed], root: str, origin: OriginOf) -> Iterator[Record | Reject]:
    """Stream the records of the files of a META file.

    Args:
        files: what to read.
        root: the folder that every picture lies below, as a whole path.
        origin: makes the origin of a record.
    """
    for listed in files:
        yield from _file_records(listed, root, origin)


def _file_records(listed: Listed, root: str, origin: OriginOf) -> Iterator[Record | Reject]:
    def keyed(where: str) -> Origin:
        return origin(listed.label + where.removeprefix(plain_name(listed.path)).partition(", byte")[0])

    if not _is_json(listed.path):
        return _captioned(listed.path, root, keyed)
    rows = conversations(read_rows(listed.path))
    return record_rows(rows, lambda row, where: _conversation(row["pairs"], where, root, keyed))


def _is_json(path: Path) -> bool:
    with open_file(path) as file, reading_packed(path):
        return file.read(4096).removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"[", b"{")


def _captioned(path: Path, root: str, origin: OriginOf) -> Iterator[Record | Reject]:
    """Give a record for each picture: neighbouring rows of the same one are its captions."""
    first, row, captions, picture = "", dict[str, str](), list[str](), Media()
    for item in read_tabbed(path, (URL, CAPTION)):
        if isinstance(item, Reject):
            yield item
            continue
        where, cells = item
        other = {name: cell for name, cell in cells.items() if name != CAPTION}
        try:
            found = captions_in(cells[CAPTION])
            shown = placed(other[URL], root)
        except ROW_ERRORS as error:
            yield Reject(where=where, reasons=(reason_of(error),), row=json_of(cells))
            continue
        if captions and other == row:
            captions += found
            continue
        if captions:
            yield _picture(picture, captions, row, origin(first))
        first, row, captions, picture = where, other, [*found], shown
    if captions:
        yield _picture(picture, captions, row, origin(first))


def _picture(picture: Media, captions: Sequence[str], row: Mapping[str, str], origin: Origin) -> Record:
    other = {name: cell for name, cell in row.items() if name != URL and cell}
    facts = Facts(captions=tuple(captions), extra=json_of(other) if other else None)
    return make_record(origin, media=[picture], facts=facts)


def _conversation(pairs: Sequence[Mapping[str, Any]], where: str, root: str, origin: OriginOf) -> Record:
    """Make the record of a row, or of several that are one conversation."""
    row = pairs[0]
    named = row.get("image", row.get(URL))
    key = row.get("conversation", row.get("id"))
    made = origin(where) if key is None else replace(origin(where), key=_key(key))
    if any(pair.get("image", pair.get(URL)) != named for pair in pairs):
        raise BadRow("its rows name different pictures")
    captions = tuple(one for text in _texts(row.get(CAPTION) or []) for one in captions_in(text))
    if captions and named is not None and not _speaks(row):
        return make_record(made, media=[placed(named, root)], facts=Facts(captions=captions))
    turns = [turn for pair in pairs for turn in _turns(pair)]
    if named is not None and all(part.type == "text" for turn in turns for part in turn.parts):
        turns = shown_first(turns, 1)
    media = pictures_named([] if named is None else [named], root, turns)
    media = [medium if medium.path is None else placed(medium.path, root) for medium in media]
    return in_order(make_record(made, media=media, turns=turns, facts=Facts(captions=captions)))


def _speaks(row: Mapping[str, Any]) -> bool:
    return "conversations" in row or "instruction" in row


def _key(key: Any) -> str:
    if isinstance(key, bool) or not isinstance(key, str | int):
        raise BadRow("this is no id: it is neither text nor number")
    return str(key)


def _texts(value: Any) -> list[str]:
    found = value if isinstance(value, list) else [value]
    if not all(isinstance(one, str) for one in found):
        raise BadRow("`caption` is neither a text nor a list of texts")
    return found


def _turns(row: Mapping[str, Any]) -> list[Turn]:
    if "conversations" in row:
        return [_turn(turn) for turn in list_in(row, "conversations")]
    instruction, more, answer = text_in(row, "instruction"), text_in(row, "input", ""), text_in(row, "output")
    if not instruction or not answer:
        raise BadRow("the instruction or the output is empty")
    return [Turn.of("user", f"{instruction}\n{more}" if more else instruction), Turn.of("assistant", answer)]


def _turn(turn: Mapping[str, Any]) -> Turn:
    role = _ROLES.get(turn["from"])
    if role is None:
        raise BadRow(f"unknown role: {turn['from']!r:.80}")
    return Turn(role, parts_of(text_in(turn, "value")))
