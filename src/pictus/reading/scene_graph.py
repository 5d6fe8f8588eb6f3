"""A picture as a graph: objects with their boxes, and what stands between them, in the words of people."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from pictus.reading.pixel_boxes import box_of
from pictus.record import Box, Relation


@dataclass(slots=True)
class SceneGraph:
    """What is known of one picture, as it is read. An object without a box that can be used is still there."""

    picture: tuple[int, int]  # width and height in pixels
    names: dict[str, str] = field(default_factory=dict)  # of the objects, by their ids
    boxes: dict[str, Box] = field(default_factory=dict)  # the same
    relations: dict[Relation, None] = field(default_factory=dict)  # each once
    present: dict[str, None] = field(default_factory=dict)
    boxless: int = 0  # boxes of no size, or outside the picture

    def add_object(
        self,
        key: str,
        name: str,
        corner: tuple[float, float],
        sides: tuple[float, float],
        *,
        attributes: Iterable[str] = (),
    ) -> None:
        """Add an object; one that is known already is left as it is."""
        if key in self.names:
            return
        words = tuple(dict.fromkeys(attributes))
        box = box_of(name, corner, sides, picture=self.picture, key=key, attributes=words)
        self.names[key] = name
        self.present[name] = None
        if box is None:
            self.boxless += 1
        else:
            self.boxes[key] = box

    def describe(self, key: str, words: Iterable[str]) -> None:
        """Add attributes to an object that is known, each once."""
        if key in self.boxes:
            box = self.boxes[key]
            self.boxes[key] = replace(box, attributes=tuple(dict.fromkeys((*box.attributes, *words))))

    def relate(self, subject_id: str, predicate: str, object_id: str) -> bool:
        """Say what stands between two objects; no, where one of them is not known."""
        if subject_id not in self.names or object_id not in self.names:
            return False
        relation = Relation(
            subject=self.names[subject_id],
            predicate=predicate,
            object=self.names[object_id],
            subject_id=subject_id if subject_id in self.boxes else None,
            object_id=object_id if object_id in self.boxes else None,
        )
        self.relations[relation] = None
        return True
