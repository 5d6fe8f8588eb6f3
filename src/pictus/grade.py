"""What a benchmark asks, and what it says of answers: a grade for each item, and the figures of them all."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeAlias

from pictus.record import Media, Record, Tool, Turn

# How an answer was come by. Only `answered` counts for what the model meant; the others are reported apart from the
# score, which they are part of: an empty answer is wrong, and one that nobody could read may be right by chance.
Outcome: TypeAlias = Literal["answered", "empty", "refused", "unreadable", "fallback", "missing"]
_NONE: Mapping[str, float] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """The official files of a benchmark: what was asked, what is true, and what a model answered."""

    predictions: Path
    questions: Path | None = None
    truth: Path | None = None


class Grade(NamedTuple):
    """What one item is worth; no dataclass, since there are a million, and a frozen one takes three times as long."""

    id: str
    score: float | None  # 0 to 1, or more for captions; None where the official scorer ends with an error
    parsed: Any = None  # what the score was worked out from, as JSON can hold it
    note: str = ""  # for people: why it is what it is, where that does not go without saying
    outcome: Outcome = "answered"
    kind: str = ""  # of question, for a table of kinds
    picture: str = ""  # what the item is about: items of one picture are not independent
    control: str = ""  # what it was asked with instead of its picture: such items are apart from all others
    # Others that the item has, by their official names; one empty object does for a million items without any.
    figures: Mapping[str, float] = _NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Graded:
    """The grades in the official order, none twice, and the official figures, by their official names."""

    grades: tuple[Grade, ...]
    figures: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A question as a model hears it, before the instruction."""

    id: str  # the official one
    turns: tuple[Turn, ...]  # the last is the user's
    media: tuple[Media, ...] = ()
    tools: tuple[Tool, ...] = ()
    truth: tuple[str, ...] = ()  # what people answered, for those who read a report; graders read the official files
    control_of: str = ""  # the id of the question that it is a control of: both are asked, or none
    instruction: str | None = None  # in place of the benchmark's, where questions of this kind have another


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a model said to an item; nothing where no answer came."""

    item: Item
    prompt: str  # the words of it, with `<image>` for each picture
    turn: Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """What was asked: the questions of a split, or a part of them."""

    split: str
    files: tuple[Path, ...]  # the dataset's, that the questions are from
    records: Callable[[], Iterator[Record]]  # those that were asked about
    ids: frozenset[str]
    is_whole: bool  # all questions of the split: its official files can be taken as they are


@dataclass(frozen=True, slots=True, kw_only=True)
class Official:
    """The official files of a paper, and the options that name its split."""

    questions: Path | None = None
    truth: Path | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
