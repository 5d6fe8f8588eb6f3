"""What a model multiplies, held against torch's own count of it."""

# ruff: noqa: E402

import pytest

from tiny_models import needs

needs("torch", "transformers")

import torch
from torch.utils.flop_counter import FlopCounterMode

import tiny_training as tiny
from pictus.learn.train.forward import Forward
from pictus.learn.train.processes import Processes
from pictus.learn.train.work import Size, Work, peak_of, size_of


@pytest.mark.parametrize(
    "trained", [("projector",), ("language",), ("projector", "language"), ("vision", "projector", "language")]
)
def test_work_is_what_torch_counts_but_for_attention(trained):
    model = tiny.llava(trained=trained)
    forward, work = Forward(model, tiny.pictures(), Processes(0, 1, torch.device("cpu"))), Work(model)
    row = tiny.row(range(6))
    with FlopCounterMode(display=False) as counter:
        forward.loss(row).backward()
    counted = {str(kind): number for kind, number in counter.get_flop_counts()["Global"].items()}
    attention = sum(number for kind, number in counted.items() if "attention" in kind)
    assert work.wants(row)
    hooks = [len(module._forward_hooks) for module in model.modules()]
    with work.counting(row):
        forward.loss(row)
    assert not work.wants(row)
    assert hooks == [len(module._forward_hooks) for module in model.modules()]
    size = size_of(row)
    eyes = 4 * 2 * 16 * 4**2 * size.pictures  # 2 layers, 16 wide, 4 patches
    linear = work.of(Size(size.pictures, size.tokens, size.words, 0)) - eyes
    # Torch leaves out the gradient of the first vectors where nothing needs it, and counts each bias.
    assert linear == pytest.approx(sum(counted.values()) - attention, rel=0.02)


def test_work_grows_with_what_rows_hold():
    model = tiny.llava()
    forward, work = Forward(model, tiny.pictures(), Processes(0, 1, torch.device("cpu"))), Work(model)
    text = tiny.row([1, 3])
    with work.counting(text):
        forward.loss(text)
    assert work.of(size_of(text)) > 0 and work.of(size_of(tiny.row([0]))) is None
    assert work.wants(tiny.row([0])) and not work.wants(text)
    with work.counting(tiny.row([0, 2])):
        forward.loss(tiny.row([0, 2]))
    one, two = work.of(Size(1, 8, 2, 64)), work.of(Size(2, 16, 4, 128))
    assert two == pytest.approx(2 * one) and work.of(Size(0, 8, 2, 64)) < one


@pytest.mark.parametrize("padded", [False, True])
def test_the_size_of_a_row_is_that_of_its_samples(padded):
    assert size_of(tiny.row([0, 1, 2], padded=padded)) == Size(2, 20, 6, 64 + 16 + 64)


@pytest.mark.parametrize(
    ("name", "tera"),
    [
        ("NVIDIA H100 80GB HBM3", 989),
        ("NVIDIA H100 PCIe", 756),
        ("NVIDIA H200", 989),
        ("NVIDIA A100-SXM4-80GB", 312),
        ("NVIDIA L40S", 362),
        ("NVIDIA L4", 121),
        ("Somebody's GPU", None),
    ],
)
def test_what_a_device_could_do_is_known_or_not_told(name, tera):
    assert peak_of(name) == (tera and tera * 1e12)
