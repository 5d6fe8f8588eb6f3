"""What Megatron-Energon says of a folder of shards: which belong to which part, and what their files are."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any, Self

import yaml

from pictus.errors import PictusError
from pictus.reading.rows import BadRow
from pictus.reading.sample_meaning import Meaning
from pictus.reading.shard_folders import META
from pictus.reading.shards import SHARD_LIMIT, expanded, shards_of
from pictus.reading.tar import Sample
from pictus.record import Part, Turn

_PIECES = re.compile(r"[^\[\]]+")  # of `json[question][text]`


@dataclass(frozen=True, slots=True)
class EnergonPart:
    """One part of a dataset, such as `train`."""

    name: str | None  # None where the dataset names none
    shards: tuple[str, ...]  # below its folder
    excluded: frozenset[str]  # samples, each with its shard before it


@dataclass(frozen=True, slots=True)
class FieldMap:
    """Where `dataset.yaml` says that the caption, the question and the answers of a sample stand."""

    fields: Mapping[str, str]

    @classmethod
    def of(cls, folder: Path) -> Self:
        """Read the map of a dataset; a crude dataset has none, and one with a loader of its own neither."""
        fields = _loaded(folder / META / "dataset.yaml").get("field_map")
        known = fields if isinstance(fields, Mapping) else {}
        return cls({str(name): text for name, text in known.items() if isinstance(text, str)})

    def add(self, found: Meaning, sample: Sample, row: Any) -> None:
        """Add the caption, or the question and its answers, to what the files mean by their names."""
        caption, question = self._value("caption", sample, row), self._value("context", sample, row)
        answers = self._value("answers", sample, row)
        if isinstance(caption, str) and caption.strip():
            found.captions.append(caption.strip("\r\n"))
        if isinstance(question, str) and not found.turns:
            texts = [one for one in answers if isinstance(one, str)] if isinstance(answers, list) else [answers]
            found.answers += [one for one in texts if isinstance(one, str)]
            pictures = sum(medium.kind == "image" for medium in found.media)
            found.turns = [Turn("user", (*(Part("image"),) * pictures, Part("text", question)))]
            found.turns += [Turn.of("assistant", one) for one in found.answers[:1]]

    def _value(self, name: str, sample: Sample, row: Any) -> Any:
        """Look up a field: the first that is there of several between commas, perhaps a piece of the JSON."""
        for option in self.fields.get(name, "").split(","):
            first, *pieces = _PIECES.findall(option) or [""]
            if not pieces and first in sample.fields and first != "json":
                return _text(sample.fields[first])
            value = row if first == "json" else None
            for piece in pieces:
                value = value.get(piece) if isinstance(value, Mapping) else _item(value, piece)
            if value is not None:
                return value
        return None


def energon_parts(folder: Path) -> list[EnergonPart]:
    """List the parts of a dataset; where nothing tells of parts, all shards are one."""
    split = next((name for name in ("split.yaml", "split.json") if (folder / META / name).is_file()), None)
    if split is None:
        names = tuple(shard.relative_to(folder).as_posix() for shard in shards_of(folder))
        return [EnergonPart(None, names, frozenset())]
    told = _loaded(folder / META / split)
    parts = told.get("split_parts")
    if not isinstance(parts, Mapping):
        mend = "write it again with `energon prepare`"
        raise PictusError("it has no `split_parts`", where=str(folder / META / split), mend=mend)
    excluded = frozenset(_names(told.get("exclude"), folder))
    samples = frozenset(name for name in excluded if not name.endswith(".tar"))
    return [
        EnergonPart(str(part), tuple(name for name in _names(some, folder) if name not in excluded), samples)
        for part, some in parts.items()
    ]


def _names(patterns: Any, folder: Path) -> list[str]:
    texts = map(str, patterns) if isinstance(patterns, list) else ()
    names = [name for text in texts for name in islice(expanded(text), SHARD_LIMIT)]
    for name in names:
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            mend = "do not trust this dataset"
            raise PictusError(f"a shard is named that lies outside the folder: {name}", where=str(folder), mend=mend)
    return names


def _loaded(path: Path) -> Mapping[str, Any]:
    try:
        told = yaml.safe_load(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (yaml.YAMLError, UnicodeDecodeError, OSError, RecursionError) as error:
        what = f"this is no YAML: {' '.join(str(error).split())[:200]}"
        raise PictusError(what, where=str(path), mend="write it again with `energon prepare`") from None
    return told if isinstance(told, Mapping) else {}


def _item(value: Any, piece: str) -> Any:
    is_place = isinstance(value, list) and piece.isdecimal() and int(piece) < len(value)
    return value[int(piece)] if is_place else None


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise BadRow("a file that should be text is no UTF-8") from None
