"""The columns of a corpus: records to a batch of rows and back.

The schema follows from the classes of `record.py`. Only two things look different on disk, for the sake of
other readers: turns are chat messages as trainers know them, and pictures stand in a column of their own
that `datasets` shows as images.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from pictus.errors import PictusError
from pictus.licence.table import NO_PICTURE
from pictus.record import NO_FACTS, Facts, Media, Origin, Record, Tool, Turn
from pictus.store.codec import Leaf, Renames, codec_of

SCHEMA_VERSION = 1
SAYS_NOTHING = ("unknown", "per-item")  # licences of pictures that no row without a picture is held up by
_NAMES: Renames = {Turn: {"parts": "content", "calls": "tool_calls", "call_id": "tool_call_id"}}
# Chat templates ask whether a message has tool calls; a null answers that, an empty list does not always.
_TURNS = codec_of(tuple[Turn, ...], columns=_NAMES, null_when_empty=frozenset({"calls"}))
_FACTS = codec_of(Facts, columns={})
_ORIGIN = codec_of(Origin, columns={})
_TEXT = Leaf(str)
_MEDIA_LEAVES = {
    "kind": Leaf(str),
    "url": Leaf(str),
    "width": Leaf(int),
    "height": Leaf(int),
    "sha256": Leaf(str),
    "root": Leaf(str),
    "path": Leaf(str),  # of media that are no pictures; those stand in `images`
    "bytes": Leaf(bytes),
}
_IMAGE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
_MEDIUM = pa.struct([(name, leaf.type) for name, leaf in _MEDIA_LEAVES.items()])
_COLUMNS: dict[str, pa.DataType] = {
    "id": pa.string(),
    "messages": _TURNS.type,
    "images": pa.list_(_IMAGE),
    "media": pa.list_(_MEDIUM),
    "tools": pa.string(),
    "facts": _FACTS.type,
    "origin": _ORIGIN.type,
}
_COLUMNS_OF = {  # which columns a field of a record is made of
    "turns": ("messages",),
    "media": ("images", "media"),
    "tools": ("tools",),
    "facts": ("facts",),
    "origin": ("origin",),
}
FIELDS = frozenset(_COLUMNS_OF)


def columns_of(record_fields: Collection[str]) -> list[str]:
    """List the columns that some fields of a record need; the id is always among them."""
    return [
        "id",
        *(column for field, columns in _COLUMNS_OF.items() if field in record_fields for column in columns),
    ]


def encode(records: Sequence[Record], root_names: Mapping[str, str]) -> pa.RecordBatch:
    """Make a batch of rows.

    Args:
        records: a limited number of them, held in memory.
        root_names: for each media root that the records use, the name the corpus has for it.
    """
    return assemble(
        [record.id for record in records],
        turns=_TURNS.encode([record.turns for record in records]),
        media=[record.media for record in records],
        tools=[record.tools for record in records],
        facts=_FACTS.encode([record.facts for record in records]),
        origins=_ORIGIN.encode([record.origin for record in records]),
        root_names=root_names,
    )


class MediaColumns(NamedTuple):
    """What the media of rows look like on disk."""

    media: pa.Array
    images: pa.Array


def assemble(
    ids: Sequence[str] | pa.Array,
    *,
    turns: pa.Array,
    media: Sequence[tuple[Media, ...]] | MediaColumns,
    tools: Sequence[tuple[Tool, ...]] | None = None,
    facts: pa.Array,
    origins: pa.Array,
    root_names: Mapping[str, str],
) -> pa.RecordBatch:
    """Make a batch of rows of which much is in columns already."""
    media_column, images = media if isinstance(media, MediaColumns) else _encode_media(media, root_names)
    arrays = [
        ids if isinstance(ids, pa.Array) else _TEXT.encode(ids),
        turns,
        images,
        media_column,
        pa.nulls(len(ids), _TEXT.type) if tools is None else _TEXT.encode([_tools_text(some) for some in tools]),
        facts,
        origins,
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=schema())


def facts_of(kinds: Sequence[Facts], numbers: pa.Array) -> pa.Array:
    """Make the column of facts: which of a few each row has."""
    return _FACTS.encode(kinds).take(numbers)


def facts_from(count: int, known: Mapping[str, pa.Array]) -> pa.Array:
    """Make the column of facts from the columns of some of its fields; the others are empty."""
    return _struct(_FACTS.type, count, known)


def origins_of(kinds: Sequence[Origin], numbers: pa.Array, keys: pa.Array) -> pa.Array:
    """Make the column of origins: which of a few each row has, and its key."""
    column = _ORIGIN.encode(kinds).take(numbers)
    same = {field.name: column.field(place) for place, field in enumerate(column.type)}
    return _struct(column.type, len(keys), same | {"key": keys})


def pictures_at(urls: pa.Array, widths: pa.Array, heights: pa.Array) -> MediaColumns:
    """Make the columns of media for rows of one picture each, of which only address and size are known."""
    count = len(urls)
    known = {"kind": pa.repeat(pa.scalar("image"), count), "url": urls, "width": widths, "height": heights}
    media = _struct(_MEDIUM, count, known)
    ends = pa.array(np.arange(count + 1, dtype=np.int32))
    return MediaColumns(
        pa.ListArray.from_arrays(ends, media, type=_COLUMNS["media"]),
        pa.ListArray.from_arrays(ends, pa.nulls(count, _IMAGE), type=_COLUMNS["images"]),
    )


def pictures_named(paths: pa.Array, urls: pa.Array, root: str, root_names: Mapping[str, str]) -> MediaColumns:
    """Make the columns of media for rows of one picture each below a root, or of none where its path is null."""
    is_there = paths.is_valid()
    paths, urls = paths.filter(is_there), urls.filter(is_there)
    kind, name = pa.scalar("image"), pa.scalar(_root_name(root, root_names))
    count = len(paths)
    media = _struct(_MEDIUM, count, {"kind": pa.repeat(kind, count), "url": urls, "root": pa.repeat(name, count)})
    ends = pa.array(np.concatenate(([0], np.cumsum(is_there.to_numpy(zero_copy_only=False)))), pa.int32())
    return MediaColumns(
        pa.ListArray.from_arrays(ends, media, type=_COLUMNS["media"]),
        pa.ListArray.from_arrays(ends, _struct(_IMAGE, count, {"path": paths}), type=_COLUMNS["images"]),
    )


def no_turns(count: int) -> pa.Array:
    """Make the column of turns of rows that have none."""
    return _empty(_TURNS.type, count)


def _struct(kind: pa.DataType, count: int, known: Mapping[str, pa.Array]) -> pa.Array:
    """Put columns together, as the fields of one; of those that are not known every row has none."""
    arrays = [known[field.name] if field.name in known else _empty(field.type, count) for field in kind]
    return pa.StructArray.from_arrays(arrays, fields=list(kind))


def _empty(kind: pa.DataType, count: int) -> pa.Array:
    if not pa.types.is_list(kind):
        return pa.nulls(count, kind)
    return pa.ListArray.from_arrays(pa.array(np.zeros(count + 1, np.int32)), pa.array([], kind.value_type), type=kind)


def with_origin(batch: pa.RecordBatch, stated: Mapping[str, str]) -> pa.RecordBatch:
    """Fill in what the rows' origins do not say: fields that are null, or of which nothing is known."""
    origin = batch["origin"]
    arrays = [origin.field(place) for place in range(origin.type.num_fields)]
    for place, array in enumerate(arrays):
        if text := stated.get(origin.type.field(place).name):
            arrays[place] = pc.if_else(pc.equal(array.fill_null("unknown"), "unknown"), text, array)
    filled = pa.StructArray.from_arrays(arrays, fields=list(origin.type))
    return batch.set_column(batch.schema.get_field_index("origin"), batch.schema.field("origin"), filled)


def with_no_picture(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Say of rows without media that no picture has a licence, where nothing is known of one; and of no others."""
    origin = batch["origin"]
    place = origin.type.get_field_index("picture_licence")
    arrays = [origin.field(number) for number in range(origin.type.num_fields)]
    said = arrays[place].fill_null("unknown")
    is_bare = pc.equal(pc.list_value_length(batch["media"]).fill_null(0), 0)
    bare = pc.if_else(pc.is_in(said, pa.array(SAYS_NOTHING)), NO_PICTURE.name, said)
    others = pc.if_else(pc.equal(said, NO_PICTURE.name), "unknown", said)
    arrays[place] = pc.if_else(is_bare, bare, others)
    filled = pa.StructArray.from_arrays(arrays, fields=list(origin.type))
    return batch.set_column(batch.schema.get_field_index("origin"), batch.schema.field("origin"), filled)


def turns_of(roles: pa.Array, content: pa.Array, ends: pa.Array) -> pa.Array:
    """Make the column of turns from the roles and parts of turns that call no tools."""
    inner = _TURNS.type.value_type
    known = {"role": roles, "content": content}
    arrays = [
        known[inner.field(place).name].cast(inner.field(place).type)
        if inner.field(place).name in known
        else pa.nulls(len(roles), inner.field(place).type)
        for place in range(inner.num_fields)
    ]
    return pa.ListArray.from_arrays(ends, pa.StructArray.from_arrays(arrays, fields=list(inner)), type=_TURNS.type)


def decode(batch: pa.RecordBatch, roots: Mapping[str, str]) -> Iterator[Record]:
    """Make records of a batch; fields whose columns are missing stay empty."""
    count, names = batch.num_rows, set(batch.schema.names)
    turns = _TURNS.decode(batch["messages"]) if "messages" in names else [()] * count
    media = _decode_media(batch["media"], batch["images"], roots) if "media" in names else [()] * count
    tools = [_tools(text) for text in _TEXT.decode(batch["tools"])] if "tools" in names else [()] * count
    facts = _FACTS.decode(batch["facts"]) if "facts" in names else [NO_FACTS] * count
    origins = _ORIGIN.decode(batch["origin"]) if "origin" in names else [_NO_ORIGIN] * count
    for identity, turn, medium, tool, fact, origin in zip(
        _TEXT.decode(batch["id"]), turns, media, tools, facts, origins, strict=True
    ):
        yield Record(id=identity, origin=origin, media=medium, turns=turn, tools=tool, facts=fact)


def tells_facts(column: pa.StructArray) -> list[bool]:
    """Say of each row whether it has facts, without making any."""
    told = pa.array([False] * len(column))
    for field, values in zip(column.type, column.flatten(), strict=True):
        is_there = pc.greater(pc.list_value_length(values), 0) if pa.types.is_list(field.type) else values.is_valid()
        told = pc.or_(told, is_there.fill_null(False))
    found: list[bool] = told.to_pylist()
    return found


def schema() -> pa.Schema:
    """Give the schema, with what `datasets` needs to know of it."""
    return _SCHEMA


_NO_ORIGIN = Origin(dataset="", key="")


def _encode_media(media: Sequence[tuple[Media, ...]], root_names: Mapping[str, str]) -> tuple[pa.Array, pa.Array]:
    flat = [medium for some in media for medium in some]
    values: dict[str, list[Any]] = {
        name: [getattr(medium, name) for medium in flat] for name in ("kind", "url", "width", "height", "sha256")
    }
    values["root"] = [None if medium.root is None else _root_name(medium.root, root_names) for medium in flat]
    values["path"] = [None if medium.kind == "image" else medium.path for medium in flat]
    values["bytes"] = [None if medium.kind == "image" else medium.data for medium in flat]
    structs = pa.StructArray.from_arrays(
        [leaf.encode(values[name]) for name, leaf in _MEDIA_LEAVES.items()], fields=list(_MEDIUM)
    )
    pictures = [medium for medium in flat if medium.kind == "image"]
    image_structs = pa.StructArray.from_arrays(
        [
            pa.array([p.data for p in pictures], pa.binary()),
            pa.array([p.path for p in pictures], pa.string()),
        ],
        fields=list(_IMAGE),
        mask=pa.array([p.data is None and p.path is None for p in pictures], pa.bool_()),
    )
    picture_counts = [sum(medium.kind == "image" for medium in some) for some in media]
    return _listed([len(some) for some in media], structs), _listed(picture_counts, image_structs)


def _listed(lengths: list[int], inner: pa.Array) -> pa.Array:
    offsets = [0]
    for length in lengths:
        offsets.append(offsets[-1] + length)
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), inner, type=pa.list_(inner.type))


def _decode_media(media: pa.Array, images: pa.Array, roots: Mapping[str, str]) -> Sequence[tuple[Media, ...]]:
    structs, pictures = media.flatten(), images.flatten()
    present = set(structs.type.names)
    leaves = [
        leaf.decode(structs.field(name)) if name in present else [None] * len(structs)
        for name, leaf in _MEDIA_LEAVES.items()
    ]
    # Who wants no pixels leaves the bytes in the file.
    has_bytes = pictures.type.get_field_index("bytes") >= 0
    picture_bytes = iter(Leaf(bytes).decode(pictures.field("bytes")) if has_bytes else [None] * len(pictures))
    picture_paths = iter(_TEXT.decode(pictures.field("path")))
    flat = []
    for kind, url, width, height, sha256, root, path, data in zip(*leaves, strict=True):
        if kind == "image":
            path, data = next(picture_paths), next(picture_bytes)
        flat.append(
            Media(
                kind=kind,
                path=path,
                root=None if root is None else roots.get(root, root),
                data=data,
                url=url,
                width=width,
                height=height,
                sha256=sha256,
            )
        )
    offsets = media.offsets.to_pylist()
    first = offsets[0]
    return [tuple(flat[start - first : end - first]) for start, end in pairwise(offsets)]


def _root_name(root: str, names: Mapping[str, str]) -> str:
    try:
        return names[root]
    except KeyError:
        raise PictusError(
            "a record names a folder of media that the corpus does not know",
            where=root,
            mend=f"known folders: {', '.join(names) or 'none'}",
        ) from None


def _tools_text(tools: tuple[Tool, ...]) -> str | None:
    """Write the tools as chat templates take them."""
    if not tools:
        return None
    functions = [
        {"name": tool.name, "description": tool.description, "parameters": orjson.Fragment(tool.parameters)}
        for tool in tools
    ]
    return orjson.dumps([{"type": "function", "function": function} for function in functions]).decode()


def _tools(text: str | None) -> tuple[Tool, ...]:
    if text is None:
        return ()
    functions = [row["function"] for row in orjson.loads(text)]
    return tuple(
        Tool(function["name"], function["description"], orjson.dumps(function["parameters"]).decode())
        for function in functions
    )


def _feature(kind: pa.DataType) -> dict[str, Any]:
    """Describe a type as `datasets.Features` does."""
    if kind.equals(_IMAGE):
        return {"_type": "Image"}
    if pa.types.is_list(kind):
        return {"feature": _feature(kind.value_type), "_type": "List"}
    if pa.types.is_struct(kind):
        return {kind.field(index).name: _feature(kind.field(index).type) for index in range(kind.num_fields)}
    names = {pa.float64(): "float64", pa.bool_(): "bool", pa.binary(): "binary", pa.int32(): "int32"}
    return {"dtype": names.get(kind, "string"), "_type": "Value"}


_SCHEMA = pa.schema(
    list(_COLUMNS.items()),
    metadata={
        "huggingface": orjson.dumps(
            {"info": {"features": {name: _feature(kind) for name, kind in _COLUMNS.items()}}}
        ).decode(),
        "pictus": orjson.dumps({"schema": SCHEMA_VERSION}).decode(),
    },
)
