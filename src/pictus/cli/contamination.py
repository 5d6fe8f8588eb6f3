"""Show which questions of benchmarks stand in corpora."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from pictus.cli import output
from pictus.reading.wording import count_of

_HEADS = {"file": "file", "pixels": "pixels", "id": "id", "near": "alike", "question": "question", "answer": "answer"}


def check_contamination(corpora: Sequence[str], on: str, root: Path, *, pairs: Path | None, as_json: bool) -> None:
    """Compare corpora with benchmarks, and exit with 3 where a question was found."""
    from pictus.steps import contamination

    plan = contamination.plan(corpora, on.split(","), root)
    with output.progress() as events:
        tables = contamination.run(plan, events)
    if pairs is not None:
        contamination.write_pairs(pairs, tables)
    if as_json:
        output.result({table.name: table.plain() for table in tables})
    else:
        output.table([["corpus", "benchmark", "questions", "seen", *_HEADS.values(), "long text"], *_rows(tables)])
        for table in tables:
            for corpus, notes in table.notes.items():
                for note in notes:
                    output.say(f"{corpus}, {table.name}: {note}")
    sys.exit(output.SET_ASIDE if any(table.seen for table in tables) else output.DONE)


def compared(
    benchmark: str, split: str | None, options: Mapping[str, Any], root: Path | None, corpora: Sequence[str]
) -> Any:
    """Compare one benchmark with corpora."""
    from pictus.steps import contamination
    from pictus.steps.sitting import sittings_of

    if root is None or not corpora:
        raise click.UsageError("--against, --from and --split go together: a corpus, and where the questions lie.")
    told = {f"{benchmark.replace('-', '_')}.{key}": value for key, value in options.items()}
    sittings = sittings_of([f"{benchmark}:{split}" if split else benchmark], told, flag="--against")
    with output.progress() as events:
        (table,) = contamination.compare(sittings, root, corpora, events)
    return table


def tell_table(table: Any) -> None:
    """Say of one benchmark what was found in each corpus, and what could not be compared."""
    for corpus, row in table.rows.items():
        share = f"{100 * row['seen'] / table.questions:.1f}%"
        levels = ", ".join(f"{_HEADS.get(name, 'long text')} {n:,}" for name, n in row["levels"].items() if n)
        found = count_of(row["seen"], "question stands", "questions stand")
        output.say(f"{found} in {corpus}, {share}{f': {levels}' if levels else ''}")
        for note in table.notes[corpus]:
            output.say(f"  {note}")


def _rows(tables: Sequence[Any]) -> list[list[str]]:
    return [
        [
            corpus,
            table.name,
            f"{table.questions:,}",
            f"{row['seen']:,} ({100 * row['seen'] / table.questions:.1f}%)",
            *(f"{row['levels'][level]:,}" for level in (*_HEADS, "long_text")),
        ]
        for table in tables
        for corpus, row in table.rows.items()
    ]
