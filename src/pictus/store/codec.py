"""Frozen dataclasses to Arrow arrays and back, a column at a time.

Going through dictionaries, as `pa.array(rows)` and `to_pylist()` do, costs several times as much. Here every
level of nesting is flattened once, and each field becomes an array of its own.
"""

import types
from collections.abc import Callable, Sequence
from dataclasses import fields
from itertools import accumulate, chain, pairwise
from operator import attrgetter
from typing import Any, Literal, Protocol, TypeAlias, Union, get_args, get_origin, get_type_hints

import numpy as np
import pyarrow as pa

LEAVES: dict[type, pa.DataType] = {
    str: pa.string(),
    int: pa.int32(),
    float: pa.float64(),
    bool: pa.bool_(),
    bytes: pa.binary(),
}
_PROBE = 256  # values looked at before a text column is taken for one that repeats itself


class Codec(Protocol):
    """One column: its Arrow type, and the way there and back."""

    type: pa.DataType

    def encode(self, values: Sequence[Any]) -> pa.Array:
        """Make an array of Python values."""
        ...

    def decode(self, array: pa.Array) -> Sequence[Any]:
        """Make Python values of an array."""
        ...


class Leaf:
    """Text, numbers, truth values and bytes; None stays None."""

    def __init__(self, kind: type) -> None:
        self.type = LEAVES[kind]

    def encode(self, values: Sequence[Any]) -> pa.Array:
        """Make an array of Python values."""
        return pa.array(values, self.type)

    def decode(self, array: pa.Array) -> Sequence[Any]:
        """Make Python values of an array."""
        if array.null_count == len(array):
            return [None] * len(array)
        if pa.types.is_string(array.type) and len(array) > _PROBE:
            return _decode_text(array)
        if array.null_count == 0 and pa.types.is_primitive(array.type):
            values: list[Any] = array.to_numpy(zero_copy_only=False).tolist()
            return values
        return array.to_pylist()  # type: ignore[no-any-return]


class Many:
    """A tuple of values; an empty one is an empty list, or a null where that says it better."""

    def __init__(self, inner: Codec, *, empty_is_null: bool = False) -> None:
        self.inner, self.empty_is_null = inner, empty_is_null
        self.type = pa.list_(inner.type)

    def encode(self, values: Sequence[Any]) -> pa.Array:
        """Make an array of Python values."""
        lengths = list(map(len, values))
        offsets = pa.array([0, *accumulate(lengths)], pa.int32())
        inner = self.inner.encode(list(chain.from_iterable(values)))
        mask = pa.array([not length for length in lengths], pa.bool_()) if self.empty_is_null else None
        return pa.ListArray.from_arrays(offsets, inner, type=self.type, mask=mask)

    def decode(self, array: pa.Array) -> Sequence[Any]:
        """Make Python values of an array."""
        offsets = array.offsets.to_numpy()
        first, last = int(offsets[0]), int(offsets[-1])
        if first == last:
            return [()] * len(array)
        inner = self.inner.decode(array.values.slice(first, last - first))
        cuts = (offsets - first).tolist()
        if isinstance(inner, list):
            inner = tuple(inner)  # a slice of a tuple is the tuple wanted
        return [inner[start:end] for start, end in pairwise(cuts)]


class Struct:
    """A dataclass, field by field; a field that an older shard lacks takes its default."""

    def __init__(self, cls: type, codecs: dict[str, Codec], columns: dict[str, str]) -> None:
        self.names = list(codecs)
        self.codecs = list(codecs.values())
        self.columns = [columns.get(name, name) for name in self.names]
        self.type = pa.struct(list(zip(self.columns, (codec.type for codec in self.codecs), strict=True)))
        self._getters = [attrgetter(name) for name in self.names]
        self._cls = cls
        self._makers: dict[tuple[str, ...], Callable[..., Any]] = {}

    def encode(self, values: Sequence[Any]) -> pa.Array:
        """Make an array of Python values."""
        arrays = [
            codec.encode(list(map(getter, values))) for codec, getter in zip(self.codecs, self._getters, strict=True)
        ]
        return pa.StructArray.from_arrays(arrays, fields=list(self.type))

    def decode(self, array: pa.Array) -> Sequence[Any]:
        """Make Python values of an array."""
        present = {array.type.field(index).name for index in range(array.type.num_fields)}
        names, columns = [], []
        for name, column, codec in zip(self.names, self.columns, self.codecs, strict=True):
            if column not in present:
                continue
            child = array.field(column)
            if child.null_count == len(child) and isinstance(codec, Leaf) and name in self._optional:
                continue  # the default says the same, and costs less
            names.append(name)
            columns.append(codec.decode(child))
        if not columns:
            return [self._cls() for _ in range(len(array))]
        return list(map(self._maker(tuple(names)), *columns))

    @property
    def _optional(self) -> frozenset[str]:
        return frozenset(field.name for field in fields(self._cls) if field.default is None)

    def _maker(self, names: tuple[str, ...]) -> Callable[..., Any]:
        """Give a function of positional arguments, since these classes take keywords only."""
        if names not in self._makers:
            arguments = ", ".join(f"{name}={name}" for name in names)
            code = f"lambda {', '.join(names)}: cls({arguments})"
            self._makers[names] = eval(code, {"cls": self._cls})  # only names of our own fields
        return self._makers[names]


Renames: TypeAlias = dict[type, dict[str, str]]


def codec_of(hint: Any, *, columns: Renames, null_when_empty: frozenset[str] = frozenset()) -> Codec:
    """Derive the codec of a type: a leaf, a tuple of one type, or a dataclass of these.

    Args:
        hint: the type.
        columns: for some dataclasses, the column names that differ from the field names.
        null_when_empty: names of tuple fields whose empty value is stored as null.
    """
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        (hint,) = (inner for inner in get_args(hint) if inner is not type(None))
        origin = get_origin(hint)
    if origin is Literal:
        return Leaf(str)
    if hint in LEAVES:
        return Leaf(hint)
    if origin is tuple:
        return Many(codec_of(get_args(hint)[0], columns=columns, null_when_empty=null_when_empty))
    hints = get_type_hints(hint)
    codecs = {
        field.name: codec_of(hints[field.name], columns=columns, null_when_empty=null_when_empty)
        for field in fields(hint)
    }
    for name in null_when_empty & codecs.keys():
        inner = codecs[name]
        assert isinstance(inner, Many)
        codecs[name] = Many(inner.inner, empty_is_null=True)
    return Struct(hint, codecs, columns.get(hint, {}))


def _decode_text(array: pa.Array) -> Sequence[Any]:
    """Decode text; where it repeats itself, as labels do, make each word once and share it."""
    if len(set(array.slice(0, _PROBE).to_pylist())) * 4 > _PROBE:
        return array.to_pylist()  # type: ignore[no-any-return]
    encoded = array.dictionary_encode()
    words = [*encoded.dictionary.to_pylist(), None]
    places = encoded.indices
    if places.null_count:
        places = places.fill_null(len(words) - 1)
    return np.array(words, object)[places.to_numpy()].tolist()  # type: ignore[no-any-return]
