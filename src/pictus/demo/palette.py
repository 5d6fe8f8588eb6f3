"""The colours of the drawn world: what each colour word looks like, and how shades are made from it."""

from typing import TypeAlias

Colour: TypeAlias = tuple[int, int, int]

# One tint per word, so that "red" in an annotation is always the red in the picture.
COLOURS: dict[str, Colour] = {
    "red": (213, 72, 68),
    "orange": (238, 137, 62),
    "yellow": (246, 201, 81),
    "green": (92, 160, 98),
    "blue": (68, 127, 194),
    "purple": (133, 98, 178),
    "pink": (239, 148, 172),
    "white": (249, 247, 241),
    "brown": (152, 105, 72),
    "black": (58, 58, 68),
    "grey": (152, 158, 167),
}
INK: Colour = (52, 50, 60)
CREAM: Colour = (252, 246, 230)
GLASS: Colour = (196, 228, 240)
GLOW: Colour = (255, 222, 138)
WOOD: Colour = (142, 100, 70)
LEAF: Colour = (84, 146, 84)


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """Blend two colours; `share` is how much of the second goes in."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def darker(colour: Colour, share: float = 0.18) -> Colour:
    """Shade a colour towards a deep blue, as shadows in daylight are."""
    return mix(colour, (40, 38, 72), share)


def lighter(colour: Colour, share: float = 0.3) -> Colour:
    """Tint a colour towards a warm white."""
    return mix(colour, (255, 252, 242), share)
