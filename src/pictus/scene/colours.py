"""Words for colours, and which of them people use for the same thing."""

COLOURS = frozenset(
    [
        *("red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "black", "white", "grey", "gray"),
        *("silver", "gold", "beige", "tan", "turquoise", "violet", "maroon", "navy", "teal", "cream"),
    ]
)
# Two people looking at one thing may each say one of these.
_NEIGHBOURS = (
    "red maroon pink orange",
    "orange brown tan gold yellow beige cream",
    "blue navy teal turquoise purple violet",
    "grey gray silver white beige cream tan",
    "black grey gray navy brown",
    "green teal turquoise",
    "pink purple violet maroon",
    "green yellow",
)
_NEAR = {
    colour: frozenset(word for group in _NEIGHBOURS if colour in group.split() for word in group.split())
    for colour in COLOURS
}


def colour_of(attributes: tuple[str, ...]) -> str | None:
    """Give the colour among attributes, if exactly one was noted."""
    colours = [word for word in attributes if word in COLOURS]
    return colours[0] if len(colours) == 1 else None


def may_be_same_colour(one: str, other: str) -> bool:
    """Say whether people may use two words for the colour of one thing."""
    return one == other or other in _NEAR[one]
