"""Folders of pictures with a table, as the real `datasets` loads them."""

import csv
import io
import json
from dataclasses import replace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from PIL import Image

from pictus import plugins
from pictus.errors import PictusError
from pictus.formats.imagefolder import table
from pictus.record import Box, Call, Facts, Media, Origin, Part, Record, Reject, Tool, Turn, make_record
from records import facts

FORMAT = plugins.load("formats", "imagefolder")


def png(width=8, height=6, colour="red"):
    file = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(file, "PNG")
    return file.getvalue()


def record(number, *, split="train", pictures=("red",), turns=True, **more):
    media = [Media(data=png(colour=colour)) for colour in pictures]
    said = [Turn.of("user", f"What is {number}?", images=len(media)), Turn.of("assistant", "A field.")] if turns else []
    origin = Origin(dataset="made", key=str(number), split=split, picture_licence="CC0-1.0", parents=("a",))
    return make_record(origin, media=media, turns=more.pop("said", said), **more)


def loaded(folder, tmp_path):
    import datasets

    return datasets.load_dataset("imagefolder", data_dir=str(folder), cache_dir=str(tmp_path / "cache"))


def folder_of(tmp_path, *rows, name="metadata.jsonl", pictures=("a.png", "b.png")):
    for picture in pictures:
        (tmp_path / "in" / picture).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / picture).write_bytes(png())
    if rows:
        (tmp_path / "in" / name).write_text("\n".join(map(json.dumps, rows)))
    return tmp_path / "in"


def test_datasets_loads_pictures_captions_boxes_and_turns_of_every_split(tmp_path):
    box = Box(label="dog", left=0.25, top=0.5, right=0.75, bottom=1.0)
    known = Facts(captions=("A red field.",), boxes=(box,), present=("dog",))
    some = [record(n, split=split, facts=known) for n, split in enumerate(["train", "train", "val2017", "val"])]
    written = FORMAT.write(some, tmp_path / "out")
    assert (written.rows, written.lost, written.rejected) == (4, {}, ())
    assert sorted(path.relative_to(tmp_path).as_posix() for path in written.files) == [
        "out/train/metadata.jsonl",
        "out/validation/metadata.jsonl",
    ]
    splits = loaded(tmp_path / "out", tmp_path)
    assert {name: len(rows) for name, rows in splits.items()} == {"train": 3, "validation": 1}
    row = splits["validation"][0]
    assert row["image"].size == (8, 6)
    assert row["text"] == "A red field."
    assert row["objects"] == {"bbox": [[2.0, 3.0, 4.0, 3.0]], "categories": ["dog"]}
    assert row["messages"][0]["content"][0]["type"] == "image"
    assert row["messages"][1]["content"][0]["text"] == "A field."
    assert (row["origin"]["picture_licence"], row["origin"]["key"]) == ("CC0-1.0", "3")
    assert len(list((tmp_path / "out").glob("*/*.png"))) == 2  # one picture in each split, however often it is shown


def test_datasets_loads_several_pictures_tools_and_calls(tmp_path):
    call = Call("x", "look", '{"at":1}')
    said = [
        Turn.of("user", "Same?", images=2),
        Turn("assistant", (), (call,)),
        Turn("tool", (Part("text", "no"),), (), "x", "look"),
        Turn.of("assistant", "No."),
    ]
    one = record(0, pictures=("red", "blue"), said=said, tools=[Tool("look", "See.", '{"type":"object"}')])
    FORMAT.write([one, record(1)], tmp_path / "out")
    rows = loaded(tmp_path / "out", tmp_path)["train"]
    assert [len(row["images"]) for row in rows] == [2, 1]
    assert json.loads(rows[0]["tools"])[0]["function"]["name"] == "look"
    assert rows[0]["messages"][1]["tool_calls"][0]["function"] == {"name": "look", "arguments": '{"at":1}'}
    assert rows[1]["messages"][1]["tool_calls"] is None
    back = list(FORMAT.read(tmp_path / "out"))
    assert [one.turns for one in back] == [tuple(said), record(1).turns]
    assert back[0].tools == one.tools


@pytest.mark.parametrize(
    "some",
    [
        [record(0, facts=Facts(boxes=(Box(label="a", left=0, top=0, right=1, bottom=1),))), record(1, split="test")],
        [record(0, facts=Facts(captions=("2024-01-01",))), record(1, facts=Facts(captions=("2024-01-02",)))],
        [record(0, facts=Facts(captions=("2024-01-01",))), record(1, split="test", facts=Facts(captions=("A dog.",)))],
        [record(0, turns=False), record(1, split="test")],
    ],
)
def test_what_json_cannot_tell_of_types_is_told_by_parquet(some, tmp_path):
    written = FORMAT.write(some, tmp_path / "out")
    assert {path.name for path in written.files} == {"metadata.parquet"}
    splits = loaded(tmp_path / "out", tmp_path)
    assert sum(map(len, splits.values())) == 2
    for row in splits["train"]:
        assert row.get("text") is None or isinstance(row["text"], str)
    assert [one.facts for one in FORMAT.read(tmp_path / "out")] == [one.facts for one in some]


def test_a_column_that_begins_late_is_told_by_parquet(tmp_path, monkeypatch):
    monkeypatch.setattr(table, "_PORTION_BYTES", 1000)
    some = [record(number) for number in range(20)] + [record(20, facts=Facts(captions=("A dog.",)))]
    (path,) = FORMAT.write(some, tmp_path / "out").files
    assert path.name == "metadata.parquet"
    assert [row["text"] for row in loaded(tmp_path / "out", tmp_path)["train"]][19:] == [None, "A dog."]


@given(known=facts)
def test_no_fact_is_lost(known, tmp_path_factory):
    folder = tmp_path_factory.mktemp("f") / "out"
    boxes = tuple(replace(box, left=0.0, top=0.25, right=0.5, bottom=1.0) for box in known.boxes)
    one = record(0, turns=False, facts=replace(known, boxes=boxes))
    assert FORMAT.write([one], folder).lost == {}
    (back,) = FORMAT.read(folder)
    kept = replace(one.facts, captions=tuple(filter(None, one.facts.captions)))  # an empty text is no caption
    assert (back.facts, back.origin) == (kept, one.origin)


def test_a_record_whose_picture_is_not_here_is_set_aside_and_nothing_dangles(tmp_path):
    origin = Origin(dataset="made", key="1")
    some = [
        make_record(origin, media=[Media(path="gone.jpg", root=str(tmp_path))]),
        make_record(origin, media=[Media(url="https://pictures.example/1")]),
        make_record(origin, media=[Media(data=b"no picture")]),
        make_record(origin, turns=[Turn.of("user", "a")]),
        make_record(origin, media=[Media(data=png())], turns=[Turn.of("user", "a")]),
        record(1),
    ]
    written = FORMAT.write(some, tmp_path / "out")
    assert (written.rows, len(written.rejected)) == (1, 5)
    assert len(loaded(tmp_path / "out", tmp_path)["train"]) == 1


def test_a_folder_that_is_there_is_not_written_into(tmp_path):
    (tmp_path / "out").mkdir()
    assert FORMAT.write([record(1)], tmp_path / "out").rows == 1
    with pytest.raises(PictusError, match="already"):
        FORMAT.write([record(2)], tmp_path / "out")
    assert [one.name for one in tmp_path.iterdir()] == ["out"]


def test_boxes_in_pixels_become_fractions_of_the_picture_in_the_file(tmp_path):
    objects = {"bbox": [[2, 3, 4, 3], [-1, 0, 3, 6]], "categories": [1, "cat"], "area": [12, 18]}
    (row,) = FORMAT.read(folder_of(tmp_path, {"file_name": "a.png", "objects": objects}))
    first, second = row.facts.boxes
    assert first == Box(label="1", left=0.25, top=0.5, right=0.75, bottom=1.0)
    assert (second.label, second.left, second.right) == ("cat", 0.0, 0.25)
    assert json.loads(row.facts.extra) == {"objects": {"area": [12, 18]}}


def test_a_picture_that_lies_on_its_side_is_measured_upright(tmp_path):
    folder = folder_of(tmp_path, {"file_name": "a.jpg", "objects": {"bbox": [[0, 0, 3, 8]], "categories": ["a"]}})
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (8, 6)).save(folder / "a.jpg", exif=exif)
    (row,) = FORMAT.read(folder)
    assert (row.facts.boxes[0].right, row.facts.boxes[0].bottom) == (0.5, 1.0)


def test_names_of_categories_come_from_the_page_of_the_data_set(tmp_path):
    page = """---
dataset_info:
  features:
  - name: image
    dtype: image
  - name: objects
    sequence:
    - name: bbox
      sequence: float32
    - name: categories
      dtype:
        class_label:
          names:
            '0': cat
            '1': dog
---
# Cats
"""
    objects = {"bbox": [[0, 0, 1, 1], [0, 0, 1, 1]], "categories": [1, 7]}
    folder = folder_of(tmp_path, {"file_name": "a.png", "objects": objects})
    (folder / "README.md").write_text(page)
    (row,) = FORMAT.read(folder)
    assert [box.label for box in row.facts.boxes] == ["dog", "7"]


def test_a_table_in_parquet_names_its_categories_itself(tmp_path):
    import datasets

    folder = folder_of(tmp_path)
    kinds = datasets.ClassLabel(names=["cat", "dog"])
    boxes = datasets.List(datasets.List(datasets.Value("float32")))
    features = datasets.Features(
        {
            "file_name": datasets.Value("string"),
            "label": kinds,
            "objects": {"bbox": boxes, "categories": datasets.List(kinds)},
        }
    )
    row = {"file_name": "a.png", "label": 1, "objects": {"bbox": [[0, 0, 1, 1]], "categories": [0]}}
    datasets.Dataset.from_list([row], features=features).to_parquet(folder / "metadata.parquet")
    assert FORMAT.sniff(folder)
    (back,) = FORMAT.read(folder)
    assert (back.facts.present, back.facts.boxes[0].label) == (("dog",), "cat")


def test_a_table_in_csv_is_read(tmp_path):
    folder = folder_of(tmp_path)
    with (folder / "metadata.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["file_name", "text", "objects", "shot_with"])
        writer.writerow(["a.png", 'A "red", field', json.dumps({"bbox": [[0, 0, 8, 6]], "categories": ["a"]}), ""])
    assert FORMAT.sniff(folder)
    (row,) = FORMAT.read(folder)
    assert row.facts == Facts(captions=('A "red", field',), boxes=(Box(label="a", left=0, top=0, right=1, bottom=1),))
    assert row.origin.key == "in/metadata.csv, row 1"


@pytest.mark.parametrize("name", ["metadata.csv", "metadata.parquet"])
def test_a_damaged_table_is_one_clear_error_or_reject(tmp_path, name):
    folder = folder_of(tmp_path)
    (folder / name).write_bytes(b'file_name\n"\xff')
    try:
        rows = list(FORMAT.read(folder))
    except PictusError as error:
        assert name in error.where and error.mend
    else:
        assert all(isinstance(row, Reject) and name in row.where for row in rows) and rows


def test_several_columns_of_names_are_several_pictures(tmp_path):
    row = {"before_file_name": "a.png", "after_file_name": "b.png", "messages": [{"role": "user", "content": "Same?"}]}
    (one,) = FORMAT.read(folder_of(tmp_path, row))
    assert [medium.path for medium in one.media] == ["a.png", "b.png"]
    assert one.turns == (Turn.of("user", "Same?", images=2),)


def test_columns_that_no_field_covers_are_kept(tmp_path):
    row = {"file_name": "a.png", "caption": "A field.", "license": "CC BY 4.0", "url": "https://x.example", "page": 3}
    (one,) = FORMAT.read(folder_of(tmp_path, row))
    assert (one.origin.picture_licence, one.origin.address) == ("CC-BY-4.0", "https://x.example")
    assert (one.facts.captions, json.loads(one.facts.extra)) == (("A field.",), {"page": 3})


def test_folders_without_a_table_are_labels(tmp_path):
    folder = folder_of(tmp_path, pictures=["train/cat/1.png", "train/dog/2.png", "test/3.png", "4.png"])
    assert not FORMAT.sniff(folder)
    found = {row.media[0].path: (row.origin.split, row.facts.present) for row in FORMAT.read(folder)}
    assert found == {
        "4.png": (None, ()),
        "test/3.png": ("test", ()),
        "train/cat/1.png": ("train", ("cat",)),
        "train/dog/2.png": ("train", ("dog",)),
    }
    assert all(row.media[0].file.is_file() for row in FORMAT.read(folder))


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"file_name": None},
        {"file_name": 5},
        {"file_name": "a.png", "objects": [1]},
        {"file_name": "a.png", "objects": {"bbox": [[0, 0, 1, 1]], "categories": []}},
        {"file_name": "a.png", "objects": {"bbox": [[0, 0, 0, 1]], "categories": [1]}},
        {"file_name": "a.png", "objects": {"bbox": [[90, 0, 1, 1]], "categories": [1]}},
        {"file_name": "a.png", "objects": {"bbox": [[0, 0, 1]], "categories": [1]}},
        {"file_name": "a.png", "objects": {"bbox": [[0, 0, 1, 1]], "categories": [None]}},
        {"file_name": "gone.png", "objects": {"bbox": [[0, 0, 1, 1]], "categories": [1]}},
        {"file_names": ["a.png", "b.png"], "objects": {"bbox": [[0, 0, 1, 1]], "categories": [1]}},
        {"file_name": "a.png", "messages": [{"role": "assistant", "content": "a"}]},
        {"file_name": "a.png", "text": 5},
        {"file_name": "a.png", "facts": "{5"},
        {"file_name": "a.png", "origin": {"key": 5}},
        {"file_name": "a.png", "tools": "{"},
    ],
)
def test_a_row_with_what_cannot_be_read_is_set_aside(tmp_path, row):
    bad, good = FORMAT.read(folder_of(tmp_path, row, {"file_name": "b.png"}))
    assert isinstance(bad, Reject) and bad.reasons[0] and bad.where == "in/metadata.jsonl, line 1"
    assert isinstance(good, Record)


def test_a_column_of_nested_lists_keeps_its_types_in_parquet(tmp_path):
    (path,) = FORMAT.write([record(0, facts=Facts(captions=("2024-01-01",)))], tmp_path / "out").files
    assert pq.read_schema(path).field("text").type == pa.string()
