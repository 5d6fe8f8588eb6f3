"""What lies behind the things: skies, meadows, the sea, a street, rooms and the night."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sin
from random import Random
from typing import TypeAlias

from PIL import Image, ImageDraw

from pictus.demo.palette import CREAM, Colour, darker, lighter, mix

Painter: TypeAlias = Callable[["Canvas", Random], None]


@dataclass(frozen=True, slots=True)
class Light:
    """The time of day: the sky from top to bottom, and how it tints what stands in it."""

    name: str
    sky: tuple[Colour, ...]
    tint: Colour
    share: float  # of the tint in every colour


MORNING = Light("morning", ((156, 208, 230), (226, 238, 226), (255, 232, 200)), (255, 226, 190), 0.05)
NOON = Light("noon", ((118, 190, 230), (176, 220, 240), (228, 244, 248)), (255, 255, 255), 0.0)
SUNSET = Light("sunset", ((116, 122, 182), (236, 158, 140), (255, 216, 162)), (236, 140, 110), 0.09)
NIGHT = Light("night", ((24, 32, 72), (46, 62, 116), (104, 112, 168)), (34, 44, 92), 0.13)
INDOORS = Light("indoors", ((118, 190, 230), (206, 232, 244)), (255, 236, 206), 0.03)


class Canvas:
    """The picture being painted. Coordinates are fractions of it."""

    def __init__(self, width: int, height: int, light: Light) -> None:
        self.width, self.height, self.light = width, height, light
        self.image = Image.new("RGB", (width, height))
        self.draw = ImageDraw.Draw(self.image)

    def fade(self, top: float, bottom: float, colours: Sequence[Colour]) -> None:
        """Fill a band with colours that melt into each other from its top to its bottom."""
        strip = Image.new("RGB", (1, len(colours)))
        strip.putdata(colours)
        start, end = round(top * self.height), round(bottom * self.height)
        # Half a step at each end would stay flat, so the strip is read from centre to centre.
        inner = (0, 0.5, 1, len(colours) - 0.5)
        band = strip.resize((1, end - start), Image.Resampling.BILINEAR, box=inner)
        self.image.paste(band.resize((self.width, end - start)), (0, start))

    def ridge(self, top: float, swell: float, colour: Colour, chance: Random, waves: float = 1.5) -> None:
        """Fill everything below a rolling line."""
        shift, second = chance.uniform(0, 6), chance.uniform(0, 6)
        line = []
        for step in range(49):
            at = step / 48
            rise = sin(shift + at * waves * 6.28) + 0.5 * sin(second + at * waves * 11)
            line.append((at * self.width, (top + swell * rise / 1.5) * self.height))
        self.draw.polygon([*line, (self.width, self.height), (0, self.height)], fill=self.lit(colour))

    def box(self, box: Sequence[float], colour: Colour, *, corner: float = 0) -> None:
        """Fill a rectangle; `corner` is the radius of its corners as a fraction of the width."""
        left, top, right, bottom = box
        corners = (left * self.width, top * self.height, right * self.width, bottom * self.height)
        self.draw.rounded_rectangle(corners, corner * self.width, fill=self.lit(colour))

    def line(self, points: Sequence[tuple[float, float]], colour: Colour, width: float) -> None:
        """Draw a line; `width` is a fraction of the picture's height."""
        places = [(x * self.width, y * self.height) for x, y in points]
        self.draw.line(places, fill=self.lit(colour), width=max(1, round(width * self.height)), joint="curve")

    def ellipse(self, x: float, y: float, across: float, down: float, colour: Colour) -> None:
        """Fill an ellipse about a centre."""
        left, right = (x - across) * self.width, (x + across) * self.width
        self.draw.ellipse((left, (y - down) * self.height, right, (y + down) * self.height), fill=self.lit(colour))

    def lit(self, colour: Colour) -> Colour:
        """Give a colour as it looks in this light."""
        return mix(colour, self.light.tint, self.light.share * 2.6)


def paint_meadow(canvas: Canvas, chance: Random) -> None:
    """Paint a sky, two hills and grass."""
    canvas.fade(0, 0.75, canvas.light.sky)
    greens = chance.choice((((168, 206, 160), (142, 194, 122)), ((160, 204, 176), (150, 200, 132))))
    canvas.ridge(0.55, 0.045, greens[0], chance, 0.9)
    canvas.ridge(0.62, 0.022, greens[1], chance, 0.7)
    canvas.ridge(0.78, 0.012, mix(greens[1], (110, 172, 98), 0.5), chance, 0.8)
    for _ in range(26):
        x, y = chance.random(), chance.uniform(0.68, 0.98)
        for lean in (-0.006, 0.001, 0.008):
            canvas.line([(x, y), (x + lean, y - 0.022)], darker(greens[1], 0.2), 0.004)


def paint_seaside(canvas: Canvas, chance: Random) -> None:
    """Paint a sky, the sea and a beach."""
    canvas.fade(0, 0.5, canvas.light.sky)
    sea = chance.choice(((74, 158, 196), (70, 166, 186), (84, 150, 204)))
    canvas.fade(0.46, 0.82, (canvas.lit(darker(sea, 0.12)), canvas.lit(sea), canvas.lit(lighter(sea, 0.35))))
    for _ in range(22):
        x, y = chance.random(), chance.uniform(0.49, 0.68)
        long = (y - 0.4) * chance.uniform(0.1, 0.22)
        canvas.line([(x - long, y), (x + long, y)], lighter(sea, 0.4), 0.005)
    waves, shore = chance.uniform(0.6, 1.1), chance.uniform(0, 6)
    for lift, colour in (
        (0.03, lighter(sea, 0.5)),
        (0.016, CREAM),
        (0, (244, 220, 172)),
        (-0.1, (238, 210, 158)),
    ):
        canvas.ridge(0.74 - lift, 0.018, colour, Random(str(shore)), waves)
    for _ in range(40):
        canvas.ellipse(chance.random(), chance.uniform(0.8, 0.99), 0.003, 0.003, (220, 188, 136))


def paint_street(canvas: Canvas, chance: Random) -> None:
    """Paint a sky, low hills, a pavement and a road."""
    canvas.fade(0, 0.7, canvas.light.sky)
    canvas.ridge(0.52, 0.03, (186, 210, 190), chance, 1.1)
    canvas.ridge(0.585, 0.012, (158, 198, 150), chance, 1.6)
    canvas.box((0, 0.64, 1, 0.76), (226, 218, 206))
    for step in range(-1, 14):
        canvas.line([(step / 12, 0.76), (step / 12 + 0.035, 0.64)], (208, 198, 186), 0.004)
    canvas.box((0, 0.75, 1, 0.772), (196, 188, 180))
    canvas.box((0, 0.772, 1, 1), (112, 114, 126))
    start = chance.uniform(-0.1, 0)
    for step in range(7):
        canvas.box((start + step * 0.19, 0.958, start + step * 0.19 + 0.1, 0.972), (240, 232, 208))


def paint_water(canvas: Canvas, chance: Random) -> None:
    """Paint the sea from its surface to its floor, with light, weed and bubbles."""
    deep = chance.choice(((34, 110, 160), (28, 118, 146), (48, 102, 170)))
    canvas.fade(0, 0.3, canvas.light.sky)
    surface = [(step / 60, 0.235 + 0.006 * sin(step * 0.9)) for step in range(61)]
    canvas.fade(0.25, 1, (lighter(deep, 0.5), mix(deep, (120, 200, 214), 0.25), deep))
    canvas.draw.polygon(
        [
            *((x * canvas.width, y * canvas.height) for x, y in surface),
            (canvas.width, canvas.height * 0.26),
            (0, canvas.height * 0.26),
        ],
        fill=lighter(deep, 0.5),
    )
    canvas.line(surface, lighter(deep, 0.75), 0.008)
    canvas.ridge(0.9, 0.02, (214, 196, 150), chance, 0.9)
    canvas.ridge(0.95, 0.012, (228, 210, 164), chance, 1.2)
    for _ in range(7):
        x, tall, weed = chance.random(), chance.uniform(0.1, 0.24), mix(deep, (70, 150, 110), 0.65)
        stem = [(x + 0.012 * sin(bend * 1.3 + x * 40), 0.95 - tall * bend / 8) for bend in range(9)]
        canvas.line(stem, weed, 0.016)
    for _ in range(14):
        x, y, size = chance.random(), chance.uniform(0.3, 0.85), chance.uniform(0.004, 0.01)
        down = size * canvas.width / canvas.height
        canvas.ellipse(x, y, size, down, lighter(deep, 0.55))
        canvas.ellipse(x, y, size * 0.65, down * 0.65, lighter(deep, 0.25))


_WALLS: tuple[Colour, ...] = (
    (240, 222, 200),
    (214, 228, 216),
    (226, 218, 234),
    (242, 214, 206),
    (208, 224, 234),
)


def _paint_wall(canvas: Canvas, chance: Random) -> None:
    wall, style = chance.choice(_WALLS), chance.randrange(3)
    canvas.box((0, 0, 1, 1), wall)
    pale = lighter(wall, 0.28)
    if style == 0:
        for step in range(0, 24, 2):
            canvas.box((step / 24, 0, (step + 1) / 24, 0.8), pale)
    elif style == 1:
        for row in range(14):
            for step in range(15):
                x, y = (step + 0.5 * (row % 2)) / 14, (row + 0.5) / 15
                canvas.ellipse(x, y, 0.006, 0.006 * canvas.width / canvas.height, pale)
    x = chance.choice((0.24, 0.72))
    wide = 0.15 * min(1.0, canvas.height / canvas.width)
    frame, top, bottom = CREAM, 0.1, 0.46
    canvas.box((x - wide - 0.018, top - 0.022, x + wide + 0.018, bottom + 0.022), frame)
    for left in (x - wide, x + 0.008):
        for upper in (top, (top + bottom) / 2 + 0.01):
            canvas.box((left, upper, left + wide - 0.008, upper + (bottom - top) / 2 - 0.01), (168, 214, 236))
    canvas.box((x - wide - 0.04, bottom + 0.02, x + wide + 0.04, bottom + 0.045), darker(frame, 0.08))


def paint_table(canvas: Canvas, chance: Random) -> None:
    """Paint a wall with a window, and a table in front of it."""
    _paint_wall(canvas, chance)
    wood = chance.choice(((196, 146, 104), (178, 130, 96), (212, 168, 124)))
    canvas.box((0, 0.66, 1, 1), wood)
    canvas.box((0, 0.66, 1, 0.672), lighter(wood, 0.25))
    for _ in range(9):
        x, y, long = chance.random(), chance.uniform(0.69, 0.9), chance.uniform(0.05, 0.16)
        canvas.line([(x - long, y), (x + long, y)], darker(wood, 0.1), 0.004)
    canvas.box((0, 0.93, 1, 1), darker(wood, 0.22))


def paint_room(canvas: Canvas, chance: Random) -> None:
    """Paint a room: a wall with a window, floor boards and a rug."""
    _paint_wall(canvas, chance)
    wood = chance.choice(((206, 168, 128), (188, 150, 118), (220, 190, 152)))
    canvas.box((0, 0.64, 1, 0.675), lighter(CREAM, 0.2))
    canvas.box((0, 0.67, 1, 1), wood)
    for row, y in enumerate((0.72, 0.78, 0.85, 0.93)):
        canvas.line([(0, y), (1, y)], darker(wood, 0.12), 0.004)
        for step in range(4):
            x = (step + 0.5 * (row % 2)) / 3.6
            canvas.line([(x, y), (x, y + 0.08)], darker(wood, 0.12), 0.004)
    rug = chance.choice(((122, 148, 176), (196, 134, 124), (140, 162, 132), (170, 140, 168)))
    for shrink, colour in ((0, darker(rug, 0.12)), (0.02, rug), (0.07, lighter(rug, 0.25)), (0.085, rug)):
        canvas.ellipse(0.5, 0.86, 0.42 - shrink, 0.105 - shrink * 0.3, colour)


def paint_night(canvas: Canvas, chance: Random) -> None:
    """Paint a sky full of stars over dark hills."""
    canvas.fade(0, 0.75, canvas.light.sky)
    for _ in range(70):
        x, y, size = chance.random(), chance.uniform(0, 0.55), chance.choice((0.0014, 0.002, 0.003))
        glow = mix((255, 250, 226), canvas.light.sky[1], chance.uniform(0, 0.6))
        across, down = size * canvas.width, size * canvas.width
        centre = x * canvas.width, y * canvas.height
        canvas.draw.ellipse((centre[0] - across, centre[1] - down, centre[0] + across, centre[1] + down), fill=glow)
    canvas.ridge(0.56, 0.04, (96, 126, 140), chance, 0.9)
    canvas.ridge(0.63, 0.02, (84, 124, 112), chance, 0.8)
    canvas.ridge(0.8, 0.014, (72, 110, 98), chance, 0.9)
