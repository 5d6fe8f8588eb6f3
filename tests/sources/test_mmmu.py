"""MMMU: lists written as texts, pictures by number, more choices than four, answers withheld."""

import json
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pictus import plugins
from pictus.errors import PictusError
from pictus.record import Record, Reject

DATA = Path(__file__).parent.parent / "data/sources/mmmu"
IMAGE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
TEXTS = (
    "id",
    "question",
    "options",
    "explanation",
    "img_type",
    "answer",
    "topic_difficulty",
    "question_type",
    "subfield",
)
SCHEMA = pa.schema([*((name, pa.string()) for name in TEXTS), *((f"image_{number}", IMAGE) for number in range(1, 8))])
ROW = {"id": "validation_Art_1", "question": "Which?", "options": "['a', 'b']", "answer": "B", "img_type": "['Maps']"}


def pictures(*numbers):
    return {f"image_{number}": {"bytes": f"png {number}".encode(), "path": f"{number}.png"} for number in numbers}


def write(root, *rows, name="Art/validation-00000-of-00001.parquet"):
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows, SCHEMA), root / name)


def read(root, split="validation"):
    rows = list(plugins.load("sources", "mmmu").records(root, split))
    return [row for row in rows if isinstance(row, Record)], [row for row in rows if isinstance(row, Reject)]


def one(root, **row):
    write(root, {**ROW, **row})
    ((record,), rejects) = read(root)
    assert rejects == []
    return record


def places(record):
    """Show the question with the bytes of each picture where it stands."""
    media = iter(record.media)
    return "".join(part.text or f"[{next(media).data.decode()}]" for part in record.turns[0].parts)


def test_options_are_read_as_a_list_and_the_letter_of_the_answer_leads_to_its_text(tmp_path):
    record = one(tmp_path, question="Which vase in <image 1> is older?", **pictures(1), options="['left', \"it's\"]")
    assert places(record) == "Which vase in [png 1] is older?\n(A) left\n(B) it's"
    assert record.turns[1].text == "(B) it's"
    assert record.facts.choices == ("left", "it's") and record.facts.answers == ("it's",)
    extra = json.loads(record.facts.extra)
    assert (extra["subject"], extra["letter"], extra["img_type"]) == ("Art", "B", ["Maps"])


def test_more_than_four_options_have_letters_beyond_d(tmp_path):
    record = one(tmp_path, options=str([f"choice {number}" for number in range(9)]), answer="I")
    assert record.turns[1].text == "(I) choice 8" and len(record.facts.choices) == 9


def test_pictures_stand_where_the_question_and_its_options_name_them(tmp_path):
    record = one(
        tmp_path,
        question="Given <image 2>, which is like <image 1>?",
        options="['<image 3>', 'both <image 1>']",
        answer="A",
        **pictures(1, 2, 3),
    )
    assert places(record) == "Given [png 2], which is like [png 1]?\n(A) [png 3]\n(B) both [png 1]"
    assert record.turns[1].text == "(A)" and record.facts.answers == ("<image 3>",)
    record = one(tmp_path, question="Which?", **pictures(1, 2))
    assert places(record) == "[png 1][png 2]Which?\n(A) a\n(B) b", "pictures that nothing names stand in front"


def test_open_questions_may_have_several_answers(tmp_path):
    record = one(tmp_path, options="[]", answer="['3.5', 'three and a half']", question_type="open")
    assert [turn.text for turn in record.turns] == ["Which?", "3.5"]
    assert record.facts.answers == ("3.5", "three and a half") and record.facts.choices == ()
    for interval in ("[0, 1)", "[2, 3]"):
        assert one(tmp_path, options="[]", answer=interval).facts.answers == (interval,)


def test_answers_that_are_withheld_are_not_given(tmp_path):
    for answer in ("?", "", None):
        record = one(tmp_path, answer=answer)
        assert len(record.turns) == 1 and record.facts.answers == () and record.facts.choices == ("a", "b")


def test_a_row_that_cannot_be_used_is_set_aside_with_its_subject_and_number(tmp_path):
    bad = [{"answer": "C"}, {"answer": "AB"}, {"options": "['a'"}, {"options": "['a', '']"}, {"options": "[[1], 2]"}]
    bad += [{"question": "<image 3>?"}, {"image_1": {"bytes": None, "path": "x.png"}}, {"question": " "}]
    write(tmp_path, *({**ROW, **row} for row in bad), ROW)
    (record,), rejects = read(tmp_path)
    assert record.turns[1].text == "(B) b"
    assert rejects[0].where == "Art/validation-00000-of-00001.parquet, row 1"
    assert [reject.reasons[0] for reject in rejects] == [
        "its answer is not the letter of a choice",
        "its answer is not the letter of a choice",
        "`options` is no list as Python writes it",
        "something in `options` is empty or no text",
        "something in `options` is empty or no text",
        "it speaks of a picture that it does not have",
        "a picture of it has no bytes",
        "`question` is empty or no text",
    ]


def test_nothing_in_a_list_is_ever_run(tmp_path):
    write(tmp_path, {**ROW, "options": "[__import__('os').getcwd(), 'b']"}, {**ROW, "options": "[" * 5000})
    assert [reject.reasons[0] for reject in read(tmp_path)[1]] == ["`options` is no list as Python writes it"] * 2


def test_subjects_are_read_one_after_the_other_and_in_the_shared_tree(tmp_path):
    for subject in ("Music", "Art"):
        write(tmp_path, {**ROW, "id": f"test_{subject}_1"}, name=f"mmmu/{subject}/test-00000-of-00001.parquet")
    records, _ = read(tmp_path, "test")
    assert [record.origin.key for record in records] == ["test_Art_1", "test_Music_1"]
    with pytest.raises(PictusError, match="no file such as Accounting/dev"):
        read(tmp_path, "dev")


def test_a_damaged_file_is_told(tmp_path):
    shutil.copytree(DATA, tmp_path, dirs_exist_ok=True)
    path = next(tmp_path.rglob("validation-*.parquet"))
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(PictusError, match="the file cannot be read"):
        read(tmp_path)
