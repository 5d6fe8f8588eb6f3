"""The loop in one process: what it learns, logs and evaluates."""

# ruff: noqa: E402

from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import orjson
import pytest

from tiny_models import needs

needs("torch", "transformers")

import torch

import tiny_training as tiny
from pictus.engine.events import Events
from pictus.errors import PictusError
from pictus.learn.step import IGNORED, Step
from pictus.learn.train.blank import with_picture
from pictus.learn.train.evaluation import held_out
from pictus.learn.train.forward import Forward
from pictus.learn.train.live import Live, line
from pictus.learn.train.loop import train
from pictus.learn.train.processes import Processes


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    events = []
    job = tiny.job(folder, steps=60, evaluate=held_out(tiny.Colours(), 2), settings={"evaluate_every": 30})
    result = train(replace(job, listeners=(events.append,)))
    return folder, result, events


def forward(model, **options):
    return Forward(model, tiny.pictures(), Processes(0, 1, torch.device("cpu")), **options)


def test_colours_are_learned_and_the_model_is_saved(trained):
    folder, result, _ = trained
    losses = tiny.losses(folder)
    assert result.steps == 60 and result.cursor == 480 and result.exit_code == 0
    assert losses[1] > 3.5 and losses[60] < 0.5 and result.loss == losses[60]
    assert set(tiny.weights(folder)) == set(tiny.llava().state_dict())
    assert [path.name for path in sorted((folder / "checkpoints").iterdir())] == ["step-56", "step-60"]


def test_what_is_not_trained_does_not_move(trained):
    folder, _, _ = trained
    before, after = tiny.llava().state_dict(), tiny.weights(folder)
    moved = {tiny.module_of(name) for name in after if not torch.equal(after[name], before[name])}
    assert moved == {"projector", "language"}


def test_every_step_tells_its_figures(trained):
    folder, _, events = trained
    told = [orjson.loads(line) for line in (folder / "steps.jsonl").read_bytes().splitlines()]
    assert [step["step"] for step in told] == [*range(1, 61)]
    last = told[-1]
    assert last["cursor"] == 480 and last["mfu"] is None and last["operations"] > 1e6 and last["memory_bytes"] > 0
    # 8 samples, each of 4 or 8 tokens, of which 2 are learned from.
    assert last["supervised_per_second"] == pytest.approx(2 * last["samples_per_second"], rel=0.01)
    assert last["tokens_per_second"] == pytest.approx(6.5 * last["samples_per_second"], rel=0.01)
    assert set(last["rate"]) == {"projector", "language"} and last["rate"]["projector"] == 2 * last["rate"]["language"]
    steps = [event for event in events if event["event"] == "step"]
    assert "step 60 of 60, loss 0." in line(steps[-1])
    assert list((folder / "tensorboard").glob("events.*"))


def test_steps_are_passed_on_to_what_shows_a_run_and_notes_are_said(trained, capsys):
    _, _, events = trained
    passed = []
    live = Live(Events((passed.append,)))
    for event in ({"event": "note", "text": "going on after step 4 of 12"}, *events):
        live(event)
    said = capsys.readouterr().err.splitlines()
    assert said[0] == "going on after step 4 of 12"
    assert [text[:25] for text in said[1:]] == ["held out after step 30: l", "held out after step 60: l"]
    assert [(one["event"], one["done"], one["total"]) for one in passed] == [
        ("training", step, 60) for step in range(1, 61)
    ]
    assert passed[0]["told"].startswith("step 1 of 60, loss ")
    # The first steps wait for workers: how long they took says nothing of the others.
    assert [one["told"].endswith(" left") for one in passed[:4]] == [False, False, True, True]


def test_what_is_held_out_is_told_and_drawn(trained):
    folder, result, events = trained
    told = [orjson.loads(line) for line in (folder / "evaluations.jsonl").read_bytes().splitlines()]
    assert [one["step"] for one in told] == [30, 60] and told[1]["loss"] < told[0]["loss"]
    assert [one["samples"] for one in told] == [16, 16] and result.held_out == told[1]["loss"]
    assert any(b"held_out/loss" in file.read_bytes() for file in (folder / "tensorboard").iterdir())
    assert [event["step"] for event in events if event["event"] == "held_out"] == [30, 60]
    drawn = ElementTree.parse(folder / "loss.svg").getroot()
    lines = drawn.findall("{http://www.w3.org/2000/svg}polyline")
    assert [len(one.get("points").split()) for one in lines] == [60, 60, 2]
    assert len(drawn.findall("{http://www.w3.org/2000/svg}circle")) == 2


def test_the_line_of_a_step_has_the_last_loss_on_what_is_held_out(trained):
    folder, _, events = trained
    said = []
    live = Live(Events((lambda event: said.append(event["told"]),)))
    for event in (*events, next(event for event in events if event["event"] == "step")):
        live(event)
    first = orjson.loads((folder / "evaluations.jsonl").read_bytes().splitlines()[0])["loss"]
    assert f" (held out {first:.4f}), " in said[30] and not any("held out" in text for text in said[:30])
    assert "held out" in said[59] and "held out" not in said[60]  # of the stage after this one


def test_where_nothing_that_is_held_out_can_be_read_there_is_no_loss():
    row = tiny.row([0])
    nothing = replace(row, labels=np.full_like(row.labels, IGNORED), samples=())

    class Nothing:
        def steps(self, first, **place):
            yield Step(0, 8, (nothing,))

    assert held_out(Nothing(), 1)(forward(tiny.llava()), 0) == {"samples": 0}


def test_a_packed_row_and_a_padded_one_have_the_loss_of_their_samples():
    model = tiny.llava()
    ahead = forward(model)
    alone = sum(ahead.loss(tiny.row([position])).item() for position in range(6))
    assert ahead.loss(tiny.row(range(6))).item() == pytest.approx(alone, abs=1e-4)
    assert ahead.loss(tiny.row(range(6), padded=True)).item() == pytest.approx(alone, abs=1e-4)


def test_words_are_worked_out_only_where_something_is_learned():
    model = tiny.llava()
    seen = []
    model.lm_head.register_forward_hook(lambda module, inputs, output: seen.append(output.numel() // 64))
    rows = [tiny.row(range(6)), tiny.row(range(6), padded=True)]
    for row in rows:
        forward(model).loss(row)
    assert seen == [row.supervised for row in rows] == [12, 12]


@pytest.mark.parametrize("padded", [False, True])
def test_a_picture_of_nothing_changes_no_gradient(padded):
    row = tiny.row([1, 3, 4], padded=padded)
    assert not len(row.pictures)

    def gradients(row):
        model = tiny.llava()
        loss = forward(model).loss(row)
        loss.backward()
        return loss.item(), {name: weight.grad for name, weight in model.named_parameters()}

    loss, alone = gradients(row)
    with_loss, accompanied = gradients(with_picture(row, tiny.pictures()))
    assert with_loss == pytest.approx(loss, abs=1e-5)
    assert all(torch.allclose(alone[name], accompanied[name], atol=1e-5) for name in alone if alone[name] is not None)
    eyes = accompanied["model.multi_modal_projector.linear_1.weight"]
    assert eyes is not None and not eyes.any()


def test_a_row_of_nothing_has_a_loss_of_zero():
    row = tiny.row([1])
    row.labels[:] = -100
    model = tiny.llava()
    loss = forward(model).loss(row)
    loss.backward()
    assert loss.item() == 0 and not any(w.grad.any() for w in model.parameters() if w.grad is not None)


@pytest.mark.parametrize("precision", ["mixed", "bfloat16"])
def test_colours_are_learned_in_half_precision(tmp_path, precision):
    settings = {"precision": precision, "recompute": True, "checkpoint_every": 100}
    model = tiny.llava()
    result = train(tiny.job(tmp_path, steps=12, model=model, settings=settings))
    kept = {str(weight.dtype) for weight in model.parameters() if weight.requires_grad}
    assert kept == {"torch.float32" if precision == "mixed" else "torch.bfloat16"}
    assert result.loss < 3


def test_recomputing_what_memory_lacks_changes_no_loss(tmp_path):
    for name, recompute in (("plain", False), ("again", True)):
        train(tiny.job(tmp_path / name, steps=3, settings={"recompute": recompute}))
    assert tiny.losses(tmp_path / "plain") == pytest.approx(tiny.losses(tmp_path / "again"), abs=1e-6)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"trained": ["projector"], "learning_rate": {"all": 0.1}}, "trains projector"),
        ({"trained": ["vision", "projector", "language"]}, "trains language, projector, vision"),
    ],
)
def test_a_recipe_that_does_not_fit_the_model_is_refused(tmp_path, change, what):
    with pytest.raises(PictusError, match=what):
        train(tiny.job(tmp_path, training=tiny.training(**change)))
    assert not [*tmp_path.iterdir()]


def test_a_model_of_which_nothing_is_trained_is_refused(tmp_path):
    with pytest.raises(PictusError, match="no weight"):
        train(tiny.job(tmp_path, model=tiny.llava(trained=())))


def test_adapters_are_trained_and_nothing_below_them(tmp_path):
    peft = pytest.importorskip("peft")
    config = peft.LoraConfig(r=4, target_modules=r".*language_model\..*\.(q_proj|v_proj)", lora_dropout=0.1)
    model = peft.get_peft_model(tiny.llava(), config)
    before = {name: weight.clone() for name, weight in model.state_dict().items()}
    training = tiny.training(trained=["lora"], learning_rate={"lora": 0.02})
    settings = {"recompute": True, "checkpoint_every": 4}

    def module_of(name):
        return "lora" if "lora_" in name else tiny.module_of(name)

    job = tiny.job(tmp_path, steps=8, model=model, training=training, module_of=module_of, settings=settings)
    train(job)
    after = tiny.weights(tmp_path)
    assert {"lora_" in name for name in after if not torch.equal(after[name], before[name])} == {True}
    told = [orjson.loads(line) for line in (tmp_path / "steps.jsonl").read_bytes().splitlines()]
    assert told[-1]["loss"] < told[0]["loss"] and told[-1]["operations"] > 0
