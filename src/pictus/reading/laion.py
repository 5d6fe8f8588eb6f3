"""LAION's lists of addresses: columns by whatever name and type a release gives them, and which rows are wanted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from pictus import licence
from pictus.errors import PictusError
from pictus.licence.creative_commons import FAMILY

Tag: TypeAlias = Literal["UNLIKELY", "UNSURE", "NSFW", "UNTAGGED"]

# The columns of what is known of a row, in lower case; the first that is there counts. Lists that a downloader
# wrote back call the size of the picture as it was found `original`.
_NAMES = {
    "url": ("url",),
    "caption": ("text", "caption"),
    "width": ("original_width", "width"),
    "height": ("original_height", "height"),
    "licence": ("license",),
    "nsfw": ("nsfw",),
    "language": ("language",),
    "similarity": ("similarity",),
    "punsafe": ("punsafe",),
    "pwatermark": ("pwatermark",),
    "aesthetic": ("aesthetic", "aesthetic_score"),
}
_ALWAYS = ("url", "caption", "width", "height", "licence")
_NEEDED = ("url", "caption")
# Which column a setting looks at.
_LEAST = {
    "min_width": "width",
    "min_height": "height",
    "min_similarity": "similarity",
    "min_aesthetic": "aesthetic",
}
_MOST = {"max_punsafe": "punsafe", "max_pwatermark": "pwatermark"}
_AMONG = {"nsfw": "nsfw", "languages": "language"}
_TAGS = pa.array(["UNLIKELY", "UNSURE", "NSFW"])
_UNTAGGED = "UNTAGGED"
_CREATIVE_COMMONS = frozenset(one.name for one in FAMILY)
_MOST_PIXELS = 2**31


@dataclass(frozen=True, slots=True)
class ListColumns:
    """The columns of one file, by what they tell, and what is asked of its rows."""

    names: Mapping[str, str]
    wanted: Mapping[str, Any]  # settings by name: `min_width`, `max_punsafe`, `nsfw`, …
    scores: tuple[str, ...] = ()  # columns to keep as they are

    @property
    def to_read(self) -> list[str]:
        """List the columns to read."""
        asked = [role for setting in self.wanted for role in roles_of(setting)]
        names = [self.names[role] for role in (*_ALWAYS, *asked) if role in self.names]
        return list(dict.fromkeys([*names, *self.scores]))

    def kept(self, batch: pa.RecordBatch) -> pa.Array | None:
        """Say which rows are wanted; None for all. What is not known of a row does not pass."""
        masks = [
            *(pc.greater_equal(self._numbers(batch, role), self.wanted[key]) for key, role in self._asked(_LEAST)),
            *(pc.less_equal(self._numbers(batch, role), self.wanted[key]) for key, role in self._asked(_MOST)),
            *(pc.is_in(self._tags(batch, role), pa.array(self.wanted[key])) for key, role in self._asked(_AMONG)),
        ]
        if "min_pixels" in self.wanted:
            pixels = pc.multiply(self._numbers(batch, "width"), self._numbers(batch, "height"))
            masks.append(pc.greater_equal(pixels, self.wanted["min_pixels"]))
        kept = None
        for mask in masks:
            kept = mask if kept is None else pc.and_kleene(kept, mask)
        return None if kept is None else kept.fill_null(False)

    def rows(self, batch: pa.RecordBatch) -> dict[str, pa.Array]:
        """Give what is known of rows: address, caption, size, licence, and the scores as JSON."""
        known = {role: _bytes(batch[self.names[role]]) for role in ("url", "caption") if role in self.names}
        for role in ("width", "height"):
            if role in self.names:
                known[role] = _pixels(self._numbers(batch, role))
        if "licence" in self.names:
            known["licence"] = _licences(batch[self.names["licence"]])
        if self.scores:
            known["extra"] = _as_json(batch.select(self.scores))
        return known

    def _asked(self, settings: Mapping[str, str]) -> list[tuple[str, str]]:
        return [(setting, role) for setting, role in settings.items() if setting in self.wanted]

    def _numbers(self, batch: pa.RecordBatch, role: str) -> pa.Array:
        return batch[self.names[role]].cast(pa.float64())

    def _tags(self, batch: pa.RecordBatch, role: str) -> pa.Array:
        texts = _text(batch[self.names[role]])
        if role != "nsfw":
            return texts
        tags = pc.utf8_upper(pc.utf8_trim_whitespace(texts)).fill_null(_UNTAGGED)
        return pc.if_else(pc.is_in(tags, _TAGS), tags, _UNTAGGED)


def asked_for(settings: Any) -> dict[str, Any]:
    """Give the settings of a source that choose rows, as far as they are set."""
    known = ("min_pixels", *_LEAST, *_MOST, *_AMONG)
    values = {name: getattr(settings, name, None) for name in known}
    return {name: value for name, value in values.items() if value not in (None, ())}


def roles_of(setting: str) -> tuple[str, ...]:
    """Say which columns a setting looks at."""
    if setting == "min_pixels":
        return "width", "height"
    return ((_LEAST | _MOST | _AMONG)[setting],)


def columns_of(schema: pa.Schema, path: Path, wanted: Mapping[str, Any], *, keep_scores: bool) -> ListColumns:
    """Find the columns of a file; without those that are needed, or asked about, nothing can be read."""
    there = {name.lower(): name for name in reversed(schema.names)}
    names = {
        role: there[next(name for name in known if name in there)]
        for role, known in _NAMES.items()
        if not there.keys().isdisjoint(known)
    }
    asked = {role: f"the setting `{setting}`" for setting in wanted for role in roles_of(setting)}
    for role, why in (dict.fromkeys(_NEEDED, "every row") | asked).items():
        if role not in names:
            raise PictusError(
                f"there is no column `{_NAMES[role][0]}`, which {why} needs",
                where=str(path),
                mend=f"choose by one that is there: {', '.join(schema.names)}",
            )
    told = {names[role] for role in _ALWAYS if role in names and role != "licence"}
    scores = tuple(name for name in schema.names if name not in told) if keep_scores else ()
    return ListColumns(names, wanted, scores)


def _bytes(column: pa.Array) -> pa.Array:
    """Give texts as bytes: that a Parquet file calls them texts does not make them UTF-8."""
    if pa.types.is_binary(column.type):
        return column
    text = column if pa.types.is_string(column.type) else column.cast(pa.string())
    return text.view(pa.binary())


def _text(column: pa.Array) -> pa.Array:
    return column if pa.types.is_string(column.type) else column.cast(pa.string())


def _pixels(numbers: pa.Array) -> pa.Array:
    """Give a side of pictures as whole numbers; what cannot be one is null."""
    is_one = pc.and_(pc.greater_equal(numbers, 1), pc.less(numbers, _MOST_PIXELS))
    return pc.round(pc.if_else(is_one, numbers, None)).cast(pa.int32())


def _licences(column: pa.Array) -> pa.Array:
    """Name the Creative Commons licences among what pages said; all else says nothing that could be relied on."""
    found = _text(column).dictionary_encode()
    names = [_creative_commons(text) for text in found.dictionary.to_pylist()]
    return pa.array(names, pa.string()).take(found.indices)


def _creative_commons(text: str) -> str | None:
    name = licence.find(text).name
    return name if name in _CREATIVE_COMMONS else None


def _as_json(scores: pa.RecordBatch) -> pa.Array:
    """Write the scores of each row as JSON; whole numbers that a double would change are texts."""
    columns = [_exact(column) for column in scores.columns]
    names: Sequence[str] = scores.schema.names
    rows = zip(*columns, strict=True)
    return pa.array([orjson.dumps(dict(zip(names, row, strict=True))).decode() for row in rows], pa.string())


def _exact(column: pa.Array) -> list[Any]:
    kind = column.type
    if kind in (pa.int64(), pa.uint64()):
        column = column.cast(pa.string())
    elif kind == pa.float32():  # 0.12 rather than 0.11999999731779099
        column = column.cast(pa.string()).cast(pa.float64())
    elif not (pa.types.is_integer(kind) or pa.types.is_float64(kind) or pa.types.is_boolean(kind)):
        column = _text(column)
    if pa.types.is_floating(column.type):
        column = pc.if_else(pc.is_finite(column), column, None)
    return column.to_pylist()  # type: ignore[no-any-return]
