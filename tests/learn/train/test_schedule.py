"""The learning rate rises, and falls to almost nothing at the last step."""

# ruff: noqa: E402

import pytest

from tiny_models import needs

needs("torch", "transformers")

import tiny_training as tiny
from pictus.learn.train.groups import parameter_groups
from pictus.learn.train.schedule import share_of_rate


@pytest.mark.parametrize(
    ("schedule", "shares"),
    [
        ("constant", [0.5, 1, 1, 1, 1]),
        ("linear", [0.5, 1, 0.75, 0.5, 0.25]),
        ("cosine", [0.5, 1, 0.853553, 0.5, 0.146447]),
    ],
)
def test_a_schedule(schedule, shares):
    training = tiny.training(schedule=schedule, warmup=0.2)
    assert [share_of_rate(step, 5, training) for step in range(5)] == pytest.approx(shares, abs=1e-6)


@pytest.mark.parametrize("schedule", ["constant", "linear", "cosine"])
@pytest.mark.parametrize("warmup", [0.0, 0.03, 0.5, 0.99])
@pytest.mark.parametrize("steps", [1, 2, 7, 100])
def test_no_step_is_wasted_and_none_is_too_fast(schedule, warmup, steps):
    training = tiny.training(schedule=schedule, warmup=warmup)
    assert all(0 < share_of_rate(step, steps, training) <= 1 for step in range(steps))


def test_matrices_decay_and_each_module_has_its_rate():
    weights = {name: weight for name, weight in tiny.llava().named_parameters() if weight.requires_grad}
    groups = parameter_groups(weights, tiny.module_of, tiny.training())
    told = {(group["module"], group["weight_decay"]): group["rate"] for group in groups}
    assert told == {(m, decay): r for m, r in (("projector", 0.01), ("language", 0.005)) for decay in (0.0, 0.01)}
    assert all((weight.ndim > 1) == (group["weight_decay"] > 0) for group in groups for weight in group["params"])
    assert sum(len(group["params"]) for group in groups) == len(weights)
