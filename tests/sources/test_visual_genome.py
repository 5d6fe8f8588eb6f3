"""Visual Genome: files that differ in their keys and editions, joined by picture."""

import json
import random
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictus import plugins
from pictus.errors import PictusError
from pictus.record import Record, Reject, Relation
from pictus.scene.layout import look

DATA = Path(__file__).parent.parent / "data/sources/visual_genome"
PARTS = {
    "objects": "objects",
    "attributes": "attributes",
    "relationships": "relationships",
    "region_descriptions": "regions",
    "question_answers": "qas",
}


def read(root, **settings):
    rows = list(plugins.load("sources", "visual_genome", settings).records(root, "train"))
    return [row for row in rows if isinstance(row, Record)], [row for row in rows if isinstance(row, Reject)]


def picture(key, **more):
    return {"image_id": key, "url": f"https://p.example/VG_100K/{key}.jpg", "width": 100, "height": 100, **more}


def thing(key, name="mug", **more):
    return {"object_id": key, "x": 0, "y": 0, "w": 50, "h": 50, "names": [name], **more}


def write(root, pictures, **parts):
    for name, rows in {"image_data": pictures, **parts}.items():
        (root / f"{name}.json").write_text(json.dumps(rows))


def test_objects_attributes_and_relations_of_a_picture_are_joined_by_their_ids():
    (first, second, third), rejects = read(DATA)
    assert rejects == [] and [record.origin.key for record in (first, second, third)] == ["990001", "990002", "3"]
    mug, table, lamp = first.facts.boxes
    assert (mug.label, mug.id, mug.attributes) == ("mug", "1", ("white", "chipped")), "11 was merged into 1"
    assert (mug.left, mug.top, mug.right, mug.bottom) == (0.024, 0.075, 0.184, 0.175)
    assert table.right == 1.0, "a box that leaves the picture ends at its edge"
    assert lamp.id == "9", "an object that only a relation has is there too"
    assert first.facts.relations == (
        Relation(subject="mug", predicate="on", object="table", subject_id="1", object_id="2"),
        Relation(subject="spoon", predicate="next to", object="lamp", object_id="9"),
    )
    assert first.facts.present == ("mug", "table", "spoon", "lamp") and first.facts.absent == ()
    assert json.loads(first.facts.extra)["boxless"] == 1


def test_the_folder_and_name_of_a_picture_come_from_its_address(tmp_path):
    paths = [record.media[0].path for record in read(DATA)[0]]
    assert paths == ["VG_100K_2/990001.jpg", "VG_100K/990002.jpg", "VG_100K/3.jpg"]
    shutil.copytree(DATA, tmp_path / "vg")
    assert read(tmp_path)[0][0].media[0].path == "vg/VG_100K_2/990001.jpg"
    (tmp_path / "vg").rename(tmp_path / "visual_genome")
    assert read(tmp_path)[0][0].media[0].path == "visual_genome/VG_100K_2/990001.jpg"


def test_a_picture_that_is_not_coco_s_has_no_number_there():
    extras = [json.loads(record.facts.extra) if record.facts.extra else {} for record in read(DATA)[0]]
    assert [extra.get("coco_id") for extra in extras] == [None, None, 139]
    assert extras[0]["flickr_id"] == 77 and "flickr_id" not in extras[2]


def test_regions_are_no_objects_and_only_a_phrase_about_the_whole_picture_is_a_caption():
    facts = read(DATA)[0][0].facts
    regions = json.loads(facts.extra)["regions"]
    assert regions[0] == {
        "id": "5",
        "box": [0.024, 0.075, 0.184, 0.185],
        "phrase": "white mug with a chip",
        "synsets": ["mug.n.04"],
    }
    assert facts.captions == ("a kitchen table with things on it",) and len(regions) == 2
    scene = look(facts)
    assert set(scene.kinds) <= {"mug", "table", "spoon", "lamp"}
    assert scene.counted == (), "nobody said of these boxes that each is one thing, and that they are all"


def test_questions_are_turns_where_they_are_asked_for_and_kept_where_not():
    first = read(DATA)[0][0]
    assert first.turns == () and first.facts.answers == ()
    assert json.loads(first.facts.extra)["questions"][0] == {
        "id": 1,
        "question": "What is on the table?",
        "answer": "A mug.",
        "a_objects": [{"object_id": 1}],
    }
    (first, _, third), _ = read(DATA, questions=True)
    texts = [turn.text for turn in first.turns]
    assert texts == ["What is on the table?", "A mug.", "What color is the mug?", "White."]
    assert [len(turn.parts) for turn in first.turns] == [2, 1, 1, 1] and first.facts.answers == ("A mug.", "White.")
    assert third.turns == () and third.facts.boxes == ()


@pytest.mark.parametrize("kept", PARTS)
def test_each_file_may_be_there_alone(tmp_path, kept):
    for name in ("image_data", kept):
        shutil.copy(DATA / f"{name}.json", tmp_path)
    records, rejects = read(tmp_path)
    assert rejects == [] and len(records) == 3
    facts = records[0].facts
    assert bool(facts.boxes) == (kept in ("objects", "attributes", "relationships"))
    assert bool(facts.relations) == (kept == "relationships")


@given(st.randoms(use_true_random=False))
def test_files_in_another_order_or_with_holes_give_the_same_records(tmp_path_factory, chance: random.Random):
    root = tmp_path_factory.mktemp("v")
    wanted, _ = read(DATA)
    for path in DATA.iterdir():
        rows = json.loads(path.read_text())
        if path.stem != "image_data":
            rows = [row for row in rows if row.get("image_id", row.get("id")) != 3]  # of which nothing is known
            chance.shuffle(rows)
        (root / path.name).write_text(json.dumps(rows))
    records, rejects = read(root)
    assert rejects == []
    assert [(record.id, record.facts) for record in records] == [(record.id, record.facts) for record in wanted]


@given(st.sets(st.sampled_from(["id", "name", "object_names", "text ids"])))
def test_older_editions_write_the_same_in_other_keys(tmp_path_factory, older):
    root = tmp_path_factory.mktemp("v")
    one = thing(1)
    if "name" in older:
        one["name"] = one.pop("names")[0]
    elif "object_names" in older:
        one["object_names"] = one.pop("names")
    if "id" in older:
        one["id"] = one.pop("object_id")
    row = {"id" if "id" in older else "image_id": "5" if "text ids" in older else 5, "objects": [one]}
    write(root, [picture(5)], objects=[row])
    ((record,), rejects) = read(root)
    assert rejects == [] and [(box.label, box.id) for box in record.facts.boxes] == [("mug", "1")]


def test_the_newest_edition_counts_unless_another_is_chosen(tmp_path):
    write(tmp_path, [picture(5)])
    for ending, name in (("_v1_2", "cup"), ("_v1_4", "mug")):
        rows = [{"image_id": 5, "objects": [thing(1, name)]}]
        (tmp_path / f"objects{ending}.json").write_text(json.dumps(rows))
    assert read(tmp_path)[0][0].facts.present == ("mug",)
    assert read(tmp_path, edition="1.2")[0][0].facts.present == ("cup",)


def test_what_cannot_be_used_of_a_picture_is_set_aside_with_its_place_and_the_rest_stays(tmp_path):
    relation = {"predicate": " ", "subject": thing(1), "object": thing(1)}
    write(
        tmp_path,
        [picture(5)],
        objects=[
            {
                "image_id": 5,
                "objects": [thing(1), thing(None), {**thing(2), "names": []}, {**thing(3, "bad"), "x": "0"}],
            }
        ],
        attributes=[{"image_id": 5}],  # some pictures have none
        relationships=[{"image_id": 5, "relationships": [relation, 8]}],
        region_descriptions=[{"id": 5, "regions": [{"x": 0, "y": 0, "width": 0, "height": 9, "phrase": "a"}]}],
        question_answers=[{"id": 5, "qas": [{"question": "Who?", "answer": ""}]}],
    )
    ((record,), rejects) = read(tmp_path)
    assert [box.id for box in record.facts.boxes] == ["1"] and record.facts.present == ("mug",)
    assert [(reject.where.split(", ")[-1], reject.reasons[0].partition(":")[0]) for reject in rejects] == [
        ("objects 2", "it has no object_id"),
        ("objects 3", "it has no name"),
        ("objects 4", "wrong type"),  # and it is not said to be there either
        ("relationships 1", "the predicate is empty"),
        ("relationships 2", "it is no object"),
        ("regions 1", "the region has no size, or lies outside its picture"),
        ("qas 1", "the question or its answer is empty"),
    ]


def test_a_picture_that_cannot_be_used_is_set_aside_and_rows_of_no_picture_are_told(tmp_path):
    bad = [picture(1, url=None), picture(2, url="https://p.example/2.jpg"), picture(3, width=0), {"url": "x"}]
    write(tmp_path, [*bad, picture(5), picture(5)], objects=[{"image_id": key, "objects": []} for key in (9, 5, 9, 1)])
    ((record,), rejects) = read(tmp_path)
    assert record.origin.key == "5"
    assert [reject.reasons[0] for reject in rejects] == [
        "its id stands twice in the file",
        "it has no address, which alone tells where the picture lies",
        "it has no address, which alone tells where the picture lies",
        "the size of the picture is missing",
        "it has no image_id",
        "its id stands twice in the file",
        "rows that belong to no picture, or to one that was told of before",
    ]
    assert rejects[-1].row == "1 in all: 9"


def test_a_list_of_pictures_alone_is_told(tmp_path):
    write(tmp_path, [picture(5)])
    with pytest.raises(PictusError, match="nothing but the list of pictures"):
        read(tmp_path)
