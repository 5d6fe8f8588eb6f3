"""Kill -9 at any moment, then the same command: the weights of a run that was never killed."""

# ruff: noqa: E402

import time
from random import Random

import pytest

from conftest import PROOF
from tiny_models import needs

needs("torch", "transformers")

import torch

import tiny_training as tiny

KILLS = 20 if PROOF else 3
STEPS = 24
OPTIONS = {"steps": STEPS, "settings": {"checkpoint_every": 2}}


@pytest.mark.serial
@pytest.mark.timeout(1800)
def test_a_killed_training_goes_on_to_the_same_weights(tmp_path):
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    assert tiny.ended(tiny.started(whole, options=OPTIONS)) == 0
    random = Random(5)
    # At moments of its own choice: while a step runs, or while its checkpoint is written, renamed or pruned.
    for step in sorted(random.sample(range(1, STEPS), KILLS)):
        process = tiny.started(killed, options=OPTIONS)
        assert tiny.reaches(process, killed, step)
        time.sleep(random.uniform(0, 0.05))
        process.kill()
        process.join()
        assert len([*killed.glob("checkpoints/step-*")]) <= 3  # the last two, and one that was about to go
    assert tiny.ended(tiny.started(killed, options=OPTIONS)) == 0
    assert tiny.losses(killed) == tiny.losses(whole)
    ends = [tiny.weights(killed), tiny.weights(whole)]
    assert all(torch.equal(weight, ends[1][name]) for name, weight in ends[0].items())
    assert sorted(path.name for path in (killed / "checkpoints").iterdir()) == [f"step-{STEPS - 2}", f"step-{STEPS}"]
