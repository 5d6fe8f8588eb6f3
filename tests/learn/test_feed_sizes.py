"""Sizes that processes tell each other change nothing about a step, and save them the words of the others."""

import pickle
from dataclasses import replace

import numpy as np
import pytest

from learn.corpora import asked, blend_of, captioned, corpus_of, embedded, fed, same, talk
from pictus.errors import PictusError
from pictus.learn.feed.sizes import Part, Sizes, pictures_of, size_of, tokens_of
from pictus.record import Media
from pictus.steps.blend.order import Drawn
from tiny_models import needs

needs("torch", "transformers")


class Counting:
    """Words that count what they are asked for."""

    def __init__(self):
        self._talk = talk()
        self.max_tokens, self.asked = self._talk.max_tokens, []

    def all_laid_out(self, records):
        self.asked += [record.id for record in records]
        return self._talk.all_laid_out(records)


@pytest.fixture
def places(tmp_path):
    """Conversations with and without pictures, captions of which each epoch takes another, and what is refused."""
    some = [asked(number, *[embedded(number)] * (number % 3)) for number in range(20)]
    some += [asked(20, *[embedded(0)] * 60), asked(21, Media(data=b"<html>"))]
    corpus_of(tmp_path / "one", some)
    long = [captioned(number, embedded(number), "red", "blue and " * (number + 2), "green") for number in range(7)]
    corpus_of(tmp_path / "two", long)
    return tmp_path, blend_of(tmp_path, {tmp_path / "one": 2, tmp_path / "two": 3})


@pytest.mark.parametrize("is_packed", [True, False])
@pytest.mark.parametrize("world", [1, 2, 3])
def test_steps_are_the_same_with_sizes_and_without(places, world, is_packed):
    folder, stage = places
    for turn in range(2):  # the second finds all sizes
        for rank in range(world):
            feed = fed(stage, folder, rank=rank, world=world, is_packed=is_packed)
            alone = replace(feed, sizes=None)
            assert (feed.sizes is None) == (world == 1)
            steps = list(feed)
            assert sum(len(step.broken) for step in steps) < len(steps)
            assert all(map(same, steps, alone)), turn


def test_each_process_makes_words_of_its_own_samples_alone(places):
    folder, stage = places
    words = [Counting(), Counting()]
    feeds = [replace(fed(stage, folder, rank=rank, world=2), talk=words[rank]) for rank in range(2)]
    for number in range(len(feeds[0])):
        for feed in feeds:
            feed[number]
    assert sum(len(one.asked) for one in words) < 2 * len(stage)
    for feed in feeds:
        feed.talk.asked.clear()
        steps = list(feed)
        samples = [sample for step in steps for row in step.rows for sample in row.samples]
        refused = [one.id for step in steps for one in step.broken]
        assert sorted(feed.talk.asked) == sorted(samples + refused)
    assert sum(len(one.asked) for one in words) == len(stage)


def test_sizes_of_captions_are_those_of_their_epoch(tmp_path):
    sizes = Sizes(tmp_path / "sizes", [Part("a", 4), Part("b", 3)], words="w", saying="s")
    drawn = Drawn(np.array([0, 1, 1, 1]), np.array([2, 0, 0, 1]), np.array([0, 0, 1, 0]))
    assert sizes.of(drawn).tolist() == [0, 0, 0, 0]
    sizes.tell(0, 2, size_of(700, 3), None)
    sizes.tell(1, 0, size_of(9, 1), 1)
    other = pickle.loads(pickle.dumps(sizes))
    found = other.of(drawn)
    assert tokens_of(found).tolist() == [700, 0, 9, 0]
    assert pictures_of(found).tolist() == [3, 0, 1, 0]
    for changed in ({"words": "x", "saying": "s"}, {"words": "w", "saying": "other"}):
        again = Sizes(tmp_path / "sizes", [Part("a", 4), Part("b", 3)], **changed).of(drawn)
        assert tokens_of(again).tolist() == [700 if changed["words"] == "w" else 0, 0, 0, 0]


def test_a_process_that_cannot_write_finds_out_by_itself(places):
    folder, stage = places
    (folder / "caches" / "sizes").parent.mkdir()
    (folder / "caches" / "sizes").write_text("not a folder")
    feed = fed(stage, folder, rank=1, world=2)
    assert all(map(same, feed, replace(feed, sizes=None)))
    assert all(map(same, feed, replace(feed, sizes=None)))


def test_sizes_that_are_not_so_are_refused(places):
    folder, stage = places
    feed = fed(stage, folder, rank=0, world=2)
    list(feed)
    for file in (folder / "caches" / "sizes").iterdir():
        sizes = np.fromfile(file, np.int64)
        (sizes + (sizes > 0)).tofile(file)
    with pytest.raises(PictusError, match="is not so") as caught:
        list(feed)
    assert caught.value.where == str(folder / "caches" / "sizes")


def test_what_makes_other_words_has_another_name():
    assert talk().fingerprint == talk().fingerprint == pickle.loads(pickle.dumps(talk())).fingerprint
    others = {talk(most=100).fingerprint, talk(places=9).fingerprint}
    tokenizer, *_ = talk()._made_of
    tokenizer = pickle.loads(pickle.dumps(tokenizer))
    settings = {"image_id": talk()._words.image_id, "image_tokens": 4, "max_tokens": 200}
    others.add(type(talk())(tokenizer, **settings, plain=True).fingerprint)
    others.add(type(talk())(tokenizer, **settings, template=tokenizer.chat_template + " ").fingerprint)
    assert len(others | {talk().fingerprint}) == 5
    dated = "{{ strftime_now('%d') }}" + tokenizer.chat_template
    tokenizer.chat_template = dated
    assert type(talk())(tokenizer, **settings).fingerprint is None
