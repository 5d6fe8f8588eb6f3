"""What there is in the drawn world: each thing is one function that draws it on a tile."""

from pictus.demo.things.animals import ANIMALS
from pictus.demo.things.home import HOME
from pictus.demo.things.land import LAND
from pictus.demo.things.sky import SKY
from pictus.demo.things.thing import Thing
from pictus.demo.things.town import TOWN

THINGS: dict[str, Thing] = {thing.kind: thing for thing in (*SKY, *LAND, *TOWN, *ANIMALS, *HOME)}
KINDS: tuple[str, ...] = tuple(THINGS)

__all__ = ["KINDS", "THINGS", "Thing"]
