"""A training goes on where it stopped, as if it never had; and never as another one."""

# ruff: noqa: E402

import re
from dataclasses import replace

import pytest

from tiny_models import needs

needs("torch", "transformers")

import torch

import tiny_training as tiny
from pictus.errors import PictusError
from pictus.learn.train import checkpoint
from pictus.learn.train.identity import check_same
from pictus.learn.train.loop import train


class _Killed(BaseException):
    pass


def _cut_off(job, at):
    """Train until a step's data is asked for, and be killed there."""

    class Feed(tiny.Colours):
        def steps(self, first, **options):
            for step in super().steps(first, **options):
                if step.number == at:
                    raise _Killed
                yield step

    with pytest.raises(_Killed):
        train(replace(job, feed=Feed()))


def _steps(folder):
    return sorted(path.name for path in (folder / "checkpoints").iterdir())


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    train(tiny.job(folder))
    return folder


@pytest.mark.parametrize("trained", [("projector", "language"), ("vision", "projector", "language")])
def test_a_training_that_was_cut_off_ends_as_if_it_never_was(tmp_path, trained):
    def job(name):
        training = tiny.training(trained=list(trained))
        return tiny.job(tmp_path / name, model=tiny.llava(trained=trained), training=training)

    train(job("whole"))
    _cut_off(job("cut"), at=7)
    assert _steps(tmp_path / "cut") == ["step-4"] and len(tiny.losses(tmp_path / "cut")) == 7
    events = []
    result = train(replace(job("cut"), listeners=(events.append,)))
    assert events[0]["text"] == "going on after step 4 of 12"
    assert result.steps == 12 and result.cursor == 96
    # Bit for bit, on one machine: moments, schedule and cursor are all back.
    assert tiny.losses(tmp_path / "cut") == tiny.losses(tmp_path / "whole")
    ends = [tiny.weights(tmp_path / name) for name in ("cut", "whole")]
    assert all(torch.equal(weight, ends[1][name]) for name, weight in ends[0].items())


def test_no_step_stands_twice_in_the_log(tmp_path):
    _cut_off(tiny.job(tmp_path), at=7)
    with (tmp_path / "steps.jsonl").open("ab") as file:
        file.write(b'{"step":8,"lo')  # half a line, as a killed process leaves it
    train(tiny.job(tmp_path))
    assert len((tmp_path / "steps.jsonl").read_bytes().splitlines()) == 12
    assert [*tiny.losses(tmp_path)] == [*range(1, 13)]


def test_the_same_command_again_does_nothing(tmp_path):
    first = train(tiny.job(tmp_path))
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "model").iterdir()}
    events = []
    again = train(replace(tiny.job(tmp_path), listeners=(events.append,)))
    assert events[0]["text"] == f"{tmp_path.name} is trained already: all 12 steps are done"
    assert (again.steps, again.cursor, again.model) == (first.steps, first.cursor, first.model) and again.loss is None
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "model").iterdir()} == before


def test_what_is_half_written_is_neither_read_nor_left(tmp_path):
    _cut_off(tiny.job(tmp_path), at=5)
    half = tmp_path / "checkpoints" / ".tmp-8"
    half.mkdir()
    (half / "__0_0.distcp").write_bytes(b"half")
    (tmp_path / "checkpoints" / ".tmp-old-step-2").mkdir()
    train(tiny.job(tmp_path))
    assert _steps(tmp_path) == ["step-12", "step-8"]


def test_the_last_checkpoint_goes_only_when_the_new_one_stands(tmp_path, monkeypatch):
    _cut_off(tiny.job(tmp_path), at=9)

    def fails(*_, **__):
        raise OSError("disk full")

    monkeypatch.setattr(checkpoint.torch_checkpoint, "save", fails)
    with pytest.raises(OSError, match="disk full"):
        train(tiny.job(tmp_path))
    assert _steps(tmp_path) == [".tmp-12", "step-4", "step-8"]
    monkeypatch.undo()
    train(tiny.job(tmp_path))
    assert _steps(tmp_path) == ["step-12", "step-8"]


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        (
            {"made_of": {"recipe": "r", "blend": "other", "model": "m"}},
            "which rows are learned from, or in which order, differs$",
        ),
        ({"made_of": {"recipe": "r", "blend": "b"}}, "the model that it begins with differs$"),
        (
            {"made_of": {"recipe": "r", "blend": "b", "model": "m", "corpus talks": "1"}, "seed": 1},
            "the corpus talks is taken in; `seed` was 0 and is 1",
        ),
        ({"seed": 1}, "`seed` was 0 and is 1"),
        ({"steps": 24}, "`steps` was 12 and is 24"),
        ({"settings": {"precision": "mixed"}}, "`precision` was float32 and is mixed"),
    ],
)
def test_another_training_is_refused_and_what_differs_is_told(whole, change, difference):
    with pytest.raises(PictusError) as caught:
        train(tiny.job(whole, **change))
    assert re.search(difference, caught.value.what)


def test_the_parts_of_a_model_are_told_by_their_names():
    then, now = ({"model": f'{{"vision":"{tower}","image":{{"side":56}}}}'} for tower in ("clip", "siglip"))
    with pytest.raises(PictusError) as caught:
        check_same(now, then, where="here")
    assert caught.value.what.endswith("of the recipe's `model:`, `vision` was clip and is siglip")


def test_other_rates_are_told_by_their_names(whole):
    other = tiny.training(learning_rate={"projector": 0.02, "all": 0.005})
    with pytest.raises(PictusError) as caught:
        train(tiny.job(whole, training=other))
    assert caught.value.what.endswith("of the recipe's `train:`, `learning_rate: projector` was 0.01 and is 0.02")


def test_another_start_model_is_known_by_its_frozen_weights(whole):
    with pytest.raises(PictusError, match="the weights that stay as they are differ"):
        train(tiny.job(whole, model=tiny.llava(seed=1)))


def test_a_note_may_change(whole):
    assert train(tiny.job(whole, training=tiny.training(note="read again"))).steps == 12


def test_a_checkpoint_that_lost_its_description_is_named(tmp_path):
    _cut_off(tiny.job(tmp_path), at=5)
    (tmp_path / "checkpoints/step-4/meta.json").unlink()
    with pytest.raises(PictusError, match="cannot be read") as raised:
        train(tiny.job(tmp_path))
    assert "step-4" in raised.value.where


@pytest.mark.parametrize("where", ["_sweep", "_write_meta", "_prune"])
def test_killed_while_a_checkpoint_is_saved(tmp_path, whole, monkeypatch, where):
    original, calls = getattr(checkpoint.Checkpoints, where), []

    def killed(self, *arguments):
        calls.append(where)
        if len(calls) == 2:
            raise _Killed
        return original(self, *arguments)

    monkeypatch.setattr(checkpoint.Checkpoints, where, killed)
    with pytest.raises(_Killed):
        train(tiny.job(tmp_path))
    monkeypatch.undo()
    train(tiny.job(tmp_path))
    assert tiny.losses(tmp_path) == tiny.losses(whole)
    assert _steps(tmp_path) == ["step-12", "step-8"]
