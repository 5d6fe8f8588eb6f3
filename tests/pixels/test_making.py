import io

import numpy as np
import pytest
from PIL import Image

from pictus.pixels.making import made
from pictus.pixels.unfit import Unfit
from pictus.pixels.wanted import Wanted

SMALL = Wanted(size=32, mode="keep_ratio")


def encoded(picture: Image.Image, kind: str = "JPEG", **settings: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **settings)
    return file.getvalue()


def corners(width: int = 96, height: int = 64) -> Image.Image:
    """A picture whose corners are red, green, blue and white, clockwise from the upper left."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[: height // 2, : width // 2] = (255, 0, 0)
    pixels[: height // 2, width // 2 :] = (0, 255, 0)
    pixels[height // 2 :, width // 2 :] = (0, 0, 255)
    pixels[height // 2 :, : width // 2] = (255, 255, 255)
    return Image.fromarray(pixels)


def seen(data: bytes) -> list[str]:
    """Name the colours of the corners, clockwise from the upper left."""
    picture = Image.open(io.BytesIO(data)).convert("RGB")
    right, bottom = picture.width - 4, picture.height - 4
    names = {(1, 0, 0): "red", (0, 1, 0): "green", (0, 0, 1): "blue", (1, 1, 1): "white", (0, 0, 0): "black"}
    places = (3, 3), (right, 3), (right, bottom), (3, bottom)
    return [names[tuple(int(value > 127) for value in picture.getpixel(place))] for place in places]


CLOCKWISE = ["red", "green", "blue", "white"]


def stands(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


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
    settings = {"lossless": True} if kind == "WEBP" else {"quality": 95} if kind in ("AVIF", "JPEG") else {}
    picture = made(encoded(stored, kind, exif=stands(orientation), **settings), wanted)
    assert seen(picture.data) == CLOCKWISE
    assert (picture.was_width, picture.was_height) == (96, 64)
    assert (picture.width, picture.height) == ((48, 32) if wanted is SMALL else (96, 64))
    again = Image.open(io.BytesIO(picture.data))
    assert again.size == (picture.width, picture.height)
    again.load()
    assert not again.getexif()


def test_a_truncated_picture_is_no_picture():
    for kind in ("JPEG", "PNG", "WEBP", "GIF", "AVIF", "TIFF"):
        data = encoded(Image.fromarray(np.random.default_rng(1).integers(0, 256, (64, 64, 3), np.uint8)), kind)
        for share in (0.02, 0.3, 0.5, 0.8, 0.97):
            for wanted in (SMALL, Wanted()):
                with pytest.raises(Unfit) as fault:
                    made(data[: int(len(data) * share)], wanted)
                assert fault.value.reason in ("decode_failed", "not_image", "empty"), (kind, share)
