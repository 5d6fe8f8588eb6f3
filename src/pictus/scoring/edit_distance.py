"""How many signs must be changed, put in or left out to make one text of another."""


def edit_distance(one: str, other: str) -> int:
    """Count the edits between two texts, a column of the usual table at a time as the bits of a number.

    It takes as many steps as the longer text has signs, each on a number of as many bits as the shorter has.
    """
    if one == other:
        return 0
    short, long = sorted((one, other), key=len)
    if not short:
        return len(long)
    places: dict[str, int] = {}
    for place, sign in enumerate(short):
        places[sign] = places.get(sign, 0) | 1 << place
    every, last = (1 << len(short)) - 1, 1 << len(short) - 1
    up, down, distance = every, 0, len(short)  # where the column's next cell is one more, one less; its last cell
    for sign in long:
        equal = places.get(sign, 0)
        level = (((equal & up) + up) ^ up) | equal
        more, less = (down | ~(level | up)) & every, up & level
        distance += bool(more & last) - bool(less & last)
        more = more << 1 | 1
        up = (less << 1 | ~(equal | down | more)) & every
        down = more & (equal | down) & every
    return distance
