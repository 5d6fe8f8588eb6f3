"""Marks tell who looks from who guesses."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from pictus import plugins
from pictus.demo import exam
from pictus.demo.lessons import MARK, QUESTIONS, answers, call
from pictus.demo.shapes import blank, draw_shape, shown
from pictus.errors import PictusError
from pictus.prompt import Answer, Fault
from pictus.record import Turn

COUNT, SEED = 40, 9
SEEN = {draw_shape(shown(number, SEED), number, SEED): shown(number, SEED) for number in range(COUNT)}


class Pupil:
    """Answers by looking, or always of one picture; calls with its arguments in another order."""

    def __init__(self, looks):
        self.looks, self.is_closed = looks, False

    async def answer(self, prompt):
        (medium,) = prompt.media
        what = SEEN[medium.data] if self.looks and medium.data != blank() else next(iter(SEEN.values()))
        if prompt.tools == (MARK,):
            made = call(what)
            arguments = dict(reversed(json.loads(made.arguments).items()))
            turn = Turn("assistant", calls=(replace(made, arguments=json.dumps(arguments, indent=1)),))
        else:
            subject = {question: name for name, question in QUESTIONS.items()}[prompt.messages[-1].text]
            turn = Turn.of("assistant", f" {answers(what)[subject]}\n")
        return Answer(turns=(turn,), model="pupil")

    async def close(self):
        self.is_closed = True


def examined(monkeypatch, pupil):
    monkeypatch.setattr(plugins, "load", lambda family, name, settings: pupil)
    found = exam.examine(Path("model"), count=COUNT, seed=SEED)
    assert pupil.is_closed
    return found


def test_who_looks_is_right_and_is_not_without_a_picture(monkeypatch):
    marks, sheets = examined(monkeypatch, Pupil(looks=True))
    assert {mark.subject: mark.right for mark in marks} == dict.fromkeys(exam.CHANCE, 1)
    assert all(mark.blank < 0.6 for mark in marks)
    for mark in marks:
        truths = [sheet.replies[list(exam.CHANCE).index(mark.subject)].truth for sheet in sheets]
        others = [one == other for at, one in enumerate(truths) for by, other in enumerate(truths) if at != by]
        assert mark.swapped == pytest.approx(sum(others) / len(others)) and mark.swapped < mark.chance + 0.1
    assert [sheet.picture for sheet in sheets] == list(SEEN)
    assert all(reply.is_right for sheet in sheets for reply in sheet.replies)
    assert sheets[0].replies[-1].truth.startswith("mark(colour: ")


def test_who_does_not_look_is_as_right_without_a_picture(monkeypatch):
    marks, sheets = examined(monkeypatch, Pupil(looks=False))
    assert all(0 < mark.right == mark.blank < 0.6 for mark in marks)
    assert [mark.swapped for mark in marks] == pytest.approx([mark.right for mark in marks])
    assert not all(reply.is_right for sheet in sheets for reply in sheet.replies)


def test_calls_that_cannot_be_read_and_words_instead_of_calls_are_wrong(monkeypatch):
    class Careless(Pupil):
        async def answer(self, prompt):
            given = await super().answer(prompt)
            turn = given.turns[0]
            broken = tuple(replace(made, arguments=made.arguments[:-3]) for made in turn.calls)
            return replace(given, turns=(replace(turn, calls=broken),))

    marks, _ = examined(monkeypatch, Careless(looks=True))
    assert {mark.subject: mark.right for mark in marks}[exam.CALL] == 0


def test_a_model_that_cannot_answer_is_told_of(monkeypatch):
    class Mute(Pupil):
        async def answer(self, prompt):
            raise Fault("it cannot speak", "stop", mend="take another")

    with pytest.raises(PictusError, match="cannot speak"):
        examined(monkeypatch, Mute(looks=True))
