"""What the world knows of a kind of thing: its size, its colours, its words, and how to draw it."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from pictus.demo.palette import Colour
from pictus.demo.pen import Pen


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """One kind of thing."""

    kind: str
    group: str  # its supercategory
    draw: Callable[[Pen, Colour, Random], None]
    height: float  # of its tile, where 1 is the side of a square as large as the picture
    ratio: float  # width by height of its tile
    colours: tuple[str, ...] = ()  # words its body can truly be called by; none where no word is clear
    verbs: tuple[str, str] = ("stands", "stand")  # what one does, and what several do
    plural: str = ""
    most: int = 4  # how many there may be in one place
    flips: bool = True  # may be mirrored

    @property
    def many(self) -> str:
        """Give the word for several of them."""
        return self.plural or f"{self.kind}s"
