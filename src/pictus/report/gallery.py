"""Gather records into what a page shows: pictures or motions, and under each what is known and said of it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from math import isfinite
from typing import TypeAlias

from pictus.record import Box, Facts, Media, Origin, Record, Turn
from pictus.report.pictures import Picture, page_picture

Key: TypeAlias = tuple[str | None, ...]

CROWDED = 10  # with more boxes than this, names are shown only on pointing at a box
SMALL = 0.07  # a box that is narrower than this part of the picture has no room for its name


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A box as it is drawn over the picture, in percent of its sides."""

    label: str
    title: str
    hue: int
    left: str
    top: str
    width: str
    height: str
    is_quiet: bool  # its name is shown only on pointing at it


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation and where it came from."""

    id: str
    origin: Origin
    turns: tuple[Turn, ...]


@dataclass(slots=True)
class Exhibit:
    """A picture with all that is known and said about it."""

    picture: Picture
    origin: Origin
    facts: Facts
    talks: list[Talk] = field(default_factory=list)
    noun: str = "picture"  # what is shown

    @property
    def outlines(self) -> list[Outline]:
        """Give the boxes to draw, large ones first so that small ones stay on top."""
        boxes = sorted(filter(_is_drawable, self.facts.boxes), key=lambda box: -box.width * box.height)
        return [_outline(box, is_crowded=len(boxes) > CROWDED) for box in boxes]

    @property
    def chips(self) -> list[tuple[str, int, int]]:
        """Give each label with its count and hue, in the order of the boxes."""
        counts = Counter(box.label for box in self.facts.boxes)
        return [(label, count, hue_of(label)) for label, count in counts.items()]

    @property
    def alternative(self) -> str:
        """Say in words what the picture shows, for those who cannot see it."""
        if said := (*self.facts.captions, *self.facts.motions):
            return said[0].strip()
        labels = ", ".join(label for label, _, _ in self.chips) or ", ".join(self.facts.present)
        return (
            f"A picture with {labels}" if labels else f"{self.noun.title()} {self.origin.key} of {self.origin.dataset}"
        )


def gather(records: Iterable[Record], *, limit: int) -> tuple[list[Exhibit], bool]:
    """Gather the first `limit` pictures; also say whether there were more. Nothing beyond them is read."""
    exhibits: dict[Key, Exhibit] = {}
    for record in records:
        key = _key(record)
        if key not in exhibits:
            if len(exhibits) == limit:
                return list(exhibits.values()), True
            noun = "motion" if record.media and record.media[0].kind == "motion" else "picture"
            exhibits[key] = Exhibit(page_picture(record.media), record.origin, record.facts, noun=noun)
        elif not exhibits[key].facts.boxes and record.facts.boxes:
            exhibits[key].facts = record.facts
        if record.turns:
            exhibits[key].talks.append(Talk(record.id, record.origin, record.turns))
    return list(exhibits.values()), False


def hue_of(label: str) -> int:
    """Give a label its hue in degrees, the same on every page."""
    return int.from_bytes(blake2b(label.encode("utf-8", "replace"), digest_size=4).digest()) % 24 * 15


def answers(exhibits: Iterable[Exhibit]) -> Iterator[str]:
    """List the texts of the assistant's turns."""
    for exhibit in exhibits:
        for talk in exhibit.talks:
            yield from (turn.text for turn in talk.turns if turn.role == "assistant" and turn.text)


def _key(record: Record) -> Key:
    medium = next((medium for medium in record.media if medium.kind in ("image", "motion")), None)
    return (medium and _picture_key(medium)) or (
        record.origin.dataset,
        record.origin.split,
        record.origin.key,
    )


def _picture_key(medium: Media) -> Key | None:
    if medium.sha256:
        return ("sha256", medium.sha256)
    if medium.data is not None:
        return ("data", blake2b(medium.data, digest_size=16).hexdigest())
    if medium.path is not None:
        return ("path", medium.root, medium.path)
    return ("url", medium.url) if medium.url else None


def _is_drawable(box: Box) -> bool:
    return all(map(isfinite, (box.left, box.top, box.right, box.bottom))) and box.width > 0 and box.height > 0


def _outline(box: Box, *, is_crowded: bool) -> Outline:
    left, top = _inside(box.left), _inside(box.top)
    wide, high = _inside(box.right) - left, _inside(box.bottom) - top
    notes = [
        note
        for note, is_so in (
            ("a group", box.is_group),
            ("partly hidden", box.is_occluded),
            ("cut off by the edge", box.is_truncated),
        )
        if is_so
    ]
    title = " ".join((*box.attributes, box.label)) + (f" ({', '.join(notes)})" if notes else "")
    return Outline(
        label=box.label,
        title=title,
        hue=hue_of(box.label),
        left=f"{left:.2%}",
        top=f"{top:.2%}",
        width=f"{wide:.2%}",
        height=f"{high:.2%}",
        is_quiet=is_crowded or wide < SMALL,
    )


def _inside(value: float) -> float:
    return min(1.0, max(0.0, value))
