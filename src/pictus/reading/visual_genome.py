"""The facts of one picture of Visual Genome, from the rows of its files, whatever version they are of.

Objects stand in three files: in their own, and again beside their attributes and in their relations. The editions
differ in which objects they have, so all three are taken, the own file first.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pictus.reading.pixel_boxes import box_of
from pictus.reading.questions import notes
from pictus.reading.rows import ROW_ERRORS, BadRow, list_in, reason_of, row_text
from pictus.reading.scene_graph import SceneGraph
from pictus.record import Facts, Reject

PARTS = {  # the file, and the name of the list in each of its rows
    "objects": "objects",
    "attributes": "attributes",
    "relationships": "relationships",
    "region_descriptions": "regions",
    "question_answers": "qas",
}
_WHOLE = 0.9  # of the picture: a region this large shows all of it, so that its phrase is a caption


def image_key(row: Any, where: str) -> str:
    """Give the id of the picture that a row is about: `id` in some files, `image_id` in others."""
    key = row.get("image_id", row.get("id")) if isinstance(row, Mapping) else None
    if isinstance(key, bool) or not isinstance(key, int | str):
        raise BadRow("it has no image_id")
    return str(key)


@dataclass(slots=True)
class Told:
    """What the files say of a picture, as it is read; what cannot be used of it is set aside."""

    scene: SceneGraph
    pairs: list[tuple[str, str]] = field(default_factory=list)  # questions with their answers
    questions: list[dict[str, Any]] = field(default_factory=list)  # the same, with the objects that they speak of
    captions: list[str] = field(default_factory=list)
    notes: dict[str, Any] = field(default_factory=dict)
    rejects: list[Reject] = field(default_factory=list)
    merged: dict[str, str] = field(default_factory=dict)  # ids that the edition 1.4 has brought together

    def take(self, part: str, where: str, row: Mapping[str, Any]) -> None:
        """Take what a row of a file says."""
        adders: dict[str, Callable[[Mapping[str, Any]], object]] = {
            "objects": self._add_object,
            "attributes": self._add_attributes,
            "relationships": self._add_relation,
            "region_descriptions": self._add_region,
            "question_answers": self._add_question,
        }
        for number, one in enumerate(list_in(row, PARTS[part]), 1):
            try:
                if not isinstance(one, Mapping):
                    raise BadRow("it is no object")
                adders[part](one)
            except ROW_ERRORS as error:
                place = f"{where}, {PARTS[part]} {number}"
                self.rejects.append(Reject(where=place, reasons=(reason_of(error),), row=row_text(one)))

    def facts(self, *, asked: bool) -> Facts:
        """Give the facts; the questions are among the notes unless they are asked in the turns."""
        told = {**self.notes, "boxless": self.scene.boxless or None}
        if not asked:
            told["questions"] = self.questions
        return Facts(
            captions=tuple(dict.fromkeys(self.captions)),
            boxes=tuple(self.scene.boxes.values()),
            present=tuple(self.scene.present),
            relations=tuple(self.scene.relations),
            answers=tuple(answer for _, answer in self.pairs) if asked else (),
            extra=notes(told),
        )

    def _add_object(self, row: Mapping[str, Any]) -> str:
        key = _object_key(row)
        key = self.merged.get(key, key)
        if key in self.scene.names:
            return key
        names = _names(row)
        self.scene.add_object(key, names[0], (row["x"], row["y"]), (row["w"], row["h"]))
        self.merged |= {str(other): key for other in list_in(row, "merged_object_ids")}
        for note, words in (("names", names[1:]), ("synsets", list_in(row, "synsets"))):
            if words:
                self.notes.setdefault(note, {})[key] = words
        return key

    def _add_attributes(self, row: Mapping[str, Any]) -> None:
        words = [_words(word) for word in list_in(row, "attributes")]
        self.scene.describe(self._add_object(row), [word for word in words if word])

    def _add_relation(self, row: Mapping[str, Any]) -> None:
        predicate = _words(row["predicate"]).lower()
        if not predicate:
            raise BadRow("the predicate is empty")
        self.scene.relate(self._add_object(row["subject"]), predicate, self._add_object(row["object"]))
        if synsets := list_in(row, "synsets"):
            known = self.notes.setdefault("predicates", {}).setdefault(predicate, [])
            known += [one for one in synsets if one not in known]

    def _add_region(self, row: Mapping[str, Any]) -> None:
        phrase = _words(row["phrase"])
        if not phrase:
            raise BadRow("the phrase is empty")
        corner, sides = (row["x"], row["y"]), (row["width"], row["height"])
        box = box_of("region", corner, sides, picture=self.scene.picture)
        if box is None:
            raise BadRow("the region has no size, or lies outside its picture")
        places = [round(side, 6) for side in (box.left, box.top, box.right, box.bottom)]
        region = {"id": str(row["region_id"]), "box": places, "phrase": phrase, "synsets": _sense(row)}
        self.notes.setdefault("regions", []).append({key: value for key, value in region.items() if value})
        if box.width * box.height >= _WHOLE:
            self.captions.append(phrase)

    def _add_question(self, row: Mapping[str, Any]) -> None:
        pair = _words(row["question"]), _words(row["answer"])
        if not all(pair):
            raise BadRow("the question or its answer is empty")
        self.pairs.append(pair)
        objects = {name: row.get(name) for name in ("q_objects", "a_objects") if row.get(name)}
        self.questions.append({"id": row.get("qa_id"), "question": pair[0], "answer": pair[1], **objects})


def _object_key(row: Mapping[str, Any]) -> str:
    key = row.get("object_id", row.get("id"))
    if isinstance(key, bool) or not isinstance(key, int | str):
        raise BadRow("it has no object_id")
    return str(key)


def _names(row: Mapping[str, Any]) -> list[str]:
    """Read what an object is called: `name` in older files, `names` or `object_names` in others."""
    found = row.get("names") or row.get("object_names") or row.get("name")
    names = [_words(name) for name in (found if isinstance(found, list) else [found])] if found else []
    if not names or not all(names):
        raise BadRow("it has no name")
    return names


def _words(value: Any) -> str:
    if not isinstance(value, str):
        raise BadRow("a text in it is missing or no text")
    return " ".join(value.split())


def _sense(row: Mapping[str, Any]) -> list[Any]:
    """Keep of the synsets of a region what names them: where their words begin in the phrase follows from it."""
    return [one.get("synset_name") if isinstance(one, Mapping) else one for one in list_in(row, "synsets")]
