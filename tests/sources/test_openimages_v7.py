"""Every quirk of Open Images' files, and the join in little memory against one that holds everything."""

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openimages_files import (
    ATTRIBUTES,
    BOX,
    LABEL,
    NAMES,
    PICTURE,
    box,
    csv_text,
    label,
    mask,
    narrative,
    pair,
    picture,
    put,
    put_names,
    put_train,
)
from pictus import plugins
from pictus.engine.events import Events
from pictus.errors import PictusError
from pictus.reading.openimages.join import openimages_records
from pictus.reading.openimages.release import find_files
from pictus.record import Reject, Relation
from pictus.steps import import_
from pictus.steps.generate import KINDS
from pictus.steps.generate.program import generated

ONE, TWO = "00e1000000000000", "0aa00bb00cc00dd0"


def read(root, split="train", **settings):
    rows = list(plugins.load("sources", "openimages_v7", settings).records(root, split))
    return [row for row in rows if not isinstance(row, Reject)], [row for row in rows if isinstance(row, Reject)]


def test_the_tables_are_joined_by_picture_and_come_in_the_order_of_the_ids(tmp_path):
    put_train(
        tmp_path,
        pictures=[picture(TWO, title='Mug "one",\non a table', rotation="90.0"), picture(ONE, rotation="NaN")],
        boxes=[
            box(TWO, "/g/05", (0.1, 0.2, 0.3, 0.4)),
            box(ONE, "/m/01"),
            box(TWO, "/m/04", (0, 0.4, 1, 1), (1, 0, -1, -1, 1)),
        ],
        labels=[label(ONE, "/m/02", 0), label(TWO, "/m/03", 1)],
        pairs=[pair(TWO, "/g/05", "inside_of", "/m/04", (0.1, 0.2, 0.3, 0.400004), (0, 0.4, 1, 1))],
        masks=[mask(TWO, "/g/05", (0.1, 0.2, 0.3, 0.4))],
        narratives=[narrative(TWO, " A  mug. ", [(0.2, -0.01, 0.05), (1.1, 0.5, 2)])],
    )
    (one, two), rejects = read(tmp_path)
    assert rejects == []
    assert (one.origin.key, two.origin.key) == (ONE, TWO)
    mug, table = two.facts.boxes
    assert (mug.label, mug.left, mug.top, mug.right, mug.bottom) == ('the "blue" mug', 0.1, 0.2, 0.3, 0.4)
    assert (mug.id, table.id) == ("1", "2")
    assert two.facts.present == ('the "blue" mug', "coffee table", "ducks, geese and swans")
    assert (one.facts.present, one.facts.absent) == (("person",), ("dog",))
    assert two.facts.relations == (
        Relation(subject=mug.label, predicate="inside of", object=table.label, subject_id="1", object_id="2"),
    )
    assert two.facts.narratives[0].text == "A mug."
    assert two.facts.narratives[0].points == (0.2, -0.01, 0.05, 1.1, 0.5, 2)
    assert json.loads(two.facts.extra) == {
        "title": 'Mug "one", on a table',
        "rotation": 90,
        "masks": [{"box": "1", "label": 'the "blue" mug', "path": f"{TWO}_g05_1f2e.png"}],
    }
    assert one.facts.extra is None
    assert two.media[0].path == f"train/{TWO}.jpg"
    assert two.media[0].url == f"https://photos1.example/{TWO}_o.jpg"
    assert (two.origin.address, two.origin.author) == (f"https://photos.example/p/{TWO}", "Doe, J.")


def test_each_picture_keeps_its_own_licence(tmp_path):
    licences = [
        "https://creativecommons.org/licenses/by/2.0/",
        "https://creativecommons.org/licenses/by-nc-sa/2.0/",
        "",
    ]
    put_train(tmp_path, pictures=[picture(f"0{number}", licence=url) for number, url in enumerate(licences)])
    records, _ = read(tmp_path)
    assert [one.origin.picture_licence for one in records] == ["CC-BY-2.0", "CC-BY-NC-SA-2.0", "unknown"]
    assert {one.origin.text_licence for one in records} == {"CC-BY-4.0"}


def test_what_is_boxed_or_confirmed_is_never_absent(tmp_path):
    put_train(
        tmp_path,
        boxes=[box(ONE, "/m/01")],
        labels=[label(ONE, name, there) for name, there in [("/m/01", 0), ("/m/02", 0), ("/m/03", 0), ("/m/02", 1)]],
    )
    ((record,), _) = read(tmp_path)
    assert (record.facts.present, record.facts.absent) == (("person", "dog"), ("ducks, geese and swans",))


def test_labels_of_a_machine_are_read_only_when_asked_for_and_never_against_people(tmp_path):
    put_train(
        tmp_path,
        labels=[label(ONE, "/m/02", 0)],
        machine=[label(ONE, "/m/01", 0.9), label(ONE, "/m/02", 0.9), label(ONE, "/m/03", 0.5)],
    )
    assert read(tmp_path)[0][0].facts.present == ()
    ((record,), _) = read(tmp_path, machine_confidence=0.6)
    assert (record.facts.present, record.facts.absent) == (("person",), ("dog",))


def test_is_gives_the_box_an_attribute_and_stays_a_relation_where_there_is_no_box(tmp_path):
    elsewhere = (0.6, 0.6, 0.9, 0.9)
    put_train(
        tmp_path,
        boxes=[box(ONE, "/m/02"), box(ONE, "/m/04")],
        pairs=[
            pair(ONE, "/m/04", "is", "/m/92"),
            pair(ONE, "/m/04", "is", "/m/91"),
            pair(ONE, "/m/04", "is", "/m/91"),
            pair(ONE, "/m/04", "is", "/m/91", elsewhere, elsewhere),
        ],
    )
    ((record,), rejects) = read(tmp_path)
    assert [one.attributes for one in record.facts.boxes] == [(), ("leather", "wooden")]
    assert record.facts.relations == (Relation(subject="coffee table", predicate="is", object="wooden"),)
    assert rejects == []


def test_a_relation_takes_the_nearest_box_of_its_label(tmp_path):
    near, nearer, at = (0.10009, 0.2, 0.5, 0.6), (0.10004, 0.2, 0.5, 0.6), (0.1, 0.2, 0.5, 0.6)
    put_train(
        tmp_path,
        boxes=[box(ONE, "/m/02", at), box(ONE, "/m/01", near), box(ONE, "/m/01", nearer)],
        pairs=[pair(ONE, "/m/01", "on", "/m/03", at, at)],
    )
    (relation,) = read(tmp_path)[0][0].facts.relations
    assert (relation.subject_id, relation.object_id) == ("3", None)


def test_a_text_without_a_track_is_not_told_twice(tmp_path):
    put_train(tmp_path, narratives=[narrative(ONE, "A mug.", [(0, 0, 1)]), narrative(ONE, "A dog.")])
    rows = [narrative(ONE, "A mug."), narrative(ONE, "A dog."), narrative(ONE, "A cat.")]
    put(tmp_path / "open_images_train_v6_captions.jsonl", "\n".join(map(json.dumps, rows)))
    ((record,), _) = read(tmp_path)
    assert [(one.text, len(one.points)) for one in record.facts.narratives] == [
        ("A mug.", 3),
        ("A dog.", 0),
        ("A cat.", 0),
    ]


BAD_BOXES = {
    "too few cells": (box(ONE)[:-1], "it has 12 cells, and the header has 13"),
    "too many cells": ([*box(ONE), 1], "it has 14 cells, and the header has 13"),
    "no number": (box(ONE, corners=("x", 0, 1, 1)), "`XMin` is no number of the kind that is wanted"),
    "no value": (box(ONE, corners=("", 0, 1, 1)), "the box does not lie inside its picture"),
    "not a number": (box(ONE, corners=("nan", 0, 1, 1)), "the box does not lie inside its picture"),
    "outside": (box(ONE, corners=(0.5, 0.5, 1.01, 0.6)), "the box does not lie inside its picture"),
    "negative": (box(ONE, corners=(0.5, -0.1, 0.9, 0.6)), "the box does not lie inside its picture"),
    "turned round": (box(ONE, corners=(0.5, 0.5, 0.4, 0.6)), "the box has no area"),
    "unknown label": (box(ONE, "/m/77"), "the files with the names of labels do not have its label"),
    "a flag that is none": (box(ONE, flags=(0, 0, 2, 0, 0)), "`IsGroupOf` is not 1, 0 or -1"),
    "a flag far off": (box(ONE, flags=(0, -128, 0, 0, 0)), "`IsTruncated` is not 1, 0 or -1"),
    "no trust": (box(ONE, confidence=1.5), "`Confidence` is not between 0 and 1"),
    "no picture": (box(""), "it names no picture"),
}


@pytest.mark.parametrize("name", BAD_BOXES)
def test_a_bad_box_is_set_aside_with_its_line_and_the_others_stay(tmp_path, name):
    row, reason = BAD_BOXES[name]
    put_train(tmp_path, boxes=[box(ONE), row, box(ONE, "/m/02")])
    ((record,), (reject,)) = read(tmp_path)
    assert [one.label for one in record.facts.boxes] == ["person", "dog"]
    assert (reject.where, reject.reasons) == ("oidv6-train-annotations-bbox.csv, line 3", (reason,))
    assert reject.row == ",".join(map(str, row))


def test_bad_rows_of_the_other_tables_are_set_aside_with_their_lines(tmp_path):
    put_train(
        tmp_path,
        pictures=[picture(ONE), picture(TWO)[:-1], picture("")],
        labels=[label(ONE, "/m/01", 0.5), label(ONE, "/m/01", "yes")],
        pairs=[pair(ONE, "/m/01", "", "/m/02"), pair(ONE, "/m/01", "is", "/m/93")],
        masks=[["", *mask(ONE, "/m/01")[1:]]],
    )
    lines = ["{", '{"image_id": 7, "caption": "x"}', '{"image_id": "7"}', "[]", '{"image_id": "7", "caption": " "}']
    lines += ['{"image_id": "7", "caption": "x", "traces": [[{"x": 1}]]}']
    put(tmp_path / "open_images_train_v6_captions.jsonl", "\n".join(lines))
    ((record,), rejects) = read(tmp_path)
    assert record.origin.key == ONE and record.facts.present == record.facts.narratives == ()
    assert [(one.where.partition("-")[0], one.where.split("line ")[1]) for one in rejects] == [
        ("train", "3"),
        ("train", "4"),
        ("oidv7", "2"),
        ("oidv7", "3"),
        ("oidv6", "2"),
        ("oidv6", "3"),
        ("train", "2"),
        *(("open_images_train_v6_captions.jsonl, line " + str(n), str(n)) for n in range(1, 7)),
    ]


def test_a_picture_that_is_listed_twice_counts_as_it_is_listed_first(tmp_path):
    put_train(tmp_path, pictures=[picture(ONE, title="first"), picture(TWO), picture(ONE, title="second")])
    records, (reject,) = read(tmp_path)
    assert [one.facts.extra for one in records] == ['{"title":"first"}', None]
    assert reject.where == f"train-images-boxable-with-rotation.csv, picture {ONE}"
    assert reject.reasons == ("another row lists the same picture",)


def test_rows_about_pictures_that_are_not_listed_are_counted_and_not_lost(tmp_path):
    put_train(tmp_path, pictures=[picture(ONE)], boxes=[box(TWO), box("ff"), box(TWO), box(ONE)])
    ((record,), (reject,)) = read(tmp_path)
    assert len(record.facts.boxes) == 1
    assert reject.where == "oidv6-train-annotations-bbox.csv, 3 rows"
    assert json.loads(reject.row) == {"rows": 3, "pictures": [TWO, "ff"]}


def test_a_list_of_all_pictures_gives_only_those_of_the_split(tmp_path):
    put_names(tmp_path)
    rows = [picture(ONE, subset="test"), picture(TWO, subset="validation")]
    put(tmp_path / "2018_04/image_ids_and_rotation.csv", csv_text(PICTURE, rows))
    assert [one.origin.key for one in read(tmp_path, "validation")[0]] == [TWO]
    assert [one.origin.key for one in read(tmp_path, "test")[0]] == [ONE]


def test_both_files_of_human_labels_count_once(tmp_path):
    put_train(tmp_path, labels=[label(ONE, "/m/01", 1)])
    rows = [label(ONE, "/m/01", 1), label(ONE, "/m/02", 1)]
    put(tmp_path / "v5/train-annotations-human-imagelabels-boxable.csv", csv_text(LABEL, rows))
    assert read(tmp_path)[0][0].facts.present == ("person", "dog")


@pytest.mark.parametrize("folder", ["", "annotations", "metadata", "v6", "train/labels"])
@pytest.mark.parametrize("packing", ["", ".gz"])
def test_files_are_found_where_people_put_them_packed_or_not_with_any_line_end(tmp_path, folder, packing):
    text = "\ufeff" + csv_text(BOX, [box(ONE), box(TWO)[:3], box(TWO)], line_end="\r\n")
    put(tmp_path / folder / f"oidv6-train-annotations-bbox.csv{packing}", text)
    names = csv_text(None, NAMES.items(), line_end="\r\n")
    put(tmp_path / folder / f"class-descriptions-boxable.csv{packing}", "\ufeff" + names)
    records, (reject,) = read(tmp_path)
    assert [one.facts.present for one in records] == [("person",), ("person",)]
    assert reject.where == f"oidv6-train-annotations-bbox.csv{packing}, line 3"


def test_pictures_are_named_where_they_lie(tmp_path):
    put_train(tmp_path, boxes=[box(ONE)])
    (tmp_path / "train/data").mkdir(parents=True)
    assert read(tmp_path)[0][0].media[0].path == f"train/data/{ONE}.jpg"


def test_names_of_labels_may_have_a_header_or_not_and_bad_ones_are_told(tmp_path):
    put_train(tmp_path, boxes=[box(ONE, "/m/01"), box(ONE, "/m/06")])
    put(tmp_path / "oidv7-class-descriptions.csv", b"id,name\n/m/01,Person\n/m/05\nx,Dog\n\n/m/06,\xff\n")
    put(tmp_path / "class-descriptions-boxable.csv", "/m/06,Cat\n/m/01,Human\n")
    ((record,), rejects) = read(tmp_path)
    assert record.facts.present == ("person", "cat")
    assert [one.where for one in rejects] == [f"oidv7-class-descriptions.csv, line {line}" for line in (3, 4, 6)]


def test_no_file_at_all_and_labels_without_names_are_errors_with_a_mend(tmp_path):
    source = plugins.load("sources", "openimages_v7")
    with pytest.raises(PictusError, match="no file of the split `train`"):
        source.files(tmp_path, "train")
    put(tmp_path / "validation-annotations-bbox.csv", csv_text(BOX, [box(ONE)]))
    for split in ("validation", "train"):
        with pytest.raises(PictusError, match="no file says what the labels of validation-annotations-bbox") as error:
            source.files(tmp_path, split)
        assert "class-descriptions" in error.value.mend


def test_a_file_that_is_another_is_an_error(tmp_path):
    put_train(tmp_path, boxes=[])
    put(tmp_path / "oidv6-train-annotations-bbox.csv", "a,b\n1,2\n")
    with pytest.raises(PictusError, match="no column `ImageID`"):
        read(tmp_path)


def test_a_split_that_is_none_is_an_error_that_names_them(tmp_path):
    put_train(tmp_path, boxes=[box(ONE)])
    with pytest.raises(PictusError, match="unknown split `val`"):
        read(tmp_path, "val")


def test_of_several_lists_of_pictures_the_widest_counts(tmp_path):
    put_train(tmp_path, pictures=[picture(ONE)], boxes=[box(ONE)])
    rows = [picture(ONE), picture(TWO)]
    put(tmp_path / "v6/oidv6-train-images-with-labels-with-rotation.csv", csv_text(PICTURE, rows))
    assert [one.origin.key for one in read(tmp_path)[0]] == [ONE, TWO]


def test_names_of_labels_that_cannot_be_read_are_an_error_with_their_line(tmp_path):
    put_train(tmp_path, boxes=[box(ONE)])
    put(tmp_path / "oidv7-class-descriptions.csv", '/m/01,Person\n/m/02,"' + "x" * 200_000)
    with pytest.raises(PictusError, match="cannot be read") as error:
        read(tmp_path)
    assert "oidv7-class-descriptions.csv, line " in error.value.where


def test_a_packed_file_that_is_cut_short_is_an_error(tmp_path):
    put_train(tmp_path)
    path = tmp_path / "oidv6-train-annotations-bbox.csv.gz"
    put(path, csv_text(BOX, [box(f"{number:016x}") for number in range(500)]))
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(PictusError, match="cut short"):
        read(tmp_path)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_an_error_that_says_where_to_go(tmp_path, monkeypatch):
    put_train(tmp_path, boxes=[box(ONE)])
    monkeypatch.setattr("pictus.reading.buckets.Buckets._path", lambda *_: Path("/dev/full"))
    with pytest.raises(PictusError, match="no room left") as error:
        read(tmp_path)
    assert "TMPDIR" in error.value.mend


def test_a_confidence_that_is_none_is_an_error():
    with pytest.raises(PictusError, match="between 0 and 1"):
        plugins.load("sources", "openimages_v7", {"machine_confidence": 80})


def test_nothing_is_left_in_the_folder_for_temporary_files(tmp_path, monkeypatch):
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    put_train(tmp_path, boxes=[box(ONE), box(TWO)], labels=[])
    rows = plugins.load("sources", "openimages_v7").records(tmp_path, "train")
    next(rows)
    assert list((tmp_path / "temporary").iterdir())
    rows.close()
    assert not list((tmp_path / "temporary").iterdir())
    put(tmp_path / "oidv7-train-annotations-human-imagelabels.csv", "no,header\n")
    with pytest.raises(PictusError):
        read(tmp_path)
    assert not list((tmp_path / "temporary").iterdir())


def test_it_can_be_imported_and_asked_about_without_a_picture_on_disk(tmp_path):
    data = Path(__file__).parent.parent / "data/sources/openimages_v7"
    corpus = import_.run(import_.plan("openimages_v7", data, str(tmp_path / "corpus")), Events())
    assert (corpus.summary["rows"], corpus.summary["rejected"]) == (3, 0)
    made = list(generated(corpus.records(), plugins.load("backends", "program"), name="program", kinds=KINDS, seed=0))
    assert {one.media[0].url for one in made} == {f"https://photos1.example/{number}_o.jpg" for number in (1, 2, 3)}
    assert all(one.turns for one in made)


# The same join, with everything in memory.

keys = st.sampled_from([ONE, TWO, "0000000000000001", "00", "7f" * 8, "ffff", "0a,b", 'é"ü', "zz", "A1"])
corners = st.sampled_from([(0.1, 0.2, 0.5, 0.6), (0, 0, 1, 1), (0.25, 0.5, 0.75, 0.625)])
names = st.sampled_from(list(NAMES))
cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=6)
flags = st.tuples(*[st.sampled_from([-1, 0, 1])] * 5)


def bad(row):
    """Break a row in one of the ways that a reader must survive."""
    return st.sampled_from([row[:-1], [*row, "x"], ["", *row[1:]], ["a", "b\nc"], [*row[:2], "/m/none", *row[3:]]])


def rows_of(strategy):
    """Make rows, now and then a broken one, each with whether it is sound."""
    sound = strategy.map(lambda row: (row, True))
    return st.lists(sound | sound | sound | strategy.flatmap(bad).map(lambda row: (row, False)), max_size=8)


tables = st.fixed_dictionaries(
    {
        "pictures": st.none() | st.lists(st.builds(picture, keys, title=cells, author=cells), min_size=1, max_size=8),
        "boxes": rows_of(st.builds(box, keys, names, corners, flags)),
        "labels": rows_of(st.builds(label, keys, names, st.sampled_from([0, 1]))),
        "pairs": st.lists(
            st.builds(pair, keys, names, st.just("on"), names, corners, corners)
            | st.builds(pair, keys, names, st.just("is"), st.sampled_from(list(ATTRIBUTES)), corners),
            max_size=6,
        ),
        "narratives": st.lists(st.builds(narrative, keys, st.sampled_from(["A.", "B."])), max_size=6),
    }
)


def naive(pictures, boxes, labels, pairs, narratives):
    """Give, of each picture, what should be told of it."""
    boxes, labels = ([row for row, is_sound in rows if is_sound] for rows in (boxes, labels))
    spine = sorted({row[0] for row in (boxes if pictures is None else pictures)}, key=str.encode)
    told = {}
    lower = {key: name.lower().replace("(made of)", "") for key, name in (NAMES | ATTRIBUTES).items()}
    flag = {-1: None, 0: False, 1: True}
    for key in spine:
        mine = [[lower[row[2]], (row[4], row[6], row[5], row[7]), row[8:], []] for row in boxes if row[0] == key]
        present, relations = [row[0] for row in mine], []
        for row in (row for row in pairs if row[0] == key):
            subject, object_, predicate = lower[row[1]], lower[row[2]], row[11]
            present += [subject] if predicate == "is" else [subject, object_]
            ends = [(subject, (row[3], row[5], row[4], row[6])), (object_, (row[7], row[9], row[8], row[10]))]
            found = [next((n for n, b in enumerate(mine) if (b[0], b[1]) == end), None) for end in ends]
            if predicate == "is" and found[0] is not None:
                mine[found[0]][3] += [object_] if object_ not in mine[found[0]][3] else []
            else:
                relations.append((subject, predicate, object_, *(None if n is None else str(n + 1) for n in found)))
        verified = [(lower[row[2]], row[3]) for row in labels if row[0] == key]
        present = list(dict.fromkeys([*present, *(name for name, there in verified if there)]))
        absent = list(dict.fromkeys(name for name, there in verified if not there and name not in present))
        texts = list(dict.fromkeys(row["caption"] for row in narratives if row["image_id"] == key))
        title = next((" ".join(row[7].split()) for row in pictures or () if row[0] == key), "")
        author = next((" ".join(row[6].split()) for row in pictures or () if row[0] == key), "")
        shown = [(b[0], *b[1], *(flag[one] for one in b[2]), tuple(b[3])) for b in mine]
        told[key] = shown, present, absent, relations, texts, title, author
    return told


def told_by(record):
    facts = record.facts
    shown = [
        (
            *(one.label, one.left, one.top, one.right, one.bottom),
            *(one.is_occluded, one.is_truncated, one.is_group, one.is_depiction, one.is_inside, one.attributes),
        )
        for one in facts.boxes
    ]
    relations = [(one.subject, one.predicate, one.object, one.subject_id, one.object_id) for one in facts.relations]
    title = json.loads(facts.extra or "{}").get("title", "")
    texts = [one.text for one in facts.narratives]
    return shown, list(facts.present), list(facts.absent), relations, texts, title, record.origin.author or ""


@given(tables, st.integers(1, 300), st.integers(1, 9))
def test_the_join_in_little_memory_equals_one_that_holds_everything(given_tables, block_bytes, bucket_count):
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        rows = {name: [row for row, _ in given_tables[name]] for name in ("boxes", "labels")}
        put_train(root, **{**given_tables, **rows})
        read_rows = list(
            openimages_records(
                find_files(root, "train", guessed=False),
                split="train",
                root=root,
                text_licence="CC-BY-4.0",
                least_confidence=0,
                block_bytes=block_bytes,
                bucket_count=bucket_count,
            )
        )
    records = [row for row in read_rows if not isinstance(row, Reject)]
    expected = naive(**given_tables)
    assert [(one.origin.key, told_by(one)) for one in records] == list(expected.items())
    lines = set()
    for name in ("boxes", "labels"):
        line = 2
        for row, is_sound in given_tables[name]:
            if not is_sound:
                lines.add((name, line))
            line += 1 + sum(str(cell).count("\n") for cell in row)
    files = {"oidv6-train-annotations-bbox.csv": "boxes", "oidv7-train-annotations-human-imagelabels.csv": "labels"}
    places = [one.where.split(", line ") for one in read_rows if isinstance(one, Reject) and ", line " in one.where]
    assert lines <= {(files[place[0]], int(place[1])) for place in places}
