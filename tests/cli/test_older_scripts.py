"""The command lines of an older generator, as they were typed; and datasets by name in the words of today."""

import io
import json
import shutil
import zipfile
from importlib import import_module

import pytest
from aiohttp import web

from coco_files import write_dataset
from endpoint import serving
from fileserver import file_server
from openimages_files import (
    ATTRIBUTES,
    BOX,
    LABEL,
    MASK,
    NAMES,
    PAIR,
    PICTURE,
    box,
    csv_text,
    label,
    narrative,
    picture,
)
from pictus.backends.huggingface import Backend as HuggingFace
from pictus.errors import PictusError
from pictus.sources.openimages_v7 import Source as OpenImages
from tiny_models import needs, write_chat, write_gguf

CONVERSATION = (
    "Question:\nWhat is it?\n===\nAnswer:\nA scene in the park.\n===\nQuestion:\nWhere?\n===\nAnswer:\nIn the park."
)
DETAIL = "It is a quiet scene in the park, with nobody in a hurry and nothing on fire."


def annotations(folder, year):
    write_dataset(folder, 3)
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as file:
        for path in sorted((folder / "annotations").iterdir()):
            file.write(path, f"annotations/{path.name.replace('2017', year)}")
            file.write(path, f"annotations/{path.name.replace('2017', year).replace('train', 'val')}")
    return data.getvalue()


@pytest.fixture
def server(tmp_path, monkeypatch):
    made = annotations(tmp_path / "made", "2014"), annotations(tmp_path / "made2", "2017")
    files = {f"/files/annotations/annotations_trainval{y}.zip": z for y, z in zip((2014, 2017), made, strict=True)}
    with file_server(files) as server:
        monkeypatch.setattr("pictus.reading.coco_release._SITE", server.base)
        monkeypatch.setattr("pictus.reading.openimages.release._BUCKET", server.base)
        monkeypatch.setattr("pictus.reading.openimages.release._NARRATIVES", server.base)
        (tmp_path / "here").mkdir()
        monkeypatch.chdir(tmp_path / "here")
        yield server


@pytest.fixture
def endpoint():
    def play(body, times):
        return CONVERSATION if "===" in str(body["messages"]) else DETAIL

    with serving(play) as endpoint:
        yield endpoint


def openai(endpoint):
    return ["--model_source", "openai", "--model", "m", "--openai_base_url", f"{endpoint.base}/"]


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_an_older_script_runs_as_it_is(server, endpoint, run, tmp_path):
    (tmp_path / "here/prompt.yaml").write_text(
        "conversation:\n  type: conversation\n  system_prompt: Ask.\n  inputs: [captions, boxes]\n"
        "  split_user_assistant: '==='\n  stopwords: ['Question:', 'Answer:']\n"
        "  examples:\n  - input: A mug.\n    output: |-\n      Question:\n      What?\n      ===\n"
        "      Answer:\n      A mug.\n"
    )
    command = ["generate", "COCO2014", *openai(endpoint), "--prompt_config", "prompt.yaml"]
    command += ["--output_path", "instruct.jsonl", "--output_format", "llava-instruct"]
    out, err = run(*command)
    rows = json.loads((tmp_path / "here/instruct.jsonl").read_text())  # an array, as LLaVA's trainer reads it
    assert len(rows) == len({row["id"] for row in rows}) == 6
    assert [turn["from"] for turn in rows[0]["conversations"]] == ["human", "gpt"] * 2
    assert "<image>" in rows[0]["conversations"][0]["value"]
    assert rows[0]["image"] == "train2014/000000000001.jpg"
    assert "instruct.jsonl: 6 rows" in out
    assert "fetching the annotations of coco2014, no pictures, into cache/coco2014: 1 file," in err
    assert "below " in err and err.rstrip().endswith("next: pictus check instruct.jsonl")
    assert {body["model"] for body in endpoint.asked} == {"m"}
    asked = len(endpoint.asked)
    run(*command)
    assert len(endpoint.asked) == asked  # nothing is paid for twice
    assert {path for _, path, _ in server.log} == {"/files/annotations/annotations_trainval2014.zip"}
    assert len(server.got()) == 1
    run("check", "instruct.jsonl", code=3)  # the pictures are not here


def test_several_datasets_go_into_one_file_in_its_own_layout(server, endpoint, run, tmp_path):
    keys = ["0aa00bb00cc00dd0", "0aa00bb00cc00dd1"]
    tables = {
        "class-descriptions": csv_text(["LabelName", "DisplayName"], NAMES.items()),
        "attributes": csv_text(None, ATTRIBUTES.items()),
        "rotation": csv_text(PICTURE, map(picture, keys)),
        "bbox": csv_text(BOX, map(box, keys)),
        "imagelabels": csv_text(LABEL, [label(key, "/m/02", 0) for key in keys]),
        "vrd": csv_text(PAIR, []),
        "segmentation": csv_text(MASK, []),
        "jsonl": json.dumps(narrative(keys[0], "A scene in the park.")),
    }
    for asset in OpenImages().assets():
        table = next(table for part, table in tables.items() if part in asset.path)
        server.files["/files" + asset.url.removeprefix(server.base)] = table.encode()
    run("generate", "COCO2014", *openai(endpoint), "--prompt_config", "prompt_config_llava.yaml")
    asked = len(endpoint.asked)
    run("generate", "COCO2014", "OpenImagesV7", *openai(endpoint))
    rows = lines(tmp_path / "here/instruct.jsonl")
    assert {row["image_source"] for row in rows} == {"coco2014", "openimages_v7"}
    assert {row["type"] for row in rows} == {"conversation", "detail", "reasoning"}
    assert set(rows[0]) >= {"id", "instruction", "response", "image", "image_source", "type"}
    assert rows[0]["image"].startswith("coco2014/train2014/")
    assert len({row["id"] for row in rows}) == len(rows)
    coco = {row["conversation"] for row in rows if row["image_source"] == "coco2014"}
    assert len(endpoint.asked) > asked == 18 >= len(coco)
    assert not any("jpg" in path or "train2014.zip" in path for _, path, _ in server.log)


def test_prompt_files_that_are_missing_are_ours(server, endpoint, run, tmp_path):
    for name in ("prompt_config_llava_smallcontext", "prompt_config_openimagesv7"):
        path = f"{name}.jsonl"
        command = ["generate", "COCO2014", *openai(endpoint), "--prompt_config", f"prompts/{name}.yaml"]
        run(*command, "--output_path", path, "--limit", 1)
        assert (tmp_path / "here" / path).exists()


@pytest.mark.parametrize(
    ("words", "backend", "settings"),
    [
        ([], "huggingface", {"model": "meta-llama/Llama-2-7b-chat-hf"}),
        (["--model_source", "huggingface", "--model", "a/b"], "huggingface", {"model": "a/b"}),
        (["--model_source", "llama.cpp", "--model", "file.gguf"], "llamacpp", {"model": "file.gguf"}),
    ],
)
def test_models_of_this_machine_are_looked_at_before_anything_is_fetched(
    server, run, monkeypatch, words, backend, settings
):
    def load(plan):
        assert (plan.backend, plan.settings) == (backend, settings)
        raise PictusError("it is not installed", where=backend, mend="install it")

    # The package has a function of the module's name.
    monkeypatch.setattr(import_module("pictus.steps.generate.plan"), "load_backend", load)
    assert "it is not installed" in run("generate", "COCO2014", *words, code=1)[1]
    assert server.log == []


def test_what_is_missing_is_told_with_what_to_install(server, run, monkeypatch):
    def without(self):
        raise PictusError("transformers is not installed", where="backend huggingface", mend="pip install")

    monkeypatch.setattr(HuggingFace, "__post_init__", without)
    assert "mend:  pip install" in run("generate", "COCO2014", code=1)[1]
    assert server.log == []


def test_a_dataset_by_its_name_in_the_words_of_today(server, run, tmp_path):
    command = ["generate", "coco2017", "--to", "corpora/x", "--data", "data", "--split", "val", "--workers", 1]
    out, _ = run(*command, "--dry-run")
    size = len(server.files["/files/annotations/annotations_trainval2017.zip"])
    assert (
        f"would fetch the annotations of coco2017, no pictures, into data/coco2017: 1 file, {size / 1000:.1f} KB" in out
    )
    assert "would import coco2017" in out and not (tmp_path / "here/data").exists()
    assert json.loads(run(*command, "--dry-run", "--json")[0])["fetch"]["splits"] == ["val"]
    assert server.got() == []
    out, err = run(*command, code=3)  # a picture without boxes
    assert out.startswith("corpora/x: ") and "pictus export corpora/x" in err
    assert (tmp_path / "here/data/corpora/coco2017-val/corpus.json").is_file()
    shutil.rmtree(tmp_path / "here/data/coco2017")  # a corpus outlives the files it was made of
    assert run(*command, code=3)[0] == out
    assert len(server.got()) == 1
    assert "would ask program" in run(*command, "--dry-run")[0]


def test_nothing_says_where_the_answers_go(server, run):
    assert "`--to`" in run("generate", "coco2017", code=2)[1]
    assert "coco, coco2014" in run("generate", "COCO2018", "--to", "x", code=1)[1].partition("known: ")[2]
    assert server.log == []


@pytest.mark.parametrize("journal", [[], ["--journal", "j.sqlite"]])
def test_a_budget_is_for_all_inputs_together(server, run, journal):
    asked = []

    async def chat(request):
        body = await request.json()
        asked.append(body)
        text = CONVERSATION if "===" in str(body["messages"]) else DETAIL
        usage = {"prompt_tokens": 1000, "completion_tokens": 500, "total_tokens": 1500}
        message = {"role": "assistant", "content": text}
        return web.json_response(
            {"model": "m", "choices": [{"message": message, "finish_reason": "stop"}], "usage": usage}
        )

    with serving(routes=lambda app: app.router.add_post("/v2/chat/completions", chat)) as endpoint:
        base = endpoint.base.replace("/v1", "/v2")
        command = ["generate", "coco2014", "coco2017", "--to", "c", "--model", "m", "--base-url", base, *journal]
        _, err = run(*command, "--price", "0,1", "--budget", "0.015", code=1)  # 18 answers each, of $0.0005
        assert "used up" in err and 18 < len(asked) <= 30
        assert journal or "$0.01 of the budget are left for coco2017" in err
        if not journal:
            done = ["coco2014", "coco2017", "--to", "c", "--model", "m", "--base-url", base, "--price", "0,1"]
            out, err = run("generate", *done, "--budget", "0.009", "--finish", "--json")
            assert "nothing of the budget is left for coco2017" in err
            assert json.loads(out)["corpus"] == "c/coco2014" and "18 answers" in err


@pytest.mark.parametrize("backend", ["llama.cpp", "huggingface"])
def test_a_model_of_this_machine_is_asked(server, run, tmp_path, backend):
    if backend == "llama.cpp":
        needs("xllamacpp", "gguf")
        write_gguf(tmp_path / "here/some.gguf")
    else:
        needs("torch", "transformers")
        write_chat(tmp_path / "here/some")
    (tmp_path / "here/prompt.yaml").write_text(
        "detail:\n  system_prompt: Describe it.\n  inputs: [captions]\n  instructions: ['What is it?']\n"
        "  sampling: {max_tokens: 16}\n  tries: 1\n"
    )
    command = ["generate", "COCO2014", "--model_source", backend, "--prompt_config", "prompt.yaml", "--limit", 1]
    command += ["--model", "some.gguf" if backend == "llama.cpp" else "some", "--set", "threads=1"]
    out, err = run(*command, code=(0, 3))  # a model of chance may say nothing of use
    assert "instruct.jsonl: " in out and "1 answer," in err, err
    assert (tmp_path / "here/instruct.jsonl").is_file()
