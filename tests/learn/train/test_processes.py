"""Processes find each other by what torchrun or SLURM says, and train together as one would."""

# ruff: noqa: E402

import math
import os
import socket
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from tiny_models import needs

needs("torch", "transformers")

import torch

import tiny_training as tiny
from pictus.errors import PictusError
from pictus.learn.train.processes import Rendezvous, first_node, rendezvous
from pictus.learn.train.sharding import layers


def test_without_a_launcher_there_is_one_process():
    assert rendezvous({}) is None
    # Within an allocation, but not started by `srun`.
    assert rendezvous({"SLURM_JOB_ID": "7", "SLURM_NTASKS": "8", "SLURM_PROCID": "0"}) is None


def test_torchrun_is_understood():
    told = {"RANK": "5", "WORLD_SIZE": "8", "LOCAL_RANK": "1", "MASTER_ADDR": "n0", "MASTER_PORT": "29500"}
    assert rendezvous(told) == Rendezvous(5, 8, 1, "n0", 29500)
    with pytest.raises(PictusError, match="RANK is set, and WORLD_SIZE and MASTER_PORT not"):
        rendezvous({"RANK": "0", "MASTER_ADDR": "n0"})


def test_slurm_is_understood():
    told = {
        "SLURM_STEP_NUM_TASKS": "4",
        "SLURM_PROCID": "3",
        "SLURM_LOCALID": "1",
        "SLURM_JOB_ID": "123456",
        "SLURM_STEP_NODELIST": "gpu[03-04]",
    }
    assert rendezvous(told) == Rendezvous(3, 4, 1, "gpu03", 23456)
    assert rendezvous(told | {"MASTER_ADDR": "10.0.0.1", "MASTER_PORT": "1"}) == Rendezvous(3, 4, 1, "10.0.0.1", 1)


@pytest.mark.parametrize(
    ("nodes", "first"),
    [("a1", "a1"), ("a1,b2", "a1"), ("gpu[03-05,9],x", "gpu03"), ("r[7,9]-ib", "r7-ib"), ("n[1-2],m[3-4]", "n1")],
)
def test_the_first_node_of_a_list(nodes, first):
    assert first_node(nodes) == first


def test_the_blocks_of_a_model_are_what_is_gathered_at_once():
    names = {type(layer).__name__ for layer in layers(tiny.llava())}
    assert names == {"SiglipEncoderLayer", "LlamaDecoderLayer"}
    assert len([*layers(tiny.llava())]) == 4


def _together(world, folder, **options):
    """Train in some processes, with what torchrun would tell each; give them back under way."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    shared = {"WORLD_SIZE": str(world), "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    return [
        tiny.started(folder, environment={**shared, "RANK": str(rank), "LOCAL_RANK": str(rank)}, options=options)
        for rank in range(world)
    ]


def _ended(processes):
    return [tiny.ended(process) for process in processes]


@pytest.mark.serial
def test_two_processes_one_and_two_again_learn_as_one_does(tmp_path):
    options = {"steps": 18, "trained": ("vision", "projector", "language")}
    alone, changing = tmp_path / "alone", tmp_path / "changing"
    assert _ended([tiny.started(alone, options=options)]) == [0]
    for world, stop in ((2, 6), (1, 12), (2, None)):
        processes = _together(world, changing, **options, stop=stop)
        assert _ended(processes) == [130 if stop else 0] * world
    assert tiny.losses(changing) == pytest.approx(tiny.losses(alone), abs=1e-5)
    ends = [tiny.weights(folder) for folder in (alone, changing)]
    assert all(torch.allclose(weight, ends[1][name], atol=1e-4) for name, weight in ends[0].items())
    assert orjson.loads((changing / "checkpoints/step-18/meta.json").read_bytes())["world"] == 2


@pytest.mark.serial
def test_two_processes_name_the_broken_row_of_one_and_measure_what_is_held_out(tmp_path):
    options = {"steps": 6, "poisoned": {"record-19": math.nan}, "held_out": 2, "settings": {"evaluate_every": 3}}
    assert _ended(_together(2, tmp_path / "two", **options)) == [0, 0]
    (told,) = tiny.bad_steps(tmp_path / "two")
    # The second process has the odd positions of a step, two in a row; the first one's rows are whole.
    assert told["step"] == 3 and told["blamed"] == ["record-17", "record-19"]
    assert set(told["records"]) == {f"record-{number}" for number in range(16, 24)}
    assert all(weight.isfinite().all() for weight in tiny.weights(tmp_path / "two").values())
    assert tiny.ended(tiny.started(tmp_path / "one", options=options)) == 0
    scores = [
        [orjson.loads(line)["loss"] for line in (tmp_path / name / "evaluations.jsonl").read_bytes().splitlines()]
        for name in ("one", "two")
    ]
    assert len(scores[0]) == 2 and scores[0] == pytest.approx(scores[1], abs=1e-5)


SCRIPT = """
import sys
import tiny_training as tiny
from pictus.learn.train.loop import train

job = tiny.job(sys.argv[1], steps=6, settings={"precision": "mixed", "recompute": True})
print(f"ended at {train(job).steps}\\n", end="", flush=True)  # in one piece: two processes write
"""


@pytest.mark.serial
def test_torchrun_starts_it(tmp_path):
    (tmp_path / "script.py").write_text(SCRIPT)
    tests, here = Path(tiny.__file__).parent, Path(sys.executable).parent
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(tests), *sys.path]), "OMP_NUM_THREADS": "1"}
    command = [here / "torchrun", "--standalone", "--local-addr", "127.0.0.1", "--nproc-per-node", "2"]
    done = subprocess.run(
        [*command, tmp_path / "script.py", tmp_path / "run"], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("ended at 6") == 2
    losses = tiny.losses(tmp_path / "run")
    assert [*losses] == [*range(1, 7)] and losses[6] < losses[1]
    assert {str(weight.dtype) for weight in tiny.weights(tmp_path / "run").values()} == {"torch.float32"}
