"""LLaMA-Factory's sharegpt rows, with the `dataset_info.json` that names their columns."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import orjson

from pictus.plugins import Written
from pictus.reading.json import read_array, read_lines, read_object
from pictus.reading.marked_text import parts_of, picture_paths, text_of
from pictus.reading.rows import BadRow, key_of, looks_like, record_rows
from pictus.record import Call, Media, Origin, Record, Reject, Role, Tool, Turn, make_record
from pictus.store.row_file import write_array
from pictus.store.whole_file import whole_file

_INFO = "dataset_info.json"
_COLUMNS = {"messages": "conversations", "images": "images", "system": "system", "tools": "tools"}
_TAGS = {
    "role_tag": "from",
    "content_tag": "value",
    "user_tag": "human",
    "assistant_tag": "gpt",
    "observation_tag": "observation",
    "function_tag": "function_call",
    "system_tag": "system",
}


@dataclass(frozen=True, slots=True)
class Format:
    """Rows of `{conversations, images, system, tools}`, as LLaMA-Factory trains on them.

    Beside the file goes `dataset_info.json`. It names every column and tag, since the loader takes any that
    is not named for absent. Entries of other files stay in it.
    """

    carries: ClassVar[frozenset[str]] = frozenset({"turns", "media", "tools"})
    suffixes: ClassVar[tuple[str, ...]] = (".json",)

    def sniff(self, path: Path) -> bool:
        """Say whether the first row has these columns."""
        is_lines = path.suffix == ".jsonl"
        return looks_like(path, lambda row: "conversations" in row and "images" in row, lines=is_lines)

    def read(self, path: Path, *, pictures: Path | None = None) -> Iterator[Record | Reject]:
        """Stream records, with the columns and tags that a `dataset_info.json` beside the file names."""
        columns, tags = _names_for(path)
        root = str(pictures or path.parent)
        rows = read_lines(path) if path.suffix == ".jsonl" else read_array(path)
        return record_rows(rows, lambda row, where: _record(row, where, path.stem, root, columns, tags))

    def write(self, records: Iterable[Record], path: Path) -> Written:
        """Write an array, and the entry in `dataset_info.json`."""
        written = write_array(path, records, _row)
        info_path = path.parent / _INFO
        info = read_object(info_path) if info_path.exists() else {}
        info[path.stem] = {
            "file_name": path.name,
            "formatting": "sharegpt",
            "columns": _COLUMNS,
            "tags": _TAGS,
        }
        with whole_file(info_path) as file:
            file.write(orjson.dumps(info, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
        return replace(written, files=(*written.files, info_path))


def _row(record: Record, lost: Counter[str]) -> dict[str, Any]:
    images = picture_paths(record)
    system, turns = "", []
    for number, turn in enumerate(record.turns):
        if turn.role == "system":
            if number:
                raise BadRow("a turn of the system stands inside the conversation")
            system = text_of(turn, lost)
        elif turn.role == "tool":
            turns.append({"from": "observation", "value": text_of(turn, lost)})
        elif turn.calls:
            if turn.text.strip():
                lost["words beside a tool call"] += 1
            calls = [orjson.Fragment(_call_text(call)) for call in turn.calls]
            text = orjson.dumps(calls[0] if len(calls) == 1 else calls).decode()
            turns.append({"from": "function_call", "value": text})
        else:
            turns.append({"from": "human" if turn.role == "user" else "gpt", "value": text_of(turn, lost)})
    for number, turn_ in enumerate(turns):
        if (turn_["from"] in ("human", "observation")) != (number % 2 == 0):
            raise BadRow(f"turn {number + 1} is out of turn: people and tools speak first, then the model")
    tools = [
        {"name": t.name, "description": t.description, "parameters": orjson.Fragment(t.parameters)}
        for t in record.tools
    ]
    return {
        "id": record.id,
        "conversations": turns,
        "images": images,
        "system": system,
        "tools": orjson.dumps(tools).decode() if tools else "",
    }


def _call_text(call: Call) -> bytes:
    return orjson.dumps({"name": call.name, "arguments": orjson.Fragment(call.arguments)})


def _names_for(path: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Find the columns and tags of a file: what stands in dataset_info.json, else what everybody uses."""
    info = path.parent / _INFO
    entries = read_object(info).values() if info.exists() else ()
    for entry in entries:
        if isinstance(entry, Mapping) and entry.get("file_name") == path.name:
            return {**_COLUMNS, **entry.get("columns", {})}, {**_TAGS, **entry.get("tags", {})}
    return _COLUMNS, _TAGS


def _record(
    row: Mapping[str, Any],
    where: str,
    dataset: str,
    root: str,
    columns: Mapping[str, str],
    tags: Mapping[str, str],
) -> Record:
    roles: dict[str, Role] = {
        tags["user_tag"]: "user",
        tags["assistant_tag"]: "assistant",
        tags["observation_tag"]: "tool",
        tags["function_tag"]: "assistant",
        tags["system_tag"]: "system",
    }
    turns = []
    if system := row.get(columns["system"]):
        turns.append(Turn.of("system", system))
    for message in row[columns["messages"]]:
        name, text = message[tags["role_tag"]], message[tags["content_tag"]]
        if name not in roles:
            raise BadRow(f"unknown role: {name!r}")
        if not isinstance(text, str):
            raise BadRow("a turn has no text")
        is_call = name == tags["function_tag"]
        turns.append(Turn("assistant", (), _calls(text)) if is_call else Turn(roles[name], parts_of(text)))
    images = row.get(columns["images"]) or []
    if isinstance(images, str):
        images = [images]
    places = sum(part.type == "image" for turn in turns for part in turn.parts)
    if places != len(images):
        raise BadRow(f"it has {len(images)} pictures and places for {places}")
    return make_record(
        Origin(dataset=dataset, key=key_of(row, where)),
        media=[Media(path=image, root=root) for image in images],
        turns=turns,
        tools=_tools(row.get(columns["tools"])),
    )


def _calls(text: str) -> tuple[Call, ...]:
    value = orjson.loads(text)
    rows = value if isinstance(value, list) else [value]
    return tuple(
        Call(f"call_{number}", row["name"], orjson.dumps(row["arguments"]).decode()) for number, row in enumerate(rows)
    )


def _tools(text: Any) -> tuple[Tool, ...]:
    if not text:
        return ()
    rows = orjson.loads(text) if isinstance(text, str) else text
    return tuple(
        Tool(row["name"], row.get("description", ""), orjson.dumps(row.get("parameters", {})).decode()) for row in rows
    )
