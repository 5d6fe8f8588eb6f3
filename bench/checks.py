"""Measure the checks of single records over conversations about COCO pictures: each alone, and all together."""

from time import process_time
from typing import Any

from coco_pair import write_pair
from measure import DATA

NOT_TEXT = ("picture",)  # reads files


def table() -> str:
    """Give a line for each check, and one for all."""
    coco = DATA / "coco-checks"
    if not (coco / "annotations").is_dir():
        write_pair(coco, 3_000, 21_800, 15_000)
    records = conversations(coco)
    turns = sum(len(record.turns) for record in records) / len(records)
    lines = [f"| {len(records):,} conversations of {turns:.1f} turns | records/s |", "| --- | --- |"]
    total = 0.0
    for name, check in checks().items():
        forget_facts()
        began = process_time()
        sum(1 for record in records for _ in check.problems(record))
        took = process_time() - began
        total += took
        lines.append(f"| `{name}` | {len(records) / took:,.0f} |")
    lines.append(f"| all together (reach: >= 2,000) | {len(records) / total:,.0f} |")
    return "\n".join(lines) + "\n"


def conversations(coco: Any) -> list[Any]:
    """Make conversations of four to eight turns, with full sentences, from the facts of pictures."""
    from pictus import plugins
    from pictus.record import Record, Turn, make_record
    from pictus.steps.generate.program import generated

    read = plugins.load("sources", "coco2017").records(coco, "train")
    records = [row for row in read if isinstance(row, Record)]
    backend = plugins.load("backends", "program", {"questions": 4})
    kinds = ("conversation", "detail")
    made = [row for row in generated(records, backend, name="program", kinds=kinds, seed=0) if isinstance(row, Record)]
    by_picture: dict[str, list[Record]] = {}
    for row in made:
        by_picture.setdefault(row.origin.key, []).append(row)
    joined = []
    for rows in by_picture.values():
        said = [(turn.role, turn.text) for row in rows for turn in row.turns][:8]
        turns = [Turn.of(role, text, images=not number) for number, (role, text) in enumerate(said)]
        if len(turns) >= 4:
            first = rows[0]
            joined.append(make_record(first.origin, media=first.media, turns=turns, facts=first.facts))
    return joined


def checks() -> dict[str, Any]:
    """Load the checks that look at one record's text."""
    from pictus import plugins

    loaded = {name: plugins.load("checks", name) for name in plugins.names("checks") if name not in NOT_TEXT}
    return {name: check for name, check in loaded.items() if hasattr(check, "problems")}


def forget_facts() -> None:
    """Begin without anything remembered of earlier pictures."""
    from pictus.checks.grounding.evidence import evidence

    evidence.cache_clear()


if __name__ == "__main__":
    print(table())
