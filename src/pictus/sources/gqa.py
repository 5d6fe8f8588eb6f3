"""GQA: questions that take several steps of reasoning, made from what people marked in Visual Genome."""

from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from pictus.card import Asset, Card
from pictus.reading.card_origin import origin_of
from pictus.reading.cut_short import refuse_cut_short
from pictus.reading.json import read_members
from pictus.reading.lookup import Lookup
from pictus.reading.members import member_records
from pictus.reading.places import find_file, home_of
from pictus.reading.questions import line_in, notes, question_turns, side_in
from pictus.reading.rows import ROW_ERRORS, BadRow, list_in, reason_of, row_text, text_in
from pictus.reading.scene_graph import SceneGraph
from pictus.record import Facts, Media, Record, Reject, make_record

_SITE = "https://cs.stanford.edu/people/dorarad/gqa"
_FILES = "https://downloads.cs.stanford.edu/nlp/data/gqa"
_NOTES = (
    *("fullAnswer", "isBalanced", "groups", "types", "entailed", "equivalent"),
    *("annotations", "semantic", "semanticStr"),
)


@dataclass(frozen=True, slots=True)
class Source:
    """GQA. A record is one question with its short answer; those of the test and challenge splits only ask.

    `facts.extra` has what the dataset says of the question: the answer as a sentence, groups, types, the steps
    (`semantic`) and the questions that follow from it. With `scene_graphs` the objects, attributes and relations of the
    picture stand in the facts too, where they are known: for train and val. A split is named by its file, such as
    train_balanced; the unbalanced train_all, val_all and so on, of which train_all is a folder of parts, are read
    where they are named.
    """

    scene_graphs: bool = False  # also the boxes, attributes and relations of the picture

    card: ClassVar[Card] = Card(
        title="GQA",
        what="Questions that take several steps of reasoning about a picture, made from scene graphs.",
        size="22 million questions, 1.7 million of them balanced; 148,854 pictures, 20.3 GB",
        stages=("instruct", "evaluate", "generate"),
        picture_licence="per-item",
        text_licence="CC-BY-4.0",
        licence_note="The pictures are those of Visual Genome, from Flickr, each under a licence of its own. CC BY 4.0 "
        "is what is said of the questions; nobody has read it for this card.",
        homepage=f"{_SITE}/about.html",
        paper="https://arxiv.org/abs/1902.09506",
        code=f"{_SITE}/evaluate.html",
        data=f"{_SITE}/download.html",
        home="gqa",
        advice="The sample on its page is no valid JSON; the files are. Keys are text, some with zeros in front.",
        checked="five real questions of the validation split, quoted in public",
        citation="""\
@inproceedings{hudson2019gqa,
  title     = {{GQA}: A New Dataset for Real-World Visual Reasoning and Compositional Question Answering},
  author    = {Hudson, Drew A. and Manning, Christopher D.},
  booktitle = {Proceedings of the IEEE/CVF Conference on Computer Vision and Pattern Recognition},
  year      = {2019}
}
""",
    )
    splits: ClassVar[tuple[str, ...]] = tuple(
        f"{part}_balanced" for part in ("train", "val", "testdev", "test", "challenge")
    )
    layout: ClassVar[str] = """\
train_balanced_questions.json                (val, testdev, test, challenge; also below questions1.2/)
train_all_questions/train_all_questions_0.json … _9.json
train_sceneGraphs.json, val_sceneGraphs.json (optional; also below sceneGraphs/)
images/2990001.jpg"""

    def assets(self) -> tuple[Asset, ...]:
        """List the files to acquire."""
        told = [("questions1.2.zip", 1_400 * 10**6, "train_balanced_questions.json")]
        if self.scene_graphs:
            told.append(("sceneGraphs.zip", 42_700_000, "train_sceneGraphs.json"))
        return (
            *(
                Asset(url=f"{_FILES}/{name}", path=name, about_bytes=size, unpack=".", makes=makes)
                for name, size, makes in told
            ),
            Asset(
                url=f"{_FILES}/images.zip",
                path="images.zip",
                about_bytes=20_300 * 10**6,
                kind="pictures",
                unpack=".",
                makes="images",
            ),
        )

    def files(self, root: Path, split: str) -> list[Path]:
        """Find the questions of a split, in one file or in parts, and its scene graphs where they are asked for."""
        folder, mend = home_of(root, "gqa").folder, f"fetch it from {self.card.data}"
        part = split.partition("_")[0]
        name, graphs = f"{split}_questions", f"{part}_sceneGraphs.json"
        found = find_file(folder, [name, *_below(f"{name}.json", "questions1.2", "questions")], mend=mend)
        questions = sorted(found.glob("*.json*"), key=_part_order) if found.is_dir() else [found]
        if self.scene_graphs and part in ("train", "val"):
            questions.append(find_file(folder, _below(graphs, "sceneGraphs"), mend=mend))
        return [refuse_cut_short(path) for path in questions]

    def records(self, root: Path, split: str) -> Iterator[Record | Reject]:
        """Stream the records of a split, one a question, in the order of the files."""
        files = self.files(root, split)
        graphs = [path for path in files if "_sceneGraphs" in path.name]
        pictures = f"{home_of(root, 'gqa').prefix}images"
        with Lookup() if graphs else nullcontext() as lookup:
            for path in graphs:
                assert lookup is not None
                yield from _keep(path, lookup)

            def make(key: str, row: Mapping[str, Any]) -> Record:
                image = line_in(row, "imageId")
                graph = None if lookup is None else lookup.get(image)
                return self._record(root, split, key, row, f"{pictures}/{image}.jpg", graph)

            for path in files:
                if path not in graphs:
                    yield from member_records(read_members(path), make)

    def _record(
        self, root: Path, split: str, key: str, row: Mapping[str, Any], picture: str, graph: Mapping[str, Any] | None
    ) -> Record:
        answer = text_in(row, "answer", "").strip() or None
        scene = None if graph is None else _scene(graph)
        told = {name: row.get(name) for name in _NOTES}
        if graph is not None and scene is not None:
            told |= {
                "location": graph.get("location"),
                "weather": graph.get("weather"),
                "boxless": scene.boxless or None,
            }
        return make_record(
            origin_of(self.card, "gqa", split, key),
            media=(
                Media(
                    path=picture,
                    root=str(root),
                    width=None if scene is None else scene.picture[0],
                    height=None if scene is None else scene.picture[1],
                ),
            ),
            turns=question_turns(line_in(row, "question"), answer),
            facts=Facts(
                boxes=() if scene is None else tuple(scene.boxes.values()),
                present=() if scene is None else tuple(scene.present),
                relations=() if scene is None else tuple(scene.relations),
                answers=() if answer is None else (answer,),
                extra=notes(told),
            ),
        )


def _below(name: str, *folders: str) -> list[str]:
    return [name, *(f"{folder}/{name}" for folder in folders)]


def _part_order(path: Path) -> tuple[int, str]:
    number = path.name.partition(".")[0].rpartition("_")[2]
    return int(number) if number.isdecimal() else 0, path.name


def _keep(path: Path, lookup: Lookup) -> Iterator[Reject]:
    """Keep the scene graphs of a file on disk, to be asked for by picture; those that are wrong are told once."""
    for item in read_members(path):
        if isinstance(item, Reject):
            yield item
            continue
        where, image, graph = item
        try:
            _scene(graph)
        except ROW_ERRORS as error:
            yield Reject(where=where, reasons=(reason_of(error),), row=row_text(graph))
        else:
            lookup.put(image, graph)


def _scene(graph: Mapping[str, Any]) -> SceneGraph:
    width, height = side_in(graph, "width"), side_in(graph, "height")
    objects = graph["objects"]
    if width is None or height is None:
        raise BadRow("the size of the picture is missing")
    if not isinstance(objects, Mapping):
        raise BadRow("`objects` is no object")
    scene = SceneGraph((width, height))
    for key, one in objects.items():
        words = [word for word in list_in(one, "attributes") if isinstance(word, str)]
        scene.add_object(key, line_in(one, "name"), (one["x"], one["y"]), (one["w"], one["h"]), attributes=words)
    for key, one in objects.items():
        # The sample on the dataset's page has an object here, with keys that stand twice; the files have a list.
        for relation in list_in(one, "relations"):
            if not scene.relate(key, line_in(relation, "name"), line_in(relation, "object")):
                raise BadRow("a relation leads to an object that is not there")
    return scene
