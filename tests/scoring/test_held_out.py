"""What is held out: by picture, the same in every corpus, and more with a larger share."""

import pytest

from pictus import plugins
from pictus.errors import PictusError
from pictus.record import Media, Origin, Turn, make_record
from pictus.scoring.held_out import is_held_out


def about(*paths, question="What?"):
    media = [Media(path=path, root="/one") for path in paths]
    return make_record(Origin(dataset="d", key=question), media=media, turns=[Turn.of("user", question, images=1)])


def test_all_records_of_a_picture_go_together_wherever_it_lies():
    for number in range(50):
        here, there = about(f"train/{number}.jpg"), about(f"coco/train/{number}.jpg", question="And?")
        assert is_held_out(here, 0.3, 1) == is_held_out(there, 0.3, 1)


def test_a_larger_share_holds_out_what_a_smaller_one_does_and_a_seed_draws_others():
    records = [about(f"{number}.jpg") for number in range(400)]
    drawn = {
        (share, seed): {n for n, one in enumerate(records) if is_held_out(one, share, seed)}
        for share, seed in [(0.1, 0), (0.2, 0), (0.1, 1), (1, 0)]
    }
    assert drawn[0.1, 0] < drawn[0.2, 0] < drawn[1, 0] and len(drawn[1, 0]) == 400
    assert 20 < len(drawn[0.1, 0]) < 65 and drawn[0.1, 0] != drawn[0.1, 1]


@pytest.mark.parametrize("share", [-1, 1.5, float("nan")])
def test_what_is_no_share_is_refused(share):
    for family, name, settings in (
        ("checks", "held_out", {"share": share}),
        ("benchmarks", "pictus_calls", {"held_out": share}),
    ):
        with pytest.raises(PictusError, match="share cannot be"):
            plugins.load(family, name, settings)
