"""OCR-VQA: keys that look like numbers, covers whose names end as trainers want it, lists that do not match."""

import json
import shutil
from pathlib import Path

import pytest

from pictus import plugins
from pictus.record import Record, Reject

DATA = Path(__file__).parent.parent / "data/sources/ocr_vqa"
BOOK = {"imageURL": "http://covers.example/1.gif", "questions": ["Who?"], "answers": ["Ann"], "split": 1}


def read(root, split="train", books=None):
    if books is not None:
        (root / "dataset.json").write_text(json.dumps(books))
    rows = list(plugins.load("sources", "ocr_vqa").records(root, split))
    return [row for row in rows if isinstance(row, Record)], [row for row in rows if isinstance(row, Reject)]


def test_a_record_is_a_cover_with_all_its_questions_and_what_the_shop_says():
    (first, _), rejects = read(DATA)
    assert rejects == [] and first.origin.key == "0009900017", "zeros in front belong to the key"
    assert [turn.text for turn in first.turns] == [
        "Who is the author of this book?",
        "Ann Sample",
        "Is this a cook book?",
        "No",
    ]
    assert [len(turn.parts) for turn in first.turns] == [2, 1, 1, 1], "the picture stands once, in front"
    assert first.facts.answers == ("Ann Sample", "No")
    assert json.loads(first.facts.extra) == {"title": "Tides", "authorName": "Ann Sample", "genre": "Science & Math"}
    assert first.media[0].url == "http://ecx.covers.example/images/I/99xyz1.jpg"


def test_the_splits_are_numbers_in_one_file():
    keys = {split: [record.origin.key for record in read(DATA, split)[0]] for split in ("train", "val", "test")}
    assert keys == {"train": ["0009900017", "0009900025"], "val": ["B0099X0001"], "test": ["1999900033"]}


@pytest.mark.parametrize(
    ("there", "named"),
    [
        ([], "7.jpg"),
        (["7.jpg"], "7.jpg"),
        (["7.gif"], "7.gif"),
        (["7.gif", "7.jpg"], "7.gif"),
        (["7.png"], "7.png"),
    ],
)
def test_the_cover_that_is_there_counts_and_else_the_name_that_trainers_give(tmp_path, there, named):
    (tmp_path / "images").mkdir()
    for name in there:
        (tmp_path / "images" / name).write_bytes(b"GIF89a")
    ((record,), _) = read(tmp_path, books={"7": BOOK})
    assert record.media[0].path == f"images/{named}"


def test_in_the_tree_that_trainers_share_paths_begin_with_its_folder(tmp_path):
    shutil.copytree(DATA, tmp_path / "ocr_vqa")
    records, _ = read(tmp_path)
    assert [record.media[0].path for record in records] == [
        "ocr_vqa/images/0009900017.jpg",
        "ocr_vqa/images/0009900025.jpg",
    ]


def test_ids_do_not_depend_on_which_covers_are_there(tmp_path):
    ((before,), _) = read(tmp_path, books={"7": BOOK})
    (tmp_path / "images").mkdir()
    (tmp_path / "images/7.gif").write_bytes(b"GIF89a")
    ((after,), _) = read(tmp_path)
    assert before.id == after.id and before.media != after.media


def test_a_book_that_cannot_be_used_is_set_aside_with_its_key(tmp_path):
    books = {
        "1": {**BOOK, "answers": ["Ann", "No"]},
        "2": {**BOOK, "questions": [], "answers": []},
        "3": {**BOOK, "answers": [" "]},
        "4": {**BOOK, "split": 4},
        "5": [],
        "6": BOOK,
    }
    (record,), rejects = read(tmp_path, books=books)
    assert record.origin.key == "6"
    assert [(reject.where.split(",")[1], reject.reasons[0]) for reject in rejects] == [
        (" `1`", "it has not as many answers as questions"),
        (" `2`", "it has no questions"),
        (" `3`", "a question or an answer is empty or no text"),
        (" `4`", "its split is not 1, 2 or 3"),
        (" `5`", "the row is no object"),
    ]


def test_a_key_that_stands_twice_is_told(tmp_path):
    book = json.dumps(BOOK)
    (tmp_path / "dataset.json").write_text(f'{{"7": {book}, "7": {book}}}')
    (record,), (reject,) = read(tmp_path)
    assert record.origin.key == "7" and reject.reasons == ("its key stands twice in the file",)
