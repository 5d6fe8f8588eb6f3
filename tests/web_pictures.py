"""Pictures of every kind that the web has, made on the spot, and lists of their addresses."""

import io
import json

from PIL import Image, ImageDraw


def drawn(width=64, height=48, *, number=0, mode="RGB"):
    """Draw a picture that no other number gives."""
    image = Image.new("RGB", (width, height), (40 * number % 256, 90, 160))
    ImageDraw.Draw(image).rectangle((2, 2, 2 + number % (width // 2), height // 2), fill=(250, number % 256, 10))
    return image.convert(mode)


def encoded(image, kind="JPEG", **settings):
    """Encode a picture."""
    file = io.BytesIO()
    image.save(file, kind, **settings)
    return file.getvalue()


def jpeg(number=0, **size):
    """Give the bytes of a picture of its own."""
    return encoded(drawn(number=number, **size), quality=90)


def write_list(path, rows):
    """Write a list as JSON Lines, from pairs of address and caption or from whole rows."""
    whole = [row if isinstance(row, dict) else {"url": row[0], "caption": row[1]} for row in rows]
    path.write_text("".join(f"{json.dumps(row)}\n" for row in whole))
    return path
