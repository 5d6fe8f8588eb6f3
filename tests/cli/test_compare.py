"""`pictus compare`: two files of items, or two runs."""

import json

import pytest


def items(path, scores, *, kind=lambda key: "", picture=lambda key: ""):
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [
        {"id": key, "score": score, "parsed": None, "note": "", "kind": kind(key), "picture": picture(key)}
        for key, score in scores.items()
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


@pytest.fixture
def sides(tmp_path):
    old = {f"q{number}": float(number % 2) for number in range(40)}
    new = {**old, "q0": 1.0, "q2": 1.0, "q1": 0.0}
    how = {
        "kind": lambda key: "even" if int(key[1:]) % 2 == 0 else "odd",
        "picture": lambda key: f"p{int(key[1:]) // 4}",
    }
    return items(tmp_path / "a.jsonl", old, **how), items(tmp_path / "b.jsonl", new, **how)


def test_flips_are_named_both_ways_and_by_kind(run, sides):
    out, _ = run("compare", *sides, "--json")
    found = json.loads(out)["comparisons"]["items"]
    assert (found["better"], found["worse"]) == (["q0", "q2"], ["q1"])
    assert found["overall"]["difference"] == pytest.approx(1 / 40)
    assert (found["mean_a"], found["mean_b"]) == (0.5, 0.525)
    assert found["overall"]["groups"] == 10 and found["overall"]["mcnemar_p"] == 1.0
    assert {kind: (one["better"], one["worse"]) for kind, one in found["kinds"].items()} == {
        "even": (2, 0),
        "odd": (0, 1),
    }
    assert run("compare", *sides, "--json")[0] == out  # the same draws each time


def test_the_size_is_told_before_any_chance(run, sides):
    out, err = run("compare", *sides)
    assert out.index("+0.0250, 95% interval ") < out.index("flips") < out.index("p = 1.0000 by McNemar")
    assert "not shown to be within 0.01" in out and "better: q0, q2" in err and "worse: q1" in err


def test_items_without_a_score_or_on_one_side_alone_are_left_out(run, tmp_path):
    old = items(tmp_path / "a.jsonl", {"1": 1, "2": None, "3": 0.5, "4": 1})
    new = items(tmp_path / "b.jsonl", {"1": 1, "2": 1, "3": 0.5, "5": 0})
    out, _ = run("compare", old, new, "--json")
    found = json.loads(out)["comparisons"]["items"]
    assert found["overall"]["items"] == 2 and found["only_a"] == ["4"] and found["only_b"] == ["2", "5"]
    assert "1 items have a score in A alone" in run("compare", old, new)[1]


def test_runs_are_compared_where_both_were_evaluated(run, tmp_path):
    for side in ("a", "b"):
        items(tmp_path / side / "vqav2" / "items.jsonl", {"1": 1, "2": 0})
        items(tmp_path / side / f"only_{side}" / "items.jsonl", {"1": 1})
    out, err = run("compare", tmp_path / "a", tmp_path / "b")
    assert out.startswith("vqav2: 2 items") and "only_a: only one of the two" in err


def test_what_cannot_be_compared_is_told(run, tmp_path, sides):
    other = items(tmp_path / "c.jsonl", {"x": 1})
    assert "no item has a score on both sides" in run("compare", sides[0], other, code=1)[1]
    assert "the margin cannot be" in run("compare", *sides, "--margin", "0", code=1)[1]
    assert "the other side is none" in run("compare", sides[0], tmp_path, code=1)[1]
    assert "there is nothing here" in run("compare", tmp_path, tmp_path / "no", code=1)[1]
    (tmp_path / "e").mkdir()
    assert "no benchmark in common: nothing and nothing" in run("compare", tmp_path / "e", tmp_path / "e", code=1)[1]
    for line, what in (('{"id": 1, "score": 1}', "no line about an item"), ('{"id": "a"}', "no line about an item")):
        (tmp_path / "d.jsonl").write_text(line + "\n")
        assert what in run("compare", tmp_path / "d.jsonl", sides[1], code=1)[1]
    (tmp_path / "d.jsonl").write_text('{"id": "a", "score": "1"}\n')
    assert "no number" in run("compare", tmp_path / "d.jsonl", sides[1], code=1)[1]
    (tmp_path / "d.jsonl").write_text('{"id": "a", "score": 1}\n{"id": "a", "score": 0}\n')
    assert "stands here twice" in run("compare", tmp_path / "d.jsonl", sides[1], code=1)[1]


def test_what_two_runs_have_for_one_benchmark_is_compared_by_its_folders(run, tmp_path):
    for side, score in (("old", 0.0), ("new", 1.0)):
        items(tmp_path / side / "gqa" / "items.jsonl", {f"q{number}": score for number in range(4)})
    sides = (tmp_path / "old" / "gqa", tmp_path / "new" / "gqa")
    out, err = run("compare", *sides)
    assert "4 better, 0 worse" in out
    assert err.endswith(f"next: pictus compare {sides[0]} {sides[1]} --report FOLDER\n")
    _, err = run("compare", *sides, "--report", tmp_path / "page")
    assert err.endswith(f"next: open {tmp_path}/page/report.html\n")
