import random
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from PIL import Image

from pictus.pixels.geometry import planned
from pictus.pixels.making import made
from pictus.pixels.unfit import Unfit
from pictus.pixels.wanted import Wanted
from pixels.drawing import CLOCKWISE, corners, encoded, noise, opened, seen

pytestmark = pytest.mark.filterwarnings("ignore:::PIL")  # its warnings of damaged heads, as `made` silences them

SMALL = Wanted(size=32, mode="keep_ratio")
STORED = {  # how an upright picture is stored, so that its orientation brings it back
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


@pytest.mark.parametrize("wanted", [SMALL, Wanted()])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize("orientation", STORED)
def test_pictures_come_upright_once_and_say_no_more_how_they_stood(orientation, kind, wanted):
    turn = STORED[orientation]
    stored = corners() if turn is None else corners().transpose(turn)
    exif = Image.Exif()
    exif[0x0112] = orientation
    settings = {"lossless": True} if kind == "WEBP" else {"quality": 95} if kind in ("AVIF", "JPEG") else {}
    picture = made(encoded(stored, kind, exif=exif, **settings), wanted)
    assert seen(picture.data) == CLOCKWISE
    assert (picture.was_width, picture.was_height) == (96, 64)
    assert (picture.width, picture.height) == ((48, 32) if wanted is SMALL else (96, 64))
    again = opened(picture.data)
    assert again.size == (picture.width, picture.height)
    assert not again.getexif()


@pytest.mark.parametrize("mode", ["keep_ratio", "keep_ratio_largest", "border", "center_crop"])
@pytest.mark.parametrize("kind", ["jpg", "png", "webp"])
def test_all_modes_and_encodings_show_the_same_picture(kind, mode):
    picture = made(encoded(corners()), Wanted(size=48, mode=mode, encode=kind))
    assert (picture.kind, picture.was_kind, picture.notes) == (kind, "jpg", ())
    again = opened(picture.data)
    assert again.format == {"jpg": "JPEG", "png": "PNG", "webp": "WEBP"}[kind]
    assert again.size == (picture.width, picture.height)
    assert seen(picture.data) == (["white"] * 4 if mode == "border" else CLOCKWISE)
    assert again.convert("RGB").getpixel((again.width // 2 - 6, again.height // 2 - 4))[0] > 200


def test_a_jpeg_is_written_with_half_the_colours_across_and_down():
    again = opened(made(encoded(corners()), SMALL).data)
    assert [layer[1:3] for layer in again.layer] == [(2, 2), (1, 1), (1, 1)]
    assert again.info["jfif"]


SIDES = some.integers(1, 90)
MODES = some.sampled_from(["keep_ratio", "keep_ratio_largest", "border", "center_crop"])


@given(SIDES, SIDES, MODES, some.integers(1, 120), some.booleans(), some.sampled_from(["JPEG", "PNG"]))
def test_every_picture_is_as_large_as_its_geometry(width, height, mode, size, only_larger, kind):
    wanted = Wanted(size=size, mode=mode, only_larger=only_larger)
    picture = made(encoded(noise(width, height), kind), wanted)
    plan = planned(width, height, wanted)
    again = opened(picture.data)
    assert again.size == (picture.width, picture.height) == (plan.canvas_width, plan.canvas_height)
    assert (picture.was_width, picture.was_height) == (width, height)


@pytest.mark.parametrize("short", [65, 110, 120, 128, 140, 200, 384, 400, 777])
def test_smaller_pictures_are_as_near_to_the_mean_of_all_pixels_as_half_a_step(short):
    """All ways down, also the quick ones, beside means worked out with numbers that are not rounded."""
    smooth = noise(9, 6).resize((short * 3 // 2 // 8 * 8, short // 8 * 8), Image.Resampling.BICUBIC)
    picture = opened(
        made(encoded(smooth, quality=98, subsampling=0), Wanted(size=64, mode="keep_ratio", encode="png")).data
    )
    expected = np.stack(
        [np.asarray(_mean(np.asarray(smooth, np.float64)[..., band], *picture.size)) for band in range(3)], axis=-1
    )
    assert np.abs(np.asarray(picture, np.float64) - expected).mean() < 1.2


def _mean(pixels, width, height):
    for size in (height, width):  # down, turned, across, turned back
        had = pixels.shape[0]
        edges = np.arange(size + 1) * had / size
        sums = np.vstack([np.zeros(pixels.shape[1]), np.cumsum(pixels, axis=0)])
        low = np.minimum(edges.astype(int), had - 1)
        at_edges = sums[low] + (edges - low)[:, None] * pixels[low]
        pixels = (np.diff(at_edges, axis=0) * size / had).T
    return pixels


def test_what_needs_no_change_keeps_its_bytes():
    for kind in ("JPEG", "PNG", "WEBP"):
        data = encoded(noise(40, 30), kind)
        picture = made(data, Wanted())
        assert (picture.data, picture.notes) == (data, ())
        assert made(data, Wanted(size=64, mode="keep_ratio")).data == data
        assert made(data, Wanted(size=30, mode="keep_ratio")).data == data
        assert made(data, Wanted(keep_bytes=False)).data != data
        assert made(data, Wanted(), blur=[(0, 0, 0.5, 0.5)]).data != data
    grey = encoded(noise(40, 30).convert("L"))
    assert made(grey, Wanted()).data == grey


def test_kinds_that_trainers_do_not_read_are_written_anew():
    for kind in ("GIF", "BMP", "TIFF", "AVIF"):
        picture = made(encoded(corners(), kind), Wanted())
        assert (picture.kind, picture.was_kind) == ("jpg", kind.lower())
        assert seen(picture.data) == CLOCKWISE


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "AVIF"])
def test_of_an_animation_the_first_frame_is_taken_and_that_is_told(kind):
    frames = [noise(32, 32, seed) for seed in range(11)]
    data = encoded(corners(), kind, save_all=True, append_images=[frame.resize((96, 64)) for frame in frames])
    picture = made(data, Wanted())
    assert picture.notes == (f"first of {'several' if kind == 'GIF' else '12'} frames",)
    assert seen(picture.data) == CLOCKWISE


def test_the_picture_for_depth_behind_a_jpeg_is_left_out():
    first = encoded(corners())
    data = encoded(corners(), "MPO", save_all=True, append_images=[noise(96, 64)])
    picture = made(data, Wanted())
    assert (picture.kind, picture.was_kind) == ("jpg", "jpg")
    assert len(picture.data) <= len(first) + 100
    assert opened(picture.data).format == "JPEG"
    assert seen(picture.data) == CLOCKWISE


@pytest.mark.parametrize("wanted", [SMALL, Wanted()])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "AVIF", "TIFF", "BMP"])
def test_a_part_of_a_picture_is_no_picture(kind, wanted):
    data = encoded(noise(64, 64), kind)
    for share in (0.01, 0.1, 0.3, 0.5, 0.8, 0.97):
        with pytest.raises(Unfit) as fault:
            made(data[: int(len(data) * share)], wanted)
        assert fault.value.reason in ("decode_failed", "not_image"), share


def test_a_progressive_jpeg_that_is_cut_within_its_last_scan_is_no_picture():
    data = encoded(noise(64, 64), progressive=True)
    for wanted in (SMALL, Wanted()):
        assert made(data, wanted).width
        with pytest.raises(Unfit, match="decode_failed"):
            made(data[:-200], wanted)


def test_harmless_damage_of_a_jpeg_is_borne():
    data = encoded(corners())
    start = data.index(b"\xff\xdb")
    for wanted in (SMALL, Wanted()):
        assert seen(made(data[:start] + b"\0\0\0" + data[start:], wanted).data) == CLOCKWISE
        assert seen(made(data + b"<!-- served in 3 ms -->", wanted).data) == CLOCKWISE


KINDS = {kind: encoded(noise(24, 24), kind) for kind in ("JPEG", "PNG", "WEBP", "GIF", "AVIF", "TIFF", "BMP")}


@given(some.sampled_from(list(KINDS)), some.integers(0, 2**32), some.sampled_from([SMALL, Wanted(exif=True)]))
def test_scrambled_bytes_raise_nothing_but_unfit(kind, seed, wanted):
    chance, data = random.Random(seed), bytearray(KINDS[kind])
    for _ in range(chance.randint(1, 8)):
        data[chance.randrange(min(len(data), chance.choice((64, 1 << 20))))] = chance.randrange(256)
    try:
        picture = made(bytes(data), wanted)
    except Unfit as fault:
        assert fault.reason in ("decode_failed", "not_image", "too_many_pixels", "too_small")
        assert "0x" not in fault.text
        assert "\n" not in fault.text
    else:
        assert opened(picture.data).size == (picture.width, picture.height)


@given(some.binary(max_size=300))
def test_random_bytes_raise_nothing_but_unfit(data):
    with pytest.raises(Unfit):
        made(data, Wanted())


def test_several_threads_make_the_same_bytes():
    pictures = [encoded(noise(90, 60, seed), kind) for seed in range(8) for kind in ("JPEG", "PNG", "GIF")]
    with ThreadPoolExecutor(4) as threads:
        at_once = list(threads.map(lambda data: made(data, SMALL).data, pictures * 2))
    assert at_once == [made(data, SMALL).data for data in pictures] * 2


def test_an_end_mark_within_the_metadata_does_not_end_the_picture():
    exif = Image.Exif()
    exif[0x010E] = "a\xff\xd9b"
    data = encoded(corners(), exif=exif)
    picture = made(data, Wanted())
    assert picture.notes == ("without its metadata",)
    assert seen(picture.data) == CLOCKWISE
    assert len(picture.data) < len(data)
