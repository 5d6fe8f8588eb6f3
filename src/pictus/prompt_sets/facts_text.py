"""Facts as the text of a prompt: captions, boxes in every convention, labels, relations, narratives, motions."""

from collections.abc import Callable

from pictus.prompt_sets.model import BoxText, Entry
from pictus.record import Box, Facts, Media

_FLAGS = (
    ("is_group", "a group"),
    ("is_occluded", "partly hidden"),
    ("is_truncated", "reaches beyond the picture"),
    ("is_depiction", "a depiction"),
    ("is_inside", "seen from inside"),
)


def blocks_of(entry: Entry, facts: Facts, media: tuple[Media, ...]) -> dict[str, str]:
    """Write each input of an entry as text; one of which the facts know nothing is left out."""
    size = next(((m.width, m.height) for m in media if m.kind == "image" and m.width and m.height), None)
    blocks = {name: _WRITERS[name](facts, entry.boxes, size) for name in entry.inputs if name != "picture"}
    return {name: text for name, text in blocks.items() if text}


def written_box(box: Box, how: BoxText, size: tuple[int, int] | None) -> str:
    """Write the coordinates of a box as a list of numbers."""
    if how.order == "corners":
        numbers = [box.left, box.top, box.right, box.bottom]
    elif how.order == "xywh":
        numbers = [box.left, box.top, box.width, box.height]
    else:
        numbers = [(box.left + box.right) / 2, (box.top + box.bottom) / 2, box.width, box.height]
    if how.unit == "fraction":
        return str([round(number, how.digits) for number in numbers])
    if how.unit == "thousand":
        return str([round(number * 1000) for number in numbers])
    if size is None:
        raise ValueError("boxes in pixels need the size of the picture, and its annotations do not tell it")
    return str([round(number * size[place % 2]) for place, number in enumerate(numbers)])


def _boxes(facts: Facts, how: BoxText, size: tuple[int, int] | None) -> str:
    return "\n".join(f"{box.label}: {written_box(box, how, size)}" for box in facts.boxes)


def _boxes_openimages(facts: Facts, how: BoxText, size: tuple[int, int] | None) -> str:
    return "\n".join(
        f"{box.label}: {written_box(box, how, size)} "
        f"{[box.confidence, box.is_occluded, box.is_truncated, box.is_group, box.is_depiction, box.is_inside]}"
        for box in facts.boxes
    )


def _boxes_in_words(facts: Facts, how: BoxText, size: tuple[int, int] | None) -> str:
    lines = []
    for box in facts.boxes:
        notes = [words for flag, words in _FLAGS if getattr(box, flag)]
        told = f" ({', '.join(notes)})" if notes else ""
        lines.append(f"{' '.join((*box.attributes, box.label))}{told}: {written_box(box, how, size)}")
    return "\n".join(lines)


def _relations(facts: Facts, *_: object) -> str:
    lines = dict.fromkeys(f"{one.subject} {one.predicate} {one.object}" for one in facts.relations)
    return "\n".join(["How things stand to each other:", *lines]) if lines else ""


def _narratives(facts: Facts, *_: object) -> str:
    lines = [one.text for one in facts.narratives if one.text]
    return "\n".join(["Somebody who looked at it said:", *lines]) if lines else ""


def _texts(facts: Facts, *_: object) -> str:
    return "\n".join(["Text that stands in the picture:", *facts.texts]) if facts.texts else ""


# The first two stand without a heading, as in the prompts that others wrote for them.
_WRITERS: dict[str, Callable[[Facts, BoxText, tuple[int, int] | None], str]] = {
    "captions": lambda facts, *_: "\n".join(facts.captions),
    "boxes": _boxes,
    "boxes_openimages": _boxes_openimages,
    "boxes_in_words": _boxes_in_words,
    "present": lambda facts, *_: f"Surely there: {', '.join(facts.present)}" if facts.present else "",
    "absent": lambda facts, *_: f"Looked for and surely not there: {', '.join(facts.absent)}" if facts.absent else "",
    "relations": _relations,
    "narratives": _narratives,
    "texts": _texts,
    "motions": lambda facts, *_: "\n".join(facts.motions),
}
