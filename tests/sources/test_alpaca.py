"""The three datasets of Alpaca's rows: questions with an input or none, and rows that teach nothing."""

import gzip
import json

import pytest

from pictus import plugins
from pictus.errors import PictusError
from pictus.record import Reject, Turn

FILES = {
    "alpaca_gpt4": "alpaca_gpt4_data.json",
    "alpaca_gpt4_zh": "alpaca_gpt4_data_zh.json",
    "alpaca_zh_51k": "alpaca_data_zh_51k.json",
}


def read(root, name="alpaca_gpt4"):
    return list(plugins.load("sources", name).records(root, "train"))


def row(instruction="Count to three.", given="", output="One, two, three."):
    return {"output": output, "instruction": instruction, "input": given}


@pytest.mark.parametrize(("name", "file"), FILES.items())
@pytest.mark.parametrize("folder", ["", "data", "{name}", "{name}/data"])
def test_the_file_is_found_alone_in_its_repository_and_in_a_tree_of_many(tmp_path, name, file, folder):
    place = tmp_path / folder.format(name=name)
    place.mkdir(parents=True, exist_ok=True)
    (place / file).write_text(json.dumps([row()]))
    (record,) = read(tmp_path, name)
    assert record.turns == (Turn.of("user", "Count to three."), Turn.of("assistant", "One, two, three."))
    assert (record.origin.dataset, record.origin.key) == (name, f"{file}, row 1")
    assert record.origin.picture_licence == "no-picture" and record.origin.model_terms == "openai-output-terms"


def test_the_input_follows_the_instruction_and_may_be_empty_or_missing(tmp_path):
    rows = [row(given="1, 2"), row(given=" "), {"instruction": "Go.", "output": " No\n"}, row() | {"input": None}]
    (tmp_path / FILES["alpaca_gpt4"]).write_text(json.dumps(rows))
    asked = [(one.turns[0].text, one.turns[1].text) for one in read(tmp_path)]
    count = ("Count to three.", "One, two, three.")
    assert asked == [("Count to three.\n1, 2", count[1]), count, ("Go.", " No\n"), count]


def test_a_row_that_teaches_nothing_is_set_aside_and_the_others_keep_their_numbers(tmp_path):
    rows = [
        row(output=""),
        row(output=" \n"),
        row(""),
        row("", "1, 2"),
        row(output=["a"]),
        "text",
        {"output": "a"},
        row(),
    ]
    with gzip.open(tmp_path / f"{FILES['alpaca_gpt4']}.gz", "wt") as file:
        json.dump(rows, file)
    found = read(tmp_path)
    assert [one.reasons for one in found if isinstance(one, Reject)] == [
        ("the output is empty",),
        ("the output is empty",),
        ("the instruction is empty",),
        ("`output` is no text",),
        ("the row is no object",),
        ("it has no 'instruction'",),
    ]
    assert [one.origin.key.partition(", ")[2] for one in found if not isinstance(one, Reject)] == ["row 4", "row 8"]


def test_a_missing_file_is_named_with_where_it_is_fetched(tmp_path):
    with pytest.raises(PictusError) as caught:
        read(tmp_path, "alpaca_zh_51k")
    assert "alpaca_data_zh_51k.json" in caught.value.what and "Chinese-LLaMA-Alpaca" in caught.value.mend
    with pytest.raises(PictusError, match="unknown split `test`"):
        plugins.load("sources", "alpaca_gpt4").files(tmp_path, "test")
