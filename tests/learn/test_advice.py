"""What a training takes is estimated from configs alone, and held against real tensors and published times."""

# ruff: noqa: E402

import json
from dataclasses import replace

import pytest

from tiny_models import needs

needs("torch", "transformers", "peft", "accelerate")
import torch

import tiny_training as tiny
from part_models import words, write_clip, write_language
from pictus.errors import PictusError
from pictus.learn.advice import MACHINES, Machine, Samples, advise, estimate, lines, machines, plain
from pictus.learn.advice.outline import outline
from pictus.learn.model import build, plan
from pictus.learn.train.forward import Forward
from pictus.learn.train.optimizer import adamw
from pictus.learn.train.processes import Processes
from pictus.learn.train.update import Update
from pictus.learn.train.work import Size, Work, size_of
from pictus.stages import Model, Training

GIB = 2**30
BY_TITLE = {machine.title: machine for machine in MACHINES}
A100, EIGHT_A100 = BY_TITLE["1 x A100 80 GB"], BY_TITLE["8 x A100 80 GB"]
CLIP_L = {
    "model_type": "clip_vision_model",
    "hidden_size": 1024,
    "intermediate_size": 4096,
    "num_hidden_layers": 24,
    "num_attention_heads": 16,
    "image_size": 336,
    "patch_size": 14,
    "projection_dim": 768,
}
VICUNA = {"model_type": "llama", "architectures": ["LlamaForCausalLM"], "vocab_size": 32000}
SEVEN = {"hidden_size": 4096, "intermediate_size": 11008, "num_hidden_layers": 32, "num_attention_heads": 32}
THIRTEEN = {"hidden_size": 5120, "intermediate_size": 13824, "num_hidden_layers": 40, "num_attention_heads": 40}
# 558k captions of some words; 665k conversations, of which 40k have no picture.
CAPTIONS = Samples(samples=558_000, words=558_000 * 30, pictures=558_000)
MIX = Samples(samples=665_000, words=665_000 * 250, pictures=624_000)


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    torch.set_num_threads(1)


@pytest.fixture(scope="module", autouse=True)
def counted_once():
    """Count each model once, for what is counted hangs on its parts and on what is trained of them alone."""
    known = {}

    def count(planned, dtype):
        key = (planned.section.language, *planned.training.trained, planned.attention, dtype)
        if key not in known:
            known[key] = outline(planned, dtype)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(estimate, "outline", count)
        yield count


@pytest.fixture(scope="module")
def section(tmp_path_factory):
    """Give LLaVA-1.5 of either size: configs and a tokenizer, and no weights."""
    folder = tmp_path_factory.mktemp("large")
    sections = {}
    (folder / "clip").mkdir()
    (folder / "clip/config.json").write_text(json.dumps(CLIP_L))
    prepared = {"image_processor_type": "CLIPImageProcessor", "image_mean": [0.5] * 3, "image_std": [0.5] * 3}
    (folder / "clip/preprocessor_config.json").write_text(json.dumps(prepared))
    for name, size in (("7b", SEVEN), ("13b", THIRTEEN)):
        words().save_pretrained(folder / name)
        (folder / name / "config.json").write_text(json.dumps(VICUNA | size | {"max_position_embeddings": 4096}))
        sections[name] = Model(vision=str(folder / "clip"), language=str(folder / name), random=["vision", "language"])
    return sections.__getitem__


def training(*trained, batch=128, **more):
    return Training(trained=list(trained), learning_rate={"all": 1e-4}, batch=batch, **more)


def advised(section, told, samples, *asked, **more):
    return advise(plan(section, told), told, samples, asked or MACHINES, **more)


def test_the_weights_of_llava_are_counted_as_they_are(section, counted_once):
    projector, language = training("projector"), training("projector", "language")
    counted = {one.module: (one.weights, one.trained) for one in plan(section("7b"), projector).held}
    vicuna, spare = 6_738_415_616, 2 * 4096 * 64  # the vocabulary grows by whole rows of 64, there and back
    assert counted["vision"] == (303_507_456, 0)
    assert counted["projector"] == (20_979_712,) * 2
    assert vicuna <= counted["language"][0] <= vicuna + spare
    sizes = counted_once(plan(section("7b"), language), torch.bfloat16)
    assert sizes.trained == 20_979_712 + counted["language"][0] and sizes.frozen == 303_507_456
    assert sizes.largest == 4 * 4096**2 + 3 * 4096 * 11008 + 2 * 4096


@pytest.mark.parametrize(
    ("size", "trained", "samples", "batch", "hours"),
    [("7b", ["projector"], CAPTIONS, 256, 3.5), ("13b", ["projector"], CAPTIONS, 256, 5.5)],
)
def test_aligning_llava_takes_about_as_long_as_was_published(section, size, trained, samples, batch, hours):
    (found,) = advised(section(size), training(*trained, batch=batch), samples, EIGHT_A100)
    # What was published recomputes, and pads: its script has gradient checkpointing on.
    assert hours / 2 < found.hours < found.hours_recomputing < hours * 1.5
    assert found.verdict == "fits" and 1.3 < found.hours_recomputing / found.hours < 1.7


def test_instructing_llava_takes_about_as_long_as_was_published_and_its_gradients_are_told(section, counted_once):
    told = training("projector", "language")
    one, eight = advised(section("7b"), told, MIX, A100, EIGHT_A100)
    assert (
        10 / 2 < eight.hours < 10
        and 10 / 1.5 < eight.hours_recomputing < 10 * 1.5
        and one.hours == pytest.approx(8 * eight.hours)
    )
    trained, share = counted_once(plan(section("7b"), told), torch.bfloat16).trained, eight.memory
    assert share.moments == pytest.approx(8 * trained / 8)
    assert share.gradients == pytest.approx(4 * trained + 4 * trained / 8)  # of several rows: whole, in float32
    assert eight.verdict == "fits" and 40 < share.total / GIB < 60
    assert one.verdict.startswith("does not fit: train `lora` in the place of `language`")
    longer = advised(section("7b"), told, MIX, EIGHT_A100, row_tokens=16384)[0]
    assert longer.memory.gradients == pytest.approx(4 * trained / 8)  # of one row
    assert longer.memory.row > 5 * share.row and longer.verdict == "fits with --recompute"


def test_what_to_change_is_said_and_helps(section):
    lora = advised(section("7b"), training("projector", "lora", lora={"targets": ["q_proj", "v_proj"]}), MIX, A100)[0]
    assert lora.verdict == "fits" and lora.memory.total < 40 * GIB and 20 < lora.hours < 60
    told, tight = training("projector", "language"), replace(EIGHT_A100, memory_bytes=45 * GIB)
    (several,) = advised(section("7b"), told, MIX, tight)
    assert several.verdict == "does not fit: one row a step for each GPU, --row-tokens 14336 with --recompute"
    assert advised(section("7b"), told, MIX, tight, row_tokens=14336)[0].verdict == "fits with --recompute"
    wide = advised(section("7b"), told, MIX, replace(A100, memory_bytes=130 * GIB), row_tokens=65536)[0]
    flag = wide.verdict.removeprefix("does not fit: shorter rows, --row-tokens ").partition(" ")[0]
    (less,) = advised(section("7b"), told, MIX, replace(A100, memory_bytes=130 * GIB), row_tokens=int(flag))
    assert less.verdict == "fits with --recompute"
    small = replace(A100, name="a small GPU", memory_bytes=18 * GIB)
    (shorter,) = advised(section("7b"), training("projector", max_tokens=8192), CAPTIONS, small)
    flag = shorter.verdict.removeprefix("does not fit: shorter samples, `max_tokens: ").partition("`")[0]
    (fits,) = advised(section("7b"), training("projector", max_tokens=int(flag)), CAPTIONS, small)
    assert fits.verdict == "fits with --recompute"
    hopeless = replace(A100, memory_bytes=8 * GIB)
    assert (
        "take GPUs with more memory than 8 GiB"
        in advised(section("7b"), training("projector"), MIX, hopeless)[0].verdict
    )


def test_pictures_want_workers(section):
    unknown = Machine("Somebody's GPU", 1, 80 * GIB, None)
    fast = replace(A100, peak=100 * A100.peak)
    slow, quick, none = advised(section("7b"), training("projector"), CAPTIONS, A100, fast, unknown)
    assert slow.workers == 1 and quick.workers == -(-558_000 // round(quick.hours * 360_000))
    assert none.hours is none.workers is None and none.memory == slow.memory
    assert [one.split()[0] for one in lines([slow, none])] == ["machine", "1", "1"]
    told = plain(slow)
    assert told["memory"]["total"] == pytest.approx(sum(v for k, v in told["memory"].items() if k != "total"), abs=9)
    assert told["machine"] == "1 x A100 80 GB" and json.loads(json.dumps(told))["verdict"] == "fits"
    assert list(lines([])) == []


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("parts")
    return Model(vision=str(write_clip(folder / "clip")), language=str(write_language(folder / "llama")))


def row(pictures, image_id, text=40):
    """A packed row: a question and an answer to each picture."""
    import numpy as np

    from pictus.learn.step import IGNORED, Row

    one = [image_id] * pictures.tokens + [*range(10, 10 + text)]
    labels = [IGNORED] * pictures.tokens + [*range(10, 10 + text)]
    pixels = np.zeros((2, 3, pictures.side, pictures.side), np.uint8)
    counted = np.tile(np.arange(len(one)), 2)[None]
    return Row(np.array([one * 2]), np.array([labels * 2]), pixels, ("a", "b"), positions=counted)


@pytest.mark.parametrize(
    "trained", [("projector",), ("projector", "lora"), ("projector", "language"), ("vision", "projector", "language")]
)
def test_what_is_counted_without_values_is_what_a_real_row_keeps_and_multiplies(parts, trained):
    told = training(*trained, batch=2)
    planned = plan(parts, told, attention="sdpa")
    built = build(planned)
    one = row(built.pictures, built.pictures.image_id)
    forward = Forward(built.model, built.pictures, Processes(0, 1, torch.device("cpu")))
    own = {weight.untyped_storage().data_ptr() for weight in built.model.parameters()}
    kept = {}

    def keep(tensor):
        if tensor.untyped_storage().data_ptr() not in own:
            kept[tensor.untyped_storage().data_ptr()] = tensor
        return tensor

    work, sizes = Work(built.model), outline(planned, torch.float32)
    with work.counting(one), torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        forward.loss(one)
    size = size_of(one)
    assert sizes.work.of(size) == pytest.approx(work.of(size), rel=0.03)
    real = sum(tensor.untyped_storage().nbytes() for tensor in kept.values())
    # Of the words, the way forward keeps one of three: the others come with the gradients.
    counted = size.tokens * sizes.token + 2 * sizes.picture + size.words * sizes.word / 3
    counted += one.tokens.size**2 * sizes.pair
    assert real == pytest.approx(counted, rel=0.15)
    assert sizes.forward.of(Size(2, size.tokens, 0, 0)) < sizes.work.of(Size(2, size.tokens, 0, 0))


def test_weights_gradients_and_moments_are_those_of_a_real_step():
    model = tiny.llava()
    weights = {name: one for name, one in model.named_parameters() if one.requires_grad}
    optimizer = adamw(weights, tiny.module_of, tiny.training())
    update = Update(
        Forward(model, tiny.pictures(), Processes(0, 1, torch.device("cpu"))), weights, optimizer, Work(model)
    )
    update.gradients([tiny.row([0, 1]), tiny.row([2, 3])], 4)
    trained = sum(one.numel() for one in weights.values())
    moments = [t for state in optimizer.state.values() for t in (state["exp_avg"], state["exp_avg_sq"])]
    assert sum(one.grad.nbytes for one in weights.values()) == 4 * trained
    assert sum(one.nbytes for one in moments) == 2 * 4 * trained


def test_precision_attention_and_recomputing_change_memory(parts):
    told, seen = training("projector", "language", batch=8), Samples(samples=80, words=800, pictures=80)
    at = dict.fromkeys(("mixed", "float32", "bfloat16"))
    for precision in at:
        (at[precision],) = advise(plan(parts, told), told, seen, [A100], precision=precision)
    assert at["bfloat16"].memory.moments * 2 == at["mixed"].memory.moments == at["float32"].memory.moments
    assert at["mixed"].memory.row < at["float32"].memory.row and at["float32"].memory.gathered == 0
    assert all(one.recomputing.row < one.memory.row for one in at.values())
    eager, flash = (plan(parts, told, attention=kind) for kind in ("eager", "sdpa"))
    assert outline(eager, torch.float32).pair > outline(flash, torch.float32).pair > 0
    assert outline(replace(flash, attention="flash_attention_2"), torch.float32).pair == 0


def test_a_model_that_cannot_be_counted_is_told(parts, monkeypatch):
    monkeypatch.setattr(estimate, "outline", outline)
    planned = plan(parts, training("projector"))
    monkeypatch.setattr(type(planned.skeleton), "get_image_features", None)
    with pytest.raises(PictusError, match="cannot be counted without its weights") as error:
        advise(planned, training("projector"), CAPTIONS, [A100])
    assert "memory_bytes" in error.value.mend


def test_the_gpus_of_this_machine_are_among_the_machines(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert machines() == MACHINES and all(one.peak for one in MACHINES)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 3)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: "NVIDIA L40S")
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda device: type("P", (), {"total_memory": 45 * GIB}))
    assert machines()[-1] == Machine("NVIDIA L40S", 3, 45 * GIB, 362e12)
