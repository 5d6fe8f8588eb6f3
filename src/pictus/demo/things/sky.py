"""Things of the sky: sun, moon, cloud, bird, kite and balloon."""

from random import Random

from pictus.demo.palette import COLOURS, CREAM, INK, WOOD, Colour, darker, lighter, mix
from pictus.demo.pen import Pen, around
from pictus.demo.things.thing import Thing


def _sun(pen: Pen, colour: Colour, chance: Random) -> None:
    turn, rays = chance.uniform(0, 30), chance.choice((12, 14, 16))
    for ray in range(rays):
        angle = turn + ray * 360 / rays
        sides = [around(0.5, 0.5, (0.36, 0.36), angle + side) for side in (-8, 8)]
        pen.polygon([*sides, around(0.5, 0.5, (0.5, 0.5), angle)], lighter(colour, 0.15))
    pen.disc(0.5, 0.5, 0.31, colour)
    pen.disc(0.5, 0.5, 0.24, lighter(colour, 0.25))


def _moon(pen: Pen, _: Colour, chance: Random) -> None:
    pale = (250, 240, 206)
    if chance.random() < 0.6:
        pen.disc(0.5, 0.5, 0.48, pale)
        pen.hole((0.32, -0.08, 1.08, 0.68))
        return
    pen.disc(0.5, 0.5, 0.46, pale)
    for x, y, radius in ((0.36, 0.36, 0.1), (0.62, 0.55, 0.13), (0.4, 0.7, 0.06), (0.66, 0.28, 0.05)):
        pen.disc(x, y, radius, darker(pale, 0.12))


def _cloud(pen: Pen, colour: Colour, chance: Random) -> None:
    shift = chance.uniform(-0.06, 0.06)
    puffs = ((0.22, 0.62, 0.17), (0.42 + shift, 0.46, 0.21), (0.63 + shift, 0.55, 0.18), (0.8, 0.7, 0.13))
    for x, y, radius in puffs:
        pen.disc(x, y, radius, colour)
    pen.box((0.06, 0.66, 0.93, 0.96), colour, corner=0.07)
    pen.box((0, 0.86, 1, 1), mix(colour, (176, 200, 222), 0.35), clip=True)


def _bird(pen: Pen, colour: Colour, chance: Random) -> None:
    lift = chance.uniform(-0.05, 0.1)
    pen.polygon([(0.02, 0.5), (0.22, 0.52), (0.2, 0.66), (0.06, 0.68)], darker(colour))
    pen.blob([(0.14, 0.58), (0.4, 0.46), (0.7, 0.42), (0.86, 0.5), (0.76, 0.68), (0.45, 0.78)], colour)
    pen.polygon([(0.9, 0.48), (1, 0.56), (0.88, 0.6)], COLOURS["orange"])
    pen.disc(0.82, 0.5, 0.095, colour)
    pen.blob(
        [(0.36, 0.56), (0.3, 0.24 + lift), (0.2, 0.04 + lift), (0.48, 0.2 + lift), (0.64, 0.54)],
        darker(colour),
    )
    pen.disc(0.85, 0.48, 0.022, INK if sum(colour) > 300 else CREAM)


def _kite(pen: Pen, colour: Colour, chance: Random) -> None:
    sway = chance.choice((-1, 1)) * chance.uniform(0.06, 0.12)
    tail = [(0.5 + sway * bend, 0.58 + 0.06 * step) for step, bend in enumerate((0, 1, 0, -1, 0, 1, 0.4))]
    pen.line(tail, darker(colour, 0.3), 0.025)
    for x, y in tail[1::2]:
        pen.polygon([(x - 0.1, y - 0.025), (x, y), (x - 0.1, y + 0.025)], lighter(colour, 0.2))
        pen.polygon([(x + 0.1, y - 0.025), (x, y), (x + 0.1, y + 0.025)], lighter(colour, 0.2))
    top, right, bottom, left, middle = (0.5, 0.02), (0.94, 0.24), (0.5, 0.6), (0.06, 0.24), (0.5, 0.24)
    pen.polygon([top, right, bottom, left], colour)
    pen.polygon([top, right, middle], lighter(colour, 0.28))
    pen.polygon([left, middle, bottom], darker(colour, 0.16))


def _balloon(pen: Pen, colour: Colour, chance: Random) -> None:
    for x in (0.4, 0.6):
        pen.line([(0.5 + (x - 0.5) * 1.7, 0.62), (x, 0.88)], darker(WOOD), 0.02)
    pen.blob(
        [
            (0.5, 0.01),
            (0.85, 0.1),
            (0.98, 0.34),
            (0.82, 0.58),
            (0.6, 0.74),
            (0.4, 0.74),
            (0.18, 0.58),
            (0.02, 0.34),
            (0.15, 0.1),
        ],
        colour,
    )
    stripe = chance.choice((lighter(colour, 0.35), darker(colour, 0.2)))
    pen.ellipse((0.36, -0.02, 0.64, 0.8), stripe, clip=True)
    for side in (0.12, 0.88):
        pen.ellipse((side - 0.12, 0.0, side + 0.12, 0.72), stripe, clip=True)
    pen.box((0.36, 0.85, 0.64, 0.99), WOOD, corner=0.05)
    pen.box((0.33, 0.85, 0.67, 0.885), darker(WOOD), corner=0.02)


_FLIERS = ("red", "orange", "yellow", "green", "purple", "pink")
SKY = (
    Thing(
        kind="sun",
        group="sky",
        draw=_sun,
        height=0.2,
        ratio=1,
        colours=("yellow",),
        verbs=("shines", "shine"),
    ),
    Thing(kind="moon", group="sky", draw=_moon, height=0.16, ratio=1, verbs=("shines", "shine"), flips=False),
    Thing(
        kind="cloud",
        group="sky",
        draw=_cloud,
        height=0.13,
        ratio=1.9,
        colours=("white",),
        verbs=("drifts", "drift"),
    ),
    Thing(
        kind="bird",
        group="animal",
        draw=_bird,
        height=0.09,
        ratio=1.35,
        colours=("white", "blue", "black", "red"),
        verbs=("flies", "fly"),
    ),
    Thing(
        kind="kite",
        group="toy",
        draw=_kite,
        height=0.26,
        ratio=0.62,
        colours=(*_FLIERS, "blue"),
        verbs=("flies", "fly"),
    ),
    Thing(
        kind="balloon",
        group="vehicle",
        draw=_balloon,
        height=0.25,
        ratio=0.72,
        colours=_FLIERS,
        verbs=("floats", "float"),
    ),
)
