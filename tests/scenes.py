"""Small pictures with shapes, each number another one, and copies of them as the web makes them."""

import io

import numpy as np
from PIL import Image, ImageDraw


def scene(number: int, size=(200, 150)) -> Image.Image:
    """Draw shapes of random places and colours."""
    random = np.random.default_rng(number)
    picture = Image.new("RGB", size, tuple(random.integers(60, 200, 3).tolist()))
    pen = ImageDraw.Draw(picture)
    for _ in range(12):
        x, y = random.integers(0, size[0]), random.integers(0, size[1])
        wide, high = random.integers(15, 70, 2)
        shape = pen.ellipse if random.random() < 0.5 else pen.rectangle
        shape((x, y, x + wide, y + high), fill=tuple(random.integers(0, 256, 3).tolist()))
    return picture


def encoded(picture: Image.Image, kind="JPEG", **options) -> bytes:
    """Encode a picture."""
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def write_scene(path, number, kind="JPEG", **options) -> bytes:
    """Write a scene, and give its bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = encoded(scene(number), kind, **options)
    path.write_bytes(data)
    return data
