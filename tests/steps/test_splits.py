"""Which splits are read: a damaged file is no missing one, and what is left out is told."""

import pickle
import shutil
from pathlib import Path

import pytest

from pictus.engine.events import Events
from pictus.errors import DamagedFile, PictusError
from pictus.steps import import_

DATA = Path(__file__).parent.parent / "data/sources"


@pytest.fixture
def gqa(tmp_path):
    return Path(shutil.copytree(DATA / "gqa", tmp_path / "gqa"))


def test_a_split_whose_file_is_cut_short_is_never_left_out_in_silence(gqa, tmp_path):
    file = gqa / "val_balanced_questions.json"
    file.write_bytes(file.read_bytes()[:700])
    with pytest.raises(DamagedFile, match="cut short"):
        import_.plan("gqa", gqa, str(tmp_path / "to"))


def test_a_pointer_of_git_lfs_is_told_for_what_it_is(gqa, tmp_path):
    text = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12345\n"
    (gqa / "val_balanced_questions.json").write_text(text)
    with pytest.raises(DamagedFile, match="Git LFS") as caught:
        import_.plan("gqa", gqa, str(tmp_path / "to"))
    assert "git lfs pull" in caught.value.mend


def test_what_is_left_out_because_files_are_missing_is_named(gqa, tmp_path):
    plan = import_.plan("gqa", gqa, str(tmp_path / "to"))
    assert plan.splits == ("val_balanced", "test_balanced")
    (note,) = plan.notes
    assert note.endswith(": train_balanced, testdev_balanced, challenge_balanced")


def test_a_split_that_is_not_here_names_those_that_are(gqa, tmp_path):
    with pytest.raises(PictusError) as caught:
        import_.plan("gqa", gqa, str(tmp_path / "to"), splits=("train_balanced",))
    assert caught.value.mend.endswith("`--split`: val_balanced, test_balanced")


@pytest.mark.parametrize(
    ("name", "file", "folder"),
    [
        ("gqa", "gqa/val_balanced_questions.json", "gqa"),
        ("cc3m", "cc3m/Train_GCC-training.tsv", "cc3m"),
        ("llava_mix665k", "llava_mix665k/llava/llava_v1_5_mix665k.json", "llava_mix665k/llava"),
        ("toolbench", "toolbench/data/toolllama_G123_dfs_train.json", "toolbench/data"),
    ],
)
def test_for_a_file_its_folder_is_named_and_that_can_be_read(tmp_path, name, file, folder):
    with pytest.raises(PictusError, match="this is a file") as caught:
        import_.plan(name, DATA / file, str(tmp_path / "to"))
    assert f"`--from {(DATA / folder).resolve()}`" in caught.value.mend
    assert import_.plan(name, DATA / folder, str(tmp_path / "to")).splits


def test_a_file_of_no_dataset_names_none(tmp_path):
    (tmp_path / "notes.txt").write_text("hello")
    with pytest.raises(PictusError, match="this is a file") as caught:
        import_.plan("sa1b", tmp_path / "notes.txt", str(tmp_path / "to"))
    assert "`pictus show sa1b`" in caught.value.mend


def test_a_wrong_folder_is_told_where_the_layout_stands(tmp_path):
    with pytest.raises(PictusError, match="is missing") as caught:
        import_.plan("gqa", DATA / "cc3m", str(tmp_path / "to"))
    assert "`pictus show gqa`" in caught.value.mend


@pytest.mark.parametrize("name", ["llava", "trl", "parquet"])
def test_a_folder_for_a_format_of_one_file_is_told(tmp_path, name):
    with pytest.raises(PictusError, match=f"{name} is read from a file, and this is a folder"):
        import_.plan(name, DATA / "gqa", str(tmp_path / "to"))


def test_an_error_keeps_its_kind_across_processes():
    error = DamagedFile("what", where="here", mend="so")
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is DamagedFile
    assert str(again) == str(error)


def test_a_name_that_nothing_has_brings_no_list_of_sixty(tmp_path):
    with pytest.raises(PictusError) as caught:
        import_.plan("csv", DATA / "gqa", str(tmp_path / "to"))
    assert "`columns`" in caught.value.mend and len(caught.value.mend) < 120
    with pytest.raises(PictusError) as caught:
        import_.plan("gqaa", DATA / "gqa", str(tmp_path / "to"))
    assert caught.value.mend == "did you mean `gqa`?"


def test_a_table_without_a_mapping_is_told_what_a_mapping_is(tmp_path):
    (tmp_path / "shop.csv").write_text("file,alt\na.jpg,A card\n")
    with pytest.raises(PictusError, match="no mapping") as caught:
        import_.plan("columns", tmp_path / "shop.csv", str(tmp_path / "to"))
    assert "--set mapping=" in caught.value.mend


@pytest.mark.parametrize(("name", "language"), [("alpaca_zh_51k", "zh"), ("alpaca_gpt4", "en")])
def test_the_card_of_a_corpus_says_the_language_that_its_texts_are_in(tmp_path, name, language):
    corpus = import_.run(import_.plan(name, DATA / name, str(tmp_path / "to")), Events())
    assert f"\nlanguage: [{language}]\n" in corpus.place.read("README.md").decode()


def test_the_card_names_no_language_where_no_text_tells_it(tmp_path):
    corpus = import_.run(import_.plan("sa1b", DATA / "sa1b", str(tmp_path / "to")), Events())
    assert "language:" not in corpus.place.read("README.md").decode()
