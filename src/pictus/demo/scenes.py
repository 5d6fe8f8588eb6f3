"""The places of the drawn world: what may be where, how large, and in what words."""

from dataclasses import dataclass

from pictus.demo import scenery
from pictus.demo.scenery import Light, Painter


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A part of a scene where things may be."""

    kinds: tuple[str, ...]
    place: str  # where that is, in words
    reach: tuple[float, float]  # of the lowest points of things, or of their middles where they hover
    count: tuple[int, int]  # how many kinds, from and to
    several: float = 0.0  # chance that a kind comes more than once
    hovers: bool = False
    scale: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A place, and the words that are true of it whatever is there."""

    name: str
    words: tuple[str, ...]
    empty: tuple[str, ...]  # captions that are true when nothing else is there
    paint: Painter
    lights: tuple[Light, ...]
    spots: tuple[Spot, ...]


_DAY = (scenery.NOON, scenery.NOON, scenery.MORNING, scenery.SUNSET)
_SKY = Spot(kinds=("sun",), place="in the sky", reach=(0.11, 0.22), count=(0, 1), hovers=True)
_CLOUDS = Spot(kinds=("cloud",), place="in the sky", reach=(0.08, 0.3), count=(0, 1), several=0.6, hovers=True)
_PEAKS = Spot(kinds=("mountain",), place="in the distance", reach=(0.61, 0.63), count=(0, 1))

MEADOW = Scene(
    name="meadow",
    words=("a green meadow", "a meadow", "a grassy field", "the countryside"),
    empty=(
        "An empty green meadow under the open sky.",
        "Nothing but grass, gentle hills and sky.",
        "A quiet field with nobody in it.",
    ),
    paint=scenery.paint_meadow,
    lights=_DAY,
    spots=(
        _SKY,
        _PEAKS,
        _CLOUDS,
        Spot(
            kinds=("balloon", "kite", "bird"),
            place="in the sky",
            reach=(0.14, 0.4),
            count=(1, 2),
            several=0.35,
            hovers=True,
        ),
        Spot(kinds=("house", "tree"), place="on the hill", reach=(0.66, 0.71), count=(1, 2), several=0.4),
        Spot(
            kinds=("dog", "cat", "bench", "ball"),
            place="on the grass",
            reach=(0.8, 0.9),
            count=(1, 2),
            several=0.35,
            scale=1.05,
        ),
        Spot(kinds=("flower",), place="on the grass", reach=(0.82, 0.97), count=(0, 1), several=0.7),
    ),
)
SEASIDE = Scene(
    name="seaside",
    words=("a sandy beach", "the seaside", "a beach by the sea"),
    empty=(
        "An empty beach by the sea.",
        "Sand, waves and a wide sky.",
        "Small waves roll towards a beach with nobody on it.",
    ),
    paint=scenery.paint_seaside,
    lights=_DAY,
    spots=(
        _SKY,
        _CLOUDS,
        Spot(
            kinds=("bird", "kite", "balloon"),
            place="in the sky",
            reach=(0.12, 0.34),
            count=(0, 2),
            several=0.5,
            hovers=True,
        ),
        Spot(kinds=("boat",), place="on the water", reach=(0.54, 0.66), count=(1, 1), several=0.45),
        Spot(kinds=("lighthouse",), place="on the shore", reach=(0.76, 0.8), count=(0, 1)),
        Spot(kinds=("umbrella",), place="on the sand", reach=(0.84, 0.9), count=(0, 1), several=0.2),
        Spot(
            kinds=("ball", "dog", "bench", "cat"),
            place="on the sand",
            reach=(0.88, 0.97),
            count=(1, 2),
            several=0.3,
        ),
    ),
)
STREET = Scene(
    name="street",
    words=("a street", "a quiet street", "a road in a small town"),
    empty=(
        "An empty street with a wide pavement.",
        "A road with a pale pavement and low hills behind it.",
        "Nobody is out on this street.",
    ),
    paint=scenery.paint_street,
    lights=_DAY,
    spots=(
        _SKY,
        _CLOUDS,
        Spot(kinds=("balloon", "bird"), place="in the sky", reach=(0.1, 0.24), count=(0, 1), hovers=True),
        Spot(kinds=("house",), place="along the street", reach=(0.665, 0.675), count=(1, 1), several=0.6),
        Spot(
            kinds=("tree",),
            place="along the street",
            reach=(0.67, 0.68),
            count=(0, 1),
            several=0.4,
            scale=0.95,
        ),
        Spot(
            kinds=("bench", "cat", "dog"),
            place="on the pavement",
            reach=(0.73, 0.755),
            count=(0, 1),
            scale=0.85,
        ),
        Spot(kinds=("car", "bus"), place="on the road", reach=(0.9, 0.95), count=(1, 2), several=0.3),
    ),
)
WATER = Scene(
    name="water",
    words=("the sea from above and below", "blue water", "the sea"),
    empty=(
        "Clear blue water with weed growing on the sandy floor.",
        "Bubbles rise through an empty sea.",
        "A view under the surface of the sea, with nobody in it.",
    ),
    paint=scenery.paint_water,
    lights=(scenery.NOON, scenery.MORNING, scenery.SUNSET),
    spots=(
        Spot(kinds=("boat",), place="on the water", reach=(0.25, 0.26), count=(1, 1), several=0.2, scale=0.72),
        Spot(
            kinds=("bird", "cloud"),
            place="in the sky",
            reach=(0.07, 0.1),
            count=(0, 1),
            hovers=True,
            scale=0.85,
        ),
        Spot(
            kinds=("fish",),
            place="under the water",
            reach=(0.36, 0.8),
            count=(1, 1),
            several=1.0,
            hovers=True,
            scale=1.15,
        ),
        Spot(
            kinds=("fish",),
            place="under the water",
            reach=(0.36, 0.8),
            count=(1, 1),
            several=0.5,
            hovers=True,
            scale=0.9,
        ),
    ),
)
TABLE = Scene(
    name="table",
    words=("a wooden table", "a table by the window", "a table in a bright room"),
    empty=(
        "An empty wooden table in front of a window.",
        "A bare table and a window in the wall behind it.",
        "There is nothing on the table.",
    ),
    paint=scenery.paint_table,
    lights=(scenery.INDOORS,),
    spots=(
        Spot(kinds=("clock",), place="on the wall", reach=(0.2, 0.27), count=(0, 1), hovers=True),
        Spot(kinds=("lamp", "cat"), place="on the table", reach=(0.73, 0.77), count=(0, 1), scale=1.3),
        Spot(
            kinds=("mug", "book", "apple", "ball"),
            place="on the table",
            reach=(0.77, 0.91),
            count=(2, 3),
            several=0.4,
            scale=1.3,
        ),
    ),
)
ROOM = Scene(
    name="room",
    words=("a bright room", "a living room", "a cosy room"),
    empty=(
        "An empty room with a rug on a wooden floor.",
        "A round rug on a floor of wooden boards.",
        "Nobody is in this room.",
    ),
    paint=scenery.paint_room,
    lights=(scenery.INDOORS,),
    spots=(
        Spot(kinds=("clock",), place="on the wall", reach=(0.2, 0.27), count=(0, 1), hovers=True),
        Spot(kinds=("lamp",), place="by the wall", reach=(0.72, 0.74), count=(1, 1), scale=1.4),
        Spot(
            kinds=("cat", "dog", "ball", "book"),
            place="on the floor",
            reach=(0.82, 0.96),
            count=(2, 3),
            several=0.35,
            scale=1.25,
        ),
    ),
)
NIGHT = Scene(
    name="night",
    words=("a starry night", "a field at night", "a dark hillside under the stars"),
    empty=(
        "An empty hillside under a starry sky.",
        "Stars shine over dark, silent hills.",
        "Night has fallen and nobody is about.",
    ),
    paint=scenery.paint_night,
    lights=(scenery.NIGHT,),
    spots=(
        Spot(kinds=("moon",), place="in the sky", reach=(0.14, 0.26), count=(1, 1), hovers=True),
        _PEAKS,
        Spot(
            kinds=("house", "tree", "lighthouse"),
            place="on the hill",
            reach=(0.68, 0.73),
            count=(1, 2),
            several=0.5,
        ),
        Spot(kinds=("cat", "bench", "dog", "car"), place="in the dark field", reach=(0.84, 0.96), count=(1, 2)),
    ),
)
SCENES = (MEADOW, SEASIDE, STREET, WATER, TABLE, ROOM, NIGHT)
