"""Every benchmark repeats its scores on the small files beside it, and tells of answers that do not fit them."""

import json
import math
import shutil
from dataclasses import replace
from pathlib import Path
from typing import get_args

import orjson
import pytest

from pictus import plugins
from pictus.errors import PictusError
from pictus.grade import Files, Outcome
from pictus.steps import score

DATA = Path(__file__).parent.parent / "data/benchmarks"
NAMES = plugins.names("benchmarks")
FIELDS = ["id", "score", "parsed", "note", "outcome", "kind", "picture"]
# What may come of answers that are missing, too many, or given twice, in the words of `expected.json`.
FATES = {
    "missing": {"refused", "missing", "left out"},  # an error; a grade that says so; the item is not scored
    "extra": {"refused", "left out"},
    "repeated": {"refused", "last"},  # the last counts, and its note says so
}


def files_of(name):
    found = {path.stem: path for path in (DATA / name).iterdir()}
    return Files(predictions=found["predictions"], questions=found.get("questions"), truth=found.get("truth"))


def expected_of(name):
    return json.loads((DATA / name / "expected.json").read_bytes())


def graded(name, files, to):
    plan = score.plan(name, files, options=expected_of(name).get("options"), per_item=to / "items.jsonl")
    return score.run(plan), [orjson.loads(line) for line in (to / "items.jsonl").read_bytes().splitlines()]


def finite(value):
    if isinstance(value, dict):
        return all(map(finite, value.values()))
    return value is None or (not isinstance(value, bool) and isinstance(value, int | float) and math.isfinite(value))


class Answers:
    """The answers of a file in whatever layout, one by one as they stand in it."""

    def __init__(self, path):
        text = path.read_text()
        self.path, self.has_lines = path, path.suffix == ".jsonl"
        whole = [json.loads(line) for line in text.splitlines()] if self.has_lines else json.loads(text)
        self.under = next(iter(whole)) if isinstance(whole, dict) and isinstance(whole.get("results"), dict) else None
        inner = whole[self.under] if self.under else whole
        self.by_id = isinstance(inner, dict)
        self.rows = list(inner.items()) if self.by_id else inner

    def key(self, row):
        return row[0] if self.by_id else str(next(iter(row.values())))

    def renamed(self, row, key):
        if self.by_id:
            return key, row[1]
        name, old = next(iter(row.items()))
        return {**row, name: int(key) if isinstance(old, int) else key}

    def written(self, rows, to):
        """Write rows in the layout of the file; of an object even two with the same key."""
        path = to / self.path.name
        if self.by_id:
            text = "{" + ",".join(f"{json.dumps(key)}:{json.dumps(value)}" for key, value in rows) + "}"
            path.write_text(f'{{"{self.under}":{text}}}' if self.under else text)
        else:
            path.write_text("\n".join(map(json.dumps, rows)) if self.has_lines else json.dumps(rows))
        return path


def changed(name, to, change):
    files = files_of(name)
    answers = Answers(files.predictions)
    return graded(name, replace(files, predictions=answers.written(change(answers), to)), to)


@pytest.mark.parametrize("name", NAMES)
def test_it_repeats_the_scores_that_were_worked_out(name, tmp_path):
    expected = expected_of(name)
    (first, lines), again = (graded(name, files_of(name), tmp_path) for _ in range(2))
    assert (first, lines) == again
    assert {line["id"]: line["score"] for line in lines} == pytest.approx(expected["scores"], rel=1e-12)
    assert set(first.figures) == set(expected["figures"])
    for figure, value in expected["figures"].items():
        assert first.figures[figure] == (None if value is None else pytest.approx(value, rel=1e-12)), figure
    assert len(lines) >= 3 and len({line["score"] for line in lines}) >= 2, "the data tells nothing"


@pytest.mark.parametrize("name", NAMES)
def test_each_item_has_one_line_in_the_shape_of_all(name, tmp_path):
    done, lines = graded(name, files_of(name), tmp_path)
    assert len({line["id"] for line in lines}) == len(lines)
    for line in lines:
        figures = {key: value for key, value in line.items() if key not in (*FIELDS, "control")}
        assert list(line)[: len(FIELDS)] == FIELDS and finite(figures) and finite({"": line["score"]})
        assert isinstance(line["id"], str) and isinstance(line["note"], str)
        assert line["outcome"] in get_args(Outcome)
    assert finite(dict(done.figures)) and all(isinstance(figure, str) for figure in done.figures)
    assert orjson.loads(orjson.dumps(done.figures)) == done.figures
    assert done.items == sum("control" not in line for line in lines) == sum(done.outcomes.values())


@pytest.mark.parametrize("name", NAMES)
def test_the_order_of_the_answers_makes_no_difference(name, tmp_path):
    (tmp_path / "whole").mkdir()
    assert changed(name, tmp_path, lambda answers: answers.rows[::-1]) == graded(
        name, files_of(name), tmp_path / "whole"
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_answer_is_told_with_its_id(name, tmp_path):
    fate = expected_of(name)["missing"]
    answers = Answers(files_of(name).predictions)
    key, others = answers.key(answers.rows[0]), [line["id"] for line in graded(name, files_of(name), tmp_path)[1]]
    assert fate in FATES["missing"]
    if fate == "refused":
        with pytest.raises(PictusError) as told:
            changed(name, tmp_path, lambda answers: answers.rows[1:])
        return _tells(told.value, key)
    _, lines = changed(name, tmp_path, lambda answers: answers.rows[1:])
    found = {line["id"]: line for line in lines}
    if fate == "missing":
        assert found[key]["outcome"] == "missing" and found[key]["score"] == 0
    else:
        assert [*found] == [other for other in others if other != key]
    return None


@pytest.mark.parametrize("name", NAMES)
def test_an_answer_to_no_question_is_told_with_its_id(name, tmp_path):
    answers = Answers(files_of(name).predictions)
    key = answers.key(answers.rows[-1]) + "999"
    extra = lambda answers: [*answers.rows, answers.renamed(answers.rows[-1], key)]  # noqa: E731
    fate = expected_of(name)["extra"]
    assert fate in FATES["extra"]
    if fate == "refused":
        with pytest.raises(PictusError) as told:
            changed(name, tmp_path, extra)
        return _tells(told.value, key)
    (tmp_path / "whole").mkdir()
    assert changed(name, tmp_path, extra) == graded(name, files_of(name), tmp_path / "whole")
    return None


@pytest.mark.parametrize("name", NAMES)
def test_several_answers_to_a_question_are_told_with_its_id(name, tmp_path):
    answers = Answers(files_of(name).predictions)
    key = answers.key(answers.rows[0])
    twice = lambda answers: [*answers.rows, answers.renamed(answers.rows[1], key)]  # noqa: E731
    fate = expected_of(name)["repeated"]
    assert fate in FATES["repeated"]
    if fate == "refused":
        with pytest.raises(PictusError) as told:
            changed(name, tmp_path, twice)
        return _tells(told.value, key)
    lines = {line["id"]: line for line in changed(name, tmp_path, twice)[1]}
    (tmp_path / "whole").mkdir()
    before = {line["id"]: line for line in graded(name, files_of(name), tmp_path / "whole")[1]}
    assert "last of several" in lines[key]["note"] and "last of several" not in before[key]["note"]
    assert lines.keys() == before.keys()
    return None


def _tells(error, key):
    assert key in f"{error.what} {error.where}" and error.mend


@pytest.mark.parametrize("name", NAMES)
def test_a_file_that_it_needs_and_that_is_not_there_is_told_before_anything_is_read(name, tmp_path):
    files = files_of(name)
    grader = plugins.load("benchmarks", name, expected_of(name).get("options"))
    assert set(grader.needs) <= {"questions", "truth"}
    for needed in grader.needs:
        with pytest.raises(PictusError, match=f"--{needed}"):
            score.plan(name, replace(files, **{needed: None}), options=expected_of(name).get("options"))
    gone = replace(files, predictions=tmp_path / "gone.json")
    with pytest.raises(PictusError, match="does not exist"):
        score.plan(name, gone)


@pytest.mark.parametrize("name", NAMES)
def test_files_cut_short_are_told(name, tmp_path):
    """Half of an answer is no answer: whoever scores must not take it for one."""
    files = files_of(name)
    short = tmp_path / files.predictions.name
    shutil.copy(files.predictions, short)
    short.write_bytes(short.read_bytes().rstrip()[:-3])
    with pytest.raises(PictusError) as told:
        graded(name, replace(files, predictions=short), tmp_path)
    assert short.name in told.value.where


@pytest.mark.parametrize("name", NAMES)
def test_it_can_be_asked_and_says_what_it_is(name):
    exam = plugins.load("benchmarks", name)
    assert plugins.summary("benchmarks", name).endswith(".")
    assert not exam.source or exam.source in plugins.names("sources")
    assert exam.max_tokens > 0 and exam.usual_split and isinstance(exam.instruction, str)
    assert Path(exam.predictions).suffix in (".json", ".jsonl")
