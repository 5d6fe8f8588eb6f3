"""Measure how surely copies of pictures are known by their looks, how seldom others are taken for them, and how fast.

Copies are made as the web makes them, of drawn scenes, of pages and of charts; the last two are what hashes confuse.
"""

import random
from collections.abc import Callable, Iterator
from io import BytesIO
from itertools import combinations
from typing import Any, TypeAlias

import numpy as np
from measure import measure
from PIL import Image, ImageDraw, ImageOps

from pictus.demo.world import draw
from pictus.scoring.overlap.nearness import CANDIDATE, PROBABLE, Lookalikes
from pictus.scoring.overlap.prints import Print, print_of, prints_both_ways

COUNT = 300  # pictures of each family
Way: TypeAlias = Callable[[Image.Image, random.Random], bytes]

_HASH = """
from io import BytesIO
import numpy as np
from PIL import Image
from pictus.scoring.overlap.prints import pixels_of, print_of
random = np.random.default_rng(0)
small = Image.fromarray(random.integers(0, 256, (60, 80, 3), np.uint8))
file = BytesIO()
small.resize((640, 480), Image.Resampling.BICUBIC).save(file, "JPEG", quality=90)
for name, work in (("print", print_of), ("pixels", pixels_of)):
    began = time.process_time()
    for _ in range(400):
        work(file.getvalue())
    said[name] = 400 / (time.process_time() - began)
"""
_COMPARE = """
import numpy as np
from pictus.scoring.overlap.nearness import Lookalikes
from pictus.scoring.overlap.prints import DETAIL_BYTES, Print
random = np.random.default_rng(0)
def prints(count):
    return [Print(b"", int(near), bytes(DETAIL_BYTES)) for near in random.integers(0, 2**63, count)]
known = Lookalikes([(one, one) for one in prints(20_000)])
theirs = [(one.near, one.detail) for one in prints(10_000)]
began = time.process_time()
said["found"] = sum(1 for _ in known.like(theirs))
said["pairs"] = 10_000 * 40_000 / (time.process_time() - began)
"""


def table(count: int = COUNT) -> str:
    """Measure all, and give the tables."""
    text = "| copy | scenes | pages | charts |\n| --- | --- | --- | --- |\n"
    families = {"scene": _scene, "page": _page, "chart": _chart}
    pictures = {name: [make(number) for number in range(1, count + 1)] for name, make in families.items()}
    ways = {name: [prints_both_ways(_jpeg(picture, 90)) for picture in some] for name, some in pictures.items()}
    for copy, change in _copies().items():
        cells = [_recall(some, ways[name], change) for name, some in pictures.items()]
        text += f"| {copy} | {' | '.join(cells)} |\n"
    text += (
        "\n| pairs that are no copies | 4 bits or fewer | 10 or fewer | taken for copies |\n| --- | --- | --- | --- |\n"
    )
    for name, both in ways.items():
        text += f"| {name}s: {count * (count - 1) // 2:,} | {' | '.join(_false(both))} |\n"
    hashed, compared = measure(_HASH).said, measure(_COMPARE)
    text += (
        f"\nOne core: {hashed['print']:,.0f} JPEGs of 640 x 480 a second hashed, {hashed['pixels']:,.0f} by pixels; "
    )
    text += f"{compared.said['pairs'] / 1e6:,.0f} million pairs a second compared, in {compared.peak_mb:,.0f} MB.\n"
    return text


def _recall(pictures: list[Image.Image], ways: list[tuple[Print, Print]], change: Way) -> str:
    dice = random.Random(0)
    found = 0
    for picture, both in zip(pictures, ways, strict=True):
        one = print_of(change(picture, dice))
        found += one.near is not None and any(True for _ in Lookalikes([both]).like([(one.near, one.detail)]))
    return f"{100 * found / len(pictures):.1f}%"


def _false(ways: list[tuple[Print, Print]]) -> tuple[str, str, str]:
    """Count pairs by their bits, each as it is and mirrored, and those that their details do not tell apart."""
    nears = np.array([one.near for one, _ in ways], np.uint64)
    mirrored = np.array([other.near for _, other in ways], np.uint64)
    upper = np.triu_indices(len(ways), 1)
    bits = np.minimum(
        np.bitwise_count(nears[:, None] ^ nears[None, :]), np.bitwise_count(nears[:, None] ^ mirrored[None, :])
    )[upper]
    taken = 0
    for place, (one, other) in enumerate(combinations(ways, 2)):
        if bits[place] <= CANDIDATE:
            near = other[0].near
            assert near is not None
            taken += any(True for _ in Lookalikes([one]).like([(near, other[0].detail)]))
    return f"{(bits <= PROBABLE).sum():,}", f"{(bits <= CANDIDATE).sum():,}", f"{taken:,}"


def _copies() -> dict[str, Way]:
    made: dict[str, Way] = {"PNG": lambda picture, dice: _png(picture)}
    for scale in (0.5, 0.75, 1.5, 2.0):
        made[f"{scale:g} times as large"] = _scaled(scale)
    for quality in (30, 60, 95):
        made[f"JPEG of quality {quality}"] = _saved(quality)
    for share in (0.02, 0.05, 0.1):
        made[f"cropped by {share:.0%} of width and height"] = _cropped(share)
    made["greyscale"] = lambda picture, dice: _jpeg(ImageOps.grayscale(picture), 90)
    made["mirrored"] = lambda picture, dice: _jpeg(ImageOps.mirror(picture), 90)
    made["turned by 90°"] = lambda picture, dice: _jpeg(picture.transpose(Image.Transpose.ROTATE_90), 90)
    made["half the size, quality 40"] = lambda picture, dice: _jpeg(_sized(picture, 0.5), 40)
    return made


def _scaled(scale: float) -> Way:
    return lambda picture, dice: _jpeg(_sized(picture, scale), 90)


def _saved(quality: int) -> Way:
    return lambda picture, dice: _jpeg(picture, quality)


def _cropped(share: float) -> Way:
    def crop(picture: Image.Image, dice: random.Random) -> bytes:
        wide, high = picture.width * (1 - share), picture.height * (1 - share)
        left, top = dice.uniform(0, picture.width - wide), dice.uniform(0, picture.height - high)
        return _jpeg(picture.crop((int(left), int(top), int(left + wide), int(top + high))), 90)

    return crop


def _sized(picture: Image.Image, scale: float) -> Image.Image:
    return picture.resize((int(picture.width * scale), int(picture.height * scale)), Image.Resampling.BICUBIC)


def _scene(number: int) -> Image.Image:
    return Image.open(BytesIO(draw(number, 1).picture)).convert("RGB")


def _page(number: int) -> Image.Image:
    """Draw lines of words in paragraphs, as pages of a book look from afar."""
    dice, page = random.Random(number), Image.new("RGB", (600, 800), "white")
    pen = ImageDraw.Draw(page)
    for top in range(60, 740, 18):
        if dice.random() < 0.15:
            continue
        left, end = 60, 540 if dice.random() < 0.8 else dice.randrange(150, 540)
        while left < end:
            wide = dice.randrange(15, 70)
            pen.rectangle((left, top, min(left + wide, end), top + 8), fill=(30, 30, 30))
            left += wide + 8
    return page


def _chart(number: int) -> Image.Image:
    """Draw four to eight columns between the same axes, in one of three colours."""
    dice, chart = random.Random(number), Image.new("RGB", (640, 480), "white")
    pen = ImageDraw.Draw(chart)
    pen.line((60, 40, 60, 420), fill="black", width=2)
    pen.line((60, 420, 600, 420), fill="black", width=2)
    count = dice.randrange(4, 9)
    colour = dice.choice([(70, 120, 180), (200, 80, 60), (90, 160, 90)])
    for place, step in _steps(500, count):
        pen.rectangle((80 + place, 420 - dice.randrange(20, 360), 80 + place + int(step * 0.7), 420), fill=colour)
    return chart


def _steps(width: int, count: int) -> Iterator[tuple[int, int]]:
    return ((place * (width // count), width // count) for place in range(count))


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    return _encoded(picture, "JPEG", quality=quality)


def _png(picture: Image.Image) -> bytes:
    return _encoded(picture, "PNG")


def _encoded(picture: Image.Image, kind: str, **options: Any) -> bytes:
    file = BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


if __name__ == "__main__":
    print(table())
