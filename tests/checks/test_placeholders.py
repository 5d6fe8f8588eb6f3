"""Places and media agree, whatever the kind of medium."""

import pytest

from pictus import plugins
from pictus.record import Media, Origin, Part, Turn, make_record


def problems(kinds, *parts):
    turns = (Turn("user", parts), Turn.of("assistant", "The person walks."))
    media = [Media(kind=kind, path="a") for kind in kinds]
    return list(
        plugins.load("checks", "placeholders").problems(
            make_record(Origin(dataset="d", key="1"), media=media, turns=turns)
        )
    )


ASK = Part("text", "What does the person do?")


def test_a_motion_has_its_place_and_no_other():
    assert problems(["motion"], Part("motion"), ASK) == []
    assert problems(["motion"], Part("image"), ASK) == ["there are places for 1 image, and media: 1 motion"]
    assert problems(["motion"], ASK) == ["there are places for none, and media: 1 motion"]
    assert problems([], Part("motion"), ASK) == ["there are places for 1 motion, and media: none"]
    assert problems(["motion", "image"], Part("motion"), Part("image"), ASK) == []


@pytest.mark.parametrize(
    ("kinds", "text", "found"),
    [
        (["motion"], "Is <motion> it?", ["turn 1 has the literal text <motion>, which trainers take for a motion"]),
        (["motion"], "Is <image> it?", ["turn 1 has the literal text <image>, which trainers take for a picture"]),
        (["image"], "Is <motion> it?", []),
        ([], "Is <motion> it?", []),
    ],
)
def test_a_mark_in_a_text_is_told_where_it_would_be_taken_for_a_place(kinds, text, found):
    assert problems(kinds, *map(Part, kinds), Part("text", text)) == found
