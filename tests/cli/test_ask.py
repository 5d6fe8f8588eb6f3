"""`pictus ask`: one question about one picture, through whatever can answer."""

import base64
import io
import json

import pytest
from aiohttp import web
from PIL import Image

from coco_files import write_dataset
from endpoint import bad, serving


@pytest.fixture
def picture(tmp_path):
    path = tmp_path / "red.png"
    Image.new("RGB", (40, 30), "red").save(path)
    return path


def test_a_server_is_asked_with_the_picture_before_the_question(run, picture):
    with serving(lambda body, times: "A red picture.") as endpoint:
        out, _ = run("ask", "some-model", picture, "What is it?", "--set", f"base_url={endpoint.base}")
    assert out == "A red picture.\n"
    shown, asked = endpoint.asked[0]["messages"][0]["content"]
    data = base64.b64decode(shown["image_url"]["url"].removeprefix("data:image/png;base64,"))
    assert Image.open(io.BytesIO(data)).getpixel((5, 5)) == (255, 0, 0)
    assert asked == {"type": "text", "text": "What is it?"}


def test_an_address_is_enough_where_the_server_says_what_it_has(run, picture):
    async def models(request):
        return web.json_response({"data": [{"id": "the-model"}]})

    with serving(routes=lambda app: app.router.add_get("/v1/models", models)) as endpoint:
        out, _ = run("ask", endpoint.base, picture, "What?", "--json")
    assert json.loads(out)["model"] == "the-model" == endpoint.asked[0]["model"]


def test_a_passing_fault_is_tried_again_and_one_that_stays_is_told(run):
    with serving(lambda body, times: bad(500, **{"retry-after": "0"}) if times == 0 else None) as endpoint:
        out, _ = run("ask", "m", "-", "Hello?", "--set", f"base_url={endpoint.base}")
        assert out == "You said: Hello?\n"
    with serving(lambda body, times: bad(401, "bad key")) as endpoint:
        _, err = run("ask", "m", "-", "Hello?", "--set", f"base_url={endpoint.base}", code=1)
        assert "refuses the key" in err and "mend:" in err


def test_echo_and_errors_a_newcomer_makes(run, tmp_path):
    out, _ = run("ask", "echo", "-", "Is anybody there?")
    assert out == "Is anybody there?\n"
    assert "no such picture" in run("ask", "echo", tmp_path / "no.jpg", "What?", code=1)[1]
    assert "has none" in run("ask", "program", "-", "What?", code=1)[1]
    assert "nothing here knows" in run("ask", tmp_path, "-", "What?", code=1)[1]
    assert "is the server running" in run("ask", "http://127.0.0.1:9", "-", "What?", code=1)[1]
    (tmp_path / "text.jpg").write_text("no picture")
    assert (
        "cannot be read" in run("ask", "openai:m", tmp_path / "text.jpg", "?", "--set", "base_url=http://x", code=1)[1]
    )


def test_generate_takes_an_address_for_a_model_too(run, tmp_path):
    async def models(request):
        return web.json_response({"data": [{"id": "the-model"}]})

    write_dataset(tmp_path / "data", 2)
    run("import", "coco2017", "--from", tmp_path / "data", "--to", tmp_path / "c")
    answer = "Question: What?\n===\nAnswer: A thing.\n===\nQuestion: Where?\n===\nAnswer: Here."
    with serving(lambda *_: answer, routes=lambda app: app.router.add_get("/v1/models", models)) as endpoint:
        arguments = ("--model", endpoint.base, "--kind", "conversation", "--to", tmp_path / "g")
        out, _ = run("generate", tmp_path / "c", *arguments)
    assert "2 records" in out and endpoint.asked[0]["model"] == "the-model"


def test_the_folder_of_a_training_names_its_models(run, picture, tmp_path):
    for stage in ("align", "instruct"):
        (tmp_path / "trained" / stage / "model").mkdir(parents=True)
        (tmp_path / "trained" / stage / "model" / "config.json").write_text("{}")
    _, err = run("ask", tmp_path / "trained", picture, "What?", code=1)
    models = [f"`{tmp_path}/trained/{stage}/model`" for stage in ("align", "instruct")]
    assert f"name one of its models: {', '.join(models)}" in err


def test_who_mistypes_a_folder_is_not_only_asked_for_a_key(run, picture, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    assert "if `trained/mine` is a folder of weights" in run("ask", "trained/mine", picture, "What?", code=1)[1]
    assert "folder of weights" not in run("ask", "gpt-4o-mini", picture, "What?", code=1)[1]
