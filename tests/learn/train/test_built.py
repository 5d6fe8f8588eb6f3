"""A model that was built by a recipe is trained by it, and what is saved is what transformers loads."""

# ruff: noqa: E402

from dataclasses import replace

import numpy as np
import pytest

from tiny_models import needs

needs("torch", "transformers", "peft")

import torch
from transformers import AutoModelForImageTextToText

import tiny_training as tiny
from part_models import write_clip, write_language
from pictus.learn.model import build, plan, save
from pictus.learn.step import IGNORED, Row, Step
from pictus.learn.train.loop import train
from pictus.stages import Model, Training


class _Same:
    """The same picture and its words in each step."""

    def __init__(self, pictures):
        self.pictures = pictures

    def steps(self, first, *, rank, world):
        tokens = np.array([[1, *[self.pictures.image_id] * self.pictures.tokens, 61, 62, 63, 64]])
        labels = np.where(np.arange(tokens.size) < tokens.size - 3, IGNORED, tokens)
        pixels = np.full((1, 3, self.pictures.side, self.pictures.side), 200, np.uint8)
        row = Row(tokens, labels, pixels, ("one",), positions=np.arange(tokens.size)[None])
        for number in range(first, 100):
            yield Step(number, number + 1, (row,))


@pytest.mark.parametrize(
    ("trained", "precision"),
    [(["projector"], "float32"), (["projector", "language"], "mixed"), (["projector", "lora"], "mixed")],
)
def test_what_a_recipe_builds_is_trained_and_saved(tmp_path, trained, precision):
    parts = Model(vision=str(write_clip(tmp_path / "clip")), language=str(write_language(tmp_path / "llama")))
    training = Training(trained=trained, learning_rate={"all": 0.02}, batch=1)
    built = build(plan(parts, training, precision=precision))
    job = tiny.job(
        tmp_path / "run",
        steps=6,
        model=built.model,
        module_of=built.owners.__getitem__,
        pictures=built.pictures,
        training=training,
        feed=_Same(built.pictures),
        save=lambda weights, folder: save(built, folder, state=weights),
    )
    result = train(replace(job, settings=replace(job.settings, precision=precision)))
    losses = tiny.losses(tmp_path / "run")
    assert losses[6] < losses[1]
    again, told = AutoModelForImageTextToText.from_pretrained(result.model, output_loading_info=True)
    assert not told["missing_keys"] and not told["unexpected_keys"]
    if trained == ["projector"]:
        saved, kept = again.state_dict(), built.model.state_dict()
        assert all(torch.equal(weight, kept[name]) for name, weight in saved.items())
