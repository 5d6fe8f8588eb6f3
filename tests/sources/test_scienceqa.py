"""ScienceQA: an object by key, lists that overlap, pictures that may be null, captions a level down, cut files."""

import json
import shutil
from pathlib import Path

import pytest

from pictus import plugins
from pictus.errors import PictusError
from pictus.record import Record, Reject
from pictus.steps import import_

DATA = Path(__file__).parent.parent / "data/sources/scienceqa"
PROBLEM = {"question": "Which?", "choices": ["a", "b"], "answer": 0, "hint": "", "image": None, "split": "train"}


def read(root, split="train"):
    rows = list(plugins.load("sources", "scienceqa").records(root, split))
    return [row for row in rows if isinstance(row, Record)], [row for row in rows if isinstance(row, Reject)]


def write(root, problems, **lists):
    (root / "problems.json").write_text(json.dumps(problems))
    (root / "pid_splits.json").write_text(json.dumps(lists or {"train": list(problems)}))


def test_a_question_is_laid_out_with_its_context_and_lettered_choices():
    (first, second), rejects = read(DATA)
    assert rejects == []
    assert [turn.text for turn in first.turns] == [
        "Which cup holds more?\nContext: Figure: two cups.\n(A) cup A\n(B) cup B\n(C) neither",
        "(B) cup B",
    ]
    assert [turn.text for turn in second.turns] == [
        "Is this a sentence?\nThe kite over the hill.\n(A) yes\n(B) no",
        "(B) no",
    ]
    assert first.facts.choices == ("cup A", "cup B", "neither") and first.facts.answers == ("cup B",)
    extra = json.loads(first.facts.extra)
    assert extra["letter"] == "B" and extra["lecture"] == "Volume is the space\nthat something takes."
    assert extra["solution"] == "Cup B is wider." and "lecture" not in json.loads(second.facts.extra)


def test_a_question_with_a_null_picture_is_text_alone():
    first, second = read(DATA)[0]
    assert [part.type for part in first.turns[0].parts] == ["image", "text"]
    assert first.media[0].path == "images/train/990001/image.png"
    assert second.media == () and [part.type for part in second.turns[0].parts] == ["text"]


def test_captions_are_found_a_level_down_and_say_which_model_wrote_them(tmp_path):
    first, second = read(DATA)[0]
    assert first.facts.captions == ("two cups on a table",)
    assert json.loads(first.facts.extra)["captioner"] == "some/captioner"
    assert second.facts.captions == () and "captioner" not in json.loads(second.facts.extra)
    shutil.copytree(DATA, tmp_path / "scienceqa")
    (tmp_path / "scienceqa/captions.json").rename(tmp_path / "captions.json")  # as its repository has them
    first = read(tmp_path)[0][0]
    assert first.facts.captions == ("two cups on a table",)
    assert first.media[0].path == "scienceqa/images/train/990001/image.png"


def test_a_list_that_names_questions_again_has_records_of_its_own_and_the_pictures_of_the_splits():
    (train, *_), (again, _, third) = read(DATA)[0], read(DATA, "trainval")[0]
    assert again.origin.split == "trainval" and again.id != train.id
    assert again.media == train.media and third.media[0].path == "images/val/990003/image.png"
    assert [record.origin.key for record in read(DATA, "minival")[0]] == ["990003"]


def test_pictures_of_zips_that_were_unpacked_side_by_side_are_found(tmp_path):
    shutil.copytree(DATA, tmp_path, dirs_exist_ok=True)
    (tmp_path / "train").mkdir()
    assert read(tmp_path)[0][0].media[0].path == "train/990001/image.png"


@pytest.mark.parametrize("file", ["problems.json", "pid_splits.json"])
@pytest.mark.parametrize("kept", [0.3, 0.6, 0.99])
def test_a_file_that_was_cut_short_is_told_with_its_size_before_any_record(tmp_path, file, kept):
    shutil.copytree(DATA, tmp_path, dirs_exist_ok=True)
    whole = (DATA / file).read_bytes()
    cut = whole[: int(len(whole) * kept)].rstrip().rstrip(b"]}")
    (tmp_path / file).write_bytes(cut)
    with pytest.raises(PictusError, match=f"after {len(cut):,} bytes it stops in the middle"):
        next(iter(plugins.load("sources", "scienceqa").records(tmp_path, "train")))


def test_a_file_that_was_cut_after_a_bracket_is_told_too(tmp_path):
    shutil.copytree(DATA, tmp_path, dirs_exist_ok=True)
    text = (DATA / "problems.json").read_text()
    (tmp_path / "problems.json").write_text(text[: text.index("}") + 1])
    with pytest.raises(PictusError, match="the file ends in the middle of its data"):
        read(tmp_path)


def test_a_problem_that_cannot_be_used_is_set_aside_and_one_that_is_missing_is_told(tmp_path):
    problems = {
        "1": {**PROBLEM, "answer": 2},
        "2": {**PROBLEM, "answer": "a"},
        "3": {**PROBLEM, "choices": ["a"]},
        "4": {**PROBLEM, "choices": ["a", ""]},
        "5": {**PROBLEM, "question": ""},
        "6": PROBLEM,
        "7": {**PROBLEM, "answer": None},
    }
    write(tmp_path, problems, train=[*problems, "8"])
    (good, open_one), rejects = read(tmp_path)
    assert [turn.text for turn in good.turns] == ["Which?\n(A) a\n(B) b", "(A) a"]
    assert len(open_one.turns) == 1 and open_one.facts.answers == ()
    assert [reject.reasons[0] for reject in rejects] == [
        "its answer is not the number of a choice",
        "its answer is not the number of a choice",
        "it has fewer than two choices, or one that is empty or no text",
        "it has fewer than two choices, or one that is empty or no text",
        "`question` is empty or no text",
        "questions that the list of the split names are missing",
    ]
    assert rejects[-1].row == "1 in all: 8"


def test_a_list_that_is_not_there_is_told_with_those_that_are(tmp_path):
    write(tmp_path, {"1": PROBLEM}, train=["1"], val=[])
    with pytest.raises(PictusError, match="no list `minitest`") as caught:
        read(tmp_path, "minitest")
    assert caught.value.mend == "the lists that are there: train, val"


def test_a_list_of_the_same_files_can_be_imported_by_its_name_and_no_other_name():
    assert import_.plan("scienceqa", DATA, "corpus", splits=("trainval",)).splits == ("trainval",)
    with pytest.raises(PictusError, match="unknown split `tra1n`") as told:
        import_.plan("scienceqa", DATA, "corpus", splits=("tra1n",))
    assert "did you mean `train`?" in told.value.mend
