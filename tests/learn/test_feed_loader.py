"""Workers make the same steps in the same order, from any of them on, and what goes wrong in one is told."""

from dataclasses import replace

import numpy as np
import pytest

from learn.corpora import Numbers, asked, blend_of, captioned, corpus_of, embedded, fed, same
from pictus.errors import PictusError
from pictus.learn.step import Step
from tiny_models import needs

needs("torch", "transformers")
from pictus.learn.feed.loader import steps_from  # noqa: E402


@pytest.fixture(scope="module")
def feed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("blend")
    corpus_of(folder / "one", [asked(number, *[embedded(number)] * (number % 3)) for number in range(23)])
    corpus_of(folder / "two", [captioned(number, embedded(number), "red", "blue") for number in range(9)])
    return fed(blend_of(folder, {folder / "one": 1, folder / "two": 2}), folder)


@pytest.mark.serial
def test_workers_change_nothing(feed):
    wanted = [feed[number] for number in range(len(feed))]
    assert len(wanted) > 4
    for workers, first in ((0, 0), (2, 2)):
        got = list(steps_from(feed, first, workers=workers))
        assert len(got) == len(wanted) - first
        assert all(map(same, got, wanted[first:]))


def test_pictures_stay_where_they_were_decoded(feed):
    made = {}

    class Kept:
        def __len__(self):
            return len(feed)

        def __getitem__(self, number):
            made[number] = feed[number]
            return made[number]

    for step in steps_from(Kept(), 0):
        for row, was in zip(step.rows, made[step.number].rows, strict=True):
            assert len(row.pictures) == 0 or np.shares_memory(row.pictures, was.pictures)
    row = replace(feed[0].rows[0], pictures=feed[0].rows[0].pictures.copy())
    (apart,) = steps_from([Step(0, 8, (row, row))], 0)  # of another maker, whose pictures lie anywhere
    assert all(np.array_equal(one.pictures, row.pictures) for one in apart.rows)


def test_it_goes_on_at_any_step(feed):
    for first in range(len(feed) + 1):
        steps = list(steps_from(feed, first))
        assert [step.number for step in steps] == list(range(first, len(feed)))


@pytest.mark.serial
def test_a_worker_that_is_killed_is_told():
    with pytest.raises(PictusError, match="one of them was killed") as caught:
        list(steps_from(Numbers(20, killed=5), 0, workers=2))
    assert "memory" in caught.value.mend


@pytest.mark.serial
def test_what_a_worker_tells_arrives_as_it_was_told():
    with pytest.raises(PictusError, match="a file is damaged") as caught:
        list(steps_from(Numbers(9, told=3), 0, workers=1))
    assert (caught.value.where, caught.value.mend) == ("here", "make it again")
    with pytest.raises(RuntimeError, match="a bug"):
        list(steps_from(Numbers(9, wrong=3), 0, workers=1))


@pytest.mark.serial
def test_a_training_may_stop_before_the_last_step():
    steps = steps_from(Numbers(1000), 0, workers=2)
    assert [next(steps).number for _ in range(3)] == [0, 1, 2]
    steps.close()
