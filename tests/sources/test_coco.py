"""Every quirk of COCO's files, and files in its layout that other tools write."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictus import plugins
from pictus.errors import PictusError
from pictus.record import Reject

LICENCES = [
    {
        "id": 1,
        "name": "Attribution-NonCommercial-ShareAlike License",
        "url": "http://creativecommons.org/licenses/by-nc-sa/2.0/",
    },
    {"id": 4, "name": "Attribution License", "url": "http://creativecommons.org/licenses/by/2.0/"},
    {"id": 7, "name": "No known copyright restrictions", "url": "http://flickr.com/commons/usage/"},
    {"id": 8, "name": "United States Government Work", "url": "http://www.usa.gov/copyright.shtml"},
]
CATEGORIES = [{"id": 1, "name": "person"}, {"id": 13, "name": "stop sign"}, {"id": 90, "name": "toothbrush"}]


def picture(number, licence=4, **more):
    name = f"{number:012d}.jpg"
    url = f"http://images.cocodataset.org/val2017/{name}"
    return {
        "id": number,
        "file_name": name,
        "width": 400,
        "height": 300,
        "license": licence,
        "coco_url": url,
        **more,
    }


def instance(number, image, category, bbox, **more):
    return {
        "id": number,
        "image_id": image,
        "category_id": category,
        "bbox": bbox,
        "area": 600.0,
        "iscrowd": 0,
        **more,
    }


def write(root, images, captions=(), instances=(), categories=CATEGORIES, split="val2017"):
    folder = root / "annotations"
    folder.mkdir(exist_ok=True)
    head = {"info": {}, "licenses": LICENCES, "images": images}
    (folder / f"captions_{split}.json").write_text(json.dumps({**head, "annotations": list(captions)}))
    body = {**head, "categories": categories, "annotations": list(instances)}
    (folder / f"instances_{split}.json").write_text(json.dumps(body))


def read(root, name="coco2017", split="val", **settings):
    rows = list(plugins.load("sources", name, settings).records(root, split))
    return [row for row in rows if not isinstance(row, Reject)], [row for row in rows if isinstance(row, Reject)]


def test_captions_and_instances_are_joined_by_picture(tmp_path):
    write(
        tmp_path,
        [picture(9), picture(3)],
        captions=[
            {"id": 1, "image_id": 3, "caption": " Two\nmugs \u00a0stand. "},
            {"id": 2, "image_id": 9, "caption": "A man."},
        ],
        instances=[
            instance(1, 9, 90, [100, 75, 200, 150]),
            instance(2, 3, 1, [0, 0, 10, 10]),
            instance(3, 9, 1, [0, 0, 400, 300], iscrowd=1, segmentation={"size": [300, 400], "counts": [1, 2]}),
        ],
    )
    (nine, three), rejects = read(tmp_path)
    assert rejects == []
    assert (nine.origin.key, three.origin.key) == ("9", "3")
    assert three.facts.captions == ("Two mugs stand.",)
    toothbrush, crowd = nine.facts.boxes
    assert (toothbrush.label, toothbrush.id) == ("toothbrush", "1")
    assert (toothbrush.left, toothbrush.top, toothbrush.right, toothbrush.bottom) == (0.25, 0.25, 0.75, 0.75)
    assert toothbrush.area == 600 / (400 * 300)
    assert (crowd.is_group, crowd.area, toothbrush.is_group) == (True, None, False)
    assert nine.facts.present == ("toothbrush", "person")
    assert nine.facts.absent == ("stop sign",)
    assert nine.media[0].path == "val2017/000000000009.jpg"
    assert nine.origin.address == "http://images.cocodataset.org/val2017/000000000009.jpg"


def test_a_picture_that_nobody_marked_says_nothing_of_absence(tmp_path):
    write(tmp_path, [picture(1), picture(2)], instances=[instance(1, 1, 1, [0, 0, 10, 10])])
    (marked, unmarked), _ = read(tmp_path)
    assert marked.facts.absent == ("stop sign", "toothbrush")
    assert unmarked.facts.absent == unmarked.facts.present == ()


def test_each_picture_keeps_its_own_licence(tmp_path):
    write(tmp_path, [picture(1, 1), picture(2, 4), picture(3, 7), picture(4, 8), picture(5, 99)])
    records, _ = read(tmp_path)
    assert [record.origin.picture_licence for record in records] == [
        "CC-BY-NC-SA-2.0",
        "CC-BY-2.0",
        "no-known-copyright-restrictions",
        "us-government-work",
        "unknown",
    ]
    assert {record.origin.text_licence for record in records} == {"CC-BY-4.0"}


def test_a_box_that_reaches_over_the_edge_is_cut_and_still_inside(tmp_path):
    write(tmp_path, [picture(1)], instances=[instance(1, 1, 1, [-5, 290, 500, 20])])
    ((record,), rejects) = read(tmp_path)
    (box,) = record.facts.boxes
    assert (box.left, box.right, box.bottom) == (0, 1, 1)
    assert rejects == []


BAD = {
    "outside": (instance(1, 1, 1, [500, 10, 5, 5]), "outside its picture"),
    "no area": (instance(1, 1, 1, [5, 5, 0, 10]), "no area"),
    "not finite": ({**instance(1, 1, 1, []), "bbox": [1e308, 1, 1e308, 1e308]}, "not finite"),
    "too short": (instance(1, 1, 1, [1, 2, 3]), "wrong type"),
    "text": (instance(1, 1, 1, "1234"), "wrong type"),
    "no box": ({"id": 1, "image_id": 1, "category_id": 1}, "it has no 'bbox'"),
    "no such picture": (instance(1, 77, 1, [0, 0, 9, 9]), "a picture that the files do not list"),
    "no such category": (instance(1, 1, 12, [0, 0, 9, 9]), "category is not listed"),
    "an id that is none": (instance(1, None, 1, [0, 0, 9, 9]), "no id"),
    "not an object": ([1, 2], "wrong type"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_annotation_is_set_aside_with_its_place_and_the_picture_stays(tmp_path, name):
    row, words = BAD[name]
    write(tmp_path, [picture(1)], instances=[instance(7, 1, 90, [0, 0, 9, 9]), row])
    ((record,), (reject,)) = read(tmp_path)
    assert [box.label for box in record.facts.boxes] == ["toothbrush"]
    assert words in reject.reasons[0]
    assert reject.where.startswith("instances_val2017.json, annotations, row 2, byte ")


def test_what_was_marked_badly_is_still_not_absent(tmp_path):
    write(tmp_path, [picture(1)], instances=[instance(1, 1, 1, [500, 10, 5, 5])])
    ((record,), _) = read(tmp_path)
    assert "person" not in record.facts.absent


def test_ids_may_be_numbers_in_one_file_and_text_in_the_other(tmp_path):
    write(tmp_path, [picture(1)], captions=[{"id": 1, "image_id": "1", "caption": "One."}])
    ((record,), rejects) = read(tmp_path)
    assert (record.facts.captions, rejects) == (("One.",), [])


def test_a_picture_of_absurd_size_keeps_its_captions_and_loses_its_boxes(tmp_path):
    write(
        tmp_path,
        [picture(1, width=10**9)],
        captions=[{"id": 1, "image_id": 1, "caption": "One."}],
        instances=[instance(1, 1, 1, [0, 0, 9, 9])],
    )
    ((record,), (reject,)) = read(tmp_path)
    assert record.facts.captions == ("One.",)
    assert reject.reasons == ("the size of its picture is not known",)


def test_annotations_may_stand_before_what_they_refer_to(tmp_path):
    write(tmp_path, [picture(1)], instances=[instance(1, 1, 1, [0, 0, 9, 9])])
    path = tmp_path / "annotations/instances_val2017.json"
    body = json.loads(path.read_text())
    path.write_text(json.dumps({name: body[name] for name in ("annotations", "categories", "images", "licenses")}))
    ((record,), rejects) = read(tmp_path)
    assert (len(record.facts.boxes), rejects) == (1, [])


def test_a_missing_file_is_named_with_the_way_to_do_without(tmp_path):
    write(tmp_path, [picture(1)], captions=[{"id": 1, "image_id": 1, "caption": "One."}])
    (tmp_path / "annotations/instances_val2017.json").unlink()
    with pytest.raises(PictusError, match=r"instances_val2017\.json") as caught:
        read(tmp_path)
    assert "`pictus import` can leave one kind out" in caught.value.mend
    assert "--set instances=false" in caught.value.mend
    with pytest.raises(PictusError, match="captions_train2017") as caught:
        plugins.load("sources", "coco2017", {"instances": False}).files(
            tmp_path, "train"
        )  # as who asks for captions alone
    assert "--set" not in caught.value.mend
    ((record,), _) = read(tmp_path, instances=False)
    assert record.facts.captions == ("One.",)


def test_a_dataset_of_ones_own_is_read_with_attributes_and_stated_negatives(tmp_path):
    (tmp_path / "images").mkdir()
    write(
        tmp_path,
        [picture(1, neg_category_ids=[13])],
        instances=[
            instance(1, 1, 1, [0, 0, 9, 9], attributes={"colour": "red", "occluded": True}),
            instance(2, 1, 90, [0, 0, 9, 9], attributes=["small", "blue"], occluded=False),
        ],
        split="train",
    )
    assert plugins.load("sources", "coco").splits_in(tmp_path) == ("train",)
    ((record,), _) = read(tmp_path, "coco", "train")
    assert [(box.attributes, box.is_occluded) for box in record.facts.boxes] == [
        (("red",), True),
        (("small", "blue"), False),
    ]
    assert record.facts.absent == ("stop sign",)
    assert record.media[0].path == "images/000000000001.jpg"


def test_a_folder_without_annotations_is_told_before_an_empty_corpus_is_made(tmp_path):
    with pytest.raises(PictusError, match="no annotation files") as caught:
        plugins.load("sources", "coco").splits_in(tmp_path)
    assert "--set annotations=FILE" in caught.value.mend


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.sampled_from(["id", "image_id", "bbox"]), inner),
    max_leaves=8,
)
rows = st.dictionaries(
    st.sampled_from(["id", "image_id", "category_id", "bbox", "caption", "file_name", "name", "width", "attributes"]),
    junk | st.integers(0, 3),
)


@given(
    st.dictionaries(
        st.sampled_from(["images", "annotations", "categories", "licenses"]),
        st.lists(rows | junk, max_size=4),
    )
)
def test_whatever_stands_in_the_file_ends_in_records_and_rejects(tmp_path_factory, body):
    root = tmp_path_factory.mktemp("d")
    (root / "annotations").mkdir()
    (root / "annotations/instances_val2017.json").write_text(json.dumps(body))
    records, rejects = read(root, captions=False)
    assert all(reject.reasons and reject.where for reject in rejects)
    assert all(0 <= box.left <= box.right <= 1 for record in records for box in record.facts.boxes)


@pytest.mark.parametrize("year", [2014, 2017])
def test_a_release_lies_in_the_data_root_or_in_its_folder_of_a_shared_tree(tmp_path, year):
    own = tmp_path / "tree" / "coco"
    images = [picture(42)]
    captions = {"images": images, "annotations": [{"id": 1, "image_id": 42, "caption": "A street."}]}
    (own / "annotations").mkdir(parents=True)
    (own / "annotations" / f"captions_val{year}.json").write_text(json.dumps(captions))
    source = plugins.load("sources", f"coco{year}", {"instances": False})
    (alone,), (shared,) = ([*source.records(root, "val")] for root in (own, own.parent))
    assert alone.id == shared.id and alone.facts == shared.facts
    assert alone.media[0].file == shared.media[0].file == own / f"val{year}" / "000000000042.jpg"
    (own / "coco").mkdir()  # pictures alone: the annotations still lie in the root
    assert [*source.records(own, "val")] == [alone]
