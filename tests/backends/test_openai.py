"""The endpoint backend: addresses in every form, keys that go to nobody else, settings that endpoints refuse."""

import asyncio
import base64
import io

import pytest
from PIL import Image

from endpoint import bad, serving
from pictus.backends.openai import Backend, base_of
from pictus.errors import PictusError
from pictus.prompt import Fault, Prompt, Sampling
from pictus.record import Media, Tool, Turn

NAMES = ("OPENAI_API_KEY", "OPENROUTER_API_KEY", "GEMINI_API_KEY", "ANTHROPIC_API_KEY", "MY_KEY")


@pytest.fixture(autouse=True)
def no_keys(monkeypatch):
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


HELLO = Prompt(kind="x", messages=(Turn.of("user", "Hello"),), seed=5)


def ask(model, prompt=HELLO):
    async def run():
        try:
            return await model.answer(prompt)
        finally:
            await model.close()

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("given", "base"),
    [
        ("http://localhost:8000", "http://localhost:8000/v1"),
        ("http://localhost:8000/", "http://localhost:8000/v1"),
        ("http://localhost:8000/v1", "http://localhost:8000/v1"),
        (" http://localhost:8000/v1/ ", "http://localhost:8000/v1"),
        ("http://localhost:11434/v1/chat/completions", "http://localhost:11434/v1"),
        ("https://openrouter.ai/api/v1", "https://openrouter.ai/api/v1"),
        (
            "https://generativelanguage.googleapis.com/v1beta/openai/",
            "https://generativelanguage.googleapis.com/v1beta/openai",
        ),
        ("https://api.anthropic.com/v1/", "https://api.anthropic.com/v1"),
        ("http://[::1]:8000", "http://[::1]:8000/v1"),
    ],
)
def test_an_address_may_be_given_in_every_form(given, base):
    assert base_of(given) == base


@pytest.mark.parametrize("given", ["", "localhost:8000", "ftp://host/v1", "http://", "/v1"])
def test_what_is_no_address_is_told(given):
    with pytest.raises(PictusError, match="no address"):
        base_of(given)


@pytest.mark.parametrize("tail", ["", "/", "/v1", "/v1/", "/v1/chat/completions"])
def test_every_form_reaches_the_server(tail):
    with serving() as endpoint:
        base = endpoint.base.removesuffix("/v1") + tail
        assert ask(Backend(model="m", base_url=base)).turns[0].text == "You said: Hello"


def test_the_key_of_openai_goes_to_openai_and_this_machine_and_to_no_stranger(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    with serving() as endpoint:
        ask(Backend(model="m", base_url=endpoint.base))
        assert endpoint.headers[0]["Authorization"] == "Bearer secret"
    for stranger in ("https://llm.example.org/v1", "http://10.0.0.7:8000"):
        assert Backend(model="m", base_url=stranger)._connection.headers == {}
    with pytest.raises(PictusError, match="GEMINI_API_KEY is not set"):
        Backend(model="m", base_url="https://generativelanguage.googleapis.com/v1beta/openai/")


def test_a_key_can_be_named_and_must_then_be_there(monkeypatch):
    with pytest.raises(PictusError, match="MY_KEY is not set"):
        Backend(model="m", base_url="https://llm.example.org/v1", key_name="MY_KEY")
    monkeypatch.setenv("MY_KEY", "mine")
    model = Backend(model="m", base_url="https://llm.example.org/v1", key_name="MY_KEY")
    assert model._connection.headers == {"Authorization": "Bearer mine"}
    assert "mine" not in repr(model) and "mine" not in str(model.shape())


def test_openai_without_a_key_is_told_before_anything_is_asked():
    with pytest.raises(PictusError, match="OPENAI_API_KEY is not set"):
        Backend(model="gpt-4o-mini")


def test_the_whole_body_is_what_was_chosen_and_no_more():
    tool = Tool("look", "Look.", '{"type": "object", "properties": {}}')
    prompt = Prompt(
        kind="pairs",
        messages=(Turn.of("system", "Be short."), Turn.of("user", "What?")),
        tools=(tool,),
        seed=2**40 + 7,
        sampling=Sampling(temperature=0.0, top_p=0.9, max_tokens=5, stop=("END",)),
        schema='{"type": "object"}',
    )
    with serving() as endpoint:
        ask(Backend(model="m", base_url=endpoint.base, extra={"top_k": 20}), prompt)
    assert endpoint.asked[0] == {
        "model": "m",
        "messages": [{"role": "system", "content": "Be short."}, {"role": "user", "content": "What?"}],
        "temperature": 0.0,
        "top_p": 0.9,
        "max_tokens": 5,
        "stop": ["END"],
        "seed": 7,
        "top_k": 20,
        "tools": [
            {
                "type": "function",
                "function": {
                    "name": "look",
                    "description": "Look.",
                    "parameters": {"type": "object", "properties": {}},
                },
            }
        ],
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "pairs", "strict": True, "schema": {"type": "object"}},
        },
    }


def test_a_large_picture_goes_out_small_and_is_encoded_once():
    data = io.BytesIO()
    Image.effect_noise((1600, 800), 50).convert("RGB").save(data, "JPEG")
    picture = Media(data=data.getvalue())
    prompt = Prompt(kind="x", messages=(Turn.of("user", "What?", images=1),), media=(picture,))
    with serving() as endpoint:
        model = Backend(model="m", base_url=endpoint.base, picture_side=400)
        ask(model, prompt)
        assert len(model._pictures) == 1
    shown = endpoint.asked[0]["messages"][0]["content"][0]["image_url"]["url"]
    sent = Image.open(io.BytesIO(base64.b64decode(shown.partition(",")[2])))
    assert sent.size == (400, 200)


def test_a_picture_that_cannot_be_read_sets_its_prompt_aside():
    prompt = Prompt(kind="x", messages=(Turn.of("user", "?", images=1),), media=(Media(data=b"no picture"),))
    with serving() as endpoint, pytest.raises(Fault) as caught:
        ask(Backend(model="m", base_url=endpoint.base), prompt)
    assert caught.value.remedy == "set_aside" and endpoint.asked == []


def test_a_prompt_with_more_places_than_pictures_is_set_aside():
    with serving() as endpoint, pytest.raises(Fault, match="more places for pictures"):
        ask(Backend(model="m", base_url=endpoint.base), Prompt(kind="x", messages=(Turn.of("user", "?", images=1),)))


def test_a_context_that_is_too_short_is_no_setting_to_leave_out():
    said = "'max_tokens' is too large: 900. This model's maximum context length is 512 tokens. invalid request"
    with serving(lambda body, times: bad(400, said)) as endpoint:
        model = Backend(model="m", base_url=endpoint.base)
        with pytest.raises(Fault, match="too long"):
            ask(model)
        assert model.notes == [] and len(endpoint.asked) == 1


def test_an_endpoint_that_refuses_everything_is_left_after_a_few_tries():
    def refuse(body, times):
        name = next((name for name in ("seed", "temperature", "top_p") if name in body), "messages")
        return bad(400, f"Unsupported parameter: '{name}'")

    prompt = Prompt(kind="x", messages=(Turn.of("user", "?"),), sampling=Sampling(temperature=1.0, top_p=0.5))
    with serving(refuse) as endpoint:
        model = Backend(model="m", base_url=endpoint.base)
        with pytest.raises(Fault, match="refuses the request"):
            ask(model, prompt)
        assert len(endpoint.asked) == 4 and len(model.notes) == 3


@pytest.mark.parametrize(
    ("model", "terms"),
    [("gpt-4o-mini", "openai-output-terms"), ("Qwen2.5-7B-Instruct", "Apache-2.0"), ("x", "unknown")],
)
def test_the_terms_are_those_of_the_model_s_name_unless_told(model, terms):
    assert Backend(model=model, base_url="http://localhost").terms == terms
    assert Backend(model=model, base_url="http://localhost", model_terms="MIT").terms == "MIT"
