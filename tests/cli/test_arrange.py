"""docs/arrange.md: its commands run and print what it shows, and it draws the tree and the trainings that are known."""

import json
import re
import shlex
from pathlib import Path

import pytest

from downloads import write_annotations, write_archives
from pictus.steps.arrange.trainings import TRAININGS
from pictus.steps.arrange.tree import ALIASES, PLACES

PAGE = (Path(__file__).parents[2] / "docs/arrange.md").read_text()


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def shape(text):
    """Make columns alike, and sizes of packed files, which differ between machines."""
    return [
        " ".join(re.sub(r"[\d.]+ [KM]?B|\d+ bytes", "SIZE", line.replace("\xa0", " ")).split())
        for line in text.splitlines()
    ]


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    write_archives(tmp_path / "Downloads")
    write_annotations(tmp_path / "Downloads/json")
    return tmp_path


def test_each_command_runs_and_prints_what_the_page_shows(home, run):
    count = 0
    for piece in "".join(blocks("console")).removeprefix("$ ").split("\n$ "):
        command, *shown = piece.splitlines()
        words = [str(Path(word).expanduser()) if word.startswith("~") else word for word in shlex.split(command)]
        if words[0] == "rm":
            Path(words[1]).unlink()
            continue
        out, err = run(*words[1:], code=(0, 3))
        found = iter(shape(out + err))
        for line in shape("\n".join(shown)):
            assert not line or line in found, (command, line, out, err)
        count += 1
    assert count == 4
    assert Path("missing.txt").read_text() == "gqa/images/990001.jpg\tmissing\n"
    for line in blocks("sh")[0].splitlines():
        assert line in "".join(blocks("console")) or line.startswith("pictus check")


def test_the_tree_that_is_drawn_is_the_one_that_is_made():
    drawn = blocks("text")[0].splitlines()
    wanted = [f"  {place.path + '/':<32}{place.comes}" for place in PLACES]
    assert drawn == ["data/", *wanted, *(f"  {alias.path} -> {alias.place}" for alias in ALIASES)]


def test_the_table_of_the_trainings_is_what_is_checked():
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \| (.*?) \|$", PAGE, re.MULTILINE)
    assert rows == [(one.name, one.title, ", ".join(need.source for need in one.needs)) for one in TRAININGS]


def test_what_is_left_is_told_with_its_place_and_ends_with_three(home, run):
    (home / "data/coco/train2017").mkdir(parents=True)
    (home / "data/coco/train2017/000000990001.jpg").write_bytes(b"mine")
    out, err = run("arrange", "data", "--from", "Downloads", code=3)
    assert "another file has its name" in err and "train2017.zip" in err and "000000990001.jpg" in err
    assert "pictures                18" in out


def test_json_tells_the_plan_and_what_was_done(home, run):
    plan = json.loads(run("arrange", "data", "--from", "Downloads", "--dry-run", "--json")[0])
    assert plan["size_bytes"] > 0 and len(plan["archives"]) == 12 and not (home / "data").exists()
    done = json.loads(run("arrange", "data", "--from", "Downloads", "--json")[0])
    assert done["pictures"]["written"] == 19 and len(done["archives"]) == 12
    found = json.loads(run("check", "data", "--json", "--fast")[0])
    assert all(training["ready"] for training in found["trainings"])
    assert {one["source"]: one["pictures"] for one in found["sources"]}["llava_mix665k"] == 8


def test_a_tree_begins_empty_and_what_to_get_is_told(home, run):
    assert "folders and links made  15" in run("arrange", "new")[0]
    out, _ = run("check", "new", "--training", "llava15_finetune", code=3)
    assert "llava_v1_5_mix665k.json" in out and "coco/train2017: all missing\n    train2017.zip, from http" in out


def test_a_folder_that_is_not_there_is_an_error(home, run):
    assert "this is no folder" in run("arrange", "data", "--from", "Dwonloads", code=1)[1]
    assert "are for a tree" in run("check", "Downloads", "--training", "llava15_finetune", code=2)[1]


def test_one_dataset_of_a_tree_and_a_dataset_alone_are_checked_by_their_rows(home, run):
    run("arrange", "data", "--from", "Downloads")
    assert "data of lcs558k, train: 2 records" in run("check", "data", "--as", "lcs558k", code=(0, 3))[0]
    alone = home / "alone/llava/llava_pretrain"
    alone.mkdir(parents=True)
    (alone / "blip_laion_cc_sbu_558k.json").write_bytes(
        (home / "Downloads/json/blip_laion_cc_sbu_558k.json").read_bytes()
    )
    out, err = run("check", "alone", code=(0, 3))
    assert "data of lcs558k, train: 2 records" in out and "other sources" not in err
