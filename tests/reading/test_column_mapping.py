"""A mapping is read strictly: each mistake is told with its line, and a missing column with those there are."""

from pathlib import Path

import pytest

from pictus.errors import ManyErrors, PictusError
from pictus.reading.column_mapping import check_columns, read_mapping


def read(tmp_path, text):
    path = tmp_path / "map.yaml"
    path.write_text(text)
    return read_mapping(path)


def test_one_column_or_several_are_written_alike(tmp_path):
    one, _ = read(tmp_path, "columns: {image: a, captions: b}\n")
    two, _ = read(tmp_path, "columns:\n  image: [a]\n  captions: [b]\n")
    assert one == two and list(one.columns.named()) == [("image", "a"), ("captions", "b")]


def test_all_mistakes_are_told_with_line_and_mend(tmp_path):
    text = "columns:\n  imgae: a\n  question: q\n  captions: 5\nconstants:\n  text_licence: CC-BUY-4.0\n  licence: x\n"
    with pytest.raises(ManyErrors) as told:
        read(tmp_path, text)
    lines = [error.where.split(", ")[1] for error in told.value.errors]
    assert lines == ["line 2", "line 4", "line 6", "line 7"]
    first, _, third, fourth = told.value.errors
    assert first.mend == "did you mean `image`?"
    assert "unknown licence `CC-BUY-4.0`" in third.what
    assert fourth.mend == "did you mean `text_licence`?"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "`columns` is missing"),
        ("columns: {captions: a}\n", "no column is named for `image`, `url` or `question`"),
        ("columns: {image: a, answer: b}\n", "an answer belongs to a question"),
        ("columns: {image: a}\nanswer_counts_from: 2\n", "write one of 0, 1"),
    ],
)
def test_a_mapping_that_makes_no_record_is_refused(tmp_path, text, words):
    with pytest.raises(PictusError, match=words) as told:
        read(tmp_path, text)
    assert "map.yaml, line " in told.value.where


def test_a_missing_column_is_told_with_the_columns_there_are(tmp_path):
    mapping, lines = read(tmp_path, "columns:\n  image: file_nam\n  captions: [caption, zzz]\n")
    with pytest.raises(ManyErrors) as told:
        check_columns(mapping, lines, ["file_name", "caption"], where=Path("map.yaml"), table=Path("t.csv"))
    close, none = told.value.errors
    assert (close.what, close.where) == ("there is no column `file_nam`", "map.yaml, line 2, columns.image")
    assert close.mend == "did you mean `file_name`? columns of t.csv: file_name, caption"
    assert (none.where, none.mend) == ("map.yaml, line 3, columns.captions", "columns of t.csv: file_name, caption")
