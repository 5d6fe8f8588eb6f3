"""Finding things in a text from left to right, where a pattern that tries again and again would take hours."""

import sys

NOWHERE = sys.maxsize


class Ahead:
    """Where one thing stands next; however often it is asked, going forwards, the text is looked through once."""

    def __init__(self, text: str, thing: str) -> None:
        self._text, self._thing = text, thing
        self._asked, self._found = 0, -1

    def at(self, position: int) -> int:
        """Find the first place that is not before a position; NOWHERE if there is none."""
        if not self._asked <= position <= self._found:
            found = self._text.find(self._thing, position)
            self._asked, self._found = position, NOWHERE if found < 0 else found
        return self._found


def past_space(text: str, position: int) -> int:
    """Skip white space."""
    while position < len(text) and text[position].isspace():
        position += 1
    return position


def spans_on_one_line(text: str, opening: str, closing: str, least: int = 0) -> list[str]:
    """Give what stands between an opening and the next closing, wherever no line ends and enough stands in between."""
    starts, ends, lines = Ahead(text, opening), Ahead(text, closing), Ahead(text, "\n")
    found, start = [], starts.at(0)
    while start != NOWHERE:
        inner = start + len(opening)
        end = ends.at(inner + least)
        if end == NOWHERE:
            break
        if lines.at(inner) < end:
            start = starts.at(start + 1)
            continue
        found.append(text[inner:end])
        start = starts.at(end + len(closing))
    return found
