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
    home: str = ""  # folder of its files below a data root that datasets share; "" where their paths name one
    needs: tuple[str, ...] = ()  # sources whose pictures it uses
    by_address: bool = False  # its pictures are addresses in its annotations, to be fetched one by one
    advice: str = ""  # what whoever uses it should know beforehand: files that are gone, a newer edition, a trap
    written_by: str = ""  # the format that writes its layout back, where there is one
    checked: str = STATED  # what the reader was checked against: real files, or only what is stated of them
    citation: str = ""  # BibTeX


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """A file to acquire, and where it belongs under the data root."""

    url: str  # of a page, where only a person can fetch it; of a repository of the Hub, for all files in it
    path: str
    mirrors: tuple[str, ...] = ()
    size_bytes: int | None = None
    about_bytes: int | None = None  # as it is published, rounded: to plan with, and never to judge a file by
    sha256: str | None = None
    md5: str | None = None
    kind: Literal["annotations", "pictures", "motions"] = "annotations"
    split: str | None = None  # which needs it; None where every split does
    unpack: str | None = None  # folder under the data root that an archive goes into; None where it is read as it is
    makes: str = ""  # what is there when it is unpacked; "" where that is the folder itself
    flat: bool = False  # the folders in the archive are left out
    nested: bool = False  # there may be archives in the archive
    by_hand: str = ""  # what a person has to do where no program may fetch it: accept terms, fill in a form
    listed: bool = False  # the first of a row of files, whose links a page gives to whoever accepts its terms
