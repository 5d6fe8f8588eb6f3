"""Alpaca's rows, and LLaMA-Factory's columns for more than one instruction and its answer."""

import json

import pytest

from pictus import plugins
from pictus.errors import PictusError
from pictus.record import Call, Media, Origin, Part, Reject, Tool, Turn, make_record

FORMAT = plugins.load("formats", "alpaca")


def read(tmp_path, *rows, info=None, name="some.json"):
    path = tmp_path / name
    path.write_text("\n".join(map(json.dumps, rows)) if name.endswith("l") else json.dumps(rows))
    if info is not None:
        (tmp_path / "dataset_info.json").write_text(json.dumps({"mine": {"file_name": name, **info}}))
    return list(FORMAT.read(path))


def write(tmp_path, *turns, **more):
    one = make_record(Origin(dataset="d", key="1"), turns=turns, **more)
    return FORMAT.write([one], tmp_path / "out.json"), json.loads((tmp_path / "out.json").read_bytes())


ASK, ANSWER = Turn.of("user", "How many?"), Turn.of("assistant", "Two.")


@pytest.mark.parametrize("given", [{}, {"input": ""}, {"input": None}])
@pytest.mark.parametrize("name", ["some.json", "some.jsonl"])
def test_a_row_may_have_no_input(tmp_path, name, given):
    (row,) = read(tmp_path, {"instruction": "How many?", "output": "Two.", **given}, name=name)
    assert row.turns == (ASK, ANSWER)
    assert FORMAT.sniff(tmp_path / name)


def test_lines_in_a_file_named_json_are_read(tmp_path):
    (tmp_path / "a.json").write_text('{"instruction": "How many?", "output": "Two."}\n' * 2)
    assert [row.turns for row in FORMAT.read(tmp_path / "a.json")] == [(ASK, ANSWER)] * 2
    assert FORMAT.sniff(tmp_path / "a.json")


def test_instruction_and_input_are_one_question(tmp_path):
    (row,) = read(tmp_path, {"instruction": "Count them.", "input": "one, two", "output": "Two."})
    assert row.turns[0].text == "Count them.\none, two"
    _, (back,) = write(tmp_path, *row.turns)
    assert (back["instruction"], back["input"]) == ("Count them.\none, two", "")


def test_a_row_of_every_column(tmp_path):
    (row,) = read(
        tmp_path,
        {
            "instruction": "<image>And here?",
            "output": "Three.",
            "system": "Be brief.",
            "history": [["<image>How many?", "Two."]],
            "images": ["a.jpg", "b.jpg"],
            "tools": '[{"name": "look"}]',
            "id": 7,
        },
    )
    assert [turn.role for turn in row.turns] == ["system", "user", "assistant", "user", "assistant"]
    assert [(medium.path, medium.root) for medium in row.media] == [(f"{n}.jpg", str(tmp_path)) for n in "ab"]
    assert row.turns[3].parts == (Part("image"), Part("text", "And here?"))
    assert (row.tools, row.origin.key) == ((Tool("look"),), "7")


def test_it_writes_pairs_of_what_was_said_before(tmp_path):
    media = [Media(path="a.jpg", root="/pictures")]
    turns = [Turn.of("system", "Be brief."), ASK, ANSWER, Turn.of("user", "What is it?", images=1)]
    written, (row,) = write(tmp_path, *turns, Turn.of("assistant", "A mug."), media=media)
    assert row["history"] == [["How many?", "Two."]]
    assert (row["instruction"], row["output"], row["images"]) == ("<image>\nWhat is it?", "A mug.", ["a.jpg"])
    info = json.loads((tmp_path / "dataset_info.json").read_text())
    assert info["out"]["formatting"] == "alpaca"
    assert set(info["out"]["columns"]) == {"prompt", "query", "response", "history", "images", "system", "tools"}
    assert not written.lost
    assert [path.name for path in written.files] == ["out.json", "dataset_info.json"]


def test_a_question_without_an_answer_stays_without_one(tmp_path):
    _, (row,) = write(tmp_path, ASK)
    assert row["output"] is None
    (back,) = FORMAT.read(tmp_path / "out.json")
    assert back.turns == (ASK,)
    (empty,) = read(tmp_path, {"instruction": "How many?", "output": ""})
    assert empty.turns == (ASK, Turn.of("assistant", ""))


def test_columns_come_from_dataset_info(tmp_path):
    info = {"formatting": "alpaca", "columns": {"prompt": "q", "response": "a"}}
    (row,) = read(tmp_path, {"q": "How many?", "a": "Two.", "input": "of what?"}, info=info)
    assert row.turns == (ASK, ANSWER)  # a column that the entry does not name is absent to LLaMA-Factory
    assert FORMAT.sniff(tmp_path / "some.json")


def test_an_entry_without_columns_means_the_usual_ones(tmp_path):
    (row,) = read(tmp_path, {"instruction": "How many?", "output": "Two.", "system": "Be brief."}, info={})
    assert [turn.role for turn in row.turns] == ["system", "user", "assistant"]


@pytest.mark.parametrize(
    ("info", "words"),
    [
        ({"formatting": "sharegpt"}, "this format reads `alpaca`"),
        ({"columns": {"response": "output"}}, "does not name `prompt`"),
        ({"columns": ["prompt"]}, "no object of names"),
        ({"ranking": True}, "chosen"),
    ],
)
def test_an_entry_that_cannot_be_used_is_one_clear_error(tmp_path, info, words):
    with pytest.raises(PictusError, match=words) as error:
        read(tmp_path, {"instruction": "a", "output": "b"}, info=info)
    assert "dataset_info.json, mine" in error.value.where
    assert not FORMAT.sniff(tmp_path / "some.json")


def test_a_record_that_calls_tools_is_refused_and_one_that_only_offers_them_is_not(tmp_path):
    tools = [Tool("look", "See.", '{"type":"object"}')]
    call = Turn("assistant", (), (Call("x", "look", "{}"),))
    written, rows = write(tmp_path, ASK, call, Turn("tool", ANSWER.parts, (), "x"), ANSWER, tools=tools)
    assert rows == []
    assert "calls tools" in written.rejected[0].reasons[0]
    written, (row,) = write(tmp_path, ASK, ANSWER, tools=tools)
    assert json.loads(row["tools"])[0]["name"] == "look"
    assert not written.lost


@pytest.mark.parametrize(
    "extra",
    [
        {"history": ["a", "b"]},
        {"history": [["a", None]]},
        {"history": [["a", "b", "c"]]},
        {"input": 5},
        {"output": ["a"]},
        {"system": 5},
        {"images": ["a.jpg"]},
        {"videos": ["a.mp4"]},
        {"instruction": None},
        {"instruction": "<image>a"},
    ],
)
def test_a_row_with_what_cannot_be_read_is_set_aside(tmp_path, extra):
    (row,) = read(tmp_path, {"instruction": "a", "output": "b", **extra})
    assert isinstance(row, Reject) and row.reasons[0]


def test_a_mark_that_somebody_wrote_is_left_out_and_named(tmp_path):
    written, (row,) = write(tmp_path, Turn.of("user", "Where does <video> go?"), ANSWER)
    assert row["instruction"] == "Where does  go?"
    assert list(written.lost) == ["the literal text <video>, which would be taken for the place of a medium"]
