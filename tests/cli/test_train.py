"""docs/train.md: its commands run and print what it shows; and what `pictus train` refuses."""

# ruff: noqa: E402

import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from pages import rows_below, shape, typed
from tiny_models import needs

needs("torch", "transformers", "peft", "accelerate")
import torch

from part_models import write_clip, write_language
from pictus.cli.train import command
from pictus.demo.lessons import write_lessons
from pictus.demo.shapes import SIDE
from pictus.demo.tiny import write_parts
from pictus.stages import Model, Training

PAGE = (Path(__file__).parents[2] / "docs/train.md").read_text()


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    torch.set_num_threads(1)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)  # the page is of a machine without one
    return tmp_path


def test_each_command_runs_and_prints_what_the_page_shows(run):
    count = 0
    for words, shown in typed(PAGE):
        if words[0] == "save":
            Path(words[1]).write_text(words[2])
            continue
        if words[0] == "python":
            runpy.run_path(words[1])
            continue
        out, err = run(*words[1:], *(["--workers", "0"] if words[1] == "train" else []))
        found, out_of_train = iter(shape(out + err)), out.splitlines()
        for line in shape("\n".join(shown)):
            assert line in found, (words, line, out, err)
        count += 1
    assert count == 3
    (tree,) = re.findall(r"```text\n(trained/\n.*?)```", PAGE, re.DOTALL)
    folders, files = re.findall(r"^  ([\w/]+)", tree, re.MULTILINE), re.findall(r"^    (\S+)", tree, re.MULTILINE)
    assert len(folders) == 3 and len(files) == 6
    for name in (*folders, *(f"instruct/{file}" for file in files)):
        assert Path("trained", name.replace("step-N", "step-10")).exists(), name
    told = orjson.loads(run("train", "recipe.yaml", "--to", "trained", "--dry-run", "--json")[0])
    assert [(stage["stage"], stage["samples"]) for stage in told] == [("align", 52), ("instruct", 153)]
    assert {one["verdict"] for stage in told for one in stage["machines"]} == {"fits"}
    assert {"weights", "moments", "gradients", "row", "total"} <= set(told[0]["machines"][0]["memory"])
    out, err = run("train", "recipe.yaml", "--to", "other", "--stage", "instruct", "--dry-run")
    assert out.startswith("instruct: about 153") and "instruct begins with what align leaves" in err
    assert err.rstrip().endswith("next: the same command without --dry-run, after `--stage align`")
    shown, err = run("show", "trained")
    assert shape(shown) == shape("\n".join(line for line in out_of_train if line.startswith(("align:", "instruct:"))))
    assert 'next: pictus ask trained/instruct/model PICTURE "question"' in err
    assert orjson.loads(run("show", "trained/align", "--json")[0])["align"]["steps"] == 4
    done = orjson.loads(run("train", "recipe.yaml", "--to", "trained", "--stage", "instruct", "--json")[0])
    assert [(one["stage"], one["loss"]) for one in done] == [("instruct", None)]


def test_every_option_and_key_that_the_page_names_is_there():
    options = {name for option in command.params for name in option.opts}
    lines = [line for block in re.findall(r"```bash\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]
    told = [line.partition("pictus train")[2] for line in lines if "pictus train" in line]
    assert len(told) == 5
    assert set(re.findall(r"--[a-z-]+", " ".join(told))) <= options
    assert {row[0].strip("`") for row in rows_below(PAGE, "| key of `model`")} == set(Model.model_fields) - {
        "seed",
        "shuffle",
    }
    assert {row[0].strip("`") for row in rows_below(PAGE, "| key of a stage's `train`")} == set(Training.model_fields)


def test_a_meta_file_is_planned_without_a_recipe(run, here):
    Path("captions.csv").write_text("url\tcaption\n1.jpg\ta\n2.jpg\tb\n")
    Path("META.yaml").write_text("META: [captions.csv]\n")
    write_clip(here / "clip")
    write_language(here / "llm")
    words = "train --stage pretrain --model llm --vision clip --data META.yaml --images pictures --to out --dry-run"
    out, err = run(*words.split())
    assert out.startswith("pretrain: about 6 samples, 1 steps of 32")
    assert "8 x H100 80 GB" in out and "a picture takes 16 tokens; the recipe reckons with 256" in err


def test_a_recipe_that_was_forgotten_is_asked_for(run):
    _, err = run("train", "--to", "w", code=1)
    assert "no recipe is named" in err and "`pictus train recipe.yaml`" in err and "--data META.yaml" in err


def test_what_training_needs_is_said(run, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    _, err = run("train", "llava15", code=1)
    assert "training needs torch, transformers, peft" in err and "pip install 'pictus[learn]'" in err


SMALL = """\
held_out: 6
model: { vision: parts/vision, language: parts/language, random: [vision, language], vision_layer: -1 }
stages:
  align:
    data: [{ data: lessons/align.json, images: lessons }]
    train:
      { trained: [projector], learning_rate: { all: 1e-3 }, batch: 16, max_tokens: 128, image_tokens: 16 }
"""


@pytest.mark.serial
def test_processes_of_torchrun_train_together_and_one_of_them_tells(here):
    write_lessons(here / "lessons", count=40)
    write_parts(here / "parts", ["A red circle in the top left."], side=SIDE)
    (here / "recipe.yaml").write_text(SMALL)
    many = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m"]
    told = {}
    for name, words in (("two", many), ("one", [sys.executable, "-m"])):
        line = [*words, "pictus", "train", "recipe.yaml", "--to", name, "--workers", "0", "--json"]
        done = subprocess.run(line, capture_output=True, text=True, env=os.environ | {"OMP_NUM_THREADS": "1"})
        assert done.returncode == 0, done.stderr
        (told[name],) = orjson.loads(done.stdout)  # said once
    assert told["two"]["steps"] == told["one"]["steps"] == 3
    assert told["two"]["held_out"] == pytest.approx(told["one"]["held_out"], abs=1e-5)
    evaluations = Path("two/align/evaluations.jsonl").read_bytes().splitlines()
    assert [orjson.loads(line)["samples"] for line in evaluations] == [6]
    assert told["two"]["loss"] == pytest.approx(told["one"]["loss"], abs=1e-5)
