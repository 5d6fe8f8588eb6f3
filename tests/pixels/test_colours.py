import numpy as np
import pytest
from PIL import Image, ImageCms

from pictus.pixels.making import made
from pictus.pixels.unfit import Unfit
from pictus.pixels.wanted import Wanted
from pixels.drawing import CLOCKWISE, corners, encoded, noise, opened, seen

SMALL = Wanted(size=32, mode="keep_ratio")
AS_IT_IS = Wanted(encode="png", keep_bytes=False)


def middle(picture):
    again = opened(picture.data)
    assert again.mode == "RGB"
    return again.getpixel((again.width // 2, again.height // 2))


def test_four_inks_become_three_colours():
    data = encoded(corners().convert("CMYK"))
    assert b"Adobe" in data[:40]  # whose inks are stored the other way round
    for wanted in (SMALL, Wanted()):
        picture = made(data, wanted)
        assert seen(picture.data) == CLOCKWISE
        assert picture.notes == ("was CMYK",)
    assert middle(made(encoded(corners().convert("CMYK"), "TIFF"), AS_IT_IS)) == (0, 0, 255)


def test_what_is_transparent_shows_white():
    clear = Image.new("RGBA", (32, 32), (255, 0, 0, 0))
    half = Image.new("RGBA", (32, 32), (255, 0, 0, 128))
    palette = Image.new("P", (32, 32), 1)
    palette.putpalette([255, 0, 0, 0, 255, 0])
    grey = Image.new("LA", (32, 32), (0, 128))
    note = ("was transparent, now on white",)
    for picture, kind, settings, expected in (
        (clear, "PNG", {}, (255, 255, 255)),
        (half, "PNG", {}, (255, 127, 127)),
        (half, "WEBP", {"lossless": True}, (255, 127, 127)),
        (palette, "PNG", {"transparency": 1}, (255, 255, 255)),
        (palette, "GIF", {"transparency": 1}, (255, 255, 255)),
        (grey, "PNG", {}, (127, 127, 127)),
        (Image.new("RGB", (32, 32), (9, 9, 9)), "PNG", {"transparency": (9, 9, 9)}, (255, 255, 255)),
    ):
        result = made(encoded(picture, kind, **settings), Wanted(encode="png"))
        assert middle(result) == expected, (picture.mode, kind)
        assert result.notes == note


def test_what_could_be_transparent_and_is_not_says_nothing():
    picture = made(encoded(corners().convert("RGBA"), "PNG"), AS_IT_IS)
    assert (seen(picture.data), picture.notes) == (CLOCKWISE, ())


@pytest.mark.parametrize(
    ("picture", "expected"),
    [
        (Image.new("L", (9, 9), 100), (100, 100, 100)),
        (Image.new("1", (9, 9), 1), (255, 255, 255)),
        (corners().convert("P"), None),
        (corners().convert("P", palette=Image.Palette.ADAPTIVE, colors=4), None),
    ],
)
def test_grey_black_and_palettes_become_three_colours(picture, expected):
    result = made(encoded(picture, "PNG"), AS_IT_IS)
    assert middle(result) == expected if expected else seen(result.data) == CLOCKWISE
    assert result.notes == ()


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_grey_of_16_bits_keeps_its_shades(kind):
    shades = Image.fromarray(np.linspace(0, 65_535, 256).astype(np.uint16).reshape(16, 16))
    assert shades.mode == "I;16"
    result = made(encoded(shades, kind), AS_IT_IS)
    assert np.asarray(opened(result.data))[..., 0].reshape(-1).tolist() == list(range(256))
    assert result.notes == ("was grey of 16 bits",)


def test_pixels_of_which_nobody_says_what_is_white_are_refused():
    for mode in ("I", "F"):
        with pytest.raises(Unfit, match=f"decode_failed: .*mode {mode}"):
            made(encoded(Image.new(mode, (9, 9), 1), "TIFF"), Wanted())


def swapped_profile():
    """Make a profile by which red is green and green is red: sRGB's own, with the names of its colours exchanged."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert profile.count(b"rXYZ") == profile.count(b"gXYZ") == 1
    profile = profile.replace(b"rXYZ", b"zXYZ").replace(b"gXYZ", b"rXYZ").replace(b"zXYZ", b"gXYZ")
    return profile.replace("sRGB".encode("utf-16-be"), "turn".encode("utf-16-be"))


def test_the_colours_of_a_profile_become_those_that_everybody_shows():
    profile = swapped_profile()
    for kind in ("JPEG", "PNG", "WEBP"):
        data = encoded(corners(), kind, icc_profile=profile, **({"lossless": True} if kind == "WEBP" else {}))
        picture = made(data, SMALL)
        assert seen(picture.data) == ["green", "red", "blue", "white"], kind
        assert picture.notes == ("its colour profile was applied",)
        assert "icc_profile" not in opened(picture.data).info
        kept = made(data, Wanted())
        assert (kept.data, opened(kept.data).info["icc_profile"]) == (data, profile)


def test_the_usual_profile_and_damaged_ones_change_nothing():
    usual = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    grey = swapped_profile().replace(b"RGB ", b"GRAY")
    for profile in (usual, usual[:90], b"", bytes(200), grey, swapped_profile()[:200]):
        picture = made(encoded(corners(), icc_profile=profile), SMALL)
        assert (seen(picture.data), picture.notes) == (CLOCKWISE, ())


def test_grey_jpegs_are_read_by_the_quick_decoder_too():
    picture = made(encoded(noise(96, 64).convert("L")), SMALL)
    assert opened(picture.data).mode == "RGB"
