import numpy as np
import pytest
from PIL import Image, ImageDraw

from pictus.pixels.blur import blurred
from pictus.pixels.making import made
from pictus.pixels.unfit import Unfit
from pictus.pixels.wanted import Wanted
from pixels.drawing import encoded, noise, opened


def stripes(width=200, height=100):
    """Draw black and white stripes: a detail that no blurred box may show."""
    return np.where((np.arange(width) // 4 % 2)[None, :, None], 255, 0) * np.ones((height, 1, 3)) // 1


def test_within_a_box_no_detail_is_left_and_outside_all_is():
    pixels = stripes().astype(np.uint8)
    result = blurred(pixels, [(0.25, 0.2, 0.75, 0.8)])
    inside = result[20:80, 50:150].astype(int)
    assert np.abs(np.diff(inside, axis=1)).max() < 20
    grown = np.ones(pixels.shape, bool)
    grown[10:90, 40:160] = False  # a tenth of its longer side more, on each side
    assert (result == pixels)[grown].all()
    assert (pixels == stripes()).all()


def test_few_colours_are_left_of_a_box_however_large_it_is():
    for side in (40, 400):
        face = noise(side, side).resize((side, side))
        result = blurred(np.asarray(face), [(0, 0, 1, 1)])
        small = np.asarray(Image.fromarray(result).resize((5, 5), Image.Resampling.BOX), int)
        back = Image.fromarray(small.astype(np.uint8)).resize((side, side), Image.Resampling.BILINEAR)
        assert np.abs(np.asarray(back, int) - result).mean() < 6


@pytest.mark.parametrize(
    ("box", "most"),
    [
        ((0.5, 0.5, 0.501, 0.501), 2 * 2),
        ((0.99, 0.99, 1.2, 1.2), 7 * 6),
        ((-0.5, -0.5, 0.01, 0.01), 13 * 12),
        ((0, 0, 90, 90), 200 * 100),
    ],
)
def test_tiny_boxes_and_those_over_the_edge_are_blurred_where_they_are(box, most):
    pixels = np.asarray(noise(200, 100))
    changed = (blurred(pixels, [box]) != pixels).any(axis=2).sum()
    assert 0.75 * most <= changed <= most


@pytest.mark.parametrize("box", [(0.5, 0.5, 0.5, 0.6), (0.6, 0, 0.5, 1), (float("nan"), 0, 1, 1), (100, 100, 200, 200)])
def test_a_box_that_is_none_is_told_since_what_it_should_hide_would_be_seen(box):
    with pytest.raises(Unfit) as fault:
        made(encoded(noise(20, 20)), Wanted(), blur=[box])
    assert fault.value.reason == "bad_box"


@pytest.mark.parametrize("mode", ["no", "keep_ratio", "border", "center_crop"])
def test_boxes_are_of_the_upright_picture_in_every_mode(mode):
    upright = Image.new("RGB", (300, 400), (0, 0, 200))
    ImageDraw.Draw(upright).rectangle((30, 300, 89, 359), (255, 255, 255))
    ImageDraw.Draw(upright).rectangle((45, 315, 74, 344), (0, 0, 0))
    exif = Image.Exif()
    exif[0x0112] = 6
    data = encoded(upright.transpose(Image.Transpose.ROTATE_90), exif=exif)
    wanted = Wanted(size=None if mode == "no" else 200, mode=mode, encode="png")
    plain, hidden = (opened(made(data, wanted, blur=blur).data) for blur in ([], [(0.1, 0.75, 0.3, 0.9)]))
    before, after = (np.asarray(picture, int) for picture in (plain, hidden))
    places = np.argwhere(np.abs(before - after).max(axis=2) > 30)
    (top, left), (bottom, right) = places.min(axis=0), places.max(axis=0)
    scale, dx, dy = {
        "no": (1, 0, 0),
        "keep_ratio": (2 / 3, 0, 0),
        "border": (0.5, 25, 0),
        "center_crop": (2 / 3, 0, 33),
    }[mode]
    expected = [round(24 * scale + dx), round(96 * scale + dx), round(294 * scale - dy), round(366 * scale - dy)]
    found = [left, right, top, min(bottom, plain.height)]
    for got, wants, most in zip(found, expected, (plain.width, plain.width, plain.height, plain.height), strict=True):
        assert abs(got - min(wants, most)) <= 8 * scale + 2
