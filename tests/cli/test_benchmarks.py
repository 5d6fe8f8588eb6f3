"""Benchmarks on the command line: they are listed and shown, and what has no score is told by the exit code."""

import orjson
import pytest


@pytest.mark.parametrize("name", ["gqa", "scienceqa"])
def test_a_benchmark_is_listed_and_its_page_says_how_to_score(run, name):
    assert name in run("list", "benchmarks")[0]
    assert f"pictus score {name} --predictions FILE" in "".join(run("show", f"benchmarks/{name}"))


@pytest.mark.parametrize(("answer", "code", "accuracy"), [("B", 0, 1.0), (7, 3, 0.0)])
def test_an_item_without_a_score_is_told_by_the_exit_code(run, tmp_path, answer, code, accuracy):
    problem = {"choices": ["a", "b"], "answer": 1, "hint": "", "image": None} | dict.fromkeys(
        ("subject", "topic", "grade"), "none"
    )
    line = {"question_id": "1", "prompt": "Which?", "text": answer}
    for name, content in (("problems", {"1": problem}), ("pid_splits", {"test": ["1"]}), ("answers", line)):
        (tmp_path / f"{name}.json").write_bytes(orjson.dumps(content))
    names = {"truth": "problems", "questions": "pid_splits", "predictions": "answers"}
    paths = [f"--{option}={tmp_path / name}.json" for option, name in names.items()]
    out, _ = run("score", "scienceqa", *paths, "--json", code=code)
    assert orjson.loads(out)["acc"] == accuracy
