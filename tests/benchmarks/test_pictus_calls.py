import json

import pytest

from pictus import plugins
from pictus.errors import PictusError
from pictus.grade import Files
from pictus.scoring.calls.likeness import same_value

EXPECTED = [{"name": "zoom.to", "arguments": {"label": "Red car", "factor": 2}}]
PARTS = ("called", "name", "argument_names", "argument_values")


def graded(folder, *rows):
    truth = [{"id": str(n), "calls": calls, **more} for n, (_, calls, more) in enumerate(rows)]
    predictions = [{"id": str(n), "result": result} for n, (result, _, _) in enumerate(rows)]
    files = Files(truth=folder / "t", predictions=folder / "p")
    for path, lines in ((files.truth, truth), (files.predictions, predictions)):
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return plugins.load("benchmarks", "pictus_calls").grade(files)


@pytest.mark.parametrize(
    ("result", "parts"),
    [
        ("zoom.to(label='red car', factor=2.0)", (1, 1, 1, 1)),
        ([{"zoom.to": '{"factor": 2, "label": "Red car"}'}], (1, 1, 1, 1)),
        ("zoom.to(label='red car', factor=3)", (1, 1, 1, 0)),
        ("zoom.to(label='red car', factor=True)", (1, 1, 1, 0)),
        ("zoom.to(label='red car')", (1, 1, 0, 0)),
        ("zoom(label='red car', factor=2)", (1, 0, 0, 0)),
        ("[zoom.to(label='red car', factor=2), zoom.to(label='red car', factor=2)]", (1, 0, 0, 0)),
        ("I see no car.", (0, 0, 0, 0)),
        ("", (0, 0, 0, 0)),
    ],
)
def test_a_part_is_right_only_where_those_before_it_are(tmp_path, result, parts):
    (grade,) = graded(tmp_path, (result, EXPECTED, {})).grades
    assert grade.figures == dict(zip(PARTS, parts, strict=True))
    assert grade.score == parts[-1]


@pytest.mark.parametrize(("result", "score"), [("There is none.", 1), ("[]", 1), ("", 1), ("zoom.to()", 0)])
def test_where_nothing_is_to_be_called_only_that_is_asked(tmp_path, result, score):
    (grade,) = graded(tmp_path, (result, [], {})).grades
    assert (grade.score, grade.figures) == (score, {"called": score})


def test_several_calls_may_stand_in_any_order(tmp_path):
    two = [{"name": "f", "arguments": {"a": 1}}, {"name": "f", "arguments": {"a": 2}}]
    done = graded(tmp_path, ("f(a=2), f(a=1)", two, {}), ("f(a=2), f(a=2)", two, {}))
    assert [grade.score for grade in done.grades] == [1, 0]


def test_controls_have_figures_of_their_own(tmp_path):
    right = "zoom.to(label='red car', factor=2)"
    done = graded(tmp_path, (right, EXPECTED, {}), ("no", EXPECTED, {"control": "blank"}), ("no", [], {}))
    assert done.figures["accuracy"] == 1
    assert done.figures["name"] == 1
    assert done.figures["control_blank"]["accuracy"] == 0


def test_truth_without_calls_is_refused(tmp_path):
    with pytest.raises(PictusError, match="it has no 'arguments'"):
        graded(tmp_path, ("no", [{"name": "f"}], {}))


def test_values_are_compared_as_deep_as_they_go():
    assert same_value({"a": [1, "New York"]}, {"a": (1.0, "new-york")})
    assert not same_value({"a": [1]}, {"a": [1, 2]})
    assert not same_value([True], [1])
    assert not same_value("1", 1)


@pytest.mark.parametrize(
    ("box", "score"),
    [
        ([0.1, 0.1, 0.5, 0.5], 1),
        ([0.12, 0.08, 0.5, 0.52], 1),
        ([0.1, 0.1, 0.5, 0.29], 0),  # less than half of what both cover
        ([0.1, 0.1, 0.5], 0),
        (["0.1", 0.1, 0.5, 0.5], 0),
        ([0.5, 0.1, 0.1, 0.5], 0),
        ([1e999, 0.1, 0.5, 0.5], 0),
        ("left", 0),
    ],
)
def test_a_region_is_right_when_half_of_what_both_cover_is_shared(tmp_path, box, score):
    expected = [{"name": "crop", "arguments": {"box": [0.1, 0.1, 0.5, 0.5]}, "regions": ["box"]}]
    (grade,) = graded(tmp_path, ([{"crop": json.dumps({"box": box})}], expected, {})).grades
    assert grade.score == score
    exact = [{key: value for key, value in expected[0].items() if key != "regions"}]
    (grade,) = graded(tmp_path, ([{"crop": json.dumps({"box": [0.12, 0.08, 0.5, 0.52]})}], exact, {})).grades
    assert grade.score == 0


def test_calls_by_sight_have_a_figure_and_a_kind(tmp_path):
    right = "zoom.to(label='red car', factor=2)"
    done = graded(tmp_path, (right, EXPECTED, {}), ("no", EXPECTED, {"by_sight": True}), ("no", [], {}))
    assert done.figures["by_sight"] == 0 and done.figures["accuracy"] == 2 / 3
    assert [grade.kind for grade in done.grades] == ["call", "call by sight", "no call"]


def test_a_refusal_is_one_only_where_a_call_was_wanted(tmp_path):
    done = graded(tmp_path, ("I'm sorry, I cannot.", EXPECTED, {}), ("I'm sorry, I cannot.", [], {}))
    assert [grade.outcome for grade in done.grades] == ["refused", "answered"]
