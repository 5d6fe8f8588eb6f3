"""VQAv2: two files joined in any order and in little memory, ten answers a question, pictures of COCO."""

import json
import random
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictus import plugins
from pictus.errors import PictusError
from pictus.record import Record, Reject

DATA = Path(__file__).parent.parent / "data/sources/vqav2"
QUESTIONS, ANNOTATIONS = "v2_OpenEnded_mscoco_val2014_questions.json", "v2_mscoco_val2014_annotations.json"


def asked(key, image=5):
    return {"image_id": image, "question": f"What is {key}?", "question_id": key}


def told(key, image=5, answer=None):
    answers = [{"answer": answer or f"a{key}", "answer_confidence": "yes", "answer_id": 1}]
    return {"question_id": key, "image_id": image, "multiple_choice_answer": answer or f"a{key}", "answers": answers}


def write(root, questions, annotations):
    (root / QUESTIONS).write_text(json.dumps({"data_subtype": "val2014", "questions": questions}))
    (root / ANNOTATIONS).write_text(json.dumps({"annotations": annotations, "data_subtype": "val2014"}))


def read(root, split="val"):
    rows = list(plugins.load("sources", "vqav2").records(root, split))
    return [row for row in rows if isinstance(row, Record)], [row for row in rows if isinstance(row, Reject)]


def test_the_ten_answers_keep_their_order_and_what_people_were_sure_of():
    (first, second, third), rejects = read(DATA, "train")
    assert rejects == []
    assert [turn.text for turn in second.turns] == ["How many kites are there?", "2"]
    assert second.facts.answers == ("2",) * 6 + ("two", "3", "2", "2")
    extra = json.loads(second.facts.extra)
    assert extra["confidences"] == ["yes"] * 6 + ["maybe", "no", "yes", "yes"]
    assert (extra["question_type"], extra["answer_type"]) == ("how many", "number")
    assert (first.origin.key, first.origin.split, third.turns[1].text) == ("990001000", "train", "blue")


def test_pictures_have_the_names_of_coco_2014_in_its_own_folder_and_in_the_shared_tree(tmp_path):
    records, _ = read(DATA, "train")
    assert records[2].media[0].path == "train2014/COCO_train2014_000000000007.jpg"
    shutil.copytree(DATA, tmp_path / "vqav2")
    (tmp_path / "coco/train2014").mkdir(parents=True)
    records, _ = read(tmp_path, "train")
    assert records[2].media[0].path == "coco/train2014/COCO_train2014_000000000007.jpg"


def test_the_test_splits_only_ask_and_share_their_pictures():
    ((record,), rejects) = read(DATA, "test-dev")
    assert rejects == [] and [turn.role for turn in record.turns] == ["user"]
    assert record.media[0].path == "test2015/COCO_test2015_000000000001.jpg"
    assert record.facts.answers == () and record.facts.extra is None


@given(st.randoms(use_true_random=False), st.integers(0, 12))
def test_any_order_of_the_answers_gives_the_same_records(tmp_path_factory, chance: random.Random, count):
    root = tmp_path_factory.mktemp("v")
    keys = list(range(count or 1))
    answers = [told(key) for key in keys]
    write(root, [asked(key) for key in keys], answers)
    wanted, _ = read(root)
    chance.shuffle(answers)
    write(root, [asked(key) for key in keys], answers)
    records, rejects = read(root)
    assert rejects == [] and records == wanted
    assert [record.turns[1].text for record in records] == [f"a{key}" for key in keys]


def test_what_has_no_partner_or_comes_twice_is_told_and_the_others_stay(tmp_path):
    write(
        tmp_path,
        [asked(1), asked(2), asked(2), asked(3), asked(4), {"question": "?"}],
        [told(9), told(1), told(3), told(3, answer="other"), told(2), told(4, image=6), ["row"]],
    )
    records, rejects = read(tmp_path)
    assert [(record.origin.key, record.turns[1].text) for record in records] == [("1", "a1"), ("2", "a2"), ("3", "a3")]
    assert sorted(reject.reasons[0] for reject in rejects) == [
        "it has no question_id",
        "it has no question_id",
        "its annotation is about another picture",
        "its id stands twice in the file",
        "its id stands twice in the file",
        "rows that belong to no question, or to one that was told of before",
    ]
    (left,) = (reject for reject in rejects if reject.where == ANNOTATIONS)
    assert left.row == "1 in all: 9"
    write(tmp_path, [asked(1), asked(2)], [told(2)])
    records, (reject,) = read(tmp_path)
    assert [record.origin.key for record in records] == ["2"]
    assert reject.reasons == (f"{ANNOTATIONS} has no answers to it",) and reject.where.startswith(QUESTIONS)


def test_a_question_that_stands_twice_with_its_answers_is_one_record(tmp_path):
    write(tmp_path, [asked(1), asked(1), asked(2)], [told(1), told(1), told(2)])
    records, rejects = read(tmp_path)
    assert [record.origin.key for record in records] == ["1", "2"]
    assert [reject.where.partition(",")[0] for reject in rejects] == [QUESTIONS, ANNOTATIONS]


def test_a_missing_file_is_named_and_a_file_without_questions_is_told(tmp_path):
    write(tmp_path, [asked(1)], [told(1)])
    (tmp_path / ANNOTATIONS).unlink()
    with pytest.raises(PictusError, match=f"{ANNOTATIONS} is missing"):
        read(tmp_path)
    write(tmp_path, [], [told(1)])
    with pytest.raises(PictusError, match="no rows under `questions`"):
        read(tmp_path)
