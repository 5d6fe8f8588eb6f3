"""Examine a model with pictures that it never saw, and with an empty one and wrong ones: does it look?"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

from pictus import plugins
from pictus.demo.lessons import MARK, QUESTIONS, REQUEST, answers, asked, call
from pictus.demo.shapes import FORMS, HUES, PLACES, Shown, blank, draw_shape, shown
from pictus.errors import PictusError
from pictus.prompt import Answer, Fault, Prompt, Sampling
from pictus.record import Media
from pictus.report.learned import Mark, Reply, Sheet

CALL = "call"
# What a guess gets right, were it one of the possible answers.
CHANCE = {
    "colour": 1 / len(HUES),
    "position": 1 / len(PLACES),
    "shape": 1 / len(FORMS),
    CALL: 1 / (len(HUES) * len(PLACES)),
}
_SAMPLING = Sampling(max_tokens=64, temperature=0)


def examine(model: Path, *, count: int, seed: int, threads: int = 1) -> tuple[list[Mark], list[Sheet]]:
    """Ask about two pictures or more in the way of `pictus ask`, and mark the answers."""
    seen = [shown(number, seed) for number in range(count)]
    pictures = [draw_shape(what, number, seed) for number, what in enumerate(seen)]
    # The empty picture is the same each time, and so is the answer: once is enough.
    said = _said(model, [prompt for picture in [*pictures, blank()] for prompt in _prompts(picture)], threads)
    rows = [dict(zip(CHANCE, said[at : at + len(CHANCE)], strict=True)) for at in range(0, len(said), len(CHANCE))]
    *looked, blind = rows
    truths = [_truth(what) for what in seen]
    sheets = [
        Sheet(picture=picture, replies=tuple(_reply(name, row[name], truth[name]) for name in CHANCE))
        for picture, row, truth in zip(pictures, looked, truths, strict=True)
    ]
    return [_mark(name, truths, looked, blind) for name in CHANCE], sheets


def _prompts(picture: bytes) -> list[Prompt]:
    media = (Media(data=picture),)
    return [
        Prompt(
            kind="question",
            messages=(asked(_question(name)),),
            media=media,
            tools=(MARK,) if name == CALL else (),
            sampling=_SAMPLING,
        )
        for name in CHANCE
    ]


def _question(subject: str) -> str:
    return REQUEST if subject == CALL else QUESTIONS[subject]


def _truth(what: Shown) -> dict[str, str]:
    wanted = call(what)
    return {**answers(what), CALL: _written(wanted.name, wanted.arguments)}


def _reply(subject: str, said: str, truth: str) -> Reply:
    return Reply(subject=subject, question=_question(subject), said=said, truth=truth)


def _mark(
    subject: str, truths: Sequence[dict[str, str]], looked: Sequence[dict[str, str]], blind: dict[str, str]
) -> Mark:
    wanted = [truth[subject] for truth in truths]
    said = [row[subject] for row in looked]
    right = sum(answer == truth for answer, truth in zip(said, wanted, strict=True))
    return Mark(
        subject=subject,
        right=right / len(wanted),
        swapped=_swapped(said, wanted, right),
        blank=wanted.count(blind[subject]) / len(wanted),
        chance=CHANCE[subject],
    )


def _swapped(said: Sequence[str], wanted: Sequence[str], right: int) -> float:
    """Mark what was said of each picture by the truth of every other one.

    Nothing has to be asked for it: all pictures are asked about in the same words, so that what a model says when the
    picture is another's is what it said of that other.
    """
    those = Counter(wanted)
    return (sum(those[answer] for answer in said) - right) / (len(wanted) * (len(wanted) - 1))


def _said(model: Path, prompts: Sequence[Prompt], threads: int) -> list[str]:
    backend = plugins.load("backends", "huggingface", {"model": str(model), "threads": threads})
    return [_told(answer, model) for answer in asyncio.run(_all(backend, prompts))]


async def _all(backend: Any, prompts: Sequence[Prompt]) -> list[Answer | BaseException]:
    try:
        answers = [backend.answer(prompt) for prompt in prompts]
        return list(await asyncio.gather(*answers, return_exceptions=True))
    finally:
        await backend.close()


def _told(answer: Answer | BaseException, model: Path) -> str:
    """Give the words of an answer, or its call."""
    if isinstance(answer, Fault):
        raise PictusError(answer.what, where=str(model), mend=answer.mend or "train it again")
    if isinstance(answer, BaseException):
        raise answer
    turn = answer.turns[0]
    return _written(turn.calls[0].name, turn.calls[0].arguments) if len(turn.calls) == 1 else turn.text.strip()


def _written(name: str, arguments: str) -> str:
    """Write a call as one text, in which the order of the arguments makes no difference."""
    try:
        given = orjson.loads(arguments)
    except orjson.JSONDecodeError:
        return f"{name}({arguments})"
    if not isinstance(given, dict):
        return f"{name}({arguments})"
    return f"{name}({', '.join(f'{key}: {value}' for key, value in sorted(given.items()))})"
