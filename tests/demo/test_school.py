"""A tiny model learns to see in a minute: colours, places, shapes, and calls that name them."""

import json
import sys

import pytest

from pictus.cli import main
from pictus.demo.school import STEPS
from tiny_models import needs


def demo(monkeypatch, capsys, *arguments):
    monkeypatch.setattr(sys, "argv", ["pictus", "demo", "--train", "--json", *map(str, arguments)])
    main()
    return json.loads(capsys.readouterr().out)


def marks(stops):
    (told,) = [stop["marks"] for stop in stops if "marks" in stop]
    return {mark["subject"]: (mark["right"], mark["blank"], mark["swapped"]) for mark in told}


def fails(monkeypatch, capsys, *arguments):
    with pytest.raises(SystemExit) as ended:
        demo(monkeypatch, capsys, *arguments)
    return ended.value.code, capsys.readouterr().err


@pytest.fixture
def parts():
    needs("torch", "transformers", "peft")


@pytest.mark.serial
@pytest.mark.timeout(900)
def test_a_model_learns_to_see_in_four_hundred_steps(parts, tmp_path, monkeypatch, capsys):
    folder = tmp_path / "school"
    found = marks(demo(monkeypatch, capsys, "--to", folder, "--steps", 400))
    for subject in ("colour", "position", "shape"):
        right, *controls = found[subject]
        assert right >= 0.95 and max(controls) <= 0.45, found
    assert found["call"][0] >= 0.9 and max(found["call"][1:]) <= 0.2, found
    page = (folder / "index.html").read_text()
    assert page.count("<polyline") == 6 and page.count('<article class="sheet">') == 12
    assert len((folder / "trained/align/steps.jsonl").read_text().splitlines()) == 140

    # Again: nothing is trained anew, also where nobody says how many steps; and a recipe is not changed in silence.
    weights = (folder / "trained/tools/model/model.safetensors").stat().st_mtime_ns
    assert marks(demo(monkeypatch, capsys, "--to", folder)) == found
    assert (folder / "trained/tools/model/model.safetensors").stat().st_mtime_ns == weights
    for other in (("--steps", 500), ("--seed", 1)):
        code, told = fails(monkeypatch, capsys, "--to", folder, *other)
        assert code == 1 and "says something else" in told and "--seed 0" in told


@pytest.mark.serial
@pytest.mark.proof
@pytest.mark.timeout(1800)
def test_a_model_has_learned_to_see_after_the_whole_demo(parts, tmp_path, monkeypatch, capsys):
    found = marks(demo(monkeypatch, capsys, "--to", tmp_path / "school", "--steps", STEPS))
    assert all(right >= 0.95 for right, *_ in found.values()), found
    assert all(max(controls) <= 0.45 for _, *controls in found.values()), found


def test_without_torch_it_is_said_what_to_install(tmp_path, monkeypatch, capsys):
    from importlib import util

    there = util.find_spec
    monkeypatch.setattr(util, "find_spec", lambda name: None if name == "torch" else there(name))
    code, told = fails(monkeypatch, capsys, "--to", tmp_path / "school")
    assert code == 1 and "training needs torch" in told and "pip install 'pictus[learn]'" in told
    assert not (tmp_path / "school").exists()


def test_a_folder_with_other_things_is_left_alone(parts, tmp_path, monkeypatch, capsys):
    (tmp_path / "thesis.txt").write_text("years of work")
    code, told = fails(monkeypatch, capsys, "--to", tmp_path)
    assert code == 1 and "not empty" in told


@pytest.mark.parametrize("arguments", [["--train", "--count", "8"], ["--steps", "100"]])
def test_options_of_the_other_form_are_refused(arguments, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["pictus", "demo", "--to", str(tmp_path / "d"), *arguments])
    with pytest.raises(SystemExit, match="2"):
        main()
