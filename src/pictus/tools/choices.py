"""What arguments a picture offers: its things, kinds and goods, each with how it is said and where it comes from."""

from dataclasses import dataclass, replace
from typing import Any

from pictus.scene import Area, Name, Scene, Thing, listing
from pictus.scene.colours import colour_of
from pictus.scene.geometry import is_left_of, likeness
from pictus.tools import everyday
from pictus.tools.function import Fill, Function, Seen, Several
from pictus.tools.provenance import Source, box_ref
from pictus.tools.seen import corners

_EXACT = 0.9  # likeness below which three decimals no longer give a box


@dataclass(frozen=True, slots=True)
class Choice:
    """A value for an argument, how a question speaks of it, and where it comes from."""

    value: Any
    said: Name | str
    source: Source
    ref: Any


def choices(fill: Fill, scene: Scene) -> tuple[Choice, ...]:
    """List what an argument could be; nothing where the picture offers nothing of the sort."""
    if isinstance(fill, tuple):
        return tuple(Choice(value, str(value), "query", str(value)) for value in fill)
    if isinstance(fill, Several):
        return _several(choices(fill.seen, scene), fill.count)
    if fill in ("thing", "coloured"):
        things = [thing for thing in _pointed_at(scene) if fill == "thing" or colour_of(thing.box.attributes)]
        return tuple(choice for thing in things if (choice := _box(thing, scene)))
    return tuple(Choice(name.one, name, "label", name.one) for name in _names(fill, scene))


def fits(function: Function, scene: Scene) -> bool:
    """Say whether the picture offers something for each argument that is drawn from it."""
    return all(isinstance(fill, tuple) or choices(fill, scene) for fill in function.fills.values())


def is_about_pictures(function: Function) -> bool:
    """Say whether an argument is drawn from the picture, or the picture is all that it takes."""
    return not function.fills or any(not isinstance(fill, tuple) for fill in function.fills.values())


def _pointed_at(scene: Scene) -> list[Thing]:
    """List what a phrase can point at: the only thing of its name, and the first and last of a row of them."""
    found = list(scene.singles)
    for kind in scene.counted:
        if len(kind.things) > 1 and kind.name.form == "count":
            left, *middle, right = sorted(kind.things, key=lambda thing: thing.area.x)
            if all(is_left_of(left.area, other.area) for other in (*middle, right)):
                found.append(replace(left, name=replace(kind.name, the=f"the leftmost {kind.name.one}")))
            if all(is_left_of(other.area, right.area) for other in (left, *middle)):
                found.append(replace(right, name=replace(kind.name, the=f"the rightmost {kind.name.one}")))
    return found


def _names(seen: Seen, scene: Scene) -> list[Name]:
    match seen:
        case "counted":
            return [kind.name for kind in scene.counted]
        case "people":
            return [kind.name for kind in scene.counted if kind.name.one == "person" and kind.count != 1]
        case "single":
            return [thing.name for thing in scene.singles]
        case "goods":
            return [kind.name for one, kind in scene.kinds.items() if one in everyday.GOODS]
        case "food":
            return [kind.name for one, kind in scene.kinds.items() if one in everyday.FOODS]
        case "animal":
            return [kind.name for one, kind in scene.kinds.items() if one in everyday.ANIMALS]
    return [kind.name for kind in scene.kinds.values()]


def _box(thing: Thing, scene: Scene) -> Choice | None:
    value = corners(thing.area)
    area = Area.of(*value)
    if area is None or likeness(area, thing.area) < _EXACT:
        return None
    return Choice(value, thing.name, "box", box_ref(scene.facts, thing.box))


def _several(options: tuple[Choice, ...], count: int) -> tuple[Choice, ...]:
    """Take neighbours in the order of the facts: all pairs of many things would be a great many."""
    lists = [options[place : place + count] for place in range(len(options) - count + 1)]
    return tuple(
        Choice(
            [one.value for one in some],
            listing([one.said.a if isinstance(one.said, Name) else one.said for one in some]),
            "label",
            [one.ref for one in some],
        )
        for some in lists
    )
