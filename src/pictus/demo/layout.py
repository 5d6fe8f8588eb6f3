"""Decide what is in a drawn picture and where, with the exact mask of each thing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import TypeAlias

from PIL import Image, ImageChops

from pictus.demo.palette import COLOURS, INK
from pictus.demo.pen import Pen, Tile
from pictus.demo.scenery import NIGHT, Light
from pictus.demo.scenes import MEADOW, SCENES, SEASIDE, Scene, Spot
from pictus.demo.things import THINGS, Thing

Bounds: TypeAlias = tuple[int, int, int, int]

SCALE = 3  # drawn three times as large, then shrunk, so that edges are smooth
SIZES = ((480, 360), (480, 360), (360, 480), (420, 420), (540, 360), (400, 300), (384, 512))
EMPTY_EVERY, EMPTY_FROM = 60, 7  # pictures with nothing in them
GROUP_EVERY, GROUP_FROM = 20, 3  # pictures with a flock or a row annotated as one
GROUPS = {"bird": "a flock of birds", "flower": "a row of flowers"}
LEAST_VISIBLE = 0.6  # a thing that is hidden more than that is left out
_TRIES = 40


@dataclass(frozen=True, slots=True)
class Placed:
    """A thing with its place in the picture; `left` and `top` are in pixels before shrinking."""

    kind: str
    colour: str | None
    left: int
    top: int
    tile: Tile
    spot: Spot
    is_group: bool = False
    visible: float = 1.0  # part of it that nothing covers

    @property
    def bounds(self) -> Bounds:
        """Give left, top, right, bottom in pixels before shrinking."""
        wide, high = self.tile.mask.size
        return self.left, self.top, self.left + wide, self.top + high


@dataclass(frozen=True, slots=True)
class Plan:
    """A picture before it is painted: the place, the light, and the things from back to front."""

    width: int  # pixels of the finished picture
    height: int
    scene: Scene
    light: Light
    placed: tuple[Placed, ...]
    key: str  # what chance is drawn from


def plan_picture(number: int, seed: int = 0) -> Plan:
    """Decide everything about one picture; the same number and seed always give the same plan."""
    key = f"{seed}/{number}"
    chance = Random(key)
    has_group = number % GROUP_EVERY == GROUP_FROM
    scene = chance.choice((MEADOW, SEASIDE)) if has_group else SCENES[number % len(SCENES)]
    width, height = chance.choice(SIZES)
    light = chance.choice(scene.lights)
    plan = Plan(width, height, scene, light, (), key)
    if number % EMPTY_EVERY == EMPTY_FROM:
        return plan
    return replace(plan, placed=_without_hidden(_Layout(plan, chance).fill(has_group=has_group)))


class _Layout:
    """Finds a place for each thing, so that few overlap."""

    def __init__(self, plan: Plan, chance: Random) -> None:
        self.plan, self.chance = plan, chance
        self.width, self.height = plan.width * SCALE, plan.height * SCALE
        self.unit = (self.width * self.height) ** 0.5
        self.crowding = 0.25 if chance.random() < 0.2 else 0.02  # how much of a thing another may overlap
        self.placed: list[Placed] = []

    def fill(self, *, has_group: bool) -> list[Placed]:
        """Place things from back to front."""
        grouped = self.chance.choice(("bird", "flower") if self.plan.scene is MEADOW else ("bird",))
        if has_group:  # first, while there is room
            self._place_group(next(s for s in self.plan.scene.spots if grouped in s.kinds), THINGS[grouped])
        for spot in self.plan.scene.spots:
            kinds = [kind for kind in spot.kinds if not (has_group and kind == grouped)]
            count = min(len(kinds), self.chance.randint(*spot.count))
            for kind in self.chance.sample(kinds, count):
                self._place_some(spot, THINGS[kind])
        return sorted(self.placed, key=lambda item: (not item.spot.hovers, item.spot.reach[0], item.bounds[3]))

    def _place_some(self, spot: Spot, thing: Thing) -> None:
        copies = self.chance.choice((2, 2, 3, 4)) if self.chance.random() < spot.several else 1
        copies = min(copies, thing.most)
        colour = self._colour(thing)
        is_alike = self.chance.random() < 0.5
        for copy in range(copies):
            colour = colour if copy == 0 or is_alike else self._colour(thing)
            tile = self._draw(thing, colour, spot.scale * self.chance.uniform(0.88, 1.1) * (0.92 if copies > 2 else 1))
            self._place(Placed(thing.kind, colour, 0, 0, tile, spot))

    def _place_group(self, spot: Spot, thing: Thing) -> None:
        tiles = [self._draw(thing, self._colour(thing), self.chance.uniform(0.62, 0.8)) for _ in range(7)]
        tile = _flock(tiles, self.chance) if thing.kind == "bird" else _row(tiles)
        self._place(Placed(thing.kind, None, 0, 0, tile, spot, is_group=True))

    def _colour(self, thing: Thing) -> str | None:
        words = [word for word in thing.colours if not (self.plan.light is NIGHT and word in ("white", "black"))]
        return self.chance.choice(words) if words else None

    def _draw(self, thing: Thing, colour: str | None, scale: float) -> Tile:
        high = thing.height * scale * self.unit
        pen = Pen(round(high * thing.ratio), round(high))
        thing.draw(pen, COLOURS[colour] if colour else INK, self.chance)
        tile, light = pen.tile(mirror=thing.flips and self.chance.random() < 0.5), self.plan.light
        tint = Image.new("RGB", tile.image.size, light.tint)
        return Tile(Image.blend(tile.image, tint, light.share), tile.mask)

    def _place(self, item: Placed) -> None:
        wide, high = item.tile.mask.size
        edge = round(0.015 * self.unit)
        for _ in range(_TRIES):
            level = self.chance.uniform(*item.spot.reach) * self.height
            top = round(level - (high / 2 if item.spot.hovers else high))
            left = self.chance.randint(edge, max(edge, self.width - edge - wide))
            found = replace(item, left=left, top=top)
            if _fits(found.bounds, self.width, self.height, edge) and self._is_free(found):
                self.placed.append(found)
                return

    def _is_free(self, item: Placed) -> bool:
        return all(
            _overlap(item.bounds, other.bounds) <= self.crowding
            for other in self.placed
            if other.kind != "mountain" or item.kind == "sun"
        )


def _flock(tiles: Sequence[Tile], chance: Random) -> Tile:
    wide, high = tiles[0].mask.size
    places = []
    for number, _ in enumerate(tiles):
        rank, side = (number + 1) // 2, 1 if number % 2 else -1
        sway = chance.uniform(-0.15, 0.15)
        places.append((round(wide * (3.4 + side * rank * 1.05 + sway)), round(high * (rank * 0.8 + 0.3 + sway))))
    return _together(tiles, places)


def _row(tiles: Sequence[Tile]) -> Tile:
    tallest = max(tile.mask.height for tile in tiles)
    step = round(max(tile.mask.width for tile in tiles) * 0.92)
    return _together(tiles, [(step * number, tallest - tile.mask.height) for number, tile in enumerate(tiles)])


def _together(tiles: Sequence[Tile], places: Sequence[tuple[int, int]]) -> Tile:
    wide = max(x + tile.mask.width for (x, _), tile in zip(places, tiles, strict=True))
    high = max(y + tile.mask.height for (_, y), tile in zip(places, tiles, strict=True))
    image, mask = Image.new("RGB", (wide, high)), Image.new("L", (wide, high))
    for place, tile in zip(places, tiles, strict=True):
        image.paste(tile.image, place, tile.mask)
        mask.paste(255, place, tile.mask)
    bounds = mask.getbbox()
    return Tile(image.crop(bounds), mask.crop(bounds))


def _fits(bounds: Bounds, width: int, height: int, edge: int) -> bool:
    left, top, right, bottom = bounds
    return left >= edge and top >= edge and right <= width - edge and bottom <= height - edge


def _overlap(first: Bounds, second: Bounds) -> float:
    across = min(first[2], second[2]) - max(first[0], second[0])
    down = min(first[3], second[3]) - max(first[1], second[1])
    if across <= 0 or down <= 0:
        return 0.0
    smaller = min((box[2] - box[0]) * (box[3] - box[1]) for box in (first, second))
    return across * down / smaller


def _without_hidden(placed: Sequence[Placed]) -> tuple[Placed, ...]:
    kept: list[Placed] = []
    for item in reversed(placed):
        visible = _visible(item, kept)
        if visible >= LEAST_VISIBLE:
            kept.append(replace(item, visible=visible))
    return tuple(reversed(kept))


def _visible(item: Placed, in_front: Sequence[Placed]) -> float:
    left, top, *_ = item.bounds
    rest = item.tile.mask
    for other in _touching(item, in_front):
        cover = Image.new("L", rest.size)
        cover.paste(255, (other.left - left, other.top - top), other.tile.mask)
        rest = ImageChops.subtract(rest, cover)
    return rest.histogram()[255] / item.tile.mask.histogram()[255]


def _touching(item: Placed, others: Sequence[Placed]) -> Iterator[Placed]:
    return (other for other in others if _overlap(item.bounds, other.bounds) > 0)
