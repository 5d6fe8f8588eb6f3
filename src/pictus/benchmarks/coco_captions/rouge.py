"""ROUGE-L: how many words of a caption its references have in the same order, whatever stands between them."""

from collections.abc import Sequence

_RECALL_COUNTS_MORE = 1.2**2


def rouge(candidate: str, references: Sequence[str]) -> float:
    """Weigh the best precision with the best recall, which may be of two references."""
    said = candidate.split(" ")  # by single spaces, so that two of them have an empty word between
    precision = recall = 0.0
    for reference in references:
        meant = reference.split(" ")
        alike = _longest_common(said, meant)
        precision = max(precision, alike / len(said))
        recall = max(recall, alike / len(meant))
    if not precision or not recall:
        return 0.0
    return ((1 + _RECALL_COUNTS_MORE) * precision * recall) / (recall + _RECALL_COUNTS_MORE * precision)


def _longest_common(one: Sequence[str], other: Sequence[str]) -> int:
    """Find how many words two texts have in common in the same order: a whole row of the usual table in one number.

    A bit of `row` is 0 where the count rises by one from a word of the shorter text to the next.
    """
    short, long = (one, other) if len(one) < len(other) else (other, one)
    places: dict[str, int] = {}
    for place, word in enumerate(short):
        places[word] = places.get(word, 0) | 1 << place
    row = every = (1 << len(short)) - 1
    for word in long:
        if here := places.get(word):
            rises = row & here
            row = ((row + rises) | (row - rises)) & every
    return len(short) - row.bit_count()
