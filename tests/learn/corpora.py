"""Corpora for the tests of feeding: written as imports write them, and any picture in them."""

from io import BytesIO

import numpy as np
from PIL import Image

from pictus.record import Facts, Media, Origin, Turn, make_record
from pictus.store.corpus import begin_corpus, finish_corpus
from pictus.store.shards import Rows, write_shard


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
