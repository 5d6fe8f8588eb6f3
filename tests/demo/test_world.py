from dataclasses import replace
from hashlib import sha256
from io import BytesIO
from random import Random
from re import findall

import numpy as np
import pytest
from PIL import Image, ImageChops

from pictus.demo.layout import SCALE, Plan, plan_picture
from pictus.demo.palette import COLOURS
from pictus.demo.pen import Pen
from pictus.demo.things import THINGS
from pictus.demo.world import KINDS, describe, draw, paint
from pictus.record import Box, Facts

PLANS = [plan_picture(number) for number in range(1, 25)]
COLOUR_WORDS = {word for thing in THINGS.values() for word in thing.colours}


@pytest.fixture(scope="module")
def many() -> list[Facts]:
    return [describe(plan_picture(number)) for number in range(1, 150)]


def _on_picture(plan: Plan, index: int) -> np.ndarray:
    """Lay the mask of one thing on a mask of the whole picture."""
    item = plan.placed[index]
    whole = Image.new("L", (plan.width * SCALE, plan.height * SCALE))
    whole.paste(item.tile.mask, (item.left, item.top))
    return np.asarray(whole) > 0


def test_boxes_are_tight_and_areas_count_the_mask() -> None:
    for plan in PLANS[:12]:
        for index, box in enumerate(describe(plan).boxes):
            mask = _on_picture(plan, index)
            rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
            high, wide = mask.shape
            expected = (columns[0] / wide, rows[0] / high, (columns[-1] + 1) / wide, (rows[-1] + 1) / high)
            assert (box.left, box.top, box.right, box.bottom) == pytest.approx(expected)
            assert box.area == pytest.approx(mask.sum() / mask.size)


def test_boxes_hold_exactly_what_a_thing_changes_in_the_finished_picture() -> None:
    seen = 0
    for plan in PLANS:
        facts = describe(plan)
        for index, (item, box) in enumerate(zip(plan.placed, facts.boxes, strict=True)):
            if not item.spot.hovers or item.visible < 1 or seen > 20:  # a shadow reaches beyond what stands
                continue
            without = replace(plan, placed=plan.placed[:index] + plan.placed[index + 1 :])
            changed = ImageChops.difference(paint(plan), paint(without)).getbbox()
            corners = (
                box.left * plan.width,
                box.top * plan.height,
                box.right * plan.width,
                box.bottom * plan.height,
            )
            assert changed == pytest.approx(corners, abs=1.01)
            seen += 1
    assert seen > 10


def test_things_lie_inside_the_picture_and_are_mostly_visible() -> None:
    for plan in PLANS:
        for item, box in zip(plan.placed, describe(plan).boxes, strict=True):
            assert 0 <= box.left < box.right <= 1
            assert 0 <= box.top < box.bottom <= 1
            assert item.visible >= 0.6


def test_a_thing_is_occluded_when_later_things_cover_a_noticeable_part() -> None:
    states = []
    for plan in PLANS:
        for index, box in enumerate(describe(plan).boxes):
            own = _on_picture(plan, index)
            later = [_on_picture(plan, other) for other in range(index + 1, len(plan.placed))]
            covered = np.any(later, axis=0) & own if later else np.zeros_like(own)
            assert box.is_occluded == (covered.sum() / own.sum() >= 0.05)
            states.append(box.is_occluded)
    assert True in states
    assert False in states


def test_a_colour_word_is_the_colour_most_of_the_thing_has() -> None:
    for plan in PLANS[:12]:
        for item in plan.placed:
            if item.colour is None or item.kind in (
                "tree",
                "umbrella",
            ):  # trees vary, and half of one is stripes
                continue
            pixels = np.asarray(item.tile.image, dtype=int)[np.asarray(item.tile.mask) > 0]
            known = np.array(list(COLOURS.values()))
            nearest = np.abs(pixels[::7, None, :] - known[None]).sum(axis=2).argmin(axis=1)
            ranked = np.argsort(-np.bincount(nearest, minlength=len(COLOURS)))
            assert item.colour in np.array(list(COLOURS))[ranked[:3]], item


def test_present_and_absent_are_what_was_drawn_and_all_else() -> None:
    for plan in PLANS:
        facts = describe(plan)
        assert set(facts.present) == {item.kind for item in plan.placed}
        assert sorted(facts.present + facts.absent) == sorted(KINDS)


def test_captions_speak_only_of_kinds_and_colours_that_were_drawn(many: list[Facts]) -> None:
    for facts in many:
        colours = {word for box in facts.boxes for word in box.attributes}
        assert 3 <= len(facts.captions) <= 5
        assert len(set(facts.captions)) == len(facts.captions)
        for caption in facts.captions:
            words = set(findall("[a-z]+", caption.lower()))
            for kind, thing in THINGS.items():
                assert kind in facts.present or not words & {kind, thing.many}, caption
            # "A green meadow" and "blue water" speak of the place.
            assert words & COLOUR_WORDS <= colours | {"green", "blue"}, caption
            assert caption[0].isupper()
            assert caption.endswith(".")
            assert not findall(r"\ba [aeiou]|  ", caption.lower())


def test_captions_count_right(many: list[Facts]) -> None:
    numbers = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8}
    told = 0
    for facts in many:
        for caption in facts.captions:
            for word, colour, kind in findall(r"\b(\w+) (?:(\w+) )?(\w+)", caption):
                thing = next((thing for thing in THINGS.values() if kind == thing.many), None)
                if word in numbers and thing and (not colour or colour in COLOUR_WORDS):
                    same = [box for box in facts.boxes if box.label == thing.kind]
                    assert len(same) == numbers[word], caption
                    assert not colour or all(box.attributes == (colour,) for box in same), caption
                    told += 1
    assert told > 50


def test_captions_place_things_right(many: list[Facts]) -> None:
    told = 0
    for facts in many:
        for caption in facts.captions:
            for first, side, second in findall(r"^(.+) is to the (left|right) of (.+)\.$", caption):
                one, other = _called(first, facts), _called(second, facts)
                pairs = [(a, b) if side == "left" else (b, a) for a in one for b in other]
                assert any(before.right < after.left for before, after in pairs), caption
                told += 1
    assert told > 20


def _called(words: str, facts: Facts) -> list[Box]:
    *before, label = words.lower().split()
    colour = before[-1] if before[-1] in COLOUR_WORDS else None
    return [box for box in facts.boxes if box.label == label and (not colour or colour in box.attributes)]


def test_the_same_number_and_seed_give_the_same_bytes() -> None:
    for number in (1, 2, 3):
        first, second = draw(number, 5), draw(number, 5)
        assert sha256(first.picture).digest() == sha256(second.picture).digest()
        assert first == second
    assert draw(1, 5).picture != draw(1, 6).picture


def test_a_drawing_is_a_jpeg_of_the_size_it_says() -> None:
    drawing = draw(9)
    with Image.open(BytesIO(drawing.picture)) as picture:
        assert picture.format == "JPEG"
        assert picture.size == (drawing.width, drawing.height)


def test_sixty_pictures_hold_every_kind_a_group_and_an_empty_place() -> None:
    all_facts = [describe(plan_picture(number)) for number in range(1, 61)]
    assert {kind for facts in all_facts for kind in facts.present} == set(KINDS)
    assert any(box.is_group for facts in all_facts for box in facts.boxes)
    assert sum(not facts.boxes for facts in all_facts) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_draws_in_every_colour(kind: str) -> None:
    from pictus.demo.palette import COLOURS

    for colour in THINGS[kind].colours or ("grey",):
        pen = Pen(120, 120)
        THINGS[kind].draw(pen, COLOURS[colour], Random("one"))
        tile = pen.tile()
        assert tile.mask.getbbox() == (0, 0, *tile.mask.size)
        assert set(np.unique(np.asarray(tile.mask))) <= {0, 255}
