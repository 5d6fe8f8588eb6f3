"""The world of shapes is what its words say, and the same each time."""

from io import BytesIO

import pytest
from PIL import Image

from pictus.demo.palette import COLOURS
from pictus.demo.shapes import FORMS, HUES, PLACES, SIDE, Shown, blank, draw_shape, shown


def pixels(data):
    return Image.open(BytesIO(data)).convert("RGB")


def test_a_number_and_a_seed_always_give_the_same_picture_and_others_another():
    assert shown(7, 1) == shown(7, 1) and draw_shape(shown(7, 1), 7, 1) == draw_shape(shown(7, 1), 7, 1)
    what = shown(7, 1)
    assert len({draw_shape(what, number, seed) for number in range(5) for seed in range(5)}) == 25


def test_everything_comes_up_about_as_often():
    seen = [shown(number) for number in range(3000)]
    for words, each in ((HUES, "colour"), (FORMS, "form"), (PLACES, "place")):
        counts = [sum(getattr(what, each) == word for what in seen) for word in words]
        assert min(counts) > 0.85 * len(seen) / len(words)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("colour", HUES)
def test_the_colour_is_where_the_words_say_and_nowhere_else(colour, form, place):
    picture, empty = pixels(draw_shape(Shown(colour, form, place), 3)), pixels(blank())
    half = SIDE // 2
    for down, row in enumerate(("top", "bottom")):
        for across, column in enumerate(("left", "right")):
            box = (half * across, half * down, half * (across + 1), half * (down + 1))
            is_there = place == f"{row} {column}"
            assert (picture.crop(box).tobytes() != empty.crop(box).tobytes()) is is_there
            if is_there:
                middle = picture.getpixel((half * across + half // 2, half * down + half // 2))
                nearest = min(HUES, key=lambda hue: sum(abs(a - b) for a, b in zip(COLOURS[hue], middle, strict=True)))
                assert nearest == colour


def test_forms_differ_by_how_much_of_their_square_they_fill():
    def filled(form):
        counts = []
        for number in range(20):
            picture = pixels(draw_shape(Shown("yellow", form, "top left"), number)).convert("L")
            left, top, right, bottom = picture.point(lambda value: 255 * (value > 110)).getbbox()
            inside = picture.crop((left, top, right, bottom))
            counts.append(sum(value > 110 for value in inside.tobytes()) / (inside.width * inside.height))
        return min(counts), max(counts)

    triangle, circle, square = filled("triangle"), filled("circle"), filled("square")
    assert triangle[1] < circle[0] and circle[1] < square[0]


def test_a_caption_says_all_of_it():
    assert Shown("red", "circle", "top left").caption == "A red circle in the top left."
