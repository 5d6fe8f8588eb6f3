"""The commands as a newcomer types them: results on stdout, talk on stderr, exit codes that scripts can trust."""

import json
import subprocess
import sys

import orjson
import pytest

from coco_files import write_dataset
from pictus.cli import _ORDER


@pytest.fixture
def corpora(tmp_path, run):
    write_dataset(tmp_path / "data", 40)
    run("import", "coco2017", "--from", tmp_path / "data", "--to", tmp_path / "corpus")
    run("generate", tmp_path / "corpus", "--to", tmp_path / "made", "--workers", 1, code=3)
    return tmp_path


def test_the_whole_way_from_annotations_to_a_file(corpora, run):
    out, err = run("export", corpora / "made", "--format", "llava", "--to", corpora / "chat.json")
    rows = json.loads((corpora / "chat.json").read_text())
    assert f"{len(rows)} rows" in out
    assert "llava cannot carry" in err and "facts" in err and "next: pictus check" in err
    assert rows[0]["conversations"][0]["value"].startswith("<image>\n")
    assert rows[0]["image"].startswith("train2017/")
    assert (
        "CC-BY-2.0" in (corpora / "chat.NOTICE.md").read_text()
        or "Attribution 2.0" in (corpora / "chat.NOTICE.md").read_text()
    )
    assert "lin2014microsoft" in (corpora / "chat.bib").read_text()


def test_a_record_that_gave_nothing_is_set_aside_and_told(corpora, run):
    _, err = run(
        "generate", corpora / "corpus", "--to", corpora / "again", "--kind", "reasoning", "--workers", 1, code=3
    )
    assert "its facts carry nothing to ask about" in err


def test_running_again_does_nothing_and_says_the_same(corpora, run):
    before = {path: path.stat().st_mtime_ns for path in (corpora / "made").rglob("*.parquet")}
    out, _ = run("generate", corpora / "corpus", "--to", corpora / "made", "--workers", 1, code=3)
    assert "records" in out
    assert {path: path.stat().st_mtime_ns for path in (corpora / "made").rglob("*.parquet")} == before


def test_other_settings_into_the_same_folder_are_refused(corpora, run):
    _, err = run("generate", corpora / "corpus", "--to", corpora / "made", "--seed", 1, "--workers", 1, code=1)
    assert "seed was 0, now 1" in err and "mend:  choose another folder" in err


def test_json_is_one_object_on_stdout(corpora, run):
    for arguments in (
        ["list"],
        ["show", "coco2017"],
        ["show", corpora / "made"],
        ["cite", "coco2017"],
        ["licence", corpora / "made"],
        ["doctor"],
        ["import", "coco2017", "--from", corpora / "data", "--to", corpora / "corpus"],
        ["import", "coco2017", "--from", corpora / "data", "--to", corpora / "n", "--dry-run"],
        ["export", corpora / "made", "--format", "openai", "--set", "embed=false", "--to", corpora / "o.jsonl"],
    ):
        out, _ = run(*arguments, "--json")
        assert isinstance(orjson.loads(out), dict | list), arguments


def test_dry_runs_write_nothing(corpora, run):
    before = sorted(corpora.rglob("*"))
    out, _ = run("import", "coco2017", "--from", corpora / "data", "--to", corpora / "n", "--dry-run")
    assert "  files   instances_train2017.json, captions_train2017.json\n" in out
    out, _ = run("generate", corpora / "corpus", "--to", corpora / "n", "--dry-run")
    assert "would ask program 120 times" in out
    run("export", corpora / "made", "--format", "llava", "--to", corpora / "n.json", "--dry-run")
    assert sorted(corpora.rglob("*")) == before


def test_limit_takes_the_first_records(corpora, run):
    run("generate", corpora / "corpus", "--to", corpora / "few", "--limit", 5, "--kind", "conversation", "--workers", 1)
    out, _ = run("show", corpora / "few", "--json")
    assert 0 < orjson.loads(out)["rows"] <= 5


def test_the_licences_of_coco_permit_commercial_use_only_in_part(corpora, run):
    out, _ = run("licence", corpora / "made", "--json")
    found = orjson.loads(out)
    assert found["permitted"] == found["rows"] > 0  # all pictures of this dataset are CC BY
    _, err = run("export", corpora / "made", "--format", "llava", "--to", corpora / "c.json", "--require", "commercial")
    assert "left out" not in err


def test_what_the_user_states_fills_in_what_the_data_does_not_say(tmp_path, run):
    (tmp_path / "chat.json").write_text(
        json.dumps(
            [
                {
                    "id": "1",
                    "image": "a.jpg",
                    "conversations": [{"from": "human", "value": "<image>\nWhat?"}, {"from": "gpt", "value": "A cup."}],
                }
            ]
        )
    )
    options = ["--picture-licence", "CC BY 4.0", "--text-licence", "cc0", "--model-terms", "openai-output-terms"]
    run("import", "llava", "--from", tmp_path / "chat.json", "--to", tmp_path / "c", *options)
    out, _ = run("show", tmp_path / "c", "--json")
    assert orjson.loads(out)["licences"] == [["CC-BY-4.0", "CC0-1.0", "openai-output-terms", 1]]
    out, err = run("licence", tmp_path / "c", code=3)
    assert "next:" not in err  # an export with `--require` would be empty
    assert "0 of 1 record is permitted" in out and "openai-output-terms" in out


def test_no_file_outside_the_pictures_gets_into_a_corpus(tmp_path, run):
    (tmp_path / "secret.txt").write_text("password")
    (tmp_path / "d").mkdir()
    turns = [{"from": "human", "value": "<image>\nWhat?"}, {"from": "gpt", "value": "A cup."}]
    rows = [
        {"id": str(n), "image": path, "conversations": turns} for n, path in enumerate(["../secret.txt", "/etc/hosts"])
    ]
    (tmp_path / "d/chat.json").write_text(json.dumps(rows))
    _, err = run("import", "llava", "--from", tmp_path / "d/chat.json", "--to", tmp_path / "c", "--embed", code=3)
    assert "leads out of the folder of pictures" in err
    out, _ = run("show", tmp_path / "c", "--json")
    assert orjson.loads(out)["rows"] == 0


def test_check_names_each_damage_of_a_corpus(corpora, run):
    shard = corpora / "made/shards/000000.parquet"
    shard.write_bytes(shard.read_bytes()[:-100])
    (corpora / "made/shards/stray.txt").write_text("?")
    out, _ = run("check", corpora / "made", "--fast", code=1)
    assert "differs from its receipt" in out and "000000.parquet" in out and "does not belong" in out
    assert "remove shards/000000.*" in out


def test_check_names_missing_pictures_and_bad_rows_of_a_file(tmp_path, run):
    rows = [
        {
            "id": "1",
            "image": "a.jpg",
            "conversations": [{"from": "human", "value": "<image>\nWhat?"}, {"from": "gpt", "value": "A cup."}],
        },
        {"id": "2", "conversations": [{"from": "robot", "value": "Beep."}]},
        {"id": "3", "conversations": [{"from": "gpt", "value": "Two."}]},
        {"id": "4", "conversations": [{"from": "human", "value": "Why?"}, {"from": "gpt", "value": ""}]},
    ]
    (tmp_path / "chat.json").write_text(json.dumps(rows))
    out, _ = run("check", tmp_path / "chat.json", code=3)
    for words in ("the file is missing", "unknown role: 'robot'", "row 2", "expected system or user", "fewer than 1"):
        assert words in out


def test_check_reads_a_dataset_as_an_import_would(corpora, run):
    out, _ = run("check", corpora / "data", code=3)
    assert "data of coco2017, train: 40 records" in out
    assert "picture: 40 problems" in out and "the file is missing" in out
    (corpora / "data/annotations/captions_train2017.json").write_text('{"images": [')
    out, _ = run("check", corpora / "data", code=1)
    assert "ends in the middle" in out
    (corpora / "empty").mkdir()
    _, err = run("check", corpora / "empty", code=1)
    assert "no source finds its files here" in err


def test_check_tells_all_mistakes_of_a_recipe_with_their_lines(tmp_path, run):
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text("generate:\n  backend: program\n  sede: 3\n  limit: many\nchekcs: []\n")
    out, _ = run("check", recipe, code=1)
    assert "unknown key `sede`" in out and "line 3, generate" in out and "did you mean `seed`?" in out
    assert "line 4" in out and "unknown key `chekcs`" in out and "line 5" in out
    recipe.write_text(
        "generate:\n  settings: {questions: 3}\nchecks:\n  - answer_length: {minimum: 2}\n  - turn_order\n"
    )
    out, _ = run("check", recipe)
    assert "nothing is wrong" in out


def test_a_recipe_of_a_training_has_no_records_and_is_blended_next(tmp_path, run):
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text("stages: {align: {data: [{corpus: nothing}]}}")
    out, err = run("check", recipe)
    assert out == "recipe recipe.yaml: nothing is wrong\n" and err == f"next: pictus blend {recipe} --dry-run\n"


def test_a_recipe_says_what_generate_does(corpora, run):
    recipe = corpora / "recipe.yaml"
    recipe.write_text(
        "generate:\n  kinds: [conversation]\n  settings: {questions: 1}\nchecks:\n  - answer_length: {minimum: 3}\n"
    )
    run("generate", corpora / "corpus", "--to", corpora / "r", "--recipe", recipe, "--workers", 1, code=3)
    out, _ = run("show", corpora / "r", "--json")
    found = orjson.loads(out)
    assert found["turns"] == 2 * found["rows"]
    assert found["made"]["checks"] == {"answer_length": {"minimum": 3}}
    assert any("fewer than 3" in reason for reason in found["reasons"])


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["imprt"], 2, "Did you mean `pictus import`?"),
        (["import", "coco2071", "--from", ".", "--to", "x"], 1, "did you mean `coco2017`?"),
        (["import", "coco2017", "--from", "/nowhere", "--to", "x"], 1, "does not exist"),
        (["import", "coco2017", "--from", ".", "--to", "x"], 1, "instances_train2017.json"),
        (
            ["import", "coco2017", "--from", ".", "--to", "x", "--text-licence", "openai-outputs"],
            1,
            "openai-output-terms",
        ),
        (["import", "coco2017", "--from", ".", "--to", "x", "--set", "captons=1"], 1, "did you mean `captions`?"),
        (["import", "coco2017", "--from", ".", "--to", "x", "--set", "captions"], 1, "has no value"),
        (["generate", "/nowhere", "--to", "x"], 1, "no corpus.json"),
        (["generate", "/nowhere", "--to", "x", "--backend", "progam"], 1, "did you mean `program`?"),
        (["show", "coco17"], 1, "did you mean `coco2017`?"),
        (["cite", "nothing"], 1, "unknown source or corpus"),
        (["check", "/nowhere"], 1, "does not exist"),
        (["licence"], 2, "Missing argument"),
    ],
)
def test_mistakes_are_told_with_the_mend_and_never_with_a_traceback(run, arguments, code, words):
    out, err = run(*arguments, code=code)
    assert words in err
    assert "Traceback" not in err and out == ""


def test_a_path_that_cannot_be_written_is_told_without_a_traceback(corpora, run):
    blocked = corpora / "file"
    blocked.write_text("no folder")
    for to in (blocked, blocked / "below"):
        _, err = run("generate", corpora / "corpus", "--to", to, "--workers", 1, code=1)
        assert err.startswith("error: the system says: ") and f"where: {to}" in err and "mend:  check that" in err


def test_help_is_light(tmp_path):
    code = (
        "import sys; from pictus.cli import pictus\n"
        "try:\n    pictus.main(['--help'])\nexcept SystemExit: pass\n"
        "heavy = set('torch pyarrow duckdb PIL rich numpy pydantic yaml orjson jinja2 asyncio'.split())\n"
        "print(sorted(heavy & set(sys.modules)), len(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy, count = done.stderr.rsplit(" ", 1)
    assert heavy == "[]"
    assert int(count) < 260
    for name in _ORDER:
        assert f"  {name} " in done.stdout


def test_every_command_explains_itself(run):
    for name in _ORDER:
        out, _ = run(name, "--help")
        assert "--json" in out


def test_a_closed_pipe_is_no_error(corpora):
    command = f"{sys.executable} -m pictus show {corpora / 'made'} --records 1000 | head -1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True)
    assert "made" in done.stdout and "Traceback" not in done.stderr


def test_show_lists_only_what_can_be_set(run):
    out, _ = run("show", "backends/openai", "--json")
    names = [name for name, _ in orjson.loads(out)["settings"]]
    assert "base_url" in names and not [name for name in names if name.startswith("_") or name == "notes"]


def test_show_tells_what_else_has_the_name(run):
    out, err = run("show", "openai")
    assert out.startswith("openai (format)") and "pictus show backends/openai" in err
    out, err = run("show", "backends/openai")
    assert out.startswith("openai (backend)") and "pictus show formats/openai" in err
    assert err.endswith("next: pictus generate CORPUS --backend openai --model M --to NEW\n")


def test_what_show_does_not_know_is_named_as_it_was_typed(tmp_path, run):
    (tmp_path / "llava.json").write_text("[]")
    _, err = run("show", tmp_path / "llava.json", code=1)
    assert f"mend:  `pictus check {tmp_path / 'llava.json'}`" in err
    _, err = run("show", "some/where.json", code=1)
    assert "nothing is called `some/where.json`" in err and "pictus list" in err
    run("show", "anything", "--records", "-1", code=2)
