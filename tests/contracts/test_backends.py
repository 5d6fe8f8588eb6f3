"""Every backend answers in order, the same for the same prompt, and says whose terms its words are under."""

import pytest

from pictus import licence, plugins
from pictus.prompt import Prompt
from pictus.record import Box, Facts, Media

FACTS = Facts(
    captions=("A brown dog sits by a red car.",),
    boxes=(
        Box(label="dog", left=0.1, top=0.5, right=0.3, bottom=0.8, is_group=False),
        Box(label="car", left=0.5, top=0.4, right=0.9, bottom=0.8, is_group=False, attributes=("red",)),
    ),
    present=("dog", "car"),
    absent=("zebra", "boat"),
)


@pytest.mark.parametrize("name", plugins.names("backends"))
def test_it_answers_in_order_and_the_same_again(name):
    backend = plugins.load("backends", name)
    media = (Media(width=640, height=480),)
    prompts = [Prompt(kind="conversation", facts=FACTS, media=media, seed=seed) for seed in (1, 2, 1)]
    first, second, again = backend.answer_many(iter(prompts))
    assert first.turns and first == again
    assert first.turns != second.turns
    assert first.turns[-1].role == "assistant" and first.model
    assert backend.terms is None or backend.terms in {one.name for one in licence.known()}
