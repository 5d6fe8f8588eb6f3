"""Pictures for the tests: corners of known colours, and their encoded forms."""

import io

import numpy as np
from PIL import Image

CLOCKWISE = ["red", "green", "blue", "white"]
NAMES = {(1, 0, 0): "red", (0, 1, 0): "green", (0, 0, 1): "blue", (1, 1, 1): "white", (0, 0, 0): "black"}


def encoded(picture, kind="JPEG", **settings):
    file = io.BytesIO()
    picture.save(file, kind, **settings)
    return file.getvalue()


def opened(data):
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


def corners(width=96, height=64):
    """Draw red, green, blue and white, clockwise from the upper left."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[: height // 2, : width // 2] = (255, 0, 0)
    pixels[: height // 2, width // 2 :] = (0, 255, 0)
    pixels[height // 2 :, width // 2 :] = (0, 0, 255)
    pixels[height // 2 :, : width // 2] = (255, 255, 255)
    return Image.fromarray(pixels)


def seen(data):
    """Name the colours of the corners, clockwise from the upper left."""
    picture = opened(data).convert("RGB")
    right, bottom = picture.width - 4, picture.height - 4
    places = (3, 3), (right, 3), (right, bottom), (3, bottom)
    return [NAMES[tuple(int(value > 127) for value in picture.getpixel(place))] for place in places]


def noise(width, height, seed=1):
    return Image.fromarray(np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8))
