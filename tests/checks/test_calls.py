"""What is wrong with a call is named: its form, its tool, its result, or what it rests on."""

import json
from dataclasses import replace

import pytest

from pictus import plugins
from pictus.record import NO_FACTS, Box, Call, Facts, Origin, Part, Tool, Turn, make_record
from pictus.tools import library
from pictus.tools.provenance import Grounds, with_grounds

BOX = [0.1, 0.5, 0.3, 0.9]
FACTS = Facts(
    boxes=(
        Box(label="dog", left=0.1, top=0.5, right=0.3, bottom=0.9, is_group=False, id="7"),
        Box(label="cat", left=0.6, top=0.5, right=0.8, bottom=0.9, is_group=False),
    ),
    absent=("zebra",),
    texts=("OPEN",),
)
CROP = ("crop_image", {"box": BOX}, {"box": BOX, "shows": ["dog"]})
COUNT = ("count_objects", {"label": "dog"}, {"label": "dog", "count": 1})
ZOOM = ("zoom_image", {"box": BOX, "factor": 3}, {"window": [0.033, 0.533, 0.367, 0.867], "shows": ["dog"]})


def record(*calls, grounds=(), question="Crop to the dog, enlarge 3 times, count the dogs.", tools=None, facts=FACTS):
    """A conversation of calls one after the other, each with its name, arguments and result."""
    turns = [Turn.of("user", question, images=1)]
    for number, (name, arguments, result) in enumerate(calls, 1):
        text = arguments if isinstance(arguments, str) else json.dumps(arguments)
        turns.append(Turn("assistant", (), (Call(f"call_{number}", name, text),)))
        if result is not None:
            turns.append(Turn("tool", (Part("text", json.dumps(result)),), call_id=f"call_{number}", name=name))
    turns.append(Turn.of("assistant", "Done."))
    offered = [library.tool(name) for name, _, _ in calls] if tools is None else tools
    told = with_grounds(facts, grounds) if grounds is not None else facts
    return make_record(Origin(dataset="made", key="1"), turns=turns, tools=offered, facts=told)


def problems(one, **settings):
    return list(plugins.load("checks", "calls", settings).problems(one))


def test_what_is_well_formed_executed_and_grounded_is_kept():
    grounds = [
        Grounds("call_1", "box", "box", "7"),
        Grounds("call_2", "label", "label", "dog"),
        Grounds("call_3", "box", "result", "call_1/box"),
        Grounds("call_3", "factor", "query", "3"),
    ]
    assert problems(record(CROP, COUNT, ZOOM, grounds=grounds), needs_grounds=True) == []


def test_a_record_without_calls_is_no_concern():
    assert problems(record(grounds=None), needs_grounds=True) == []
    assert problems(record(grounds=None, tools=[Tool("x", "", "no schema")])) == []


OWN = Tool("ring", "", '{"type":"object","properties":{"times":{"type":"integer"}},"required":["times"]}')


@pytest.mark.parametrize(
    ("name", "arguments", "tools", "problem"),
    [
        ("ring", "{times: 3}", [OWN], "the arguments of ring are not JSON"),
        ("ring", "[3]", [OWN], "the arguments of ring are no JSON object"),
        ("rung", {"times": 3}, [OWN], "there is no tool rung in the record"),
        ("ring", {"times": "3"}, [OWN], "ring: `times` is a string, not integer"),
        ("ring", {}, [OWN], "ring: it lacks `times`"),
        ("ring", {}, [Tool("ring", "", "{")], "ring: its schema is not JSON"),
        ("ring", {}, [Tool("ring", "", '{"oneOf":[]}')], "ring: the schema has `oneOf`, which is not supported"),
        (
            "ring",
            {"times": 3},
            [Tool("ring", "", '{"properties":{"times":{"minimum":"1"}}}')],
            "ring: `minimum` of the schema, times is no number",
        ),
        (
            "ring",
            {"times": 3},
            [Tool("ring", "", '{"properties":{"times":{"enum":5}}}')],
            "ring: its schema cannot be used: argument of type 'int' is not iterable",
        ),
    ],
)
def test_a_malformed_call_is_named(name, arguments, tools, problem):
    assert problems(record((name, arguments, {}), tools=tools, grounds=None)) == [problem]


def test_each_call_has_one_result():
    call, result = Call("a", "ring", '{"times":1}'), Turn("tool", (Part("text", "1"),), call_id="a", name="ring")
    asked, calling, answer = Turn.of("user", "Ring!"), Turn("assistant", (), (call,)), Turn.of("assistant", "Done.")

    def told(*turns):
        return problems(make_record(Origin(dataset="made", key="1"), turns=turns, tools=[OWN]))

    assert told(asked, calling, result, answer) == []
    assert told(asked, calling) == []  # whoever trains on calls alone ends here
    assert told(asked, calling, answer) == ["the call a of ring has no result"]
    assert told(asked, calling, result, result) == ["turn 4 is the result of no call that waits for one"]
    assert told(asked, result) == ["turn 2 is the result of no call that waits for one"]
    assert told(asked, calling, replace(result, call_id="b"), answer) == [
        "turn 3 is the result of no call that waits for one",
        "the call a of ring has no result",
    ]
    assert told(asked, calling, replace(result, name="rung"), answer) == [
        "turn 3 is the result of rung, and the call was of ring"
    ]
    assert told(asked, calling, result, calling, result, answer) == ["two calls have the id a"]


def test_a_result_that_the_facts_do_not_give_is_told():
    name, arguments, result = COUNT
    wrong = (name, arguments, {**result, "count": 2})
    assert problems(record(wrong, grounds=None)) == ["count_objects gives another result than the record tells"]
    # Somebody else's tool of that name, and a record whose facts stayed behind, cannot be executed.
    assert problems(record(wrong, grounds=None, tools=[Tool(name, "", '{"type":"object"}')])) == []
    assert problems(record(wrong, grounds=None, facts=NO_FACTS)) == []


TRANSLATE = ("translate_word", {"text": "OPEN", "language": "French"}, {"translation": "ouvert"})


@pytest.mark.parametrize(
    ("call", "grounds", "problem"),
    [
        (CROP, [], "nothing tells where argument `box` of crop_image comes from"),
        (CROP, [("box", "box", "8")], "argument `box` rests on a box that is not there"),
        (CROP, [("box", "box", "#9")], "argument `box` rests on a box that is not there"),
        (CROP, [("box", "box", "#1")], "argument `box` is not the box of cat"),
        (CROP, [("box", "box", "#0")], None),
        (CROP, [("box", "label", "dog")], "argument `box` is not the label that it is said to be"),
        (COUNT, [("label", "label", "cat")], "argument `label` is not the label that it is said to be"),
        (COUNT, [("label", "label", "dog")], None),
        (COUNT, [("label", "query", "dog")], None),
        (COUNT, [("label", "query", "hound")], "argument `label` is not the query that it is said to be"),
        (COUNT, [("label", "text", "dog")], "argument `label` is not written in the picture"),
        (COUNT, [("label", "result", "call_1/label")], "argument `label` is not in the result it is said to come from"),
        (ZOOM, [("box", "box", "7"), ("factor", "query", "3")], None),
        (
            ZOOM,
            [("box", "box", "7"), ("factor", "query", "4")],
            "argument `factor` is not the query that it is said to be",
        ),
        (
            TRANSLATE,
            [("text", "text", "OPEN"), ("language", "query", "French")],
            "argument `language` is not in the question",
        ),
    ],
)
def test_an_argument_from_nowhere_is_told(call, grounds, problem):
    told = [Grounds("call_1", *one) for one in grounds]
    assert problems(record(call, grounds=told)) == ([problem] if problem else [])


def test_words_count_only_as_words_and_only_before_the_call():
    label = [Grounds("call_1", "label", "label", "dog")]
    problem = ["argument `label` is not in the question"]
    assert problems(record(COUNT, grounds=label, question="Any dogs?")) == []
    assert problems(record(COUNT, grounds=label, question="How many hotdogs, dogsleds?")) == problem
    one = record(COUNT, grounds=label, question="How many?")
    later = make_record(one.origin, turns=[*one.turns, Turn.of("user", "dog")], tools=one.tools, facts=one.facts)
    assert problems(one) == problems(later) == problem


def test_a_label_must_be_one_that_somebody_looked_for():
    def of(label):
        told = [Grounds("call_1", "label", "label", label)]
        call = ("count_objects", {"label": label}, {"label": label, "count": 0})
        return problems(record(call, grounds=told, question=f"Any {label} here?"))

    assert of("zebra") == []
    # What nobody looked for cannot be counted either.
    assert of("kite") == [
        "count_objects gives another result than the record tells",
        "argument `label` names nothing that was looked for",
    ]


def test_a_list_is_compared_one_by_one():
    mug, book = (Box(label=one, left=0, top=0, right=1, bottom=1) for one in ("mug", "book"))
    arguments = {"products": ["mug", "book"]}
    result = json.loads(library.run(Call("c", "compare_prices", json.dumps(arguments)), NO_FACTS))
    call = ("compare_prices", arguments, result)
    facts, question = Facts(boxes=(mug, book)), "Which is cheaper, mugs or books?"
    for ref, problem in ((["mug", "book"], []), (["book", "mug"], 1), (["mug"], 1), ("mug", 1)):
        told = [Grounds("call_1", "products", "label", ref)]
        found = problems(record(call, grounds=told, facts=facts, question=question))
        assert found == ([] if problem == [] else ["argument `products` is not the label that it is said to be"])


def test_what_the_facts_tell_of_arguments_must_be_readable_and_may_be_demanded():
    bare = record(COUNT, grounds=None)
    assert problems(bare) == []
    assert problems(bare, needs_grounds=True) == ["nothing tells where the arguments come from"]
    for extra in ('{"arguments": 3}', '{"arguments": [{"from": "hearsay"}]}'):
        (problem,) = problems(replace(bare, facts=replace(FACTS, extra=extra)))
        assert problem.startswith("the facts do not tell where arguments come from: `arguments`")
