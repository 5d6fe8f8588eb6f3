"""`pictus evaluate`, as people type it."""

import json

import pytest

from endpoint import serving
from exams import knowing, write_exams


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_exams(tmp_path_factory.mktemp("data"), 4)


def test_figures_go_to_stdout_and_talk_to_stderr(run, data, tmp_path):
    with serving(knowing) as endpoint:
        first = ("evaluate", "m", "--base-url", endpoint.base, "--from", data, "--to", tmp_path / "run")
        out, err = run(*first, "--on", "gqa,scienceqa")
        assert "gqa, testdev_balanced: 4 questions\n  accuracy" in out and "scienceqa, test: 4 questions" in out
        assert "95% interval" in err and err.endswith(f"next: open {tmp_path}/run/report.html\n")
        assert "\n\nbenchmark  questions  mean of the items  95% interval\ngqa        4          1.0000" in out
        assert "<b>4</b>" in (tmp_path / "run" / "report.html").read_text()
        shown, err = run("show", tmp_path / "run")
        assert shown.startswith("Evaluation of m\n\nmean of the items\n  gqa        1.0000, 95%: ")
        assert "\ngqa\n  questions          4 of 4 of testdev_balanced\n  accuracy" in shown and "report.html" in err
        assert json.loads(run("show", tmp_path / "run", "--json")[0])["benchmarks"].keys() == {"gqa", "scienceqa"}
        found = json.loads(run(*first, "--on", "gqa", "--json")[0])
    assert found["gqa"]["figures"]["accuracy"] == 1.0 and found["gqa"]["figures"]["pictus"]["items"] == 4


def test_a_dry_run_asks_nothing_and_writes_nothing(run, data, tmp_path):
    whole = ("evaluate", "echo", "--on", "gqa", "--from", data, "--to", tmp_path / "run", "--sample", "3", "--dry-run")
    out, err = run(*whole)
    assert "nothing was asked" in err and "tokens" in out
    assert "nothing: the model runs on this machine" in out and "if the server lets" not in out
    assert "would ask 3 of 4 questions" in out and "single word or phrase" in out
    told = json.loads(run(*whole, "--json")[0])
    assert told["benchmarks"]["gqa"]["asked"] == 3 == told["estimate"]["requests"]
    assert not (tmp_path / "run").exists()


def test_questions_without_an_answer_end_with_set_aside(run, tmp_path):
    data = write_exams(tmp_path / "data", 4)
    (data / "gqa" / "images" / "2900001.jpg").unlink()
    with serving(knowing) as endpoint:
        address = ("--base-url", endpoint.base)
        out, err = run("evaluate", "m", *address, "--on", "gqa", "--from", data, "--to", tmp_path / "run", code=3)
    assert "accuracy" in out and "2 questions got no answer:" in err and "cannot be read" in err


def test_a_secret_split_names_the_file_to_send(run, data, tmp_path):
    to = tmp_path / "run"
    _, err = run("evaluate", "echo", "--on", "gqa:test_balanced", "--from", data, "--to", to)
    assert f"{to}/gqa-test_balanced/predictions.json is for the official server" in err
