"""How the drawn world is drawn: shapes in fractions of a tile, and the mask of what they cover."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import cos, radians, sin
from typing import Any, TypeAlias

from PIL import Image, ImageChops, ImageDraw, ImageOps

from pictus.demo.palette import Colour

Point: TypeAlias = tuple[float, float]
_Shape: TypeAlias = Callable[[ImageDraw.ImageDraw, Any], None]


@dataclass(frozen=True, slots=True)
class Tile:
    """One drawn thing, cut to what is drawn: its colours, and which pixels are its own."""

    image: Image.Image
    mask: Image.Image  # 0 or 255


class Pen:
    """Draws on a tile. Coordinates are fractions of the tile, x to the right and y down."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._image = Image.new("RGB", (width, height))
        self._mask = Image.new("L", (width, height))
        self._ink, self._stencil = ImageDraw.Draw(self._image), ImageDraw.Draw(self._mask)

    def ellipse(self, box: Sequence[float], colour: Colour, *, clip: bool = False) -> None:
        """Fill the ellipse inside left, top, right, bottom; `clip` keeps it on what is drawn already."""
        corners = self._pixels((box[0], box[1]), (box[2], box[3]))
        self._stamp(lambda draw, fill: draw.ellipse(corners, fill=fill), colour, clip)

    def disc(self, x: float, y: float, radius: float, colour: Colour, *, clip: bool = False) -> None:
        """Fill a circle; the radius is a fraction of the tile's width."""
        tall = radius * self.width / self.height
        self.ellipse((x - radius, y - tall, x + radius, y + tall), colour, clip=clip)

    def box(self, box: Sequence[float], colour: Colour, *, corner: float = 0, clip: bool = False) -> None:
        """Fill a rectangle; `corner` is the radius of its corners as a fraction of the tile's width."""
        corners, radius = self._pixels((box[0], box[1]), (box[2], box[3])), corner * self.width
        self._stamp(lambda draw, fill: draw.rounded_rectangle(corners, radius, fill=fill), colour, clip)

    def polygon(self, points: Iterable[Point], colour: Colour, *, clip: bool = False) -> None:
        """Fill a polygon."""
        corners = self._pixels(*points)
        self._stamp(lambda draw, fill: draw.polygon(corners, fill=fill), colour, clip)

    def blob(self, points: Sequence[Point], colour: Colour, *, clip: bool = False) -> None:
        """Fill a closed smooth curve through the points."""
        self.polygon(smooth(points), colour, clip=clip)

    def line(self, points: Sequence[Point], colour: Colour, width: float, *, clip: bool = False) -> None:
        """Draw a line with round ends; `width` is a fraction of the tile's width."""
        places, thick = self._pixels(*points), max(1, round(width * self.width))
        half = thick / 2

        def shape(draw: ImageDraw.ImageDraw, fill: Any) -> None:
            draw.line(places, fill=fill, width=thick, joint="curve")
            for x, y in (places[0], places[-1]):
                draw.ellipse((x - half, y - half, x + half, y + half), fill=fill)

        self._stamp(shape, colour, clip)

    def slice(self, box: Sequence[float], start: float, end: float, colour: Colour) -> None:
        """Fill a piece of an ellipse, cut straight from end to end; degrees run clockwise from the right."""
        corners = self._pixels((box[0], box[1]), (box[2], box[3]))
        self._stamp(lambda draw, fill: draw.chord(corners, start, end, fill=fill), colour, clip=False)

    def hole(self, box: Sequence[float]) -> None:
        """Cut an ellipse out, so that what is behind shows through it."""
        self._stencil.ellipse(self._pixels((box[0], box[1]), (box[2], box[3])), fill=0)

    def tile(self, *, mirror: bool = False) -> Tile:
        """Cut the tile to what was drawn."""
        bounds = self._mask.getbbox()
        image, mask = self._image.crop(bounds), self._mask.crop(bounds)
        return Tile(ImageOps.mirror(image), ImageOps.mirror(mask)) if mirror else Tile(image, mask)

    def _pixels(self, *points: Point) -> list[Point]:
        across, down = self.width - 1, self.height - 1
        return [(x * across, y * down) for x, y in points]

    def _stamp(self, shape: _Shape, colour: Colour, clip: bool) -> None:
        if not clip:
            shape(self._ink, colour)
            shape(self._stencil, 255)
            return
        stencil = Image.new("L", self._mask.size)
        shape(ImageDraw.Draw(stencil), 255)
        self._image.paste(colour, mask=ImageChops.darker(stencil, self._mask))


def smooth(points: Sequence[Point], steps: int = 12) -> list[Point]:
    """Round a closed polygon into a curve through its corners (Catmull-Rom)."""
    curve, count = [], len(points)
    for index in range(count):
        before, start, end, after = (points[(index + shift) % count] for shift in (-1, 0, 1, 2))
        for step in range(steps):
            at = step / steps
            curve.append(
                (
                    _along(before[0], start[0], end[0], after[0], at),
                    _along(before[1], start[1], end[1], after[1], at),
                )
            )
    return curve


def around(x: float, y: float, radius: Point, degrees: float) -> Point:
    """Give the point on an ellipse about a centre; degrees run clockwise from the right."""
    return x + radius[0] * cos(radians(degrees)), y + radius[1] * sin(radians(degrees))


def _along(before: float, start: float, end: float, after: float, at: float) -> float:
    bend = 2 * before - 5 * start + 4 * end - after
    swing = 3 * (start - end) + after - before
    return start + 0.5 * at * (end - before + at * (bend + at * swing))
