"""A LLaVA of a few thousand weights and what it is trained with: pictures of one colour, and the colour's name."""

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tiny_models import llava_config, siglip_eyes

IMAGE, PLACES, SIDE = 3, 4, 16
COLOURS = ((220, 40, 40), (40, 200, 60), (50, 70, 220), (230, 210, 40))


def llava(seed=0, trained=("projector", "language")):
    """Make the model, of which nothing but the named modules is trained."""
    import torch
    from transformers import LlamaConfig, LlavaForConditionalGeneration
    from transformers.utils import logging

    logging.disable_progress_bar()
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    small = {"hidden_size": 16, "intermediate_size": 32, "num_attention_heads": 2, "patch_size": 8}
    eyes = siglip_eyes(**small, image_size=SIDE, vision_use_head=False)
    text = LlamaConfig(
        vocab_size=64,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=2,
        max_position_embeddings=256,
        pad_token_id=0,
    )
    model = LlavaForConditionalGeneration(llava_config(eyes, text, image=IMAGE))
    for name, weight in model.named_parameters():
        weight.requires_grad_(module_of(name) in trained)
    return model


def module_of(name):
    if "vision_tower" in name:
        return "vision"
    return "projector" if "projector" in name else "language"


def pictures():
    from pictus.learn.model.pictures import Pictures

    return Pictures({}, SIDE, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5), PLACES, IMAGE, "<image>")


def sample(position):
    """Give a sample: tokens, labels, and a picture or none."""
    random = np.random.default_rng(position)
    colour = int(random.integers(4))
    if position % 8 in (1, 3, 4):  # some rows of two have no picture, some have one
        tokens, picture = [1, 10 + colour, 20 + colour, 2], None
    else:
        tokens, picture = [1, *[IMAGE] * PLACES, 9, 30 + colour, 2], np.zeros((3, SIDE, SIDE), np.uint8)
        picture += np.array(COLOURS[colour], np.uint8)[:, None, None]
        picture += random.integers(0, 20, picture.shape, np.uint8)
    labels = [*[-100] * (len(tokens) - 2), *tokens[-2:]]
    return np.array(tokens), np.array(labels), picture


def row(positions, *, padded=False):
    """Lay samples into one row."""
    from pictus.learn.step import Row

    parts = [sample(position) for position in positions]
    pictures = [picture for _, _, picture in parts if picture is not None]
    pixels = np.stack(pictures) if pictures else np.zeros((0, 3, 0, 0), np.uint8)
    names = tuple(f"record-{position}" for position in positions)
    if not padded:
        tokens, labels = (np.concatenate([part[which] for part in parts])[None] for which in (0, 1))
        counted = np.concatenate([np.arange(len(part[0])) for part in parts])[None]
        return Row(tokens, labels, pixels, names, positions=counted)
    longest = max(len(part[0]) for part in parts)
    tokens, labels, mask = (
        np.stack([np.pad(part, (0, longest - len(part)), constant_values=filling) for part in column])
        for column, filling in (
            ([part[0] for part in parts], 0),
            ([part[1] for part in parts], -100),
            ([np.ones_like(part[0]) for part in parts], 0),
        )
    )
    return Row(tokens, labels, pixels, names, mask=mask)


@dataclass(frozen=True)
class Colours:
    """The same samples in every step of the same number, whatever the number of processes."""

    batch: int = 8
    pause: float = 0.0
    stop: int | None = None  # a SIGTERM comes while this step is made, to the last process alone

    def steps(self, first, *, rank, world):
        from pictus.learn.step import Step

        number = first
        while True:
            begin = number * self.batch
            mine = [*range(begin, begin + self.batch)][rank::world]
            rows = tuple(row(mine[at : at + 2]) for at in range(0, len(mine), 2))
            time.sleep(self.pause)
            if number == self.stop and rank == world - 1:
                signal.raise_signal(signal.SIGTERM)
            yield Step(number, begin + self.batch, rows)
            number += 1


def save(weights, folder):
    import torch

    from pictus.store.whole_folder import whole_folder

    with whole_folder(folder) as half:
        torch.save(weights, half / "weights.pt")


def training(**changes):
    from pictus.stages import Training

    told = {
        "trained": ["projector", "language"],
        "learning_rate": {"projector": 0.01, "all": 0.005},
        "batch": 8,
        "warmup": 0.1,
        "weight_decay": 0.01,
    }
    return Training(**(told | changes))


def job(folder, *, steps=12, model=None, feed=None, settings=None, **changes):
    """Make a job that trains the tiny model."""
    from pictus.learn.train.job import Job, Settings

    given = {"precision": "float32", "checkpoint_every": 4} | (settings or {})
    told = {
        "model": model or llava(),
        "module_of": module_of,
        "pictures": pictures(),
        "training": training(),
        "feed": feed or Colours(),
        "steps": steps,
        "folder": Path(folder),
        "made_of": {"recipe": "r", "blend": "b", "model": "m"},
        "save": save,
        "settings": Settings(**given),
    }
    return Job(**(told | changes))


def losses(folder):
    """Read the loss of each step."""
    import orjson

    told = [orjson.loads(line) for line in (Path(folder) / "steps.jsonl").read_bytes().splitlines()]
    return {line["step"]: line["loss"] for line in told}


def weights(folder):
    import torch

    return torch.load(Path(folder) / "model" / "weights.pt")


def poison(factors, patch=setattr):
    """Multiply the losses of rows that hold certain records."""
    from pictus.learn.train.forward import Forward

    original = Forward.loss

    def loss(self, row):
        value = original(self, row)
        for name in row.samples:
            value = value * factors.get(name, 1.0)
        return value

    patch(Forward, "loss", loss)


def bad_steps(folder):
    """Read what is told of steps that were left out or strange."""
    import orjson

    return [orjson.loads(line) for line in (Path(folder) / "bad_steps.jsonl").read_bytes().splitlines()]


def started(folder, *, environment=None, options=None):
    """Start a training in a process of its own, with the environment of a launcher."""
    import multiprocessing

    context = multiprocessing.get_context("forkserver")  # which has read the libraries once, for all processes
    context.set_forkserver_preload(["torch", "transformers.models.llava", "pictus.learn.train.loop", "tiny_training"])
    process = context.Process(target=_main, args=(folder, environment or {}, options or {}))
    process.start()
    return process


def ended(process):
    """Wait for a process, and give its exit code."""
    process.join(120)
    return process.exitcode


def reaches(process, folder, step):
    """Wait until a training has done a step; false where it ended before."""
    log = Path(folder) / "steps.jsonl"
    while process.is_alive():
        if log.exists() and log.read_bytes().count(b"\n") >= step:
            return True
        time.sleep(0.002)
    return False


def _main(folder, environment, options):
    os.environ.update(environment)
    from pictus.learn.train.loop import train

    options = dict(options)
    trained = options.pop("trained", ("projector", "language"))
    feed = Colours(stop=options.pop("stop", None), pause=options.pop("pause", 0.0))
    if "poisoned" in options:
        poison(options.pop("poisoned"))
    if "held_out" in options:
        from pictus.learn.train.evaluation import held_out

        options["evaluate"] = held_out(Colours(), options.pop("held_out"))
    drawn = llava(seed=int(environment.get("RANK", 0)), trained=trained)  # only that of the first process counts
    told = {"model": drawn, "training": training(trained=list(trained)), "feed": feed}
    raise SystemExit(train(job(folder, **told, **options)).exit_code)
