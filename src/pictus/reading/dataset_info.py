"""LLaMA-Factory's `dataset_info.json`: how the columns and tags of the data files beside it are named."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from pictus.errors import PictusError
from pictus.reading.json import read_object

INFO = "dataset_info.json"
Speaker: TypeAlias = Literal["system", "user", "assistant", "tool", "call"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Names of the columns of a row."""

    messages: str = "conversations"
    images: str = "images"
    system: str = "system"
    tools: str = "tools"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tags:
    """Names inside a message, and of those who speak."""

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
        return {
            tags.user_tag: "user",
            tags.assistant_tag: "assistant",
            tags.observation_tag: "tool",
            tags.function_tag: "call",
            tags.system_tag: "system",
        }


def layout_for(path: Path) -> Layout | None:
    """Find the entry that names a data file in the `dataset_info.json` beside it."""
    for name, entry in read_info(path.parent).items():
        if isinstance(entry, Mapping) and entry.get("file_name") == path.name:
            where = f"{path.parent / INFO}, {name}"
            formatting = entry.get("formatting", "alpaca")
            if formatting != "sharegpt":
                raise PictusError(
                    f"the file has LLaMA-Factory's layout `{formatting}`, this format reads `sharegpt`",
                    where=where,
                    mend='if that is wrong, write `"formatting": "sharegpt"` there',
                )
            columns = Columns(**_named(entry, "columns", Columns(), where))
            return Layout(columns, Tags(**_named(entry, "tags", Tags(), where)))
    return None


def read_info(folder: Path) -> dict[str, Any]:
    """Read the entries of a folder's `dataset_info.json`; none where there is no such file."""
    path = folder / INFO
    info = read_object(path) if path.exists() else {}
    if not isinstance(info, dict):
        raise PictusError(
            "this is no object with an entry for each data set", where=str(path), mend="mend or remove the file"
        )
    return info


def with_entry(info: Mapping[str, Any], path: Path) -> dict[str, Any]:
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
    entry = {
        "file_name": path.name,
        "formatting": "sharegpt",
        "columns": asdict(Columns()),
        "tags": asdict(Tags()),
    }
    return {**info, path.stem: entry}


def _named(entry: Mapping[str, Any], part: str, defaults: Columns | Tags, where: str) -> dict[str, str]:
    """Take the names that we know from an entry, which may name others for other kinds of rows."""
    given = entry.get(part) or {}
    known = asdict(defaults)
    names = {key: given[key] for key in known if given.get(key) is not None} if isinstance(given, Mapping) else None
    if names is None or not all(isinstance(name, str) for name in names.values()):
        raise PictusError(f"`{part}` is no object of names", where=where, mend=f"known: {', '.join(known)}")
    return names
