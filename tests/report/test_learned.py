"""The page of a trained model shows losses, marks and answers, and trusts none of its words."""

import re

import pytest

from pictus.demo.shapes import blank
from pictus.report.learned import HEIGHT, WIDTH, Mark, Reply, Sheet, StageLearned, curve, write_learned


def stage(*losses, name="align"):
    return StageLearned(name=name, told="told", seconds=2.4, losses=losses)


def page(tmp_path, **given):
    whole = {
        "title": "A model",
        "intro": "Said.",
        "figures": {"steps": 1200},
        "stages": [stage(4.0, 1.0, 0.25)],
        "marks": [Mark(subject="colour", right=0.955, swapped=0.215, blank=0.2, chance=0.25)],
        "sheets": [],
        "commands": ["pictus train x"],
    }
    write_learned(tmp_path / "p/index.html", **(whole | given))
    return (tmp_path / "p/index.html").read_text()


def points(line):
    return [tuple(map(float, point.split(","))) for point in line.split()]


def test_marks_stand_beside_those_of_an_empty_picture_of_another_and_of_guessing(tmp_path):
    text = page(tmp_path)
    assert 'width="95.50%"' in text and 'width="20.00%"' in text and 'width="21.50%"' in text and 'x1="25.00%"' in text
    assert "20 % empty · 22 % another · 25 % guessed" in text and "1,200" in text and "pictus train x" in text


def test_what_is_wrong_is_shown_with_the_truth(tmp_path):
    right = Reply(subject="colour", question="Which?", said="red", truth="red")
    wrong = Reply(subject="shape", question="What?", said="", truth="circle")
    text = page(tmp_path, sheets=[Sheet(picture=blank(), replies=(right, wrong))])
    assert text.count('class="good"') == 1 and text.count('class="bad"') == 1
    assert "nothing<small>circle</small>" in text and "data:image/png;base64,iVBOR" in text


def test_a_curve_goes_from_its_highest_loss_to_its_lowest():
    drawn = curve(stage(4.0, 1.0, 0.25))
    assert points(drawn.each) == [(0, 0), (WIDTH / 2, HEIGHT / 2), (WIDTH, HEIGHT)]
    assert drawn.levels[0][0] == "3" and 0 < drawn.levels[0][1] < HEIGHT
    assert points(drawn.mean)[-1][1] < HEIGHT  # the mean comes after


@pytest.mark.parametrize("losses", [(0.5,), (0.0, 0.0), (2.0, 2.0), (0.0, 9.0), tuple(range(5000, 0, -1))])
def test_any_losses_can_be_drawn(losses):
    drawn = curve(stage(*losses))
    for across, down in points(drawn.each) + points(drawn.mean):
        assert 0 <= across <= WIDTH and 0 <= down <= HEIGHT
    assert len(points(drawn.each)) <= 300


def test_a_loss_near_nothing_is_told_and_has_its_lines(tmp_path):
    text = page(tmp_path, stages=[stage(4.0, 0.01, 0.00034)])
    assert "last loss 0.00034" in text
    assert [level for level, _ in curve(stage(4.0, 0.01, 0.00034)).levels][-2:] == ["0.003", "0.001"]


def test_a_stage_without_steps_has_no_curve_and_words_are_escaped(tmp_path):
    evil = "<script>alert(1)</script>"
    reply = Reply(subject=evil, question=evil, said=evil, truth=evil)
    text = page(
        tmp_path,
        title=evil,
        stages=[stage(), stage(1.0, 0.5, name=evil)],
        sheets=[Sheet(picture=blank(), replies=(reply,))],
        commands=[evil],
    )
    assert "<script" not in text and text.count("<figure>") == 1
    assert not re.search(r"https?://", text)
