"""TextVQA: ten answers a question, none in the test split, and pictures that are not where their split says."""

import gzip
import json
import shutil
from pathlib import Path

import pytest

from pictus import plugins
from pictus.errors import PictusError
from pictus.record import Record, Reject

DATA = Path(__file__).parent.parent / "data/sources/textvqa"
ROW = {"question_id": 7, "question": "what?", "image_id": "0aa00bb00cc00dd0", "answers": ["a"]}


def read(root, split, **file):
    if file:
        (root / f"TextVQA_0.5.1_{split}.json").write_text(json.dumps(file))
    return list(plugins.load("sources", "textvqa").records(root, split))


def test_the_turn_says_what_most_people_said_and_all_ten_answers_are_kept():
    first, second = read(DATA, "train")
    assert [turn.text for turn in first.turns] == ["what is written on the sign?", "stop"]
    assert [part.type for part in first.turns[0].parts] == ["image", "text"]
    assert first.facts.answers == ("stop",) * 6 + ("stop sign",) * 3 + ("halt",)
    # Three said 12 and three 42, one of them with a space: the first of equals counts.
    assert second.turns[1].text == "12"
    assert len(second.facts.answers) == 10


def test_a_question_without_answers_only_asks(tmp_path):
    (record,) = read(DATA, "test")
    assert [turn.role for turn in record.turns] == ["user"] and record.facts.answers == ()
    (record,) = read(tmp_path, "test", data=[{**ROW, "answers": [""] * 10}])
    assert [turn.role for turn in record.turns] == ["user"] and record.facts.answers == ()


def test_ids_stay_text_and_what_no_field_covers_is_kept():
    record = read(DATA, "train")[1]
    assert record.media[0].path == "train_images/00e1000000000042.jpg"
    assert (record.media[0].width, record.media[0].height) == (1024, 683)
    assert record.media[0].url == record.origin.address == "https://photos1.example/00e1000000000042_o.jpg"
    assert record.origin.key == "990002"
    assert json.loads(record.facts.extra) == {
        "classes": ["Bus", "Land vehicle"],
        "smaller": "https://c1.example/00e1000000000042_z.jpg",
    }


def test_it_is_found_packed_and_in_the_tree_that_trainers_share(tmp_path):
    shutil.copytree(DATA, tmp_path / "textvqa")
    plain = tmp_path / "textvqa/TextVQA_0.5.1_val.json"
    (tmp_path / "textvqa/TextVQA_0.5.1_val.json.gz").write_bytes(gzip.compress(plain.read_bytes()))
    plain.unlink()
    (record,) = read(tmp_path, "val")
    assert record.media[0].path == "textvqa/train_images/1234567890123456.jpg"
    assert record.media[0].root == str(tmp_path)


def test_a_row_that_cannot_be_used_is_set_aside_and_the_others_stay(tmp_path):
    bad = [{**ROW, "question": " "}, {**ROW, "answers": [{"answer": "a"}]}, {**ROW, "image_id": 12}, ["row"]]
    *rejects, record = read(tmp_path, "train", data=[*bad, ROW])
    assert isinstance(record, Record) and all(isinstance(reject, Reject) for reject in rejects)
    assert [reject.reasons[0] for reject in rejects] == [
        "`question` is empty or no text",
        "an answer is no text",
        "`image_id` is empty or no text",
        "the row is no object",
    ]


def test_a_missing_file_and_another_s_file_are_told(tmp_path):
    with pytest.raises(PictusError, match=r"TextVQA_0\.5\.1_train\.json is missing"):
        read(tmp_path, "train")
    with pytest.raises(PictusError, match="no rows under `data`"):
        read(tmp_path, "train", questions=[])
