"""Steps follow from their number alone: each sample once, for any number of processes, and what is broken is told."""

import pickle
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from learn.corpora import SIDE, asked, blend_of, captioned, corpus_of, embedded, fed, picture, same, talk
from pictus.errors import PictusError
from pictus.learn.feed.pictures import Framing
from pictus.learn.step import IGNORED
from pictus.record import Media
from tiny_models import needs

needs("torch", "transformers")

BATCH = 8


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    """A stage of two corpora: pictures inside, beside, several, none; and captions, each row three times."""
    folder = tmp_path_factory.mktemp("blend")
    beside = folder / "pictures"
    beside.mkdir()
    for number in range(40):
        (beside / f"{number}.png").write_bytes(picture(number))
    kinds = (
        lambda number: asked(number, embedded(number)),
        lambda number: asked(number, Media(path=f"{number}.png", root=str(beside))),
        lambda number: asked(number, embedded(number), Media(path="1.png", root=str(beside)), embedded(2)),
        lambda number: asked(number),
    )
    roots = {"pictures": "/pictures", "beside": str(beside)}
    corpus_of(folder / "one", [kinds[number % 4](number) for number in range(30)], limit=12, roots=roots)
    corpus_of(folder / "two", [captioned(number, embedded(number), "red", "blue", "green") for number in range(11)])
    return folder, blend_of(folder, {folder / "one": 1, folder / "two": 3})


def samples_in(steps):
    return Counter(sample for step in steps for row in step.rows for sample in row.samples)


@pytest.mark.parametrize("is_packed", [True, False])
@pytest.mark.parametrize("world", [1, 2, 3])
def test_all_processes_together_see_each_sample_once(places, world, is_packed):
    folder, stage = places
    feeds = [fed(stage, folder, rank=rank, world=world, is_packed=is_packed) for rank in range(world)]
    assert {len(feed) for feed in feeds} == {-(-len(stage) // BATCH)}
    seen = Counter()
    for number in range(len(feeds[0])):
        steps = [feed[number] for feed in feeds]
        assert {step.cursor for step in steps} == {min((number + 1) * BATCH, len(stage))}
        assert len({len(step.rows) for step in steps}) == 1
        drawn = stage.at(np.arange(number * BATCH, steps[0].cursor))
        ids = [folder_ids(stage)[part][row] for part, row in zip(drawn.corpora, drawn.rows, strict=True)]
        assert samples_in(steps) == Counter(ids)
        seen += samples_in(steps)
        assert not any(step.broken for step in steps)
    wanted = Counter(dict.fromkeys(folder_ids(stage)[0], 1)) + Counter(dict.fromkeys(folder_ids(stage)[1], 3))
    assert seen == wanted


def folder_ids(stage):
    return [[record.id for record in part.corpus.records(fields=())] for part in stage.parts]


def test_what_is_learned_is_the_same_for_any_number_of_processes(places):
    folder, stage = places
    for number in (0, 5):
        sums = []
        for world in (1, 2, 5):
            rows = [row for rank in range(world) for row in fed(stage, folder, rank=rank, world=world)[number].rows]
            learned = sorted(label for row in rows for label in row.labels[row.labels != IGNORED].tolist())
            pictures = sorted(one.tobytes() for row in rows for one in row.pictures)
            sums.append((sum(row.supervised for row in rows), learned, pictures))
        assert sums[0][0] > 0
        assert sums[0] == sums[1] == sums[2]


def test_a_step_is_the_same_whenever_it_is_made(places):
    folder, stage = places
    feed = fed(stage, folder)
    forwards = [feed[number] for number in range(len(feed))]
    other = pickle.loads(pickle.dumps(feed))
    for number in np.random.default_rng(0).permutation(len(feed)).tolist():
        assert same(other[number], forwards[number])
    assert not same(forwards[0], replace(forwards[1], number=0, cursor=forwards[0].cursor))
    with pytest.raises(IndexError):
        feed[len(feed)]
    assert len(list(feed)) == len(feed)


def test_pictures_stand_in_the_order_of_their_places(places):
    folder, stage = places
    framing = Framing(SIDE)
    by_id = {record.id: record for part in stage.parts for record in part.corpus.records()}
    several = 0
    for step in fed(stage, folder):
        for row in step.rows:
            wanted = [
                framing.pixels(medium.data or medium.file.read_bytes())
                for sample in row.samples
                for medium in by_id[sample].media
            ]
            np.testing.assert_array_equal(row.pictures, np.stack(wanted) if wanted else row.pictures[:0])
            image_id = talk()._words.image_id
            assert (row.tokens == image_id).sum() == 4 * len(wanted)
            several += len(wanted) > 1
    assert several


def test_captions_change_from_epoch_to_epoch(places):
    folder, stage = places
    tokenizer = talk()._made_of[0]
    said = {}
    for step in fed(stage, folder, batch=1):
        (row,) = step.rows
        text = tokenizer.decode(row.labels[row.labels != IGNORED])
        said.setdefault(row.samples[0], set()).add(text)
    assert {len(said[name]) for name in folder_ids(stage)[1]} == {3}


def broken_corpus(folder):
    beside = folder / "pictures"
    beside.mkdir()
    (beside / "sound.png").write_bytes(picture(0))
    (beside / "cut.png").write_bytes(picture(0)[:60])
    at = lambda name: Media(path=name, root=str(beside))  # noqa: E731 - it is short
    rows = {
        "sound": asked(0, at("sound.png")),
        "a picture cannot be decoded": asked(1, at("cut.png")),
        "a picture cannot be read": asked(2, at("missing.png")),
        "leads out of the folder": asked(3, at("../recipe.yaml")),
        "a picture is of no known kind": asked(4, Media(data=b"<html>")),
        "a picture is of no known": asked(6, at("sound.png"), Media(data=b"")),
    }
    return rows, {"beside": str(beside)}


def test_what_cannot_be_read_is_told_once_and_the_rest_goes_on(tmp_path):
    rows, roots = broken_corpus(tmp_path)
    corpus_of(tmp_path / "one", rows.values(), roots=roots)
    stage = blend_of(tmp_path, {tmp_path / "one": 1})
    for world in (1, 2, 3):
        steps = [fed(stage, tmp_path, rank=rank, world=world, batch=7)[0] for rank in range(world)]
        broken = {one.id: one for step in steps for one in step.broken}
        assert len(broken) == sum(len(step.broken) for step in steps) == 5
        for reason, record in rows.items():
            if reason == "sound":
                assert samples_in(steps) == Counter([record.id])
            else:
                assert reason in broken[record.id].reason
                place = stage.at(np.array([broken[record.id].position])).rows[0]
                assert list(rows.values())[place].id == record.id


def test_a_step_in_which_all_is_broken_still_has_rows(tmp_path):
    corpus_of(tmp_path / "one", [asked(number, Media(data=b"x")) for number in range(4)])
    stage = blend_of(tmp_path, {tmp_path / "one": 1})
    for is_packed in (True, False):
        steps = [fed(stage, tmp_path, rank=rank, world=2, batch=4, is_packed=is_packed, pad=7)[0] for rank in (0, 1)]
        assert sum(len(step.broken) for step in steps) == 4
        assert len(steps[0].rows) == len(steps[1].rows) >= 1
        for row in (row for step in steps for row in step.rows):
            assert (row.supervised, row.samples, len(row.pictures)) == (0, (), 0)
            assert set(row.tokens.ravel()) == {7}
            assert (row.positions is None, row.mask is None) == (not is_packed, is_packed)


def test_a_step_without_a_single_sample_has_a_row(tmp_path):
    """All is too long: so nothing is laid in rows."""
    corpus_of(tmp_path / "one", [asked(number, *[embedded(0)] * 60) for number in range(4)])
    stage = blend_of(tmp_path, {tmp_path / "one": 1})
    for rank in (0, 1):
        step = fed(stage, tmp_path, rank=rank, world=2, batch=4)[0]
        assert len(step.rows) == 1
        assert [one.position % 2 for one in step.broken] == [rank, rank]
        assert all("pictures alone take" in one.reason for one in step.broken)


def test_a_process_without_samples_has_as_many_rows(tmp_path):
    corpus_of(tmp_path / "one", [asked(0, embedded(0))])
    stage = blend_of(tmp_path, {tmp_path / "one": 1})
    steps = [fed(stage, tmp_path, rank=rank, world=3)[0] for rank in range(3)]
    assert sorted(len(row.samples) for step in steps for row in step.rows) == [0, 0, 1]
    assert {step.cursor for step in steps} == {1}


def test_rows_hold_no_more_than_they_may(places):
    folder, stage = places
    feed = fed(stage, folder)
    most = max(len(row.pictures) for step in feed for row in step.rows)
    few = replace(feed, laying=replace(feed.laying, max_pictures=2))
    steps = list(few)
    assert most > 2 >= max(len(row.pictures) for step in steps for row in step.rows)
    reasons = {one.reason for step in steps for one in step.broken}
    assert reasons == {"it has 3 pictures, of 2 that a row may have"}
    assert all(row.tokens.size <= feed.laying.max_tokens for step in feed for row in step.rows)
    with pytest.raises(PictusError, match="rows only 100"):
        fed(stage, folder, most=100)


def test_a_fault_of_a_library_is_a_reason(places, monkeypatch):
    folder, stage = places
    feed = fed(stage, folder)

    class Raising:
        max_tokens = 200

        def all_laid_out(self, records):
            raise RecursionError("too deep")

    step = replace(feed, talk=Raising())[0]
    assert len(step.broken) == BATCH
    assert "too deep" in step.broken[0].reason
