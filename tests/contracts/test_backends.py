"""Every backend says whose terms its words are under; a program answers in order, a model answers one prompt."""

import asyncio

import pytest

from endpoint import serving
from pictus import licence, plugins
from pictus.prompt import Prompt, Sampling
from pictus.record import Box, Facts, Media, Turn

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
def settings(name):
    """What each model needs to be asked here."""
    if name == "echo":
        yield {}
    elif name == "openai":
        with serving() as endpoint:
            yield {"model": "m", "base_url": endpoint.base}
    else:
        pytest.fail(f"say here how `{name}` is asked in a test")


@pytest.mark.parametrize("name", MODELS)
def test_a_model_answers_one_prompt_and_its_reply_reads_the_same_again(name, settings):
    from pictus.chat.reply import read_reply

    model = plugins.load("backends", name, settings)
    prompt = Prompt(kind="x", messages=(Turn.of("user", "What is it?"),), seed=3, sampling=Sampling(max_tokens=8))

    async def ask():
        try:
            return await model.answer(prompt)
        finally:
            await model.close()

    answer = asyncio.run(ask())
    assert answer.turns[0].role == "assistant" and answer.usage.completion >= 1
    assert read_reply(answer.reply) == answer
    assert model.terms is None or model.terms in KNOWN
    assert model.at_once >= 1 and model.model and isinstance(model.system_role, bool)
    assert "base_url" not in model.shape() and "model" not in model.shape()
