"""Lessons about drawn shapes, as files that trainers read: captions, questions and answers, calls of a function."""

import json  # as templates do, with a space after a colon
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import orjson

from pictus import plugins
from pictus.chat.body import function_of
from pictus.demo.shapes import FORMS, HUES, PLACES, SIDE, Shown, draw_shape, shown
from pictus.record import Call, Media, Origin, Part, Record, Tool, Turn, make_record
from pictus.store.whole_file import whole_file

QUESTIONS = {
    "colour": "What colour is the shape?",
    "shape": "Which shape is it?",
    "position": "Where is the shape?",
}
DESCRIBE = "Describe the picture."
REQUEST = "Mark the shape."  # which can only be done by the function, and only by who looks
MARK = Tool(
    name="mark",
    description="Marks a shape.",
    parameters=orjson.dumps(
        {
            "type": "object",
            "properties": {"colour": {"type": "string"}, "position": {"type": "string"}},
            "required": ["colour", "position"],
        }
    ).decode(),
)

# The stages in their order: the file of each, the format that writes it, and that format's settings.
_FILES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "align": ("align.json", "llava", {}),
    "instruct": ("instruct.json", "llava", {}),
    "tools": ("tools.jsonl", "openai", {"embed": False}),
}


def lesson_files(folder: Path) -> dict[str, Path]:
    """Give the file of each stage."""
    return {stage: folder / name for stage, (name, _, _) in _FILES.items()}


def write_lessons(folder: Path, *, count: int, seed: int = 0) -> None:
    """Draw pictures, and write what each stage of a training learns from them."""
    seen = [shown(number, seed) for number in range(count)]
    for number, what in enumerate(seen):
        with whole_file(folder / _picture(number), safe=False) as file:
            file.write(draw_shape(what, number, seed))
    for stage, (name, form, settings) in _FILES.items():
        plugins.load("formats", form, settings).write(_records(folder, seen, stage, seed), folder / name)


def words() -> Iterator[str]:
    """Say each thing that the lessons say, as templates write it."""
    yield json.dumps(function_of(MARK))
    yield from (*QUESTIONS.values(), REQUEST, DESCRIBE)
    for what in (Shown(*parts) for parts in product(HUES, FORMS, PLACES)):
        yield what.caption
        yield from answers(what).values()
        yield json.dumps({"name": MARK.name, "arguments": json.loads(call(what).arguments)})


def answers(what: Shown) -> dict[str, str]:
    """Give the answer to each question."""
    return {"colour": what.colour, "shape": what.form, "position": what.place}


def call(what: Shown) -> Call:
    """Give the call that marks a shape."""
    arguments = {"colour": what.colour, "position": what.place}
    return Call(id="call-1", name=MARK.name, arguments=orjson.dumps(arguments).decode())


def asked(question: str) -> Turn:
    """Ask about a picture, as the lessons do."""
    return Turn("user", (Part("image"), Part("text", question)))


def _records(folder: Path, seen: list[Shown], stage: str, seed: int) -> Iterator[Record]:
    for number, what in enumerate(seen):
        turns = _turns(what, stage, Random(f"{seed}/{number}/{stage}"))
        picture = Media(path=_picture(number), root=str(folder), width=SIDE, height=SIDE)
        origin = Origin(dataset="drawn shapes", key=str(number), picture_licence="CC0-1.0", text_licence="CC0-1.0")
        yield make_record(origin, media=[picture], turns=turns, tools=[MARK] if stage == "tools" else ())


def _turns(what: Shown, stage: str, chance: Random) -> tuple[Turn, ...]:
    match stage:
        case "align":
            return asked(DESCRIBE), Turn.of("assistant", what.caption)
        case "instruct":
            return tuple(_conversation(what, chance))
        case _:
            return asked(REQUEST), Turn("assistant", calls=(call(what),))


def _conversation(what: Shown, chance: Random) -> Iterator[Turn]:
    """Ask all questions, each time in another order, so that each comes first as often."""
    known = answers(what)
    for number, subject in enumerate(chance.sample(list(QUESTIONS), len(QUESTIONS))):
        question = QUESTIONS[subject]
        yield Turn.of("user", question) if number else asked(question)
        yield Turn.of("assistant", known[subject])


def _picture(number: int) -> str:
    return f"pictures/{number:05}.png"
