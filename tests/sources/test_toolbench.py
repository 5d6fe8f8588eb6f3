"""ToolBench's files: lists in Python inside prompts, JSON inside text, steps that repeat, answers that are absent."""

import json
import random
from pathlib import Path

import pytest

from pictus import plugins
from pictus.errors import PictusError
from pictus.record import Record, Reject

DATA = Path(__file__).parent.parent / "data/sources/toolbench"
TRAIN = "toolllama_G123_dfs_train.json"
FINISH = {"return_type": "give_answer", "final_answer": "At 08:10."}


def read(root, split, **settings):
    return list(plugins.load("sources", "toolbench", settings).records(root, split))


def rows():
    return json.loads((DATA / "data" / TRAIN).read_text())


def said(*values, prompt="Act."):
    roles = ("user", *("assistant", "function") * len(values))
    spoken = [{"from": role, "value": value} for role, value in zip(roles, values, strict=False)]
    return {"id": "Step 1: q", "conversations": [{"from": "system", "value": prompt}, *spoken]}


def trained(tmp_path, *steps, **settings):
    (tmp_path / TRAIN).write_text(json.dumps(steps))
    return read(tmp_path, "train", **settings)


def calls(record):
    return [(call.name, json.loads(call.arguments)) for turn in record.turns for call in turn.calls]


def test_the_list_of_apis_is_python_and_becomes_tools_without_what_no_schema_knows():
    record, *_ = read(DATA, "train")
    assert [tool.name for tool in record.tools] == ["times_for_ferry", "ports_for_ferry", "Finish"]
    assert record.tools[0].description == "The harbour's own times."
    assert json.loads(record.tools[0].parameters) == {
        "type": "object",
        "properties": {
            "day": {"type": "string", "description": "", "examples": ["monday"]},
            "night": {"type": "boolean", "examples": [None], "default": True},
        },
        "required": ["day"],
    }
    prompt = record.turns[0].text
    assert prompt.startswith("You are AutoGPT.") and "APIs" not in prompt and "Action Input" not in prompt


def test_words_of_an_action_become_a_call_and_its_result_belongs_to_it():
    record, *_ = read(DATA, "train")
    assert [turn.role for turn in record.turns] == ["system", "user", *["assistant", "tool"] * 2, "assistant"]
    assert calls(record) == [("times_for_ferry", {"day": "tomorrow"}), ("ports_for_ferry", {}), ("Finish", FINISH)]
    assert [turn.text for turn in record.turns if turn.role == "assistant"] == ["", "", "That is all I need."]
    for turn, before in zip(record.turns[1:], record.turns, strict=False):
        if turn.role == "tool":
            assert turn.call_id == before.calls[0].id and turn.name == before.calls[0].name


def test_of_a_dialogue_the_last_step_is_kept_wherever_in_the_file_it_stands(tmp_path):
    steps = rows()
    whole = [json.loads(json.dumps(steps[number])) for number in (2, 4)]
    assert [json.loads(one.facts.extra)["id"] for one in trained(tmp_path, *steps)] == [one["id"] for one in whole]
    random.Random(3).shuffle(steps)
    mixed = trained(tmp_path, *steps)
    assert {json.loads(one.facts.extra)["id"] for one in mixed} == {one["id"] for one in whole}
    assert len(trained(tmp_path, *steps, steps="all")) == 5


def test_what_the_search_remarks_is_no_turn_of_the_user_and_is_kept():
    for split in ("train", "G1_answer"):
        record = read(DATA, split)[0]
        assert [turn.text for turn in record.turns if turn.role == "user"] == [
            "I need the ferry times for tomorrow.\nBegin!"
        ]
        (remark,) = json.loads(record.facts.extra)["remarks"]
        assert remark["before_turn"] == 4 and remark["text"].startswith("This is not the first time")


def test_a_search_gives_its_longest_way_and_one_without_an_answer_is_set_aside():
    record, reject = read(DATA, "G1_answer")
    assert record.origin.key == "G1_answer/2_ChatGPT_DFS_woFilter_w2"
    assert calls(record)[-1] == ("Finish", FINISH)
    assert record.turns[4].text == "I will look at the ports."
    assert record.turns[-1].text == "That is all I need." and len(record.turns) == 7
    told = json.loads(record.facts.extra)
    assert told["win"] is True and told["finish_type"] == "give_answer" and "tree" not in told
    assert reject.reasons == ("the search found no answer: `valid_data` is false",)
    assert [len(one.turns) for one in read(DATA, "G1_answer", steps="all") if isinstance(one, Record)] == [3, 5, 7]


def test_the_files_for_training_and_the_searches_say_the_same():
    trained, searched = read(DATA, "train")[0], read(DATA, "G1_answer")[0]
    assert trained.tools == searched.tools and trained.turns[0] == searched.turns[0]
    assert [turn.calls for turn in trained.turns] == [turn.calls for turn in searched.turns]


def test_a_question_names_its_apis_as_the_answers_call_them():
    (record,) = read(DATA, "G1_query")
    assert [tool.name for tool in record.tools] == ["times_day_for_ferry_24_7", "get_3_ports_for_ferry_24_7"]
    assert json.loads(record.tools[0].parameters) == {
        "type": "object",
        "properties": {
            "day": {"type": "string", "description": "A day.", "examples": ["monday"]},
            "is_from": {"type": "number", "description": "A day.", "examples": [3]},
            "full": {"type": "boolean", "description": "A day."},
        },
        "required": ["day"],
    }
    assert record.origin.key == "7" and record.turns[0].text == "I need the ferry times for tomorrow."
    assert json.loads(record.facts.extra)["relevant APIs"] == [["Ferry 24/7", "/times/:day"]]


@pytest.mark.parametrize(
    ("value", "text", "call"),
    [
        ('\nThought: \nAction: look\nAction Input: {"a": 1}', "", ("look", {"a": 1})),
        (
            '\nThought: One.\nThought: Two.\nAction: look\nAction Input: {"a": "b\nc"}',
            "One.\nTwo.",
            ("look", {"a": "b\nc"}),
        ),
        (
            "\nThought: \nAction: a\nAction Input: b\nAction: look\nAction Input: ",
            "Action: a\nAction Input: b",
            ("look", {}),
        ),
        ('Action: look\nAction Input: {"t": "\\nAction: no"}', "", ("look", {"t": "\nAction: no"})),
        ("\nThought: I am done.", "I am done.", None),
    ],
)
def test_the_forms_of_an_action(tmp_path, value, text, call):
    (record,) = trained(tmp_path, said("Go.", value))
    assert record.turns[-1].text == text and calls(record) == ([] if call is None else [call])


APIS = "\nSpecifically, you have access to the following APIs: "
ACT = "\nThought: \nAction: look\nAction Input: "


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (said("Go.", ACT + '{"a": }'), "the arguments of a call are no JSON"),
        (said("Go.", ACT + '["a"]'), "the arguments of a call are no object"),
        (said("Go.", ACT + "{}", prompt=f"Act.{APIS}[{{'name': open('x')}}]"),
         "the list of APIs in the prompt is no plain value of Python's"),
        (said("Go.", "\nThought: Hm.", "{}"), "a turn is the tool's, expected user"),
        (said("Go."), "the assistant does not have the last word"),
        ({"conversations": [{"from": "human", "value": "Go."}]}, "it does not begin with a prompt"),
        ({"id": "Step 1: q"}, "it does not begin with a prompt"),
        ("row", "the row is no object"),
    ],
)  # fmt: skip
def test_a_broken_row_is_set_aside_and_no_other(tmp_path, row, reason):
    found = trained(tmp_path, *rows(), row)
    (reject,) = [one for one in found if isinstance(one, Reject)]
    assert reason in reject.reasons[0] and len(found) == 3


def test_a_broken_search_is_set_aside_and_no_other(tmp_path):
    folder = tmp_path / "data/answer/G2_answer"
    folder.mkdir(parents=True)
    good = (DATA / "data/answer/G1_answer/2_ChatGPT_DFS_woFilter_w2.json").read_text()
    texts = ["{", "[]", '{"win": true}', '{"answer_generation": {"valid_data": true}}', good]
    for number, text in enumerate(texts):
        (folder / f"{number}_CoT@1.json").write_text(text)
    *broken, record = read(tmp_path, "G2_answer")
    assert isinstance(record, Record) and record.origin.key == "G2_answer/4_CoT@1"
    assert [one.where for one in broken] == [f"G2_answer/{number}_CoT@1" for number in range(4)]
    assert [one.reasons[0].partition(":")[0] for one in broken] == [
        "not valid JSON",
        "the row is no object",
        "it has no 'answer_generation'",
        "the search has no list of messages",
    ]


def test_the_code_of_the_repository_is_not_taken_for_the_data(tmp_path):
    (tmp_path / "toolbench").mkdir()
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / TRAIN).write_text(json.dumps(rows()))
    assert len(read(tmp_path, "train")) == 2
    with pytest.raises(PictusError, match="toolllama_G123_dfs_eval") as caught:
        read(tmp_path, "eval")
    assert "--split" in caught.value.mend
    with pytest.raises(PictusError, match="unknown split"):
        read(tmp_path, "G1")
