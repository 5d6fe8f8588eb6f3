"""A step that would ruin the weights is not taken, and its records are named."""

# ruff: noqa: E402

import math

import orjson
import pytest

from tiny_models import needs

needs("torch", "transformers")

import torch

import tiny_training as tiny
from pictus.errors import PictusError
from pictus.learn.step import Broken, Step
from pictus.learn.train.forward import Forward
from pictus.learn.train.guards import Guard
from pictus.learn.train.loop import train


@pytest.mark.parametrize("factor", [math.nan, math.inf])
def test_a_step_without_a_loss_is_left_out_and_its_row_is_named(tmp_path, monkeypatch, factor):
    tiny.poison({"record-19": factor}, monkeypatch.setattr)  # of the third step; 18 lies in the same row
    events = []
    result = train(tiny.job(tmp_path, listeners=(events.append,)))
    (told,) = tiny.bad_steps(tmp_path)
    assert told["step"] == 3 and told["why"] == "broken" and not told["taken"]
    assert told["blamed"] == ["record-18", "record-19"]
    assert told["records"] == [f"record-{number}" for number in range(16, 24)]
    assert "step 3 is left out" in next(event["text"] for event in events if event["event"] == "note")
    assert result.steps == 12 and math.isfinite(result.loss) and tiny.losses(tmp_path)[3] is None
    assert all(weight.isfinite().all() for weight in tiny.weights(tmp_path).values())


def test_gradients_that_are_no_numbers_are_found_behind_a_loss_that_is_one(tmp_path, monkeypatch):
    original = Forward.loss

    def loss(self, row):
        value = original(self, row)
        if "record-19" in row.samples:
            zero = self.model.lm_head.weight.sum() * 0
            value = value + torch.sqrt(zero)  # its slope at zero is endless
        return value

    monkeypatch.setattr(Forward, "loss", loss)
    train(tiny.job(tmp_path))
    (told,) = tiny.bad_steps(tmp_path)
    assert math.isfinite(told["loss"]) and told["norm"] is None and told["blamed"] == ["record-18", "record-19"]


def test_a_run_in_which_nothing_is_learned_ends_and_leaves_the_weights(tmp_path, monkeypatch):
    tiny.poison({f"record-{number}": math.nan for number in range(40)}, monkeypatch.setattr)
    settings = {"checkpoint_every": 1}
    model = tiny.llava()
    with pytest.raises(PictusError, match="in 5 steps in a row, the last of them step 5, with the records record-32"):
        train(tiny.job(tmp_path, model=model, settings=settings))
    before = tiny.llava().state_dict()
    assert all(torch.equal(weight, before[name]) for name, weight in model.state_dict().items())
    monkeypatch.undo()
    assert train(tiny.job(tmp_path, settings=settings)).steps == 12


@pytest.mark.parametrize("skips", [False, True])
def test_a_strange_step_is_told_and_left_out_where_asked(tmp_path, monkeypatch, skips):
    tiny.poison({f"record-{number}": 100.0 for number in range(160, 168)}, monkeypatch.setattr)
    train(tiny.job(tmp_path, steps=22, training=tiny.training(skip_spikes=skips)))
    (told,) = tiny.bad_steps(tmp_path)
    assert told["step"] == 21 and told["why"] == "spike" and told["taken"] is not skips and told["blamed"] == []
    assert len(told["records"]) == 8


def test_gradients_are_no_larger_than_the_recipe_lets_them_be(tmp_path):
    moved = {}
    for clip in (1.0, 1e-9):
        model = tiny.llava()
        before = {name: weight.clone() for name, weight in model.state_dict().items()}
        train(tiny.job(tmp_path / str(clip), steps=2, model=model, training=tiny.training(clip=clip, weight_decay=0)))
        moved[clip] = max(float((weight - before[name]).abs().max()) for name, weight in model.state_dict().items())
    assert moved[1e-9] < moved[1.0] / 10  # far below what AdamW adds to the root of its second moment


def test_samples_that_could_not_be_read_are_counted_and_told(tmp_path):
    class Feed(tiny.Colours):
        def steps(self, first, **options):
            for step in super().steps(first, **options):
                broken = (Broken("lost", step.cursor - 1, "no such file"),) if step.number == 1 else ()
                yield Step(step.number, step.cursor, step.rows, broken)

    train(tiny.job(tmp_path, steps=3, feed=Feed()))
    told = {"step": 2, "why": "broken samples", "samples": [{"position": 15, "id": "lost", "reason": "no such file"}]}
    assert tiny.bad_steps(tmp_path) == [told]
    assert orjson.loads((tmp_path / "steps.jsonl").read_bytes().splitlines()[-1])["broken"] == 1


def test_losses_may_fall_and_wander():
    guard = Guard()
    assert {guard.judge(1 + 3 * 0.97**number + 0.4 * (number % 3), 1.0) for number in range(200)} == {"fine"}
    assert len(guard.recent) == 64


def test_what_was_seen_before_a_checkpoint_counts_after_it():
    guard = Guard([1.0] * 20)
    assert guard.judge(3.1, 1.0) == "spike" and guard.judge(2.9, 1.0) == "fine"
    assert Guard([1.0] * 15).judge(100.0, 1.0) == "fine"


def test_what_is_known_by_heart_may_jump():
    guard = Guard([0.0005] * 40)
    assert guard.judge(0.04, 1.0) == "fine" and guard.judge(0.2, 1.0) == "spike"


def test_only_steps_in_a_row_end_a_run():
    guard = Guard()
    for _ in range(3):
        for _ in range(4):
            assert guard.judge(math.nan, 1.0) == "broken"
            guard.check(1, ["a"], where="x")
        assert guard.judge(1.0, 1.0) == "fine"
    for _ in range(5):
        guard.judge(1.0, math.inf)
    with pytest.raises(PictusError, match="with the records a"):
        guard.check(9, ["a"], where="x")
