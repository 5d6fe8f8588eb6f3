"""How large a picture becomes, and where it is cut or padded: arithmetic only, of upright pictures."""

from dataclasses import dataclass

from pictus.pixels.unfit import Unfit
from pictus.pixels.wanted import LONGEST_SIDE, Wanted


@dataclass(frozen=True, slots=True)
class Plan:
    """The size to scale to; then the place of the canvas in it, which may be smaller (a cut) or larger (a border)."""

    width: int
    height: int
    left: int  # of the scaled picture on the canvas; negative where it is cut
    top: int
    canvas_width: int
    canvas_height: int

    def changes(self, width: int, height: int) -> bool:
        """Say whether a picture of that size becomes another."""
        return not (width == self.width == self.canvas_width and height == self.height == self.canvas_height)


def planned(width: int, height: int, wanted: Wanted) -> Plan:
    """Work out what becomes of a picture; one that would grow beyond all limits raises `Unfit`."""
    plan = _plan(width, height, wanted)
    if plan.width * plan.height > wanted.max_pixels and plan.width * plan.height > width * height:
        raise Unfit("too_many_pixels", f"it would be made {plan.width:,} x {plan.height:,}")
    return plan


def check_writable(plan: Plan, wanted: Wanted) -> None:
    """Raise `Unfit` for a picture with a longer side than its encoding holds."""
    longest, most = max(plan.canvas_width, plan.canvas_height), LONGEST_SIDE[wanted.encode]
    if longest > most:
        raise Unfit("aspect", f"{longest:,} pixels would be its longer side, and a {wanted.encode} holds {most:,}")


def _plan(width: int, height: int, wanted: Wanted) -> Plan:
    size = wanted.size
    by_shorter = wanted.mode in ("keep_ratio", "center_crop")
    side = min(width, height) if by_shorter else max(width, height)
    if size is None or (wanted.only_larger and side < size):
        return Plan(width, height, 0, 0, width, height)
    # A half goes to the even number, as in img2dataset; a very long picture stays a pixel wide.
    scaled = max(1, round(width * size / side)), max(1, round(height * size / side))
    if wanted.mode in ("keep_ratio", "keep_ratio_largest"):
        return Plan(*scaled, 0, 0, *scaled)
    if wanted.mode == "center_crop":
        left, top = -((scaled[0] - size) // 2), -((scaled[1] - size) // 2)
    else:
        left, top = (size - scaled[0]) // 2, (size - scaled[1]) // 2
    return Plan(*scaled, left, top, size, size)
