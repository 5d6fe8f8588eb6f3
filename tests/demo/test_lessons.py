"""Lessons are true, the same each time, and read back by the formats that trainers use."""

import json

import pytest

from pictus import plugins
from pictus.demo.lessons import MARK, QUESTIONS, answers, call, lesson_files, words, write_lessons
from pictus.demo.shapes import draw_shape, shown
from pictus.demo.syllabus import BATCH, recipe
from pictus.recipe import load_recipe

COUNT = 12
FORMATS = {"align": "llava", "instruct": "llava", "tools": "openai"}


@pytest.fixture(scope="module")
def lessons(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lessons")
    write_lessons(folder, count=COUNT, seed=5)
    return folder


def records(folder, stage):
    reader = plugins.load("formats", FORMATS[stage])
    found = list(reader.read(lesson_files(folder)[stage], pictures=folder))
    assert len(found) == COUNT and all(record.media[0].file.is_file() for record in found)
    return zip((shown(number, 5) for number in range(COUNT)), found, strict=True)


def test_captions_say_what_is_drawn(lessons):
    for number, (what, record) in enumerate(records(lessons, "align")):
        assert record.turns[-1].text == what.caption
        assert record.media[0].file.read_bytes() == draw_shape(what, number, 5)


def test_all_questions_are_asked_in_changing_order_and_answered_truly(lessons):
    firsts = set()
    for what, record in records(lessons, "instruct"):
        asked = [turn.text.strip() for turn in record.turns[::2]]
        firsts.add(asked[0])
        said = dict(zip(asked, (turn.text for turn in record.turns[1::2]), strict=True))
        assert said == {QUESTIONS[subject]: answer for subject, answer in answers(what).items()}
    assert len(firsts) == len(QUESTIONS)


def test_calls_mark_what_is_drawn_as_the_tool_wants_it(lessons):
    wanted = json.loads(MARK.parameters)
    for what, record in records(lessons, "tools"):
        (made,) = record.turns[-1].calls
        assert (made.name, json.loads(made.arguments)) == (MARK.name, json.loads(call(what).arguments))
        assert json.loads(made.arguments) == {"colour": what.colour, "position": what.place}
        assert set(json.loads(made.arguments)) == set(wanted["required"]) == set(wanted["properties"])
        assert [tool.name for tool in record.tools] == [MARK.name]


def test_lessons_are_the_same_each_time(lessons, tmp_path):
    write_lessons(tmp_path, count=COUNT, seed=5)
    for first, second in zip(lesson_files(lessons).values(), lesson_files(tmp_path).values(), strict=True):
        assert first.read_bytes() == second.read_bytes()


def test_the_words_hold_all_that_lessons_say(lessons):
    said = set(words())
    for stage in ("align", "instruct"):
        for _, record in records(lessons, stage):
            assert {turn.text.strip() for turn in record.turns} <= said
    assert '{"name": "mark", "arguments": {"colour": "red", "position": "top left"}}' in said


@pytest.mark.parametrize("name", ["plain", 'a "quoted", {odd}: folder #1'])
def test_the_recipe_is_read_whatever_its_folder_is_called_and_has_the_steps_that_were_asked_for(tmp_path, name):
    folder = tmp_path / name
    folder.mkdir()
    (folder / "recipe.yaml").write_text(recipe(folder / "lessons", folder / "parts", steps=100, seed=3))
    read = load_recipe(folder / "recipe.yaml")
    assert read.seed == 3 and list(read.stages) == ["align", "instruct", "tools"]
    assert sum(part.rows for stage in read.stages.values() for part in stage.data) == 100 * BATCH
    assert read.model.vision == str(folder / "parts/vision")
    assert read.stages["tools"].data[1].images == str(folder / "lessons")
