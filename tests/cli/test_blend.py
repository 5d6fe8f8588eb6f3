"""docs/blend.md: its commands run and print what it shows; and the other commands know recipes that train."""

import contextlib
import io
import re
from functools import partial
from pathlib import Path

import click
import orjson
import pytest

from pages import rows_below, shape, typed
from pictus.cli import pictus
from pictus.cli.train import command as train
from pictus.recipe import load_recipe
from pictus.stages import Part

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/blend.md").read_text()
rows = partial(rows_below, PAGE)
TALK = [{"from": "human", "value": "Hi?"}, {"from": "gpt", "value": "Hello, you."}]
TRAININGS = ("llava15", "convllava", "imagebind_llm")


def test_each_command_runs_and_prints_what_the_page_shows(tmp_path, monkeypatch, run):
    monkeypatch.chdir(tmp_path)
    count = 0
    for words, shown in typed(PAGE):
        if words[0] == "save":
            Path(words[1]).write_text(words[2])
            continue
        out, err = run(*words[1:])
        found = iter(shape(out + err))
        for line in shape("\n".join(shown)):
            assert line in found, (words, line, out, err)
        count += 1
    assert count == 3
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    with contextlib.redirect_stdout(io.StringIO()) as told:
        exec(compile(code, "docs/blend.md", "exec"), {})
    assert told.getvalue().startswith("400 ['demo/")
    assert "demo/llava.json" in (tmp_path / "trained/blend/mixture.html").read_text()
    made = orjson.loads(run("blend", "recipe.yaml", "--to", "trained/blend", "--json")[0])
    assert [(stage["name"], stage["samples"], stage["steps"]) for stage in made] == [
        ("align", 104, 7),
        ("instruct", 400, 25),
    ]
    out, _ = run("blend", "recipe.yaml", "--to", "trained/blend", "--stage", "align", "--dry-run")
    assert out.startswith("align: ") and "instruct" not in out.replace("demo/instruct", "")


def test_a_blend_ends_with_what_trains_on_it(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("chat.json").write_bytes(orjson.dumps([{"id": "1", "conversations": TALK}]))
    how = "{ trained: [language], learning_rate: { all: 1e-5 }, batch: 8 }"
    for name, more in (("told", f", train: {how}"), ("untold", "")):
        Path(f"{name}.yaml").write_text(f"stages: {{ instruct: {{ data: [{{ data: chat.json }}]{more} }} }}")
    _, err = run("blend", "told.yaml", "--seed", "4", "--stage", "instruct")
    words = err.splitlines()[-1].removeprefix("next: pictus ")
    assert words == "train told.yaml --to trained --model LLM --vision TOWER --stage instruct --seed 4"
    whole = click.Context(pictus, **pictus.context_settings)  # a command remembers the first words for help it had
    train.make_context("train", words.split()[1:], parent=whole)
    _, err = run("blend", "told.yaml", "--to", "looked", "--data", ".")
    assert err.endswith("next: pictus train told.yaml --model LLM --vision TOWER --data .\n")
    _, err = run("blend", "untold.yaml")
    assert "say how below `train:` of instruct" in err and "pictus train" not in err


def test_every_key_of_a_part_is_explained():
    assert set(Part.model_fields) <= set(re.findall(r"`(\w+)`", PAGE))


def test_the_table_of_the_trainings_is_what_the_recipes_say():
    found, name = [], ""
    for recipe, stage, batch, rate, _ in rows("| recipe | stage"):
        name = recipe or name
        train = load_recipe(name).stages[stage].train
        assert (train.batch, set(train.learning_rate.values())) == (int(batch), {float(rate)})
        found.append((name, stage))
    assert found == [(name, stage) for name in TRAININGS for stage in load_recipe(name).stages]


@pytest.mark.parametrize("name", TRAININGS)
def test_a_training_is_listed_shown_and_checked(run, name):
    recipe = load_recipe(name)
    out, _ = run("list", "recipes")
    assert any(line.split(maxsplit=2) == [name, "no", recipe.what] for line in out.splitlines())
    out, err = run("show", name)
    told = " ".join(out.split())
    assert recipe.model.note in told and all(f"{stage}: " in told for stage in recipe.stages)
    assert f"next: pictus blend {name} --data DATA --dry-run" in err
    out, _ = run("check", ROOT / f"src/pictus/recipes/{name}.yaml")
    assert "nothing is wrong" in out


def test_a_recipe_that_only_trains_generates_nothing_and_one_that_does_both_does(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run("import", "coco2017", "--from", ROOT / "tests/data/sources/coco2017", "--to", "corpus")
    _, err = run("generate", "corpus", "--recipe", "llava15", "--to", "made", code=1)
    assert "this recipe is for training" in err and "`pictus blend llava15`" in err
    both = "generate: {kinds: [detail]}\nstages: {instruct: {data: [{corpus: made}]}}\n"
    Path("both.yaml").write_text(both)
    run("generate", "corpus", "--recipe", "both.yaml", "--to", "made", code=(0, 3))
    out, _ = run("blend", "both.yaml", "--dry-run")
    assert out.startswith("instruct: ") and not Path("blend").exists()


def test_a_recipe_with_a_check_that_no_blend_can_run_is_found_by_check(run, tmp_path):
    path = tmp_path / "r.yaml"
    path.write_text("stages: {instruct: {data: [{corpus: c}, {corpus: d, checks: [duplicates]}]}}\n")
    out, _ = run("check", path, code=1)
    assert "needs all rows at once" in out and "instruct: data: part 2" in out


def test_a_training_without_its_data_says_where_to_put_it(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    _, err = run("blend", "llava15", "--dry-run", code=1)
    assert "there is no such folder of data" in err and "`--data`" in err and "instruct: data: part 1" in err
    assert list(tmp_path.iterdir()) == []


def test_a_training_that_ships_is_blended_from_data_that_is_there(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("mine.yaml").write_text(
        "stages: {align: {data: [{source: lcs558k}]}, instruct: {data: [{source: llava_mix665k, at: mix}]}}"
    )
    (tmp_path / "mix").symlink_to(ROOT / "tests/data/sources/llava_mix665k")
    out, err = run("blend", "mine.yaml", "--data", ROOT / "tests/data/sources/lcs558k")
    assert "align: " in out and "instruct: " in out and "mixture.html" in err
    head = orjson.loads(Path("trained/blend/blend.json").read_bytes())
    assert [stage["parts"][0]["name"] for stage in head["stages"]] == ["lcs558k", "llava_mix665k"]


def test_a_meta_file_of_imagebind_llm_is_blended_as_it_is(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("captions.csv").write_text("url\tcaption\n/data/1.jpg\tA red dog.\n")
    Path("meta.yaml").write_text("META: [captions.csv]\n")
    out, _ = run("blend", "meta.yaml", "--stage", "pretrain", "--images", "/data")
    assert out.startswith("pretrain: 3 samples")
    _, err = run("blend", "meta.yaml", code=1)
    assert "`--stage pretrain` for captions" in err
