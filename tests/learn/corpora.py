"""Corpora for the tests of feeding: written as imports write them, and any picture in them."""

import os
import signal
from io import BytesIO

import numpy as np
import yaml
from PIL import Image

from learn.templates import tokenizer_of
from pictus.engine.events import Events
from pictus.errors import PictusError
from pictus.learn.feed.opening import open_feed
from pictus.learn.feed.pictures import Framing
from pictus.learn.feed.stage import Laying
from pictus.learn.step import Step
from pictus.learn.tokens import Talk
from pictus.record import Facts, Media, Origin, Turn, make_record
from pictus.steps.blend import plan as planning
from pictus.steps.blend import run as running
from pictus.steps.blend.blended import open_stage
from pictus.store.corpus import begin_corpus, finish_corpus
from pictus.store.shards import Rows, write_shard

SIDE = 8


def corpus_of(folder, rows, *, limit=None, roots=None):
    corpus = begin_corpus(folder, roots=roots or {"pictures": "/pictures"}, made={"step": "test"})
    stream, number = Rows(rows), 0
    while number == 0 or not stream.ended():
        write_shard(corpus.place, number, stream, root_names=corpus.root_names, limit=limit)
        number += 1
    return finish_corpus(corpus, number)


def picture(number=0, kind="PNG", size=(20, 14)):
    """A picture whose first pixel tells its number."""
    values = np.random.default_rng(number).integers(0, 256, (size[1], size[0], 3), np.uint8)
    out = BytesIO()
    Image.fromarray(values).save(out, kind)
    return out.getvalue()


def asked(number, *media, dataset="asked"):
    """A question about some pictures, and its answer."""
    origin = Origin(dataset=dataset, key=str(number), split="train")
    turns = [Turn.of("user", f"What is number {number}?", images=len(media)), Turn.of("assistant", f"It is {number}.")]
    return make_record(origin, media=media, turns=turns)


def captioned(number, medium, *captions):
    origin = Origin(dataset="captioned", key=str(number), split="train")
    return make_record(origin, media=[medium], facts=Facts(captions=captions or (f"number {number}",)))


def embedded(number):
    return Media(data=picture(number), path=f"{number}.png", root="/pictures")


def blend_of(folder, parts, *, seed=3, captions="asked"):
    """Blend corpora into one stage: by the folder of each, how many epochs it is read."""
    recipe = {
        "seed": seed,
        "stages": {
            "instruct": {
                "captions": captions,
                "data": [{"corpus": str(corpus), "epochs": epochs} for corpus, epochs in parts.items()],
            }
        },
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "recipe.yaml").write_text(yaml.safe_dump(recipe))
    running.run(planning.plan(folder / "recipe.yaml", folder / "blend"), Events())
    return open_stage(folder / "blend", "instruct")


def talk(*, most=200, places=4):
    tokenizer = tokenizer_of("vicuna")
    image_id = tokenizer.convert_tokens_to_ids("<image>")
    return Talk(tokenizer, image_id=image_id, image_tokens=places, max_tokens=most)


def fed(stage, folder, *, batch=8, most=200, **settings):
    laying = Laying(max_tokens=most, **{key: settings.pop(key) for key in ("is_packed", "pad") if key in settings})
    return open_feed(
        stage,
        caches=None if folder is None else folder / "caches",
        talk=settings.pop("talk", None) or talk(),
        framing=Framing(SIDE),
        laying=laying,
        batch=batch,
        events=Events(),
        **settings,
    )


def arrays(row):
    return [getattr(row, name) for name in ("tokens", "labels", "pictures", "positions", "mask")]


def same(one, other):
    """Say whether steps are the same, to the last pixel."""
    if (one.number, one.cursor, one.broken, len(one.rows)) != (
        other.number,
        other.cursor,
        other.broken,
        len(other.rows),
    ):
        return False
    return all(
        first.samples == second.samples
        and all(np.array_equal(*pair) for pair in zip(arrays(first), arrays(second), strict=True))
        for first, second in zip(one.rows, other.rows, strict=True)
    )


class Numbers:
    """Steps that only have a number, and what can go wrong with making them."""

    def __init__(self, count, **faults):
        self.count, self.faults = count, faults

    def __len__(self):
        return self.count

    def __getitem__(self, number):
        if number == self.faults.get("killed"):
            os.kill(os.getpid(), signal.SIGKILL)
        if number == self.faults.get("told"):
            raise PictusError("a file is damaged", where="here", mend="make it again")
        if number == self.faults.get("wrong"):
            raise RuntimeError("a bug")
        return Step(number, 2 * number + 2, ())
