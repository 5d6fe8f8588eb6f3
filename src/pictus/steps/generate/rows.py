"""Answers to rows: the record with its new turns and where they came from, or the reason why there is none."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from pictus import plugins
from pictus.licence import both_terms
from pictus.record import Facts, Record, Reject, Tool, Turn, make_record, reject_record


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An answer as it was read: turns, and for calls the tools and the facts that say what arguments rest on."""

    turns: tuple[Turn, ...]
    tools: tuple[Tool, ...] = ()
    facts: Facts | None = None
    mended: tuple[str, ...] = ()


def made_record(
    record: Record,
    turns: tuple[Turn, ...],
    *,
    made_by: str,
    terms: str | None,
    tools: tuple[Tool, ...] = (),
    facts: Facts | None = None,
) -> Record:
    """Make the record of an answer; it remembers the record it was made from."""
    origin = replace(
        record.origin, made_by=made_by, model_terms=both_terms(terms, record.origin.model_terms), parents=(record.id,)
    )
    return make_record(origin, media=record.media, turns=turns, tools=tools, facts=facts or record.facts)


def set_aside(record: Record, reason: str) -> Reject:
    """Set a record aside."""
    return reject_record(record, [reason], where=f"{record.origin.dataset} {record.origin.key}")


def checked(rows: Iterable[Record | Reject], checks: Mapping[str, plugins.Check]) -> Iterator[Record | Reject]:
    """Set aside the records that a check has something against."""
    for row in rows:
        if isinstance(row, Record):
            reasons = [f"{name}: {problem}" for name, check in checks.items() for problem in check.problems(row)]
            if reasons:
                yield reject_record(row, reasons, where=f"{row.origin.dataset} {row.origin.key}")
                continue
        yield row
