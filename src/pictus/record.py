"""The record: the one type that flows from a dataset's files to a trained model.

Everything here is frozen. A step never edits a record; it makes a new one and keeps its origin.
`store/columns.py` derives the columns of a corpus from these classes, so a field added here, with
a default, appears there as a nullable column.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from pathlib import Path
from typing import Any, Literal, Self, TypeAlias

import orjson

Role: TypeAlias = Literal["system", "user", "assistant", "tool"]
MediaKind: TypeAlias = Literal["image", "motion", "audio", "video"]
PartType: TypeAlias = Literal["text", "image", "motion", "audio", "video"]

# Pillow tries every decoder that it has. Some start other programs (EPS calls Ghostscript) or are seldom
# tested; a corpus needs none of them.
PICTURE_KINDS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF", "BMP", "TIFF")


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """A picture (or motion, audio, video): its bytes, or where they are, or the address to get them from."""

    kind: MediaKind = "image"
    path: str | None = None  # relative to `root`, with forward slashes
    root: str | None = None  # a folder or fsspec address; a corpus stores only a name for it
    data: bytes | None = field(default=None, repr=False)  # the encoded file, when embedded
    url: str | None = None
    width: int | None = None  # pixels of the upright picture
    height: int | None = None
    sha256: str | None = None

    @property
    def file(self) -> Path | None:
        """Where the medium lies on this machine, if it is a file.

        None also for a path that leads out of the root: a row of somebody's file must not name our secrets.
        Links inside the root may lead where their owner wants.
        """
        if self.path is None:
            return None
        root = os.path.normpath(self.root or ".")
        file = os.path.normpath(os.path.join(root, self.path))  # noqa: PTH118 - Path has no lexical normpath
        return Path(file) if Path(file).is_relative_to(root) else None


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a turn: text, or the place of the next medium of that kind."""

    type: PartType
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call of the assistant; the arguments stay the JSON text that was written."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Turn:
    """One message: a role and its parts; the calls it makes, or the call whose result it is."""

    role: Role
    parts: tuple[Part, ...] = ()
    calls: tuple[Call, ...] = ()
    call_id: str | None = None  # of a tool's message
    name: str | None = None  # of a tool's message

    @property
    def text(self) -> str:
        """The words of the turn, without the places of media."""
        return "".join(part.text for part in self.parts if part.text is not None)

    @classmethod
    def of(cls, role: Role, text: str, *, images: int = 0) -> Self:
        """Make a turn of plain text, with the places of `images` pictures in front."""
        return cls(role, (*(Part("image"),) * images, Part("text", text)))


@dataclass(frozen=True, slots=True)
class Tool:
    """What the model may call; the parameters are a JSON Schema as text."""

    name: str
    description: str = ""
    parameters: str = "{}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """One annotated object. Coordinates are fractions of the picture, so resizing never changes them."""

    label: str
    left: float
    top: float
    right: float
    bottom: float
    area: float | None = None  # fraction of the picture that the object's mask covers
    attributes: tuple[str, ...] = ()  # annotated words such as "red"
    is_group: bool | None = None  # stands for several objects (a crowd); None where nobody said
    is_occluded: bool | None = None
    is_truncated: bool | None = None  # reaches beyond the picture
    is_depiction: bool | None = None  # a drawing or a toy of the thing
    is_inside: bool | None = None  # seen from the inside
    confidence: float | None = None
    id: str | None = None  # key of the annotation in its dataset

    @property
    def width(self) -> float:
        """Width as a fraction of the picture's."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Height as a fraction of the picture's."""
        return self.bottom - self.top


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """`subject predicate object`, by name, and by annotation id where the boxes are known."""

    subject: str
    predicate: str
    object: str
    subject_id: str | None = None
    object_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrative:
    """A spoken description; `points` are x, y, second triples of the pointer, one after the other."""

    text: str
    points: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What people annotated. Absent labels were looked for and not found: silence is not absence."""

    captions: tuple[str, ...] = ()
    boxes: tuple[Box, ...] = ()
    present: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    relations: tuple[Relation, ...] = ()
    narratives: tuple[Narrative, ...] = ()
    texts: tuple[str, ...] = ()  # text seen in the picture
    motions: tuple[str, ...] = ()  # descriptions of a motion
    answers: tuple[str, ...] = ()  # reference answers
    choices: tuple[str, ...] = ()
    extra: str | None = None  # JSON text for what no field covers


NO_FACTS = Facts()


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a record came from, what may be done with it, and how it was made."""

    dataset: str
    key: str  # there; else file and row
    split: str | None = None
    address: str | None = None  # a page or file to look at
    author: str | None = None  # of the picture, for attribution
    picture_licence: str = "unknown"  # a name that `licence.py` knows
    text_licence: str = "unknown"
    model_terms: str | None = None  # of the model that wrote the text; None when people or a program did
    made_by: str | None = None  # "model, prompt set/entry, seed 7", or "program-1, kind, seed 0"
    parents: tuple[str, ...] = ()

    @property
    def kind(self) -> str | None:
        """What it was made as: a kind of a program, or the entry of a prompt set."""
        told = (self.made_by or "").split(", ")
        return told[1].rpartition("/")[2] if len(told) > 1 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One image-text conversation, with everything needed to trust it."""

    id: str  # unique in a corpus and the same in every run
    origin: Origin
    media: tuple[Media, ...] = ()
    turns: tuple[Turn, ...] = ()
    tools: tuple[Tool, ...] = ()
    facts: Facts = NO_FACTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """A row set aside: where it stands, why, and the row itself as text."""

    where: str
    reasons: tuple[str, ...]
    row: str = ""
    id: str | None = None


def make_record(
    origin: Origin,
    *,
    media: Iterable[Media] = (),
    turns: Iterable[Turn] = (),
    tools: Iterable[Tool] = (),
    facts: Facts = NO_FACTS,
) -> Record:
    """Make a record and give it its id.

    The id hashes dataset, split, key and content, never pictures: acquiring them later changes nothing.
    """
    turns, tools = tuple(turns), tuple(tools)
    identity = identity_of(origin, turns, tools, facts)
    return Record(id=identity, origin=origin, media=tuple(media), turns=turns, tools=tools, facts=facts)


def identity_of(origin: Origin, turns: tuple[Turn, ...], tools: tuple[Tool, ...], facts: Facts) -> str:
    """Give the id of a record: it hashes dataset, split, key and content as JSON."""
    return digest_of(content_of(origin, origin.key, turns, tools, facts)).hex()


def content_of(origin: Origin, key: Any, turns: Any, tools: Any, facts: Any) -> bytes:
    """Write what the id of a record is made of; what looks the same as JSON counts as the same."""
    return orjson.dumps((origin.dataset, origin.split, key, turns, tools, facts))


def digest_of(content: bytes) -> bytes:
    """Give the sixteen bytes that an id spells."""
    return blake2b(content, digest_size=16).digest()


def reject_record(record: Record, reasons: Iterable[str], *, where: str) -> Reject:
    """Set a record aside, its whole text kept and its picture bytes left out."""
    light = replace(record, media=tuple(replace(medium, data=None) for medium in record.media))
    return Reject(where=where, reasons=tuple(reasons), row=orjson.dumps(light).decode(), id=record.id)
