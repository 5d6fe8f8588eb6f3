"""What is known of a dataset before a byte of it is read: licences, links, files and citation."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Stage: TypeAlias = Literal["align", "pretrain", "instruct", "tools", "evaluate", "generate"]
STATED = "stated facts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A dataset as the catalogue shows it."""

    title: str
    what: str  # one sentence
    size: str
    stages: tuple[Stage, ...]  # what it is used for
    picture_licence: str  # names that `licence.py` knows
    text_licence: str
    model_terms: str | None = None
    licence_note: str = ""
    homepage: str = ""
    paper: str = ""
    code: str = ""
    data: str = ""
    needs: tuple[str, ...] = ()  # sources whose pictures it uses
    advice: str = ""  # what whoever uses it should know beforehand: files that are gone, a newer edition, a trap
    written_by: str = ""  # the format that writes its layout back, where there is one
    checked: str = STATED  # what the reader was checked against: real files, or only what is stated of them
    citation: str = ""  # BibTeX


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """A file to acquire, and where it belongs under the data root."""

    url: str
    path: str
    size_bytes: int | None = None
    sha256: str | None = None
    kind: Literal["annotations", "pictures", "motions"] = "annotations"
    split: str | None = None  # which needs it; None where every split does
    by_hand: str = ""  # what a person has to do where no program may fetch it: accept terms, fill in a form
