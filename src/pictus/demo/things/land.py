"""Things of the land: tree, flower and mountain."""

from random import Random

from pictus.demo.palette import COLOURS, CREAM, LEAF, WOOD, Colour, darker, lighter, mix
from pictus.demo.pen import Pen, around
from pictus.demo.things.thing import Thing


def _tree(pen: Pen, colour: Colour, chance: Random) -> None:
    leaf = mix(colour, chance.choice(((60, 140, 84), (120, 170, 84), (74, 150, 120))), chance.uniform(0, 0.5))
    chance.choice((_round_tree, _fir, _tall_tree))(pen, leaf)


def _round_tree(pen: Pen, leaf: Colour) -> None:
    pen.box((0.44, 0.55, 0.56, 0.99), WOOD, corner=0.03)
    pen.line([(0.5, 0.72), (0.66, 0.58)], WOOD, 0.05)
    crown = ((0.3, 0.42, 0.26), (0.7, 0.42, 0.27), (0.5, 0.24, 0.31), (0.5, 0.48, 0.26))
    for x, y, radius in crown:
        pen.disc(x, y, radius, leaf)
    for x, y, radius in ((0.4, 0.18, 0.13), (0.24, 0.4, 0.1), (0.62, 0.34, 0.09)):
        pen.disc(x, y, radius, lighter(leaf, 0.16), clip=True)


def _fir(pen: Pen, leaf: Colour) -> None:
    pen.box((0.43, 0.8, 0.57, 0.99), WOOD)
    for top, bottom, half in ((0.4, 0.87, 0.42), (0.2, 0.64, 0.34), (0.02, 0.4, 0.25)):
        pen.polygon([(0.5, top), (0.5 + half, bottom), (0.5 - half, bottom)], leaf)
        pen.polygon([(0.5, top), (0.5 + half, bottom), (0.5 + half * 0.25, bottom)], darker(leaf, 0.12))


def _tall_tree(pen: Pen, leaf: Colour) -> None:
    pen.box((0.45, 0.6, 0.55, 0.99), WOOD, corner=0.02)
    pen.blob([(0.5, 0.01), (0.74, 0.22), (0.8, 0.52), (0.66, 0.78), (0.34, 0.78), (0.2, 0.52), (0.26, 0.22)], leaf)
    pen.blob([(0.56, 0.06), (0.74, 0.3), (0.76, 0.56), (0.6, 0.8), (0.66, 0.5)], darker(leaf, 0.12), clip=True)
    pen.line([(0.5, 0.4), (0.5, 0.7)], WOOD, 0.03)


def _flower(pen: Pen, colour: Colour, chance: Random) -> None:
    lean = chance.uniform(-0.06, 0.06)
    pen.line([(0.5 + lean, 0.32), (0.5, 0.97)], LEAF, 0.06)
    pen.blob([(0.5, 0.86), (0.66, 0.66), (0.92, 0.6), (0.8, 0.8)], LEAF)
    pen.blob([(0.5, 0.9), (0.34, 0.72), (0.1, 0.68), (0.22, 0.86)], darker(LEAF, 0.1))
    if chance.random() < 0.35:
        _tulip(pen, colour, 0.5 + lean)
        return
    petals, turn = chance.choice((6, 8)), chance.uniform(0, 40)
    for petal in range(petals):
        x, y = around(0.5 + lean, 0.27, (0.25, 0.16), turn + petal * 360 / petals)
        pen.disc(x, y, 0.19 if petals == 6 else 0.155, colour if petal % 2 else darker(colour, 0.07))
    pen.disc(0.5 + lean, 0.27, 0.15, COLOURS["orange"] if colour == COLOURS["yellow"] else COLOURS["yellow"])


def _tulip(pen: Pen, colour: Colour, x: float) -> None:
    cup = [(x - 0.28, 0.08), (x - 0.14, 0.2), (x, 0.03), (x + 0.14, 0.2), (x + 0.28, 0.08)]
    pen.polygon([*cup, *(around(x, 0.28, (0.28, 0.16), angle) for angle in range(0, 181, 10))], colour)
    pen.polygon([(x, 0.03), (x + 0.13, 0.24), (x, 0.43), (x - 0.13, 0.24)], darker(colour, 0.12), clip=True)


def _mountain(pen: Pen, _: Colour, chance: Random) -> None:
    rock = chance.choice(((122, 138, 164), (138, 132, 158), (112, 142, 158)))
    top = chance.uniform(0.36, 0.5)
    small = 0.84 if top < 0.43 else 0.8
    pen.polygon([(0.5, 0.99), (small, 0.36), (0.99, 0.99)], darker(rock, 0.1))
    pen.polygon([(small, 0.36), (small + 0.07, 0.58), (small, 0.52), (small - 0.07, 0.6)], darker(CREAM, 0.05))
    pen.polygon([(0.01, 0.99), (top, 0.02), (0.86, 0.99)], rock)
    pen.polygon([(top, 0.02), (0.86, 0.99), (top + 0.06, 0.99), (top - 0.03, 0.5)], darker(rock, 0.14))
    left, right = top - 0.14, top + 0.15
    snow = [
        (top, 0.02),
        (right, 0.34),
        (top + 0.08, 0.27),
        (top + 0.02, 0.38),
        (top - 0.06, 0.28),
        (left, 0.36),
    ]
    pen.polygon(snow, CREAM, clip=True)
    pen.polygon([(top, 0.02), snow[1], snow[2], (top + 0.01, 0.3)], darker(CREAM, 0.1), clip=True)


_PETALS = ("red", "orange", "yellow", "purple", "pink", "white")
LAND = (
    Thing(kind="tree", group="plant", draw=_tree, height=0.38, ratio=0.7, colours=("green",)),
    Thing(
        kind="flower",
        group="plant",
        draw=_flower,
        height=0.15,
        ratio=0.62,
        colours=_PETALS,
        verbs=("grows", "grow"),
    ),
    Thing(kind="mountain", group="landscape", draw=_mountain, height=0.34, ratio=1.8, verbs=("rises", "rise")),
)
