"""Tables of one's own: what a mapping makes of their columns, row by row."""

import json
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pictus import plugins
from pictus.engine.events import Events
from pictus.errors import PictusError
from pictus.record import Media, Reject
from pictus.steps import import_
from pictus.store.corpus import open_corpus


def read(folder, mapping, *rows, name="t.jsonl"):
    (folder / "map.yaml").write_text(json.dumps(mapping))
    if name.endswith(".parquet"):
        pq.write_table(pa.Table.from_pylist(list(rows)), folder / name)
    else:
        (folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows))
    return list(plugins.load("formats", "columns", {"mapping": str(folder / "map.yaml")}).read(folder / name))


def reasons(rows):
    return [row.reasons[0] for row in rows if isinstance(row, Reject)]


def test_pictures_are_paths_addresses_or_bytes(tmp_path):
    mapping = {"columns": {"image": "i"}}
    away = tmp_path.parent / "x.jpg"
    rows = [{"i": "a/1.jpg"}, {"i": f"{tmp_path}/b.jpg"}, {"i": "https://x.example/c.jpg"}, {"i": ["d.jpg", "e.jpg"]}]
    *found, outside, none, odd = read(tmp_path, mapping, *rows, {"i": str(away)}, {"i": ""}, {"i": 5})
    root = str(tmp_path)
    assert [row.media for row in found] == [
        (Media(path="a/1.jpg", root=root),),
        (Media(path="b.jpg", root=root),),
        (Media(url="https://x.example/c.jpg"),),
        (Media(path="d.jpg", root=root), Media(path="e.jpg", root=root)),
    ]
    assert "lies outside" in reasons([outside])[0] and reasons([none, odd])[0].startswith("it has neither")
    data = [{"i": b"\x89PNG"}, {"i": None}]
    (embedded, _) = read(tmp_path, mapping, *data, name="t.parquet")
    assert embedded.media == (Media(data=b"\x89PNG"),)
    (struct,) = read(tmp_path, mapping, {"i": {"bytes": b"\x89PNG", "path": "a.png"}}, name="t.parquet")
    assert struct.media == (Media(data=b"\x89PNG", path="a.png"),)


def test_an_address_goes_with_the_picture_or_is_it(tmp_path):
    mapping = {"columns": {"image": "i", "url": "u", "page": "p", "author": "w"}}
    rows = [{"i": "a.jpg", "u": "https://x.example/a", "p": "https://x.example", "w": "Ada"}]
    rows += [{"i": None, "u": "https://x.example/b", "p": None, "w": None}, {"i": "a", "u": "x", "p": "", "w": ""}]
    both, alone, odd = read(tmp_path, mapping, *rows)
    assert both.media == (Media(path="a.jpg", root=str(tmp_path), url="https://x.example/a"),)
    assert (both.origin.address, both.origin.author) == ("https://x.example", "Ada")
    assert (alone.media, alone.origin.address) == ((Media(url="https://x.example/b"),), "https://x.example/b")
    assert reasons([odd]) == ["the address of its picture is none"]


def test_captions_come_from_several_columns_and_lists_and_words_for_nothing_are_none(tmp_path):
    mapping = {"columns": {"image": "i", "captions": ["a", "b"], "labels": "l", "texts": "t", "extra": ["e", "d"]}}
    row = {"i": "1.jpg", "a": ["one", "two  words"], "b": "['three', 'NA']", "l": "cat", "t": ["EXIT"]}
    one, none = read(tmp_path, mapping, row | {"e": {"n": 1}, "d": 2}, {"i": "2.jpg", "a": [], "b": "nan"})
    assert one.facts.captions == ("one", "two words", "three")
    assert (one.facts.present, one.facts.texts, one.facts.extra) == (("cat",), ("EXIT",), '{"e":{"n":1},"d":2}')
    assert reasons([none]) == ["nothing is said of its picture"]


def asked(tmp_path, answer, *, options=("red", "blue"), **more):
    mapping = {"columns": {"question": "q", "answer": "a", "choices": "o"}, **more}
    (row,) = read(tmp_path, mapping, {"q": "Which?", "a": answer, "o": list(options)})
    return row


@pytest.mark.parametrize("answer", ["blue", "B", "(b)", "B."])
def test_an_answer_is_a_choice_or_its_letter(tmp_path, answer):
    row = asked(tmp_path, answer)
    assert [turn.text for turn in row.turns] == ["Which?\n(A) red\n(B) blue", "(B) blue"]
    assert (row.facts.answers, row.facts.choices) == (("blue",), ("red", "blue"))


@pytest.mark.parametrize(("counts_from", "answer"), [(0, 1), (1, 2), (0, "1")])
def test_an_answer_is_the_number_of_a_choice_only_where_the_mapping_says_so(tmp_path, counts_from, answer):
    assert asked(tmp_path, answer, answer_counts_from=counts_from).facts.answers == ("blue",)
    assert "answer_counts_from" in reasons([asked(tmp_path, answer)])[0]


def test_choices_that_are_numbers_are_taken_for_what_they_are(tmp_path):
    assert asked(tmp_path, "2", options=("3", "2")).turns[1].text == "(B) 2"
    assert asked(tmp_path, 1, options=("3", "1", "2"), answer_counts_from=0).facts.answers == ("1",)
    assert reasons([asked(tmp_path, "green")]) == ["its answer is none of its choices"]


def test_a_question_may_be_the_same_in_every_row_and_answers_may_be_many(tmp_path):
    mapping = {"columns": {"image": "i", "answer": "a", "answers": "r"}, "constants": {"question": "What is it?"}}
    one, two = read(tmp_path, mapping, {"i": "1.jpg", "a": 7, "r": ["7", "seven"]}, {"i": "2.jpg", "r": ["x"]})
    assert [turn.text for turn in one.turns] == ["What is it?", "7"] and one.facts.answers == ("7", "seven")
    assert [part.type for part in one.turns[0].parts] == ["image", "text"]
    assert [turn.role for turn in two.turns] == ["user"] and two.facts.answers == ("x",)


def test_ids_stay_text_and_licences_come_from_the_row_else_from_the_constants(tmp_path):
    mapping = {
        "columns": {"key": "id", "image": "i", "picture_licence": "l", "split": "s"},
        "constants": {"picture_licence": "CC0-1.0", "text_licence": "cc-by-4.0", "split": "train", "dataset": "shop"},
    }
    rows = [{"id": "007", "i": "a", "l": "http://creativecommons.org/licenses/by/2.0/", "s": "val"}]
    one, two = read(tmp_path, mapping, *rows, {"id": 8, "i": "b", "l": None, "s": None})
    assert (one.origin.key, one.origin.picture_licence, one.origin.split) == ("007", "CC-BY-2.0", "val")
    assert (two.origin.key, two.origin.picture_licence, two.origin.split) == ("8", "CC0-1.0", "train")
    assert {row.origin.text_licence for row in (one, two)} == {"CC-BY-4.0"} and one.origin.dataset == "shop"


def test_dates_and_numbers_are_texts_and_what_is_none_is_set_aside(tmp_path):
    mapping = {"columns": {"image": "i", "captions": "c", "extra": "d"}}
    rows = [{"i": "a", "c": "one", "d": date(2026, 1, 2)}, {"i": "b", "c": None, "d": None}]
    one, none = read(tmp_path, mapping, *rows, name="t.parquet")
    assert one.facts.extra == '{"d":"2026-01-02"}' and isinstance(none, Reject)
    (struct,) = read(tmp_path, mapping, {"i": "a", "c": {"x": 1}, "d": 1})
    assert reasons([struct]) == ["`c` is no text"]


def test_a_folder_of_parquet_files_is_one_dataset_with_its_splits(tmp_path):
    folder = tmp_path / "shop"
    for split in ("train", "val"):
        path = folder / f"data/{split}-00000-of-00001.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.table({"i": [b"\x89PNG"], "c": [f"a {split}"]}), path)
    (folder / "columns.yaml").write_text("columns: {image: i, captions: c}\n")
    format_ = plugins.load("formats", "columns")
    assert format_.sniff(folder)
    rows = list(format_.read(folder))
    assert [(row.origin.dataset, row.origin.split) for row in rows] == [("shop", "train"), ("shop", "val")]
    assert rows[0].origin.key == "data/train-00000-of-00001.parquet, row 1"


def test_another_mapping_is_another_import(tmp_path):
    (tmp_path / "t.csv").write_text("i,a,b\n1.jpg,one,two\n")
    where, settings = tmp_path / "map.yaml", {"mapping": str(tmp_path / "map.yaml")}

    def run():
        plan = import_.plan("columns", tmp_path / "t.csv", str(tmp_path / "c"), settings=settings)
        import_.run(plan, Events())
        return [record.facts.captions for record in open_corpus(tmp_path / "c").records()]

    where.write_text("columns: {image: i, captions: a}\n")
    assert run() == run() == [("one",)]
    where.write_text("columns: {image: i, captions: [a, b]}\n")
    with pytest.raises(PictusError):
        run()


def test_without_a_mapping_one_is_told_to_write_it(tmp_path):
    (tmp_path / "t.csv").write_text("a\n1\n")
    with pytest.raises(PictusError, match="no mapping") as told:
        plugins.load("formats", "columns").read(tmp_path / "t.csv")
    assert told.value.where.endswith("columns.yaml") and "--set mapping=" in told.value.mend
    assert not plugins.load("formats", "columns").sniff(tmp_path / "t.csv")
