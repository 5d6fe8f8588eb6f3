"""Things for play and for the home: umbrella, ball, mug, book, apple, lamp and clock."""

from random import Random

from pictus.demo.palette import COLOURS, CREAM, INK, LEAF, WOOD, Colour, darker, lighter
from pictus.demo.pen import Pen, around
from pictus.demo.things.thing import Thing


def _umbrella(pen: Pen, colour: Colour, _: Random) -> None:
    pen.box((0.485, 0.1, 0.515, 0.99), darker(CREAM, 0.25))
    pen.slice((0.01, 0.05, 0.99, 0.99), 180, 360, colour)
    pen.ellipse((0.26, 0.05, 0.74, 1), lighter(colour, 0.38), clip=True)
    pen.box((0, 0.52, 1, 1), darker(CREAM, 0.25), clip=True)
    pen.ellipse((0.41, 0.05, 0.59, 1), colour, clip=True)
    pen.box((0.485, 0.5, 0.515, 0.99), darker(CREAM, 0.25))
    pen.disc(0.5, 0.045, 0.025, darker(colour, 0.25))


def _ball(pen: Pen, colour: Colour, chance: Random) -> None:
    pen.disc(0.5, 0.5, 0.48, colour)
    if chance.random() < 0.5:
        pen.ellipse((0.3, -0.1, 0.7, 1.1), lighter(colour, 0.45), clip=True)
        pen.ellipse((0.42, -0.1, 0.58, 1.1), colour, clip=True)
    else:
        star = [around(0.46, 0.48, (r, r), 36 * n - 90) for n, r in enumerate((0.27, 0.12) * 5)]
        pen.polygon(star, lighter(colour, 0.6), clip=True)
    shadow = [around(0.5, 0.5, (0.5, 0.5), angle) for angle in range(-10, 121, 10)]
    inner = [around(0.42, 0.42, (0.47, 0.47), angle) for angle in range(110, -1, -10)]
    pen.polygon([*shadow, *inner], darker(colour, 0.2), clip=True)


def _mug(pen: Pen, colour: Colour, chance: Random) -> None:
    pen.ellipse((0.56, 0.24, 0.98, 0.76), darker(colour, 0.15))
    pen.hole((0.66, 0.36, 0.88, 0.64))
    pen.box((0.03, 0.1, 0.74, 0.98), colour, corner=0.12)
    pen.box((0.03, 0.1, 0.74, 0.4), colour)
    pen.box((0.6, 0.1, 0.74, 0.98), darker(colour, 0.14), clip=True)
    if chance.random() < 0.5:
        pen.box((0, 0.44, 0.74, 0.6), lighter(colour, 0.55), clip=True)
    else:
        pen.disc(0.34, 0.56, 0.13, lighter(colour, 0.55))
    pen.ellipse((0.03, 0.02, 0.74, 0.2), lighter(colour, 0.3))
    pen.ellipse((0.08, 0.045, 0.69, 0.175), (104, 70, 56))


def _book(pen: Pen, colour: Colour, chance: Random) -> None:
    lean = 0.2  # the cover is seen from above, so its far edge is shifted
    pen.polygon(
        [(0.01, 0.66), (0.8, 0.66), (0.99, 0.06), (0.99, 0.34), (0.8, 0.98), (0.01, 0.98)],
        darker(colour, 0.25),
    )
    pen.polygon([(0.05, 0.7), (0.8, 0.7), (0.97, 0.12), (0.97, 0.27), (0.8, 0.88), (0.05, 0.88)], CREAM)
    for y in (0.76, 0.82):
        pen.line([(0.06, y), (0.8, y), (0.96, y - 0.58)], darker(CREAM, 0.16), 0.006, clip=True)
    pen.polygon([(0.01, 0.7), (0.01 + lean, 0.03), (0.99, 0.03), (0.8, 0.7)], colour)
    pen.polygon([(0.01, 0.7), (0.01 + lean, 0.03), (0.09 + lean, 0.03), (0.09, 0.7)], darker(colour, 0.18))
    trim = chance.choice((lighter(colour, 0.65), darker(colour, 0.4)))
    pen.polygon([(0.3, 0.5), (0.38, 0.2), (0.8, 0.2), (0.72, 0.5)], trim)
    pen.polygon([(0.01, 0.7), (0.09, 0.7), (0.09, 0.98), (0.01, 0.98)], darker(colour, 0.3))


def _apple(pen: Pen, colour: Colour, chance: Random) -> None:
    pen.blob(
        [
            (0.5, 0.27),
            (0.72, 0.2),
            (0.95, 0.36),
            (0.92, 0.7),
            (0.7, 0.97),
            (0.5, 0.94),
            (0.3, 0.97),
            (0.08, 0.7),
            (0.05, 0.36),
            (0.28, 0.2),
        ],
        colour,
    )
    pen.blob([(0.92, 0.3), (0.99, 0.5), (0.9, 0.8), (0.68, 1), (0.82, 0.7)], darker(colour, 0.18), clip=True)
    pen.ellipse((0.18, 0.34, 0.32, 0.56), lighter(colour, 0.45), clip=True)
    pen.line([(0.5, 0.3), (0.52, 0.16), (0.56, 0.06)], darker(WOOD, 0.3), 0.05)
    if chance.random() < 0.8:
        pen.blob([(0.55, 0.2), (0.66, 0.06), (0.86, 0.05), (0.76, 0.19)], LEAF)


def _lamp(pen: Pen, colour: Colour, chance: Random) -> None:
    pen.box((0.46, 0.4, 0.54, 0.92), darker(WOOD, 0.15))
    if chance.random() < 0.5:
        pen.ellipse((0.34, 0.56, 0.66, 0.92), colour)
    pen.box((0.25, 0.9, 0.75, 0.985), darker(WOOD, 0.15), corner=0.06)
    pen.polygon([(0.3, 0.02), (0.7, 0.02), (0.97, 0.44), (0.03, 0.44)], colour)
    pen.polygon([(0.56, 0.02), (0.7, 0.02), (0.97, 0.44), (0.7, 0.44)], darker(colour, 0.12), clip=True)
    pen.box((0, 0.39, 1, 0.44), lighter(colour, 0.5), clip=True)


def _clock(pen: Pen, _: Colour, chance: Random) -> None:
    rim = chance.choice((COLOURS["red"], COLOURS["blue"], WOOD, COLOURS["green"]))
    pen.disc(0.5, 0.5, 0.48, rim)
    pen.disc(0.5, 0.5, 0.39, CREAM)
    for hour in range(12):
        x, y = around(0.5, 0.5, (0.33, 0.33), hour * 30)
        pen.disc(x, y, 0.028 if hour % 3 == 0 else 0.016, INK)
    hour = chance.randrange(12)
    pen.line([(0.5, 0.5), around(0.5, 0.5, (0.19, 0.19), hour * 30 - 90)], INK, 0.05)
    pen.line([(0.5, 0.5), around(0.5, 0.5, (0.28, 0.28), chance.randrange(12) * 30 - 90)], INK, 0.03)
    pen.disc(0.5, 0.5, 0.04, rim)


_BRIGHT = ("red", "orange", "yellow", "green", "blue", "purple", "pink")
HOME = (
    Thing(
        kind="umbrella",
        group="accessory",
        draw=_umbrella,
        height=0.34,
        ratio=1.0,
        most=2,
        colours=("red", "orange", "green", "blue", "purple", "pink"),
        flips=False,
    ),
    Thing(
        kind="ball",
        group="toy",
        draw=_ball,
        height=0.1,
        ratio=1,
        colours=_BRIGHT,
        verbs=("lies", "lie"),
        plural="balls",
    ),
    Thing(kind="mug", group="kitchen", draw=_mug, height=0.17, ratio=1.08, colours=(*_BRIGHT, "white"), most=3),
    Thing(
        kind="book",
        group="indoor",
        draw=_book,
        height=0.105,
        ratio=2.3,
        colours=_BRIGHT,
        verbs=("lies", "lie"),
    ),
    Thing(
        kind="apple",
        group="food",
        draw=_apple,
        height=0.13,
        ratio=0.96,
        colours=("red", "green", "yellow"),
        verbs=("lies", "lie"),
    ),
    Thing(
        kind="lamp",
        group="furniture",
        draw=_lamp,
        height=0.36,
        ratio=0.66,
        most=1,
        colours=("red", "yellow", "green", "blue", "white", "pink"),
    ),
    Thing(
        kind="clock",
        group="indoor",
        draw=_clock,
        height=0.17,
        ratio=1,
        most=1,
        verbs=("hangs", "hang"),
        flips=False,
    ),
)
