"""How many tokens a picture takes, by the rule of its model's family; the numbers stand in `prices.toml`."""

from collections.abc import Callable, Mapping
from math import ceil, sqrt
from typing import Any, TypeAlias

Rule: TypeAlias = Callable[..., int]
_USUAL = 1_000  # a picture of a model that nobody described


def tokens_of_picture(rule: Mapping[str, Any] | None, width: int, height: int) -> int:
    """Count the tokens of one picture."""
    if rule is None:
        return _USUAL
    numbers = {name: value for name, value in rule.items() if name != "rule"}
    return _RULES[rule["rule"]](width, height, **numbers)


def _tiles(width: int, height: int, *, base: int, tile: int) -> int:
    """Fit into 2,048 by 2,048, shrink the short side to 768, and cut into tiles of 512."""
    scale = min(1.0, 2048 / max(width, height))
    scale *= min(1.0, 768 / (min(width, height) * scale))
    return base + tile * ceil(round(width * scale, 3) / 512) * ceil(round(height * scale, 3) / 512)


def _patches(width: int, height: int, *, side: int, most: int, factor: float) -> int:
    """Cut into patches; a picture with too many is shrunk until they are few enough."""
    count = ceil(width / side) * ceil(height / side)
    if count > most:
        scale = sqrt(side * side * most / (width * height))
        across, down = width * scale / side, height * scale / side
        scale *= min(int(across) / across if across >= 1 else 1, int(down) / down if down >= 1 else 1)
        count = min(ceil(round(width * scale / side, 6)) * ceil(round(height * scale / side, 6)), most)
    return ceil(count * factor)


def _area(width: int, height: int, *, pixels: int, side: int, most: int) -> int:
    """Shrink the long side, then so many pixels make a token."""
    scale = min(1.0, side / max(width, height))
    return min(ceil(width * scale * height * scale / pixels), most)


def _blocks(width: int, height: int, *, small: int, side: int, tokens: int) -> int:
    """Count a small picture once, and a larger one for each block."""
    if width <= small and height <= small:
        return tokens
    return tokens * ceil(width / side) * ceil(height / side)


def _smart(width: int, height: int, *, side: int, least: int, most: int) -> int:
    """Round both sides to whole patches, within bounds on their number."""
    across, down = max(round(width / side), 1), max(round(height / side), 1)
    area = width * height / (side * side)
    if across * down > most:
        shrink = sqrt(area / most)
        across, down = max(int(round(width / shrink / side, 9)), 1), max(int(round(height / shrink / side, 9)), 1)
    elif across * down < least:
        grow = sqrt(least / area)
        across, down = ceil(width * grow / side), ceil(height * grow / side)
    return across * down


def _fixed(width: int, height: int, *, tokens: int) -> int:
    return tokens


_RULES: Mapping[str, Rule] = {
    "tiles": _tiles,
    "patches": _patches,
    "area": _area,
    "blocks": _blocks,
    "smart": _smart,
    "fixed": _fixed,
}
