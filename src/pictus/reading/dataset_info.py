"""LLaMA-Factory's `dataset_info.json`: how the columns and tags of the data files beside it are named."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Literal, TypeAlias, TypeVar

from pictus.errors import PictusError
from pictus.reading.files import plain_name
from pictus.reading.json import read_object

INFO = "dataset_info.json"
Formatting: TypeAlias = Literal["sharegpt", "alpaca"]
Speaker: TypeAlias = Literal["system", "user", "assistant", "tool", "call"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Names of the columns of a row of turns; "" for one that the rows do not have."""

    messages: str = "conversations"
    images: str = "images"
    system: str = "system"
    tools: str = "tools"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlpacaColumns:
    """Names of the columns of a row with one instruction; "" for one that the rows do not have."""

    prompt: str = "instruction"
    query: str = "input"
    response: str = "output"
    history: str = "history"
    images: str = "images"
    system: str = "system"
    tools: str = "tools"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tags:
    """Names inside a message, and of those who speak; "" for who never does."""

    role_tag: str = "from"
    content_tag: str = "value"
    user_tag: str = "human"
    assistant_tag: str = "gpt"
    observation_tag: str = "observation"
    function_tag: str = "function_call"
    system_tag: str = "system"


@dataclass(frozen=True, slots=True)
class Layout:
    """How the rows of one file are to be read."""

    columns: Columns
    tags: Tags

    @property
    def speakers(self) -> dict[str, Speaker]:
        """Say who speaks under which name."""
        tags = self.tags
        names: dict[str, Speaker] = {
            tags.user_tag: "user",
            tags.assistant_tag: "assistant",
            tags.observation_tag: "tool",
            tags.function_tag: "call",
            tags.system_tag: "system",
        }
        return {name: speaker for name, speaker in names.items() if name}


_Names = TypeVar("_Names", Columns, AlpacaColumns, Tags)


def layout_for(path: Path) -> Layout | None:
    """Find the entry of a file of turns in the `dataset_info.json` beside it."""
    entry, where = _entry(path, "sharegpt")
    if entry is None:
        return None
    tags = _named(entry, "tags", Tags, where, needed=("role_tag", "content_tag", "user_tag", "assistant_tag"))
    return Layout(_named(entry, "columns", Columns, where, needed=("messages",)), tags)


def alpaca_columns_for(path: Path) -> AlpacaColumns | None:
    """Find the columns of a file of instructions in the `dataset_info.json` beside it."""
    entry, where = _entry(path, "alpaca")
    return None if entry is None else _named(entry, "columns", AlpacaColumns, where, needed=("prompt",))


def read_info(folder: Path) -> dict[str, Any]:
    """Read the entries of a folder's `dataset_info.json`; none where there is no such file."""
    path = folder / INFO
    info = read_object(path) if path.exists() else {}
    if not isinstance(info, dict):
        raise PictusError(
            "this is no object with an entry for each data set", where=str(path), mend="mend or remove the file"
        )
    return info


def with_entry(info: Mapping[str, Any], path: Path, formatting: Formatting) -> dict[str, Any]:
    """Add the entry of a data file; those of others stay, and one of the same name is an error.

    All columns and tags are named, since the loader takes any that is not named for absent.
    """
    old = info.get(path.stem)
    if isinstance(old, Mapping) and old.get("file_name") not in (None, path.name):
        raise PictusError(
            f"the entry `{path.stem}` is another file's: {old['file_name']}",
            where=str(path.parent / INFO),
            mend="write to a file of another name",
        )
    entry: dict[str, Any] = {"file_name": path.name, "formatting": formatting}
    if formatting == "sharegpt":
        entry |= {"columns": asdict(Columns()), "tags": asdict(Tags())}
    else:
        entry["columns"] = asdict(AlpacaColumns())
    return {**info, path.stem: entry}


def _entry(path: Path, wanted: Formatting) -> tuple[Mapping[str, Any] | None, str]:
    """Find the entry that names a data file, and where it stands."""
    for name, entry in read_info(path.parent).items():
        if not isinstance(entry, Mapping) or entry.get("file_name") not in (path.name, plain_name(path)):
            continue
        where = f"{path.parent / INFO}, {name}"
        formatting = entry.get("formatting", "alpaca")
        if formatting != wanted:
            raise PictusError(
                f"the file has LLaMA-Factory's layout `{formatting}`, this format reads `{wanted}`",
                where=where,
                mend=f'if that is wrong, write `"formatting": "{wanted}"` there',
            )
        if entry.get("ranking"):
            raise PictusError(
                "its rows have a chosen and a rejected answer, and no format here holds such pairs",
                where=where,
                mend="write the chosen answers as answers, and take `ranking` away",
            )
        return entry, where
    return None, ""


def _named(entry: Mapping[str, Any], part: str, kind: type[_Names], where: str, *, needed: Sequence[str]) -> _Names:
    """Take the names that we know from an entry, which may name others for other kinds of rows.

    An entry that names some of them says that the rows have no others: so does LLaMA-Factory read it.
    """
    known = [field.name for field in fields(kind)]
    given = entry.get(part)
    if given is None:
        return kind()
    names = {key: given.get(key) or "" for key in known} if isinstance(given, Mapping) else None
    if names is None or not all(isinstance(name, str) for name in names.values()):
        raise PictusError(f"`{part}` is no object of names", where=where, mend=f"known: {', '.join(known)}")
    if missing := [key for key in needed if not names[key]]:
        raise PictusError(
            f"`{part}` does not name `{missing[0]}`, and what it does not name is absent to LLaMA-Factory",
            where=where,
            mend=f"name it there, or leave all of `{part}` out",
        )
    return kind(**names)
