"""Things that people build: house, lighthouse, car, bus, boat and bench."""

from random import Random

from pictus.demo.palette import COLOURS, CREAM, GLASS, GLOW, INK, WOOD, Colour, darker, lighter, mix
from pictus.demo.pen import Pen
from pictus.demo.things.thing import Thing


def _house(pen: Pen, colour: Colour, chance: Random) -> None:
    roof = chance.choice(((110, 84, 84), (94, 96, 116), (128, 92, 74)))
    if chance.random() < 0.6:
        pen.box((0.66, 0.08, 0.77, 0.4), darker(roof, 0.25))
        pen.box((0.64, 0.06, 0.79, 0.11), darker(roof, 0.4))
    pen.box((0.1, 0.38, 0.9, 0.99), colour)
    pen.box((0.72, 0.38, 0.9, 0.99), darker(colour, 0.1))
    pen.polygon([(0.1, 0.42), (0.5, 0.1), (0.9, 0.42)], colour)
    pen.polygon([(0.5, 0.03), (0.99, 0.42), (0.94, 0.49), (0.5, 0.14), (0.06, 0.49), (0.01, 0.42)], roof)
    glass = chance.choice((GLASS, GLOW))
    for x in (0.29, 0.71):
        _window(pen, x, 0.58, 0.1, glass)
    pen.disc(0.5, 0.34, 0.085, CREAM)
    pen.disc(0.5, 0.34, 0.06, glass)
    door = mix(colour, chance.choice(((60, 70, 100), (120, 70, 50))), 0.75)
    pen.box((0.41, 0.67, 0.59, 0.99), CREAM, corner=0.03)
    pen.box((0.43, 0.69, 0.57, 0.99), door, corner=0.03)
    pen.disc(0.54, 0.85, 0.015, GLOW)


def _window(pen: Pen, x: float, y: float, half: float, glass: Colour) -> None:
    pen.box((x - half, y - half, x + half, y + half), CREAM, corner=0.015)
    for left in (x - half * 0.78, x + half * 0.08):
        for top in (y - half * 0.78, y + half * 0.08):
            pen.box((left, top, left + half * 0.7, top + half * 0.7), glass)


def _lighthouse(pen: Pen, _: Colour, chance: Random) -> None:
    bands = chance.choice((COLOURS["red"], COLOURS["blue"], COLOURS["black"]))
    pen.box((0.04, 0.93, 0.96, 0.995), (136, 130, 130), corner=0.04)
    pen.polygon([(0.3, 0.26), (0.7, 0.26), (0.86, 0.94), (0.14, 0.94)], CREAM)
    for top in (0.36, 0.58, 0.8):
        pen.box((0, top, 1, top + 0.11), bands, clip=True)
    pen.polygon([(0.58, 0.26), (0.7, 0.26), (0.86, 0.94), (0.66, 0.94)], darker(CREAM, 0.12), clip=True)
    for top in (0.36, 0.58, 0.8):
        pen.polygon([(0.6, top), (0.98, top), (0.98, top + 0.11), (0.63, top + 0.11)], darker(bands, 0.15), clip=True)
    pen.box((0.41, 0.82, 0.59, 0.94), darker(WOOD, 0.3), corner=0.06)
    pen.box((0.22, 0.225, 0.78, 0.265), INK, corner=0.02)
    pen.box((0.34, 0.12, 0.66, 0.23), GLOW)
    pen.box((0.47, 0.12, 0.53, 0.23), darker(GLOW, 0.3))
    pen.slice((0.28, 0.03, 0.72, 0.22), 180, 360, bands)
    pen.box((0.47, 0.005, 0.53, 0.06), INK)


def _car(pen: Pen, colour: Colour, chance: Random) -> None:
    roof = chance.uniform(0.02, 0.08)
    pen.polygon([(0.2, 0.48), (0.32, roof), (0.66, roof), (0.82, 0.48)], colour)
    pen.polygon([(0.26, 0.46), (0.35, roof + 0.08), (0.48, roof + 0.08), (0.48, 0.46)], GLASS)
    pen.polygon([(0.52, 0.46), (0.52, roof + 0.08), (0.64, roof + 0.08), (0.75, 0.46)], GLASS)
    pen.box((0.015, 0.44, 0.985, 0.82), colour, corner=0.09)
    pen.box((0.015, 0.68, 0.985, 0.82), darker(colour, 0.2), clip=True)
    pen.box((0.9, 0.5, 0.99, 0.6), GLOW, corner=0.03, clip=True)
    pen.box((0, 0.5, 0.05, 0.6), (196, 70, 66), clip=True)
    pen.box((0.53, 0.53, 0.6, 0.56), darker(colour, 0.35), corner=0.01)
    for x in (0.24, 0.76):
        _wheel(pen, x, 0.79, 0.095)


def _wheel(pen: Pen, x: float, y: float, radius: float) -> None:
    pen.disc(x, y, radius, INK)
    pen.disc(x, y, radius * 0.5, (206, 206, 212))
    pen.disc(x, y, radius * 0.18, INK)


def _bus(pen: Pen, colour: Colour, chance: Random) -> None:
    pen.box((0.01, 0.03, 0.99, 0.86), colour, corner=0.06)
    pen.box((0, 0.66, 1, 0.86), darker(colour, 0.18), clip=True)
    pen.box((0, 0.6, 1, 0.64), CREAM, clip=True)
    count = chance.choice((4, 5))
    step = 0.74 / count
    for number in range(count):
        pen.box((0.05 + number * step, 0.16, 0.01 + (number + 1) * step, 0.52), GLASS, corner=0.02)
    pen.box((0.8, 0.16, 0.89, 0.84), lighter(GLASS, 0.25), corner=0.02)
    pen.box((0.92, 0.16, 1, 0.52), GLASS, clip=True)
    pen.box((0.94, 0.7, 1, 0.78), GLOW, clip=True)
    for x in (0.2, 0.7):
        _wheel(pen, x, 0.85, 0.072)


def _boat(pen: Pen, colour: Colour, chance: Random) -> None:
    pen.line([(0.48, 0.02), (0.48, 0.76)], darker(WOOD), 0.03)
    sag = chance.uniform(0.8, 0.92)
    pen.blob([(0.52, 0.06), (0.7, 0.26), (sag, 0.6), (0.72, 0.67), (0.52, 0.68), (0.54, 0.4)], colour)
    pen.polygon([(0.44, 0.14), (0.44, 0.67), (0.1, 0.67)], CREAM)
    pen.polygon([(0.48, 0.0), (0.62, 0.035), (0.48, 0.07)], lighter(colour, 0.15))
    pen.polygon([(0.02, 0.75), (0.98, 0.75), (0.84, 0.98), (0.18, 0.98)], colour)
    pen.box((0, 0.89, 1, 1), darker(colour, 0.22), clip=True)
    pen.box((0, 0.745, 1, 0.79), lighter(colour, 0.4), clip=True)


def _bench(pen: Pen, colour: Colour, _: Random) -> None:
    for x in (0.12, 0.82):
        pen.box((x, 0.02, x + 0.06, 0.99), INK, corner=0.015)
    for top in (0.06, 0.25):
        pen.box((0.01, top, 0.99, top + 0.14), colour, corner=0.02)
    pen.box((0.01, 0.5, 0.99, 0.64), colour, corner=0.02)
    pen.box((0.01, 0.6, 0.99, 0.66), darker(colour, 0.25), clip=True)


_PAINT = ("red", "orange", "yellow", "green", "blue")
TOWN = (
    Thing(
        kind="house",
        group="building",
        draw=_house,
        height=0.38,
        ratio=0.98,
        colours=("red", "yellow", "blue", "white", "pink", "green"),
    ),
    Thing(kind="lighthouse", group="building", draw=_lighthouse, height=0.5, ratio=0.34, most=1, flips=False),
    Thing(
        kind="car",
        group="vehicle",
        draw=_car,
        height=0.165,
        ratio=2.0,
        colours=(*_PAINT, "purple", "white"),
        verbs=("waits", "wait"),
    ),
    Thing(
        kind="bus",
        group="vehicle",
        draw=_bus,
        height=0.25,
        ratio=1.85,
        most=2,
        colours=_PAINT,
        verbs=("waits", "wait"),
        plural="buses",
    ),
    Thing(
        kind="boat",
        group="vehicle",
        draw=_boat,
        height=0.27,
        ratio=0.92,
        colours=("red", "orange", "green", "blue", "purple"),
        verbs=("floats", "float"),
    ),
    Thing(
        kind="bench",
        group="furniture",
        draw=_bench,
        height=0.15,
        ratio=1.8,
        most=2,
        colours=("brown", "green", "red", "blue"),
        plural="benches",
        flips=False,
    ),
)
