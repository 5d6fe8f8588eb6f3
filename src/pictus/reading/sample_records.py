"""WebDataset samples to records: our own come back whole, those of others by what their files mean."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

from pictus.reading.record_row import is_record_row
from pictus.reading.rows import ROW_ERRORS, reason_of
from pictus.reading.sample_fields import record_in
from pictus.reading.sample_meaning import Meaning, json_in, meaning_of
from pictus.reading.tar import Sample
from pictus.record import Origin, Record, Reject

# Adds what the dataset itself says of its files to what they mean by their names.
Adding: TypeAlias = Callable[[Meaning, Sample, Any], None]


def sample_record(
    sample: Sample, shard: Path, dataset: str, root: str, *, split: str | None = None, adding: Adding | None = None
) -> Record | Reject:
    """Make the record of a sample; the key of a foreign one is its own behind its shard's name."""
    text = sample.fields.get("json")
    try:
        row: Any = None if text is None else json_in(text)
        if is_record_row(row):
            return record_in(row, sample.fields, root)
        found = meaning_of(sample, row, root)
        if adding is not None:
            adding(found, sample, row)
        key = f"{shard.name.partition('.')[0]}/{sample.key}"  # many begin to count anew in each shard
        return found.record(Origin(dataset=dataset, key=key, split=split))
    except ROW_ERRORS as error:
        shown = (text or b"").decode("utf-8", "replace")[:2000]
        return Reject(where=f"{sample.where}, sample {sample.key}", reasons=(reason_of(error),), row=shown)
