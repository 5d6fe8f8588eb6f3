"""Words for colours, and the colour that annotators noted of a thing."""

COLOURS = frozenset(
    [
        "red",
        "orange",
        "yellow",
        "green",
        "blue",
        "purple",
        "pink",
        "brown",
        "black",
        "white",
        "grey",
        "gray",
        "silver",
        "gold",
        "beige",
        "tan",
        "turquoise",
        "violet",
        "maroon",
        "navy",
        "teal",
        "cream",
    ]
)


def colour_of(attributes: tuple[str, ...]) -> str | None:
    """Give the colour among attributes, if exactly one was noted."""
    colours = [word for word in attributes if word in COLOURS]
    return colours[0] if len(colours) == 1 else None
