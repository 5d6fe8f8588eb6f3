"""Choose the rows of a corpus that a part of a blend may take: by licence, checks, scores, and what can be said."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from pictus import plugins
from pictus.errors import PictusError, unknown_name
from pictus.licence import Verdict
from pictus.record import Record
from pictus.report.reasons import reason_code
from pictus.stages import Bounds, CaptionStyle, Part
from pictus.steps.blend.spoken import problem_of
from pictus.steps.blend.tokens import estimated_tokens
from pictus.steps.licence import ruling_of
from pictus.store.corpus import Corpus
from pictus.store.shards import read_shard
from pictus.store.side import read_side

_FIELDS = ("turns", "facts", "origin", "media", "tools")


@dataclass(slots=True)
class Chosen:
    """The rows that stand, by their number in the corpus, and why others do not."""

    rows: npt.NDArray[np.int64]
    left_out: Counter[str] = field(default_factory=Counter)  # by reason
    tokens: int = 0  # of the texts of the rows that stand, estimated
    pictures: int = 0
    licences: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    seen: int = 0  # rows that were looked at
    all: int = 0  # rows that the corpus has

    @property
    def is_part(self) -> bool:
        """Say whether only the beginning of the corpus was looked at."""
        return self.seen < self.all

    def scaled(self, count: int) -> int:
        """Give a count of what was looked at as one of the whole corpus."""
        return count if not self.is_part else round(count * self.all / max(self.seen, 1))


def choose(corpus: Corpus, part: Part, captions: CaptionStyle, *, most_shards: int | None = None) -> Chosen:
    """Look at each row of a corpus once, or at those of its first shards."""
    checks = {name: plugins.load("checks", name, settings) for name, settings in part.checks.items()}
    chosen = Chosen(np.zeros(0, np.int64))
    kept: list[int] = []
    number = 0
    for shard in corpus.shards[:most_shards]:
        outside = _outside(corpus, shard, part.scores)
        for place, record in enumerate(read_shard(corpus.place, shard, roots=corpus.roots, fields=_FIELDS)):
            reason = outside.get(place) or _reason(record, part, checks, captions)
            if reason is None:
                kept.append(number)
                _count(record, chosen)
            else:
                chosen.left_out[reason_code(reason)] += 1
            number += 1
    chosen.rows = np.array(kept, np.int64)
    chosen.seen, chosen.all = number, corpus.summary["rows"]
    return chosen


def _reason(record: Record, part: Part, checks: Mapping[str, Any], captions: CaptionStyle) -> str | None:
    """Say why a row is left out."""
    if part.require is not None:
        ruled = ruling_of(record.origin, part.require)
        if ruled.verdict is not Verdict.YES:
            return f"licence: {ruled.reasons[0]}"
    if record.turns:
        for name, check in checks.items():
            for problem in check.problems(record):
                return f"{name}: {problem}"
    return problem_of(record, captions)


def _count(record: Record, chosen: Chosen) -> None:
    origin = record.origin
    chosen.tokens += estimated_tokens(record)
    chosen.pictures += sum(medium.kind == "image" for medium in record.media)
    chosen.licences[origin.picture_licence, origin.text_licence, origin.model_terms or "none"] += 1


def _outside(corpus: Corpus, shard: int, scores: Mapping[str, Bounds]) -> dict[int, str]:
    """Find the rows of a shard whose scores are out of bounds, or that nobody judged."""
    found: dict[int, str] = {}
    for name, bounds in scores.items():
        table_name, column = name.split(".")
        table = read_side(corpus, table_name, shard)
        if column not in table.column_names:
            raise unknown_name("column", column, table.column_names, where=f"{corpus.place}, side table `{table_name}`")
        for place, value in enumerate(table[column].to_pylist()):
            if value is None:
                found.setdefault(place, f"{name}: nobody said")
            elif not isinstance(value, int | float):
                raise PictusError(
                    f"`{name}` is no number", where=str(corpus.place), mend="bounds go with columns of numbers"
                )
            elif _is_outside(value, bounds):
                found.setdefault(place, f"{name}: out of bounds")
    return found


def _is_outside(value: float, bounds: Bounds) -> bool:
    return (bounds.least is not None and value < bounds.least) or (bounds.most is not None and value > bounds.most)
