"""Calls of tools written by a model: executed, grounded, in turns that every function-calling format takes."""

import json

import pytest

from coco_files import write_dataset
from endpoint import last_words, serving
from pictus import plugins
from pictus.engine.events import Events
from pictus.errors import PictusError
from pictus.prompt import Answer, Prompt
from pictus.prompt_sets.answers import Unusable
from pictus.record import Box, Facts, Origin, Turn, make_record
from pictus.steps import export, generate, import_
from pictus.steps.generate.calls import Wanted, read_calling, wanted
from pictus.tools.cases import SHARES, WANTED
from pictus.tools.library import tool

FACTS = Facts(
    captions=("A brown dog sits by a red car.",),
    boxes=(
        Box(id="7", label="dog", left=0.1, top=0.5, right=0.3, bottom=0.8, is_group=False, attributes=("brown",)),
        Box(label="car", left=0.5, top=0.4, right=0.9, bottom=0.8, is_group=False),
    ),
    absent=("zebra",),
    texts=("STOP",),
)
TOOLS = ("get_price", "detect_objects", "measure_object", "count_objects", "convert_money", "read_text")


def read(case, value, *, facts=FACTS, tools=TOOLS, finish="stop"):
    text = value if isinstance(value, str) else json.dumps(value)
    answer = Answer(turns=(Turn.of("assistant", text),), model="m", finish=finish)
    return read_calling(Wanted(case, tuple(map(tool, tools))), facts, Prompt(kind="calls"), answer)


def call(name, **arguments):
    return {"name": name, "arguments": arguments}


GOOD = {
    "simple": {"request": "How many dogs are there?", "calls": [call("count_objects", label="dogs")]},
    "multiple": {
        "request": "How large is the dog?",
        "calls": [call("measure_object", box=[0.1, 0.5, 0.3, 0.81])],
        "reply": "",
    },
    "parallel": {
        "request": "What does a car cost, and how many dogs do you see?",
        "calls": [call("get_price", product="car"), call("count_objects", label="dogs")],
    },
    "sequential": {
        "request": "Find the car, then tell me how large it is.",
        "calls": [call("detect_objects", label="car"), call("measure_object", box="$1.boxes.0")],
    },
    "irrelevance": {"request": "Sing me a song.", "calls": [], "reply": "I cannot sing, but I can count the dogs."},
    "missing_argument": {"request": "What does it cost?", "calls": [], "reply": "What do you mean by it?"},
}


@pytest.mark.parametrize("case", SHARES)
def test_each_case_becomes_turns_that_the_check_keeps(case):
    said = read(case, GOOD[case])
    record = make_record(Origin(dataset="d", key="1"), turns=said.turns, tools=said.tools, facts=said.facts)
    assert list(plugins.load("checks", "calls", {"needs_grounds": True}).problems(record)) == []
    assert said.turns[0].text == GOOD[case]["request"]
    assert json.loads(said.facts.extra)["case"] == case
    assert WANTED[case]


def test_a_result_is_told_before_the_call_that_needs_it():
    said = read("sequential", GOOD["sequential"])
    assert [turn.role for turn in said.turns] == ["user", "assistant", "tool", "assistant"]
    assert json.loads(said.turns[2].text)["boxes"] == [[0.5, 0.4, 0.9, 0.8]]
    assert json.loads(said.turns[3].calls[0].arguments) == {"box": [0.5, 0.4, 0.9, 0.8]}
    assert [one["from"] for one in json.loads(said.facts.extra)["arguments"]] == ["label", "result"]


def test_a_fence_and_words_around_the_json_do_no_harm():
    text = f"Here you are:\n```json\n{json.dumps(GOOD['simple'])}\n```\nGood luck!"
    assert read("simple", text).turns == read("simple", GOOD["simple"]).turns


@pytest.mark.parametrize(
    ("case", "value", "reason"),
    [
        ("simple", "no json here", "no JSON"),
        ("simple", [1], "no `request`"),
        ("simple", {"request": " ", "calls": []}, "no `request`"),
        ("simple", {"request": "x", "calls": "y"}, "no list"),
        ("simple", {"request": "x", "calls": [{"name": 3}]}, "no list"),
        ("simple", {"request": "x", "calls": [call("fly")]}, "no tool fly"),
        ("simple", GOOD["parallel"], "no simple case: 2 calls"),
        ("parallel", GOOD["sequential"], "no parallel case"),
        ("sequential", GOOD["parallel"], "no sequential case"),
        ("irrelevance", GOOD["simple"], "no irrelevance case"),
        ("irrelevance", {"request": "Sing!", "calls": [], "reply": ""}, "no irrelevance case"),
        ("missing_argument", {**GOOD["missing_argument"], "reply": "Nothing."}, "no missing argument case"),
        ("simple", {"request": "What?", "calls": [call("get_price")]}, "get_price: "),
        ("simple", {"request": "What?", "calls": [call("get_price", product="boat")]}, "rests on nothing"),
        ("simple", {"request": "How many cats?", "calls": [call("count_objects", label="cats")]}, "cannot make out"),
        (
            "simple",
            {"request": "How big?", "calls": [call("measure_object", box=[0, 0, 0.05, 0.05])]},
            "box of nothing",
        ),
        (
            "sequential",
            {
                "request": "Find the car, then measure it.",
                "calls": [call("detect_objects", label="car"), call("measure_object", box="$1.boxes.9")],
            },
            "in no result",
        ),
        (
            "sequential",
            {
                "request": "Find the car, then measure it.",
                "calls": [call("measure_object", box="$2.boxes.0"), call("detect_objects", label="car")],
            },
            "in no result",
        ),
    ],
)
def test_what_is_wrong_is_asked_again_with_its_reason(case, value, reason):
    with pytest.raises(Unusable, match=reason):
        read(case, value)


def test_an_answer_that_is_cut_off_is_not_read():
    with pytest.raises(Unusable, match="cut off"):
        read("simple", GOOD["simple"], finish="length")


def test_writing_in_the_picture_is_where_an_argument_may_come_from():
    value = {
        "request": "Translate the sign into French.",
        "calls": [call("translate_word", text="STOP", language="French")],
    }
    said = read("simple", value, tools=("translate_word",))
    assert {one["argument"]: one["from"] for one in json.loads(said.facts.extra)["arguments"]} == {
        "text": "text",
        "language": "query",
    }


def test_cases_are_drawn_by_their_shares_and_tools_fit_the_picture():
    drawn = [wanted("library", FACTS, seed).case for seed in range(3000)]
    for case, share in SHARES.items():
        assert abs(drawn.count(case) / 3000 - share) < 0.04
    want = wanted("library", FACTS, 5)
    assert want == wanted("library", FACTS, 5) and 3 <= len(want.tools) <= 8
    assert want.blocks["tools"].count('"name"') == len(want.tools)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    root = tmp_path_factory.mktemp("coco")
    write_dataset(root / "data", 10)
    import_.run(import_.plan("coco2017", root / "data", str(root / "corpus")), Events())
    return str(root / "corpus")


OWN = [
    {"type": "function", "function": {"name": "call_taxi", "description": "Call a taxi.", "parameters": {
        "type": "object", "properties": {"street": {"type": "string"}}, "required": ["street"]}}},
    {"name": "open_gate", "description": "Open the gate.", "parameters": {
        "type": "object", "properties": {"code": {"type": "integer"}}, "required": ["code"]}},
]  # fmt: skip


def play(body, times):
    """A model that does what the case asks, with the user's own tools."""
    taxi = call("call_taxi", street="Elm Street")
    asked = last_words(body)
    case = next(case for case, words in WANTED.items() if words in asked)
    if case in ("irrelevance", "missing_argument"):
        return json.dumps({"request": "Take me home.", "calls": [], "reply": "Where is that?"})
    calls = [taxi, call("open_gate", code=1234)] if case == "parallel" else [taxi]
    return json.dumps({"request": "A taxi to Elm Street, and the gate is 1234.", "calls": calls, "reply": ""})


def test_a_user_s_own_tools_go_the_whole_way_into_a_training_file(corpus, tmp_path):
    (tmp_path / "own.json").write_text(json.dumps(OWN))
    prompts = tmp_path / "mine.yaml"
    prompts.write_text(
        "calls:\n  system_prompt: Write a request with its calls.\n  inputs: [captions]\n  answer: calls\n"
        f"  tools: {tmp_path}/own.json\n  per_picture: 5\n  tries: 2\n"
    )
    with serving(play) as endpoint:
        settings = {"model": "m", "base_url": endpoint.base}
        plan = generate.plan(corpus, str(tmp_path / "g"), backend="openai", settings=settings, prompts=str(prompts))
        made = generate.run(plan, Events())
    rows = list(made.records())
    assert made.summary["rows"] + made.summary["rejected"] == 50 and len(rows) > 35
    assert all("sequential" in reason for reason in made.summary["reasons"])  # own tools have no results to chain
    assert {tool.name for row in rows for tool in row.tools} == {"call_taxi", "open_gate"}
    assert {part.type for row in rows for part in row.turns[0].parts} == {"text", "image"}
    done = export.run(export.plan(str(tmp_path / "g"), tmp_path / "out.jsonl", "trl"), Events())
    assert done.rows == len(rows)


def test_tools_that_cannot_be_read_are_told_before_anything_is_asked(corpus, tmp_path):
    prompts = tmp_path / "mine.yaml"
    prompts.write_text(f"calls:\n  inputs: [captions]\n  answer: calls\n  tools: {tmp_path}/none.json\n")
    with serving() as endpoint, pytest.raises(PictusError, match="tools cannot be read"):
        settings = {"model": "m", "base_url": endpoint.base}
        generate.plan(corpus, str(tmp_path / "g"), backend="openai", settings=settings, prompts=str(prompts))
    assert not (tmp_path / "g").exists()


def test_the_shipped_set_tells_tools_and_case(corpus, tmp_path):
    with serving(lambda body, times: json.dumps(GOOD["irrelevance"])) as endpoint:
        settings = {"model": "m", "base_url": endpoint.base}
        plan = generate.plan(corpus, str(tmp_path / "g"), backend="openai", settings=settings, prompts="tools")
        made = generate.run(plan, Events())
        last = [last_words(body) for body in endpoint.asked]
    assert all("\nTools:\n{" in words and "\nWanted: " in words for words in last)
    assert all("irrelevance" in json.loads(row.facts.extra)["case"] for row in made.records())
