"""`pictus score`: what it tells besides the figures."""

import json

import pytest

from pictus import plugins
from pictus.cli.score import figure_rows
from pictus.grade import Grade, Graded


class Half:
    """A benchmark whose answers were come by in every way."""

    needs = ()
    grades = (
        Grade(id="1", score=1.0, parsed="yes", kind="what", picture="p"),
        Grade(id="2", score=0.0, picture="p", outcome="empty"),
        Grade(id="3", score=0.0, picture="q", outcome="refused"),
        Grade(id="4", score=1.0, picture="q", outcome="fallback", note="fallback"),
        Grade(id="5", score=None, picture="r", outcome="unreadable", figures={"Bleu_1": 0.5}),
    )

    def grade(self, files):
        return Graded(grades=self.grades, figures={"overall": 0.5, "kinds": {"what": 1.0}})


@pytest.fixture
def scored(run, monkeypatch, tmp_path):
    monkeypatch.setattr(plugins, "load", lambda family, name, options=None: Half())
    (tmp_path / "answers.json").write_text("[]")
    return lambda *more: run("score", "half", "--predictions", tmp_path / "answers.json", *more, code=3)


def test_how_sure_a_score_is_stands_beside_the_official_figures(scored):
    figures = json.loads(scored("--json")[0])
    assert list(figures) == ["overall", "kinds", "pictus"]
    told = figures["pictus"]
    assert told["outcomes"] == {"answered": 1, "empty": 1, "refused": 1, "fallback": 1, "unreadable": 1}
    assert (told["items"], told["pictures"], told["unscored"]) == (5, 3, 1)
    assert told["mean"]["mean"] == 0.5 and told["mean"]["low"] < 0.5 < told["mean"]["high"]


def test_answers_that_no_model_meant_are_told_apart_in_words(scored):
    out, err = scored()
    assert "overall  0.5000" in out
    assert "5 items about 3 pictures" in err and "mean of the items' scores: 0.5000, 95% interval" in err
    for words in ("1 answer is empty", "1 answer is a refusal", "was drawn by chance", "1 item has no score"):
        assert words in err


def test_a_folder_in_the_place_of_a_file_is_told(run, tmp_path):
    _, err = run("score", "gqa", "--predictions", tmp_path, "--questions", tmp_path, code=1)
    assert "this is a folder, and a file is meant" in err and f"where: {tmp_path}" in err


def test_many_figures_of_no_items_are_counted_and_few_are_named():
    few = {"accuracy": None, "count": 0}
    assert figure_rows(few) == [["accuracy", "–"], ["count", "0"]]
    many = {"acc": 0.5, **dict.fromkeys("abcd"), "kinds": {"what": None}}
    assert figure_rows(many) == [["acc", "0.5000"], ["kinds", ""], ["  what", "–"], ["4 others", "– (no items)"]]


def test_a_line_of_an_item_has_what_a_comparison_needs(scored, tmp_path):
    scored("--per-item", tmp_path / "items.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "items.jsonl").read_text().splitlines()]
    assert [line["id"] for line in lines] == ["1", "2", "3", "4", "5"]
    assert lines[0] == {
        "id": "1", "score": 1.0, "parsed": "yes", "note": "", "outcome": "answered", "kind": "what", "picture": "p"
    }  # fmt: skip
    assert lines[4]["score"] is None and lines[4]["Bleu_1"] == 0.5
