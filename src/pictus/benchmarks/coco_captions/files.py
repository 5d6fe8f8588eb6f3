"""The files of captions: COCO's own, or objects with texts by the ids of pictures."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pictus.errors import PictusError
from pictus.reading.files import open_file
from pictus.reading.json import read_array, read_members
from pictus.reading.rows import ROW_ERRORS, BadRow, list_in, reason_of, text_in
from pictus.record import Reject
from pictus.scoring.answers import answers_of, id_of, refuse_extra, refuse_missing, refuse_repeated

_COCO = frozenset(("images", "annotations"))
_AGAIN = "write the file again, in the official layout"


@dataclass(frozen=True, slots=True)
class Described:
    """Pictures in the order of the truth, with what people said of each, and what a model said."""

    ids: list[str]
    references: list[list[str]]
    candidates: list[str]


def read_described(predictions: Path, truth: Path, *, subset: bool) -> Described:
    """Join captions with their references; of a subset, only the pictures that have a caption are taken."""
    said = _candidates(predictions)
    meant = _references(truth)
    refuse_extra(said, meant, predictions)
    if not subset:
        refuse_missing(said, meant, predictions)
    ids = [key for key in meant if key in said]
    if not ids:
        raise PictusError("there are no captions", where=str(predictions), mend="give captions of these pictures")
    if none := [key for key in ids if not meant[key]]:
        mend = "leave those pictures out: their captions cannot be scored"
        raise PictusError(f"{len(none):,} pictures have no reference: {none[0]}, …", where=str(truth), mend=mend)
    return Described(ids, [meant[key] for key in ids], [said[key] for key in ids])


def _candidates(path: Path) -> dict[str, str]:
    with open_file(path) as file:
        is_list = file.read(64).removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"["
    if is_list:
        answers = answers_of(read_array(path), "image_id", "caption", path)
        refuse_repeated(answers.repeated, path)
        rows: Iterable[tuple[str, str, Any]] = ((str(path), *item) for item in answers.by_id.items())
    else:
        rows = _whole(read_members(path))
    return {key: _only(value, f"{where}, `{key}`") for where, key, value in rows}


def _only(value: Any, where: str) -> str:
    """Take one caption, which may be in a list as the official scorer's functions have it."""
    one = value[0] if isinstance(value, list) and len(value) == 1 else value
    if not isinstance(one, str):
        raise PictusError("the caption is no text", where=where, mend="give each picture one caption")
    return one


def _references(path: Path) -> dict[str, list[str]]:
    members = list(_whole(read_members(path)))
    if {key for _, key, _ in members} >= _COCO:
        return _coco_references({key: value for _, key, value in members}, path)
    found = {}
    for where, key, value in members:
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise PictusError("the references are no list of texts", where=where, mend="give a list for each picture")
        found[key] = value
    return found


def _coco_references(members: dict[str, Any], path: Path) -> dict[str, list[str]]:
    try:
        found: dict[str, list[str]] = {id_of(image["id"]): [] for image in list_in(members, "images")}
        for row in list_in(members, "annotations"):
            key = id_of(row["image_id"])
            if key not in found:
                raise BadRow(f"an annotation is of the picture {key}, which is not among the images")
            found[key].append(text_in(row, "caption"))
    except ROW_ERRORS as error:
        raise PictusError(reason_of(error), where=str(path), mend=_AGAIN) from None
    return found


def _whole(rows: Iterable[tuple[str, str, Any] | Reject]) -> Iterator[tuple[str, str, Any]]:
    for row in rows:
        if isinstance(row, Reject):
            raise PictusError(row.reasons[0], where=row.where, mend=_AGAIN)
        yield row
