"""Every backend says whose terms its words are under; a program answers in order, a model answers one prompt."""

import asyncio
import json

import pytest

from endpoint import serving
from pictus import licence, plugins
from pictus.chat.reply import read_reply
from pictus.prompt import Prompt, Sampling
from pictus.record import Box, Facts, Media, Turn
from tiny_models import needs

FACTS = Facts(
    captions=("A brown dog sits by a red car.",),
    boxes=(
        Box(label="dog", left=0.1, top=0.5, right=0.3, bottom=0.8, is_group=False),
        Box(label="car", left=0.5, top=0.4, right=0.9, bottom=0.8, is_group=False, attributes=("red",)),
    ),
    present=("dog", "car"),
    absent=("zebra", "boat"),
)
PROGRAMS = [name for name in plugins.names("backends") if hasattr(plugins.load_class("backends", name), "answer_many")]
MODELS = sorted({*plugins.names("backends")} - {*PROGRAMS})
KNOWN = {one.name for one in licence.known()}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_answers_in_order_and_the_same_again(name):
    backend = plugins.load("backends", name)
    media = (Media(width=640, height=480),)
    prompts = [Prompt(kind="conversation", facts=FACTS, media=media, seed=seed) for seed in (1, 2, 1)]
    first, second, again = backend.answer_many(iter(prompts))
    assert first.turns and first == again
    assert first.turns != second.turns
    assert first.turns[-1].role == "assistant" and first.model
    assert backend.terms is None or backend.terms in KNOWN


@pytest.fixture
def settings(name, request):
    """What each model needs to be asked here: a server on loopback, or a tiny model made on the spot."""
    tiny = {"huggingface": ("chat", "transformers"), "llamacpp": ("gguf", "xllamacpp")}
    if name == "echo":
        yield {}
    elif name == "openai":
        with serving(lambda body, times: f"said with seed {body['seed']}") as endpoint:
            yield {"model": "m", "base_url": endpoint.base}
    else:
        model, needed = tiny[name]
        needs(needed)
        yield {"model": str(request.getfixturevalue("tiny")(model)), "threads": 1}


@pytest.mark.parametrize("name", MODELS)
def test_a_model_answers_the_same_again_and_its_reply_is_all_there_is_to_keep(name, settings):
    model = plugins.load("backends", name, settings)
    sampling = Sampling(temperature=1.0, max_tokens=16)
    messages = (Turn.of("user", "What is it?\nIs it a dog?\nOr a cat?"),)
    prompts = [Prompt(kind="x", messages=messages, seed=seed, sampling=sampling) for seed in (1, 2, 1)]

    async def ask():
        try:
            return await asyncio.gather(*map(model.answer, prompts))
        finally:
            await model.close()

    first, second, again = asyncio.run(ask())
    assert first.turns == again.turns != second.turns
    for answer in (first, second):
        assert answer.turns[-1].role == "assistant" and answer.model == model.model
        assert answer.usage.completion > 0 and answer.usage.prompt > 0
        assert read_reply(answer.reply) == answer
    assert model.terms is None or model.terms in KNOWN
    assert model.at_once > 1 and model.system_role in (True, "auto") and list(model.notes) == []
    assert json.dumps(model.shape()) == json.dumps(model.shape()) and "base_url" not in model.shape()
