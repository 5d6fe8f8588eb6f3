"""Animals: cat, dog and fish."""

from random import Random

from pictus.demo.palette import COLOURS, CREAM, INK, Colour, darker, lighter
from pictus.demo.pen import Pen
from pictus.demo.things.thing import Thing


def _cat(pen: Pen, colour: Colour, chance: Random) -> None:
    tip = chance.uniform(0.5, 0.62)
    pen.line([(0.62, 0.92), (0.82, 0.94), (0.93, 0.82), (0.91, tip + 0.1), (0.86, tip)], darker(colour, 0.1), 0.09)
    pen.blob(
        [(0.46, 0.36), (0.64, 0.52), (0.76, 0.8), (0.7, 0.98), (0.24, 0.98), (0.18, 0.8), (0.28, 0.52)],
        colour,
    )
    pen.ellipse((0.32, 0.54, 0.6, 0.98), lighter(colour, 0.35), clip=True)
    for x in (0.26, 0.52):
        pen.ellipse((x, 0.89, x + 0.16, 0.99), colour)
    for left, tip_x, right in ((0.19, 0.16, 0.4), (0.52, 0.76, 0.73)):
        pen.polygon([(left, 0.22), (tip_x, 0.01), (right, 0.14)], colour)
        pen.polygon(
            [(left + 0.03, 0.18), (tip_x + (0.04 if tip_x < 0.5 else -0.04), 0.06), (right - 0.06, 0.15)],
            COLOURS["pink"],
        )
    pen.ellipse((0.15, 0.09, 0.77, 0.5), colour)
    for x in (0.4, 0.46, 0.52):
        pen.line([(x, 0.1), (x, 0.16)], darker(colour, 0.3), 0.028, clip=True)
    pen.ellipse((0.35, 0.33, 0.57, 0.5), lighter(colour, 0.45), clip=True)
    _face(pen, ((0.32, 0.29), (0.6, 0.29)), colour, cat=True)
    pen.polygon([(0.42, 0.355), (0.5, 0.355), (0.46, 0.395)], (222, 118, 130))


def _face(pen: Pen, eyes: tuple[tuple[float, float], ...], colour: Colour, *, cat: bool) -> None:
    is_dark = sum(colour) < 300
    for x, y in eyes:
        if is_dark:
            pen.disc(x, y, 0.06 if cat else 0.045, (232, 206, 110) if cat else CREAM)
        pen.disc(x, y, 0.035, INK)
        pen.disc(x + 0.012, y - 0.012, 0.011, CREAM)


def _dog(pen: Pen, colour: Colour, chance: Random) -> None:
    shade = darker(colour, 0.3)
    wag = chance.uniform(0.44, 0.6)
    pen.line([(0.22, 0.88), (0.09, 0.78), (0.06, wag)], colour, 0.075)
    pen.blob([(0.5, 0.36), (0.68, 0.46), (0.7, 0.74), (0.6, 0.96), (0.26, 0.98), (0.15, 0.86), (0.28, 0.6)], colour)
    pen.ellipse((0.12, 0.66, 0.48, 0.98), darker(colour, 0.08))
    pen.ellipse((0.24, 0.9, 0.52, 0.995), darker(colour, 0.08))
    pen.box((0.53, 0.6, 0.66, 0.99), colour, corner=0.05)
    pen.ellipse((0.53, 0.915, 0.74, 0.995), colour)
    pen.blob([(0.6, 0.46), (0.7, 0.5), (0.71, 0.68), (0.63, 0.72)], lighter(colour, 0.45), clip=True)
    pen.box((0.64, 0.18, 0.97, 0.37), lighter(colour, 0.35), corner=0.08)
    pen.ellipse((0.36, 0.03, 0.78, 0.43), colour)
    pen.line([(0.44, 0.42), (0.68, 0.44)], COLOURS["blue" if colour == COLOURS["red"] else "red"], 0.05, clip=True)
    pen.blob([(0.46, 0.07), (0.52, 0.2), (0.46, 0.4), (0.34, 0.44), (0.3, 0.26), (0.36, 0.1)], shade)
    pen.ellipse((0.88, 0.16, 0.99, 0.25), INK)
    pen.line([(0.76, 0.31), (0.86, 0.32)], shade, 0.015)
    _face(pen, ((0.66, 0.16),), colour, cat=False)


def _fish(pen: Pen, colour: Colour, chance: Random) -> None:
    fin = darker(colour, 0.18)
    pen.blob([(0.3, 0.2), (0.46, 0.02), (0.66, 0.06), (0.62, 0.26)], fin)
    pen.blob([(0.4, 0.8), (0.5, 0.98), (0.6, 0.94), (0.56, 0.76)], fin)
    pen.blob([(0.68, 0.5), (0.86, 0.24), (0.99, 0.12), (0.92, 0.5), (0.99, 0.88), (0.86, 0.76)], fin)
    pen.blob(
        [
            (0.01, 0.52),
            (0.16, 0.24),
            (0.42, 0.12),
            (0.66, 0.3),
            (0.78, 0.5),
            (0.66, 0.7),
            (0.42, 0.88),
            (0.16, 0.78),
        ],
        colour,
    )
    if chance.random() < 0.6:
        for x in (0.4, 0.56):
            pen.ellipse((x, 0.05, x + 0.09, 0.95), lighter(colour, 0.5), clip=True)
    else:
        pen.ellipse((0.1, 0.62, 0.66, 1.1), lighter(colour, 0.45), clip=True)
    pen.disc(0.2, 0.42, 0.065, CREAM)
    pen.disc(0.185, 0.42, 0.034, INK)
    pen.blob([(0.38, 0.54), (0.52, 0.5), (0.56, 0.62), (0.44, 0.68)], fin)
    pen.line([(0.05, 0.62), (0.13, 0.64)], fin, 0.018, clip=True)


ANIMALS = (
    Thing(
        kind="cat",
        group="animal",
        draw=_cat,
        height=0.18,
        ratio=0.8,
        colours=("black", "grey", "orange", "white", "brown"),
        verbs=("sits", "sit"),
    ),
    Thing(
        kind="dog",
        group="animal",
        draw=_dog,
        height=0.21,
        ratio=0.9,
        colours=("brown", "white", "black", "grey"),
        verbs=("sits", "sit"),
    ),
    Thing(
        kind="fish",
        group="animal",
        draw=_fish,
        height=0.13,
        ratio=1.55,
        colours=("orange", "yellow", "red", "purple", "pink", "green"),
        verbs=("swims", "swim"),
        plural="fish",
    ),
)
