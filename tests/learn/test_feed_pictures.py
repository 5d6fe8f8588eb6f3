"""Pictures become what the image processors of transformers make of them, and damaged ones a reason."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageOps

from pictus.errors import PictusError
from pictus.learn.feed.pictures import Framing, framing_of
from pictus.reading.rows import BadRow
from tiny_models import needs

needs("torch", "transformers")
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil  # noqa: E402
from transformers.models.llava.image_processing_pil_llava import LlavaImageProcessorPil  # noqa: E402
from transformers.models.siglip.image_processing_pil_siglip import SiglipImageProcessorPil  # noqa: E402

SIDE = 32
SHAPES = [(32, 32), (40, 33), (33, 70), (91, 37), (20, 11), (1, 5)]
WHITE, BLACK, RED = [255] * 3, [0] * 3, [255, 0, 0]


def noise(width, height, channels=3, seed=0):
    values = np.random.default_rng(seed).integers(0, 256, (height, width, channels), np.uint8)
    return Image.fromarray(values.squeeze())


def scene(width, height):
    """Soft, as photographs are: what differs from pixel to pixel has no right answer at a quarter of the size."""
    return noise(width // 50, height // 50).resize((width, height), Image.Resampling.BICUBIC)


def encoded(picture, kind="PNG", **settings):
    out = BytesIO()
    picture.save(out, kind, **settings)
    return out.getvalue()


def processors():
    edge, square = {"shortest_edge": SIDE}, {"height": SIDE, "width": SIDE}
    return {
        "squash": SiglipImageProcessorPil(size=square),
        "crop": CLIPImageProcessorPil(size=edge, crop_size=square),
        "pad": LlavaImageProcessorPil(size=edge, crop_size=square, do_pad=True),
    }


def by_transformers(processor, picture):
    """What transformers gives to the model, as numbers of eight bits."""
    given = processor(picture, return_tensors="np")["pixel_values"][0]
    mean, std = (np.array(of).reshape(3, 1, 1) for of in (processor.image_mean, processor.image_std))
    values = (given * std + mean) * 255
    rounded = np.rint(values)
    assert np.abs(values - rounded).max() < 0.01
    return rounded.astype(np.uint8)


@pytest.mark.parametrize("fit", ["squash", "crop", "pad"])
def test_pixels_are_those_of_transformers(fit):
    processor = processors()[fit]
    framing = framing_of(processor.to_dict(), where="here")
    assert (framing.fit, framing.side) == (fit, SIDE)
    for width, height in SHAPES:
        picture = noise(width, height)
        pixels = framing.pixels(encoded(picture))
        assert pixels.shape == (3, SIDE, SIDE)
        assert pixels.dtype == np.uint8
        np.testing.assert_array_equal(pixels, by_transformers(processor, picture))


@pytest.mark.parametrize("fit", ["squash", "crop", "pad"])
@pytest.mark.parametrize(("width", "height"), [(800, 600), (300, 900), (801, 1211)])
def test_large_jpegs_are_decoded_smaller_and_look_the_same(fit, width, height):
    processor = processors()[fit]
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        data = encoded(scene(width, height), "JPEG", quality=95, exif=exif)
        pixels = framing_of(processor.to_dict(), where="here").pixels(data)
        wanted = by_transformers(processor, ImageOps.exif_transpose(Image.open(BytesIO(data))))
        difference = np.abs(pixels.astype(int) - wanted)
        assert difference.mean() < 1, orientation
        # Where the last pixel is only partly the picture's, a margin begins within it.
        assert np.quantile(difference, 0.96) < 4, orientation


def test_every_orientation_comes_upright():
    upright = noise(40, 24)
    wanted = Framing(SIDE, "pad").pixels(encoded(upright))
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # transpositions that make a camera's file of the upright picture
    for orientation, transposition in undo.items():
        exif = Image.Exif()
        exif[0x0112] = orientation
        stored = upright.transpose(Image.Transpose(transposition))
        for kind, settings in (("PNG", {}), ("WEBP", {"lossless": True}), ("TIFF", {})):
            got = Framing(SIDE, "pad").pixels(encoded(stored, kind, exif=exif, **settings))
            np.testing.assert_array_equal(got, wanted, err_msg=f"{orientation} {kind}")


def transparent(mode):
    """Red, of which nothing is to be seen."""
    return {
        "RGBA": Image.new("RGBA", (8, 8), (255, 0, 0, 0)),
        "LA": Image.new("LA", (8, 8), (0, 0)),
        "PA": Image.new("RGBA", (8, 8), (255, 0, 0, 0)).convert("PA"),
    }[mode]


MODES = {
    "grey": (encoded(Image.new("L", (8, 8), 255)), WHITE),
    "black and white": (encoded(Image.new("1", (8, 8), 1)), WHITE),
    "palette": (encoded(Image.new("RGB", (8, 8), (255, 0, 0)).quantize(4)), RED),
    "palette with a transparent colour": (encoded(Image.new("P", (8, 8), 0), transparency=0), WHITE),
    "a colour that is transparent": (encoded(Image.new("RGB", (8, 8), (1, 2, 3)), transparency=(1, 2, 3)), WHITE),
    "RGBA": (encoded(transparent("RGBA")), WHITE),
    "LA": (encoded(transparent("LA")), WHITE),
    "white of 16 bits": (encoded(Image.fromarray(np.full((8, 8), 65535, np.uint16))), WHITE),
    "black of 16 bits": (encoded(Image.fromarray(np.full((8, 8), 255, np.uint16))), BLACK),
    "animation": (
        encoded(Image.new("RGB", (8, 8), (255, 0, 0)), "GIF", save_all=True, append_images=[Image.new("RGB", (8, 8))]),
        RED,
    ),
    "JPEG for print": (encoded(Image.new("CMYK", (8, 8), (0, 0, 0, 0)), "JPEG", quality=100), WHITE),
}


@pytest.mark.parametrize("name", MODES)
def test_every_kind_of_colour_becomes_three(name):
    data, colour = MODES[name]
    pixels = Framing(4).pixels(data)
    np.testing.assert_array_equal(pixels, np.broadcast_to(np.reshape(colour, (3, 1, 1)), (3, 4, 4)))


def test_half_of_sixteen_bits_is_half_of_eight():
    assert Framing(4).pixels(encoded(Image.fromarray(np.full((8, 8), 32768, np.uint16)))).max() == 128


def test_a_profile_changes_nothing():
    """Transformers does not look at it either."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    picture = noise(9, 9)
    plain, profiled = Framing(9).pixels(encoded(picture)), Framing(9).pixels(encoded(picture, icc_profile=profile))
    np.testing.assert_array_equal(plain, profiled)


def cut_short(kind):
    data = encoded(scene(200, 200), kind)
    return data[: len(data) // 2]


def bomb():
    """A small file that claims 400 million pixels."""
    data = bytearray(encoded(Image.new("1", (8, 8))))
    data[16:24] = (20_000).to_bytes(4) + (20_000).to_bytes(4)
    return bytes(data)


BROKEN = {
    "nothing": b"",
    "text": b"<html>404</html>",
    "a JPEG cut short": cut_short("JPEG"),
    "a PNG cut short": cut_short("PNG"),
    "a WebP cut short": cut_short("WEBP"),
    "a GIF cut short": cut_short("GIF"),
    "a head alone": encoded(scene(200, 200), "JPEG")[:30],
    "a kind that starts another program": encoded(noise(8, 8), "EPS"),
    "a bomb": bomb(),
    "floats": encoded(Image.fromarray(np.ones((4, 4), np.float32)), "TIFF"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_cannot_be_decoded_has_a_reason(name):
    with pytest.raises(BadRow, match=r"^a picture "):
        Framing(SIDE).pixels(BROKEN[name])


@pytest.mark.parametrize("fit", ["crop", "pad"])
def test_a_thin_line_does_not_fill_the_memory(fit):
    line = encoded(Image.new("1", (1_000_000, 1)))
    with pytest.raises(BadRow, match="more than"):
        Framing(336, fit).pixels(line)
    assert Framing(336, "squash").pixels(line).shape == (3, 336, 336)


def test_bytes_that_flip_never_crash():
    random = np.random.default_rng(5)
    sound = {kind: encoded(scene(100, 100), kind) for kind in ("JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP")}
    seen = {"sound": 0, "broken": 0}
    for number in range(240):
        data = bytearray(sound[list(sound)[number % len(sound)]])
        for place in random.integers(0, len(data), 6):
            data[place] = random.integers(0, 256)
        try:
            assert Framing(SIDE).pixels(bytes(data)).shape == (3, SIDE, SIDE)
            seen["sound"] += 1
        except BadRow:
            seen["broken"] += 1
    assert min(seen.values()) > 0


def test_a_processor_without_a_fixed_square_is_refused():
    settings = processors()["squash"].to_dict()
    for size in ({"height": 32, "width": 48}, {"longest_edge": 32}, {"shortest_edge": 32, "longest_edge": 64}):
        with pytest.raises(PictusError, match="no fixed square"):
            framing_of(settings | {"size": size}, where="here")
    with pytest.raises(PictusError, match="no fixed square"):
        framing_of(settings | {"do_resize": False}, where="here")


def test_a_processor_says_how_it_counts_pixels_in():
    settings = processors()["squash"].to_dict() | {"resample": 0}
    assert framing_of(settings, where="here").filter == Image.Resampling.NEAREST
