"""The receipt of a shard: what it holds, written last.

A shard without a receipt does not exist; a receipt whose shard is missing or different is damage, and is
told as such.
"""

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

import orjson
import pyarrow as pa

from pictus.errors import PictusError
from pictus.record import Reject
from pictus.report.reasons import reason_code
from pictus.store.place import Place

_MOST_REASONS = 100  # with their details; more are counted by kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What a finished shard holds. The same input gives the same receipt."""

    shard: int
    rows: int
    taken: int  # rows of the input used up: written and set aside
    sha256: str
    size_bytes: int
    input_ended: bool = True  # nothing of the input was left for a next shard
    rejected: int = 0
    rejects_sha256: str | None = None
    reasons: dict[str, int] = field(default_factory=dict)
    turns: int = 0
    pictures: int = 0
    motions: int = 0
    embedded: int = 0
    datasets: dict[str, int] = field(default_factory=dict)
    licences: list[list[Any]] = field(default_factory=list)  # picture, text, model terms, rows
    tried_again: dict[str, int] = field(default_factory=dict)  # why its rows were set aside by shards before it


def shard_name(number: int) -> str:
    """Give the file of a shard."""
    return f"shards/{number:06d}.parquet"


def receipt_name(number: int) -> str:
    """Give the file of a receipt."""
    return f"shards/{number:06d}.receipt.json"


def rejects_name(number: int) -> str:
    """Give the file of the rows a shard set aside."""
    return f"rejects/{number:06d}.parquet"


def write_receipt(place: Place, receipt: Receipt) -> None:
    """Declare a shard finished."""
    with place.publish(receipt_name(receipt.shard)) as file:
        file.write(orjson.dumps(asdict(receipt), option=orjson.OPT_INDENT_2))


def read_receipt(place: Place, number: int) -> Receipt | None:
    """Read a receipt; None where the shard is not finished."""
    name = receipt_name(number)
    if not place.exists(name):
        return None
    try:
        receipt = Receipt(**orjson.loads(place.read(name)))
    except (orjson.JSONDecodeError, TypeError) as error:
        raise PictusError(
            f"the receipt cannot be read: {error}", where=place.where(name), mend=make_again(number)
        ) from None
    if not place.exists(shard_name(number)):
        raise PictusError(
            "there is a receipt, but its shard is missing",
            where=place.where(shard_name(number)),
            mend=make_again(number),
        )
    return receipt


def make_again(number: int) -> str:
    """Say how to mend a damaged shard."""
    return f"remove shards/{number:06d}.* and run again the command that made the corpus: only it is made"


class Tally:
    """What a receipt tells, counted while the rows pass."""

    def __init__(self) -> None:
        self.rows = self.turns = self.pictures = self.motions = self.embedded = 0
        self.rejects: list[Reject] = []
        self.datasets: Counter[str] = Counter()
        self.licences: Counter[tuple[str, str, str | None]] = Counter()

    def count(self, batch: pa.RecordBatch) -> None:
        """Add rows that are written."""
        origin, media = batch["origin"], batch["media"].flatten()
        names = [origin.field(name) for name in ("dataset", "picture_licence", "text_licence", "model_terms")]
        kinds = Counter({one["values"]: one["counts"] for one in media.field("kind").value_counts().to_pylist()})
        insides = (media.field("bytes"), batch["images"].flatten().field("bytes"))
        self.rows += batch.num_rows
        self.turns += len(batch["messages"].flatten())
        self.pictures += kinds["image"]
        self.motions += kinds["motion"]
        self.embedded += sum(len(column) - column.null_count for column in insides)
        table = pa.table(names, names=["dataset", "picture", "text", "terms"])
        for found in table.group_by(table.column_names).aggregate([([], "count_all")]).to_pylist():
            count = found["count_all"]
            self.datasets[found["dataset"]] += count
            self.licences[found["picture"], found["text"], found["terms"]] += count

    def receipt(self, number: int, **known: Any) -> Receipt:
        """Make the receipt of what was counted."""
        reasons = Counter(reason for reject in self.rejects for reason in reject.reasons)
        if len(reasons) > _MOST_REASONS:
            reasons = Counter(reason_code(reason) for reason in reasons.elements())
        return Receipt(
            shard=number,
            rows=self.rows,
            taken=self.rows + len(self.rejects),
            rejected=len(self.rejects),
            reasons=dict(sorted(reasons.items())),
            turns=self.turns,
            pictures=self.pictures,
            motions=self.motions,
            embedded=self.embedded,
            datasets=dict(sorted(self.datasets.items())),
            licences=[[*key, count] for key, count in sorted(self.licences.items(), key=str)],
            **known,
        )
