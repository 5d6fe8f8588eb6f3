"""What a function sees of a picture: the annotated boxes by name and by region."""

from collections.abc import Sequence

from pictus.record import Box, Facts
from pictus.scene import Area, name_of
from pictus.scene.geometry import ALIKE, inside, likeness
from pictus.tools.function import CannotDo

_MOSTLY = 0.5  # part of a thing that must lie in a region to be shown by it


def area_of(corners: Sequence[float]) -> Area:
    """Make a rectangle of an argument; corners that enclose nothing are refused."""
    area = Area.of(corners[0], corners[1], corners[2], corners[3])
    if area is None:
        raise CannotDo("the box is empty: right must be greater than left, and bottom greater than top")
    return area


def area_of_box(box: Box) -> Area | None:
    """Give the part of an annotated box that lies in the picture."""
    return Area.of(box.left, box.top, box.right, box.bottom)


def corners(area: Area) -> list[float]:
    """Write a rectangle as results and arguments do: four fractions with three decimals."""
    return [round(at, 3) for at in (area.left, area.top, area.right, area.bottom)]


def is_called(label: str, words: str) -> bool:
    """Say whether words name a label, in the singular or the plural."""
    said, name = " ".join(words.lower().split()), name_of(label)
    return said == label.lower() or (name is not None and said in (name.one.lower(), name.many.lower()))


def boxes_called(facts: Facts, words: str) -> list[tuple[Box, Area]]:
    """List the boxes of what words name, from left to right; an error where nobody looked for such a thing."""
    found = [(box, area) for box in facts.boxes if is_called(box.label, words) and (area := area_of_box(box))]
    if not found and (
        any(is_called(label, words) for label in facts.present)
        or not any(is_called(label, words) for label in facts.absent)
    ):
        raise CannotDo(f"cannot make out where {words} would be")
    return sorted(found, key=lambda one: (one[1].x, one[1].y))


def box_at(facts: Facts, corners: Sequence[float]) -> Box:
    """Find the annotated box that a region means."""
    wanted = area_of(corners)
    rated = [(likeness(area, wanted), box) for box in facts.boxes if (area := area_of_box(box))]
    best = max(rated, key=lambda one: one[0], default=None)
    if best is None or best[0] < ALIKE:
        raise CannotDo("there is no single thing in that region")
    return best[1]


def labels_in(facts: Facts, area: Area) -> list[str]:
    """List what lies mostly in a region, the largest first, each name once."""
    found = []
    for box in facts.boxes:
        part, name = area_of_box(box), name_of(box.label)
        if part is not None and name is not None and part.size > 0 and inside(part, area) >= _MOSTLY:
            found.append((-part.size, name.one))
    return list(dict.fromkeys(label for _, label in sorted(found)))
