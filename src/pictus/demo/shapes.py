"""Draw one shape in one corner of a small dark picture: a world so small that a tiny model learns all of it."""

from dataclasses import dataclass
from io import BytesIO
from random import Random

from PIL import Image

from pictus.demo.palette import COLOURS, Colour
from pictus.demo.pen import Pen

SIDE = 32  # pixels of a picture
HUES = ("red", "yellow", "green", "blue", "purple")
FORMS = ("circle", "square", "triangle")
PLACES = ("top left", "top right", "bottom left", "bottom right")

_SCALE = 4  # drawn larger and reduced, for smooth edges
_QUARTER = SIDE * _SCALE // 2
# All colours are lighter than the paper: where they are as light, each form has to be learned anew for each colour.
PAPER: Colour = (26, 26, 26)
_UNEVEN = 12  # how far each part of a colour may be from the word's own


@dataclass(frozen=True, slots=True)
class Shown:
    """What a picture shows."""

    colour: str
    form: str
    place: str

    @property
    def caption(self) -> str:
        """Say it in a sentence."""
        return f"A {self.colour} {self.form} in the {self.place}."


def shown(number: int, seed: int = 0) -> Shown:
    """Choose what a picture shows; the same number and seed always give the same."""
    chance = Random(f"{seed}/{number}/shown")
    return Shown(chance.choice(HUES), chance.choice(FORMS), chance.choice(PLACES))


def draw_shape(what: Shown, number: int, seed: int = 0) -> bytes:
    """Draw it as PNG, a little different for each number."""
    chance = Random(f"{seed}/{number}/drawn")
    tint = _uneven(COLOURS[what.colour], chance)
    margin = chance.uniform(0.04, 0.14)
    low, high = margin, 1 - chance.uniform(0.04, 0.14)
    pen = Pen(_QUARTER, _QUARTER)
    match what.form:
        case "circle":
            pen.ellipse((low, low, high, high), tint)
        case "square":
            pen.box((low, low, high, high), tint)
        case _:
            pen.polygon([((low + high) / 2, low), (high, high), (low, high)], tint)
    tile = pen.tile()
    picture = Image.new("RGB", (SIDE * _SCALE, SIDE * _SCALE), PAPER)
    down, across = (word in what.place for word in ("bottom", "right"))
    spare = _QUARTER - tile.image.width, _QUARTER - tile.image.height
    corner = (_QUARTER * across + spare[0] // 2, _QUARTER * down + spare[1] // 2)
    picture.paste(tile.image, corner, tile.mask)
    return _encoded(picture.reduce(_SCALE))


def blank() -> bytes:
    """Draw nothing: the control that tells whether a model looks at all."""
    return _encoded(Image.new("RGB", (SIDE, SIDE), PAPER))


def _uneven(colour: Colour, chance: Random) -> Colour:
    red, green, blue = (min(255, max(0, part + chance.randint(-_UNEVEN, _UNEVEN))) for part in colour)
    return red, green, blue


def _encoded(picture: Image.Image) -> bytes:
    file = BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()
