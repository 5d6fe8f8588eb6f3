"""`pictus check --contamination`, and `--against` of evaluations and scores, as people type them."""

import json
import re

import pytest

from corpora import write_corpus
from exams import write_gqa, write_vqav2
from pictus.record import Media, Origin, Turn, make_record
from scenes import encoded, scene, write_scene


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Two benchmarks of eight questions about four pictures, and two corpora: one has a question, one has nothing."""
    root = tmp_path_factory.mktemp("home")
    write_vqav2(root / "data", 8)
    write_gqa(root / "data" / "gqa", 8)
    for number in range(500, 504):
        write_scene(root / "data/coco/val2014" / f"COCO_val2014_{number:012d}.jpg", number)
        write_scene(root / "data/gqa/images" / f"29{number - 500:05d}.jpg", number + 100)
    turns = [Turn.of("user", "Thing 0 is red, is it?", images=1), Turn.of("assistant", "red")]
    smaller, other = encoded(scene(500).resize((150, 112))), encoded(scene(900))
    for name, data in (("mix", smaller), ("pure", other)):
        record = make_record(Origin(dataset="web", key="1"), media=[Media(data=data)], turns=turns)
        write_corpus(root / name, [record])
    return root


def test_a_table_by_corpus_and_benchmark(run, home, tmp_path):
    asked = ("check", home / "mix", home / "pure", "--contamination", "vqav2,gqa", "--from", home / "data")
    out, err = run(*asked, "--pairs", tmp_path / "pairs.jsonl", code=3)
    rows = [line.split() for line in out.splitlines()]
    assert rows[0][:4] == ["corpus", "benchmark", "questions", "seen"]
    assert ["mix", "vqav2", "8", "2", "(25.0%)", "0", "0", "0", "2", "1", "1", "0"] in rows
    assert {(row[0], row[1], row[3]) for row in rows[1:]} == {
        ("mix", "vqav2", "2"),
        ("mix", "gqa", "0"),
        ("pure", "vqav2", "0"),
        ("pure", "gqa", "0"),
    }
    assert "pure, gqa: no picture can be known by its id" in err
    pairs = [json.loads(line) for line in (tmp_path / "pairs.jsonl").read_text().splitlines()]
    assert [(one["benchmark"], one["id"], one["corpus"]) for one in pairs] == [
        ("vqav2", "9000", "mix"),
        ("vqav2", "9001", "mix"),
    ]
    told = json.loads(run(*asked, "--json", code=3)[0])
    assert told["vqav2"]["corpora"]["mix"]["levels"]["near"] == 2 == told["vqav2"]["seen"]


def test_nothing_found_ends_well_and_says_what_was_not_compared(run, home):
    _, err = run("check", home / "pure", "--contamination", "vqav2", "--from", home / "data")
    assert "no picture can be known by its id" in err


@pytest.mark.parametrize(
    "more, told",
    [
        (("--contamination", "vqav2"), "needs --from"),
        (("--from", "x"), "go with --contamination"),
        (("another",), "looks at one"),
        (("--contamination", "vqav2", "--from", "x", "--fast"), "--json alone"),
    ],
)
def test_what_does_not_go_together_is_wrong_usage(run, home, more, told):
    assert told in run("check", home / "mix", *more, code=2)[1]


def test_an_evaluation_tells_the_figures_of_what_was_not_seen_and_its_page_filters_by_it(run, home, tmp_path):
    to = tmp_path / "run"
    out, err = run("evaluate", "echo", "--on", "vqav2", "--from", home / "data", "--to", to, "--against", home / "mix")
    assert "vqav2, not seen: 6 questions\n  overall " in out
    assert "2 questions stand in mix, 25.0%: alike 2, question 1, answer 1" in err and "mean, not seen: " in err
    page = (to / "report.html").read_text()
    record = json.loads((to / "vqav2/seen.jsonl").read_text().splitlines()[0])["seen"]["record"]
    assert f"record {record} of mix" in page and "<legend>seen</legend>" in page
    choices = dict(re.findall(r'<span dir="auto">([a-z ]+)</span> <b>(\d+)</b>', page))
    assert (choices["not seen"], choices["picture alike"], choices["same question"]) == ("6", "2", "1")
    assert "| seen in mix | 2 of 8: picture alike 2" in (to / "report.md").read_text()


def test_answers_from_a_file_are_scored_without_what_was_seen(run, home, tmp_path):
    questions = json.loads((home / "data/vqav2/v2_OpenEnded_mscoco_val2014_questions.json").read_text())["questions"]
    answers = [
        {"question_id": one["question_id"], "answer": "red" if one["question_id"] == 9000 else "?"} for one in questions
    ]
    (tmp_path / "results.json").write_text(json.dumps(answers))
    truth = home / "data/vqav2/v2_mscoco_val2014_annotations.json"
    asked = ("score", "vqav2", "--predictions", tmp_path / "results.json", "--truth", truth)
    lines = tmp_path / "items.jsonl"
    more = ("--against", home / "mix", "--from", home / "data", "--per-item", lines)
    told = json.loads(run(*asked, *more, "--json")[0])
    assert told["overall"] == 0.125 and told["pictus"]["not_seen"]["mean"]["mean"] == 0.0
    assert told["pictus"]["not_seen"]["items"] == 6 and told["contamination"]["seen"] == 2
    assert json.loads(lines.read_text().splitlines()[0])["seen"]["levels"] == ["near", "question", "answer"]
    assert "2 questions stand in mix" in run(*asked, *more)[1]
    assert "go together" in run(*asked, "--against", home / "mix", code=2)[1]
