"""Draw pictures of a small world, and say exactly what is in them."""

from dataclasses import dataclass
from io import BytesIO
from random import Random

from PIL import Image, ImageDraw

from pictus.demo.layout import SCALE, Placed, Plan, plan_picture
from pictus.demo.scenery import Canvas
from pictus.demo.telling import Seen, tell
from pictus.demo.things import KINDS
from pictus.record import Box, Facts

NOTICEABLE = 0.05  # a thing is occluded when at least this part of it is covered

__all__ = ["KINDS", "Drawing", "draw"]


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture and what is true of it."""

    picture: bytes  # JPEG
    width: int
    height: int
    facts: Facts


def draw(number: int, seed: int = 0) -> Drawing:
    """Draw one picture; the same number and seed always give the same picture and facts."""
    plan = plan_picture(number, seed)
    return Drawing(encode(paint(plan)), plan.width, plan.height, describe(plan))


def paint(plan: Plan) -> Image.Image:
    """Paint a planned picture, from back to front."""
    canvas = Canvas(plan.width * SCALE, plan.height * SCALE, plan.light)
    plan.scene.paint(canvas, Random(f"{plan.key}/scenery"))
    for item in plan.placed:
        if not item.spot.hovers and item.kind != "mountain":
            _shade_ground(canvas.image, item)
        canvas.image.paste(item.tile.image, (item.left, item.top), item.tile.mask)
    return canvas.image.reduce(SCALE)


def describe(plan: Plan) -> Facts:
    """Say what is in a planned picture, from the masks of what is drawn."""
    boxes = tuple(_box(plan, item, number) for number, item in enumerate(plan.placed))
    seen = [Seen(box, item.spot.place) for box, item in zip(boxes, plan.placed, strict=True)]
    drawn = {item.kind for item in plan.placed}
    return Facts(
        captions=tell(seen, plan.scene, plan.light, Random(f"{plan.key}/captions")),
        boxes=boxes,
        present=tuple(kind for kind in KINDS if kind in drawn),
        absent=tuple(kind for kind in KINDS if kind not in drawn),
    )


def encode(picture: Image.Image) -> bytes:
    """Encode a picture as JPEG."""
    file = BytesIO()
    picture.save(file, "JPEG", quality=90, subsampling=0)
    return file.getvalue()


def _box(plan: Plan, item: Placed, number: int) -> Box:
    width, height = plan.width * SCALE, plan.height * SCALE
    left, top, right, bottom = item.bounds
    return Box(
        label=item.kind,
        left=left / width,
        top=top / height,
        right=right / width,
        bottom=bottom / height,
        area=item.tile.mask.histogram()[255] / (width * height),
        attributes=(item.colour,) if item.colour else (),
        is_group=item.is_group,
        is_occluded=item.visible <= 1 - NOTICEABLE,
        is_truncated=False,
        id=str(number),
    )


def _shade_ground(image: Image.Image, item: Placed) -> None:
    left, _, right, bottom = item.bounds
    inset, thick = (right - left) * 0.06, max(8, (right - left) * 0.045)
    shade = Image.new("L", (right - left, round(thick * 2)))
    ImageDraw.Draw(shade).ellipse((inset, 0, right - left - inset, thick * 2 - 1), fill=46)
    image.paste((30, 30, 66), (left, round(bottom - thick * 1.2)), shade)
