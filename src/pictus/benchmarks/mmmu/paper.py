"""What MMMU asks: its questions from records, and the files of choices and answers that its scorer reads."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson

from pictus.benchmarks.mmmu.choice import letter_of, letters, official_dice
from pictus.benchmarks.mmmu.items import CHOICE, by_subject
from pictus.grade import Item, Official, Paper
from pictus.reading.choices import letter
from pictus.reading.json import read_object
from pictus.record import Record
from pictus.scoring.asking import IN_A_WORD, item_of
from pictus.scoring.part import write_lines, write_members


def item(record: Record) -> Item:
    """Make a question of a record; an open one has an instruction of its own."""
    asked = item_of(record)
    return asked if _kind(record) == CHOICE else replace(asked, instruction=IN_A_WORD)


def official(paper: Paper, folder: Path) -> Official | None:
    """Write choices and answers below a folder; None for a split whose answers are withheld."""
    questions, truth = folder / "questions.jsonl", folder / "answers.json"
    if next((record for record in paper.records() if record.facts.answers), None) is None:
        return None
    write_lines((_question(record) for record in paper.records()), questions)
    write_members(((record.origin.key, _truth(record)) for record in paper.records()), truth)
    return Official(questions=questions, truth=truth)


def submission(paper: Paper, responses: Path, to: Path) -> Path:
    """Write what the server for the test split takes: letters for choices, whatever was said for open questions.

    It reads no letters itself. They are read here as the official program does that is run before a submission: what it
    cannot read it draws, with the same seed.
    """
    choices = {one.origin.key: letters(one.facts.choices) for one in paper.records() if _kind(one) == CHOICE}
    said: dict[str, str] = read_object(responses)
    dice, told = official_dice(), dict(said)
    for key in by_subject(said):
        if found := choices.get(key):
            told[key] = letter_of(said[key], found) or dice.choice(list(found))
    write_members(told.items(), to)
    return to


def _question(record: Record) -> dict[str, Any]:
    return {"id": record.origin.key, "question_type": _kind(record), "options": list(record.facts.choices)}


def _truth(record: Record) -> dict[str, Any]:
    answers, choices = list(record.facts.answers), record.facts.choices
    if _kind(record) == CHOICE:
        first = str(_extra(record)["letter"])  # two choices may have the same words
        answers = [first] if len(answers) == 1 else [letter(choices.index(answer)) for answer in answers]
    return {"question_type": _kind(record), "ground_truth": answers[0] if len(answers) == 1 else answers}


def _kind(record: Record) -> str:
    return str(_extra(record).get("question_type") or (CHOICE if record.facts.choices else "open"))


def _extra(record: Record) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(record.facts.extra or "{}")
    return found
