"""GQA: ids that are text, a folder of parts, splits without answers, and scene graphs joined by picture."""

import gzip
import json
import shutil
from pathlib import Path

import pytest

from pictus import plugins
from pictus.errors import PictusError
from pictus.record import Record, Reject, Relation

DATA = Path(__file__).parent.parent / "data/sources/gqa"
QUESTION = {"imageId": "7", "question": "What?", "answer": "a mug"}
GRAPH = {"width": 10, "height": 10, "objects": {"1": {"name": "mug", "x": 0, "y": 0, "w": 5, "h": 5}}}


def read(root, split="val_balanced", **settings):
    rows = list(plugins.load("sources", "gqa", settings).records(root, split))
    return [row for row in rows if isinstance(row, Record)], [row for row in rows if isinstance(row, Reject)]


def write(root, name, content):
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))


def test_ids_stay_text_and_what_the_dataset_says_of_a_question_is_kept():
    records, rejects = read(DATA)
    assert rejects == [] and [record.origin.key for record in records] == ["09000001", "09000002", "00000003"]
    assert [record.media[0].path for record in records][1:] == ["images/2990001.jpg", "images/n123456.jpg"]
    first = records[0]
    assert [turn.text for turn in first.turns] == ["Is the mug left of the plate?", "yes"]
    assert first.facts.answers == ("yes",) and first.facts.boxes == ()
    extra = json.loads(first.facts.extra)
    assert extra["fullAnswer"] == "Yes, the mug is to the left of the plate."
    assert extra["annotations"]["question"] == {"2": "501", "4:6": "502"}
    assert extra["types"]["semantic"] == "rel" and extra["groups"]["local"] == "13-mug" and extra["isBalanced"] is True


def test_splits_without_answers_only_ask():
    ((record,), _) = read(DATA, "test_balanced")
    assert [turn.role for turn in record.turns] == ["user"] and record.facts.answers == ()


def test_scene_graphs_become_boxes_attributes_and_relations_by_id():
    (first, second, third), rejects = read(DATA, scene_graphs=True)
    assert rejects == []
    assert first.facts.boxes == second.facts.boxes and third.facts.boxes == ()
    mug, plate = first.facts.boxes
    assert (mug.label, mug.id, mug.attributes) == ("mug", "501", ("white", "small"))
    assert (mug.left, mug.top, mug.right, mug.bottom) == (0.1, 0.25, 0.3, 0.55)
    assert plate.right == 1.0, "a box that leaves the picture ends at its edge"
    assert first.facts.relations == (
        Relation(subject="mug", predicate="to the left of", object="plate", subject_id="501", object_id="502"),
        Relation(subject="mug", predicate="on", object="table", subject_id="501"),
        Relation(subject="plate", predicate="to the right of", object="mug", subject_id="502", object_id="501"),
    )
    assert first.facts.present == ("mug", "plate", "table") and first.facts.absent == ()
    extra = json.loads(first.facts.extra)
    assert (extra["location"], extra["boxless"]) == ("kitchen", 1)
    assert (first.media[0].width, first.media[0].height) == (500, 400)


def test_scene_graphs_are_not_asked_for_where_the_dataset_has_none():
    ((record,), _) = read(DATA, "test_balanced", scene_graphs=True)
    assert record.facts.boxes == ()


def test_scene_graphs_that_are_asked_for_and_missing_are_told(tmp_path):
    write(tmp_path, "val_balanced_questions.json", {"1": QUESTION})
    with pytest.raises(PictusError, match=r"val_sceneGraphs\.json"):
        read(tmp_path, scene_graphs=True)


def test_a_scene_graph_that_is_wrong_is_told_once_and_its_questions_stay(tmp_path):
    relations = {"name": "on", "object": "2"}
    doc = {"1": {"name": "mug", "x": 0, "y": 0, "w": 5, "h": 5, "relations": relations}}
    wrong = {"a": {**GRAPH, "objects": doc}, "b": {**GRAPH, "width": 0}, "c": {**GRAPH, "objects": []}}
    wrong["d"] = {**GRAPH, "objects": {"1": {**GRAPH["objects"]["1"], "relations": [relations]}}}
    write(tmp_path, "sceneGraphs/val_sceneGraphs.json", {**wrong, "7": GRAPH})
    write(tmp_path, "questions1.2/val_balanced_questions.json", {"1": {**QUESTION, "imageId": "a"}, "2": QUESTION})
    records, rejects = read(tmp_path, scene_graphs=True)
    assert [len(record.facts.boxes) for record in records] == [0, 1]
    assert [reject.reasons[0] for reject in rejects] == [
        "`relations` is no list",
        "the size of the picture is missing",
        "`objects` is no object",
        "a relation leads to an object that is not there",
    ]


def test_a_question_that_cannot_be_used_is_set_aside_with_its_key(tmp_path):
    rows = {"1": {**QUESTION, "imageId": 7}, "2": {**QUESTION, "question": ""}, "3": {**QUESTION, "answer": 3}}
    write(tmp_path, "val_balanced_questions.json", {**rows, "4": QUESTION})
    (record,), rejects = read(tmp_path)
    assert record.origin.key == "4"
    assert [reject.reasons[0] for reject in rejects] == [
        "`imageId` is empty or no text",
        "`question` is empty or no text",
        "`answer` is no text",
    ]


def test_packed_files_are_read_and_a_missing_one_is_told(tmp_path):
    shutil.copytree(DATA, tmp_path / "gqa")
    path = tmp_path / "gqa/val_balanced_questions.json"
    path.with_suffix(".json.gz").write_bytes(gzip.compress(path.read_bytes()))
    path.unlink()
    records, _ = read(tmp_path)
    assert len(records) == 3 and records[0].media[0].path == "gqa/images/2990001.jpg"
    with pytest.raises(PictusError, match="train_balanced_questions"):
        read(tmp_path, "train_balanced")
