import pytest
from hypothesis import given
from hypothesis import strategies as some

from pictus.pixels.geometry import Plan, check_writable, planned
from pictus.pixels.unfit import Unfit
from pictus.pixels.wanted import Wanted

# Worked out by hand: the side that counts over the size, the other rounded, a half to the even number.
TABLE = [
    # mode, size, width, height, scaled to, canvas
    ("keep_ratio", 256, 640, 480, (341, 256), (341, 256)),
    ("keep_ratio", 256, 480, 640, (256, 341), (256, 341)),
    ("keep_ratio", 256, 500, 375, (341, 256), (341, 256)),
    ("keep_ratio", 256, 1600, 1200, (341, 256), (341, 256)),
    ("keep_ratio", 100, 201, 200, (100, 100), (100, 100)),  # 100.5
    ("keep_ratio", 100, 203, 200, (102, 100), (102, 100)),  # 101.5
    ("keep_ratio", 256, 256, 300, (256, 300), (256, 300)),
    ("keep_ratio", 256, 100, 300, (100, 300), (100, 300)),  # smaller ones stay
    ("keep_ratio_largest", 256, 640, 480, (256, 192), (256, 192)),
    ("keep_ratio_largest", 256, 481, 640, (192, 256), (192, 256)),  # 192.4
    ("keep_ratio_largest", 256, 10_000, 10, (256, 1), (256, 1)),  # 0.256
    ("keep_ratio_largest", 256, 255, 100, (255, 100), (255, 100)),
    ("border", 256, 640, 480, (256, 192), (256, 256)),
    ("border", 256, 480, 640, (192, 256), (256, 256)),
    ("border", 256, 256, 101, (256, 101), (256, 256)),
    ("border", 256, 200, 100, (200, 100), (200, 100)),
    ("center_crop", 256, 640, 480, (341, 256), (256, 256)),
    ("center_crop", 256, 480, 640, (256, 341), (256, 256)),
    ("center_crop", 256, 256, 300, (256, 300), (256, 256)),
    ("center_crop", 256, 200, 300, (200, 300), (200, 300)),
    ("no", None, 640, 480, (640, 480), (640, 480)),
]


@pytest.mark.parametrize(("mode", "size", "width", "height", "scaled", "canvas"), TABLE)
def test_sizes_are_those_worked_out_by_hand(mode, size, width, height, scaled, canvas):
    plan = planned(width, height, Wanted(size=size, mode=mode))
    assert ((plan.width, plan.height), (plan.canvas_width, plan.canvas_height)) == (scaled, canvas)


def test_a_cut_and_a_border_have_the_odd_pixel_at_the_right_and_below():
    cut = planned(640, 480, Wanted(size=256, mode="center_crop"))  # 341 across: 85 pixels more
    assert (cut.left, cut.top) == (-42, 0)
    border = planned(256, 101, Wanted(size=256, mode="border"))  # 155 rows of white
    assert (border.left, border.top) == (0, 77)


def test_smaller_pictures_grow_only_where_that_is_wanted():
    grown = planned(100, 300, Wanted(size=256, mode="keep_ratio", only_larger=False))
    assert (grown.width, grown.height) == (256, 768)


def test_what_would_grow_beyond_all_limits_is_refused():
    with pytest.raises(Unfit) as fault:
        planned(250, 1, Wanted(size=256, mode="keep_ratio", only_larger=False, max_pixels=10_000_000))
    assert fault.value.text == "too_many_pixels: it would be made 64,000 x 256"


def test_what_is_too_long_to_be_written_is_refused():
    plan = planned(70_000, 256, Wanted(size=256, mode="keep_ratio"))
    check_writable(plan, Wanted(encode="png"))
    with pytest.raises(Unfit) as fault:
        check_writable(plan, Wanted(encode="jpg"))
    assert fault.value.text == "aspect: 70,000 pixels would be its longer side, and a jpg holds 65,500"


SIDES = some.integers(1, 5_000)
MODES = some.sampled_from(["keep_ratio", "keep_ratio_largest", "border", "center_crop"])


@given(SIDES, SIDES, MODES, some.integers(1, 1_000), some.booleans())
def test_every_picture_comes_to_the_side_that_its_mode_names(width, height, mode, size, only_larger):
    wanted = Wanted(size=size, mode=mode, only_larger=only_larger, encode="png", max_pixels=178_956_970)
    try:
        plan = planned(width, height, wanted)
    except Unfit:
        assert not only_larger  # only a picture that grows has too many
        return
    by_shorter = mode in ("keep_ratio", "center_crop")
    side = min(width, height) if by_shorter else max(width, height)
    if only_larger and side < size:
        assert plan == Plan(width, height, 0, 0, width, height)
        return
    assert (min if by_shorter else max)(plan.width, plan.height) == size
    if mode in ("border", "center_crop"):
        assert plan.canvas_width == plan.canvas_height == size
    # Both sides are scaled by the same share, to half a pixel.
    assert abs(plan.width - max(1, width * size / side)) <= 0.5
    assert abs(plan.height - max(1, height * size / side)) <= 0.5
