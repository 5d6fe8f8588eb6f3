"""Every tool of the library is well described, gives what the facts say, and says when they do not."""

import json
import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictus.errors import PictusError
from pictus.json_schema import problems_of_schema, problems_with
from pictus.record import Box, Call, Facts
from pictus.tools import library
from pictus.tools.function import places_in
from pictus.tools.offer import distractors, offered
from records import facts as any_facts

FACTS = Facts(
    boxes=(
        Box(label="dog", left=0.1, top=0.5, right=0.3, bottom=0.9, is_group=False, attributes=("brown",), id="7"),
        Box(label="cup", left=0.5, top=0.5, right=0.6, bottom=0.6, is_group=False),
        Box(label="cup", left=0.7, top=0.5, right=0.8, bottom=0.6, is_group=False),
        Box(label="sheep", left=0.6, top=0.1, right=0.9, bottom=0.3, is_group=True),
    ),
    present=("dog", "cup", "sheep", "tree"),
    absent=("zebra",),
    texts=("OPEN",),
)
DOG, CUP, NOTHING = [0.1, 0.5, 0.3, 0.9], [0.5, 0.5, 0.6, 0.6], [0.0, 0.0, 0.05, 0.05]
FUNCTIONS = library.functions()


def run(name, facts=FACTS, /, **arguments):
    return json.loads(library.run(Call("c", name, json.dumps(arguments)), facts))


SEEN = [  # worked out by hand from the facts above
    ("crop_image", {"box": DOG}, {"box": DOG, "shows": ["dog"]}),
    ("crop_image", {"box": NOTHING}, {"box": NOTHING, "shows": []}),
    ("zoom_image", {"box": DOG, "factor": 2}, {"window": [0.0, 0.45, 0.5, 0.95], "shows": ["dog"]}),
    ("zoom_image", {"box": CUP, "factor": 4}, {"window": [0.425, 0.425, 0.675, 0.675], "shows": ["cup"]}),
    ("count_objects", {"label": "cup"}, {"label": "cup", "count": 2}),
    ("count_objects", {"label": "cups"}, {"label": "cups", "count": 2}),
    ("count_objects", {"label": "zebra"}, {"label": "zebra", "count": 0}),
    ("detect_objects", {"label": "cup"}, {"label": "cup", "boxes": [CUP, [0.7, 0.5, 0.8, 0.6]]}),
    ("measure_object", {"box": DOG}, {"width_percent": 20.0, "height_percent": 40.0, "area_percent": 8.0}),
    ("compare_sizes", {"first": DOG, "second": CUP}, {"larger": "first", "ratio": 8.0}),
    ("compare_sizes", {"first": CUP, "second": DOG}, {"larger": "second", "ratio": 8.0}),
    ("compare_sizes", {"first": CUP, "second": CUP}, {"larger": "neither", "ratio": 1.0}),
    ("measure_gap", {"first": DOG, "second": CUP}, {"right_percent": 35.0, "down_percent": -15.0}),
    ("get_colour", {"box": [0.11, 0.5, 0.3, 0.9]}, {"colour": "brown"}),
    ("read_text", {}, {"texts": ["OPEN"]}),
    ("translate_word", {"text": "Dogs", "language": "German"}, {"translation": "Hund"}),
    ("translate_word", {"text": "OPEN", "language": "French"}, {"translation": "ouvert"}),
    ("spell_word", {"text": "wine glass"}, {"letters": "W I N E G L A S S", "count": 9}),
    ("look_up_animal", {"animal": "dogs"}, {"young": "puppy", "legs": 4}),
    ("look_up_landmark", {"name": "the Eiffel Tower"}, {"city": "Paris", "opened": 1889}),
    ("calculate", {"operation": "multiply", "first": 3, "second": 4}, {"result": 12}),
    ("calculate", {"operation": "divide", "first": 1, "second": 8}, {"result": 0.125}),
    ("convert_units", {"value": 5, "source": "miles", "target": "kilometres"}, {"converted": 8.0467}),
    ("convert_units", {"value": 3, "source": "kilograms", "target": "grams"}, {"converted": 3000}),
    ("split_bill", {"amount": 100, "people": 3}, {"each": 33.33}),
    ("set_timer", {"minutes": 3}, {"timer": "timer-", "seconds": 180}),
    ("switch_device", {"device": "fan", "state": "on"}, {"device": "fan", "state": "on"}),
]


@pytest.mark.parametrize(("name", "arguments", "result"), SEEN)
def test_results_are_what_the_facts_say(name, arguments, result):
    given_ = run(name, **arguments)
    if "timer" in given_:
        given_["timer"] = given_["timer"][:6]
    assert given_ == result


@pytest.mark.parametrize(
    ("name", "arguments", "why"),
    [
        ("count_objects", {"label": "sheep"}, "too close together"),
        ("count_objects", {"label": "tree"}, "cannot make out"),  # there is one, and nobody marked it
        ("count_objects", {"label": "kite"}, "cannot make out"),  # nobody looked for one
        ("detect_objects", {"label": "kite"}, "cannot make out"),
        ("get_colour", {"box": CUP}, "no single colour"),
        ("get_colour", {"box": NOTHING}, "no single thing"),
        ("crop_image", {"box": [0.3, 0.5, 0.1, 0.9]}, "the box is empty"),
        ("crop_image", {"box": [0, 0, 1, 9]}, "more than allowed"),
        ("crop_image", {"box": DOG, "size": 3}, "`size`, which is not allowed"),
        ("crop_image", {}, "lacks `box`"),
        ("translate_word", {"text": "quokka", "language": "German"}, "no entry for quokka"),
        ("look_up_animal", {"animal": "quokka"}, "no entry for quokka"),
        ("look_up_landmark", {"name": "My House"}, "no entry for My House"),
        ("calculate", {"operation": "divide", "first": 1, "second": 0}, "by zero"),
        ("convert_units", {"value": 1, "source": "miles", "target": "grams"}, "different things"),
        ("fly_home", {}, "there is no tool fly_home"),
    ],
)
def test_what_the_facts_cannot_support_is_an_error_and_never_made_up(name, arguments, why):
    assert re.search(why, run(name, **arguments)["error"])


def test_writing_that_is_not_there_cannot_be_read_and_arguments_must_be_json():
    assert "error" in run("read_text", Facts())
    assert json.loads(library.run(Call("c", "crop_image", "{box"), FACTS)) == {"error": "the arguments are not JSON"}


def sample(schema):
    """Give the arguments that a schema asks for, the same each time."""
    match schema:
        case {"enum": [*_, last]}:
            return last
        case {"type": "object", "properties": properties}:
            return {name: sample(inner) for name, inner in properties.items()}
        case {"type": "array", "items": {"maximum": 1}}:
            return DOG
        case {"type": "array"}:
            return ["mug", "lamp"]
        case {"type": "string", "pattern": _}:
            return "09:30"
        case {"type": "string"}:
            return "dog"
        case {"type": "integer" | "number", "minimum": low}:
            return low + 2
    raise AssertionError(schema)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_each_result_is_an_object_and_the_same_again(name):
    arguments = sample(FUNCTIONS[name].parameters)
    assert not list(problems_with(arguments, FUNCTIONS[name].parameters))
    result = run(name, **arguments)
    assert isinstance(result, dict) and result and result == run(name, **arguments)


VALUES = [0, 1, 0.5, "dog", "", None, [0, 0, 1, 1], ["a"]]


@given(name=st.sampled_from(list(FUNCTIONS)), facts=any_facts, values=st.lists(st.sampled_from(VALUES), max_size=3))
def test_no_arguments_and_no_facts_make_a_tool_fail(name, facts, values):
    names = FUNCTIONS[name].parameters["properties"]
    result = run(name, facts, **dict(zip(names, values, strict=False)))
    assert isinstance(result, dict) and result


@pytest.mark.parametrize("name", FUNCTIONS)
def test_each_is_described_and_asked_for_in_many_ways(name):
    function = FUNCTIONS[name]
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", name)
    assert list(problems_of_schema(function.parameters)) == []
    assert function.parameters["additionalProperties"] is False
    assert re.fullmatch(r"[A-Z][^.]+\.", function.description)
    assert all("description" in inner for inner in function.parameters["properties"].values())
    assert len(set(function.asks)) >= 6
    assert len(set(function.tells)) >= 2
    required, known = set(function.parameters["required"]), set(function.parameters["properties"])
    assert function.fills.keys() == known
    for ask in function.asks:
        assert required <= set(places_in(ask)) <= known
    for missing, vague in function.vague.items():
        assert missing in required and len(vague.asks) >= 3 and len(vague.back) >= 2
        for ask in vague.asks:
            assert missing not in places_in(ask) and set(places_in(ask)) <= known
            assert required <= {missing, *places_in(ask)}


@pytest.mark.parametrize("chain", library.chains(), ids=lambda chain: f"{chain.first} {chain.second}")
def test_each_chain_gives_the_second_tool_all_it_needs(chain):
    first, second = FUNCTIONS[chain.first], FUNCTIONS[chain.second]
    own = first.parameters["properties"]
    assert len(set(chain.asks)) >= 6 and len(set(chain.tells)) >= 2
    for ask in chain.asks:
        places = set(places_in(ask))
        assert set(first.parameters["required"]) <= places
        assert set(second.parameters["required"]) <= (places - own.keys()) | chain.passes.keys()


def test_there_are_enough_tools_and_no_two_alike():
    tools = library.all_tools()
    assert len(tools) >= 25 and len(library.domains()) >= 6
    assert len({tool.name for tool in tools}) == len({tool.description for tool in tools}) == len(tools)
    asks = Counter(ask for function in FUNCTIONS.values() for ask in function.asks)
    assert asks.most_common(1)[0][1] == 1
    assert all(library.is_ours(tool) for tool in tools)


def test_a_wrong_name_gives_the_one_probably_meant():
    with pytest.raises(PictusError, match="crop_imag") as caught:
        library.tool("crop_imag")
    assert caught.value.mend == "did you mean `crop_image`?"


def test_two_domains_may_not_use_one_name(monkeypatch):
    crop = FUNCTIONS["crop_image"]
    monkeypatch.setattr(library, "domains", lambda: {"one": (crop,), "two": (crop,)})
    with pytest.raises(PictusError, match="another tool `crop_image`") as caught:
        library.functions.__wrapped__()
    assert caught.value.where == "the tools of two"


def test_what_is_offered_fits_the_picture_and_comes_with_others():
    many = [offered(FACTS, seed) for seed in range(50)]
    assert many == [offered(FACTS, seed) for seed in range(50)]
    assert len(set(many)) > 40
    for tools in many:
        names = [tool.name for tool in tools]
        assert len(set(names)) == len(names) and 5 <= len(names) <= 7
    seen = Counter(tool.name for tools in many for tool in tools)
    assert seen["count_objects"] > seen["find_trains"]
    assert offered(Facts(), 1)  # nothing is known, so that none can be needed


def test_distractors_come_from_the_same_domain_first():
    from random import Random

    for seed in range(20):
        names = distractors(["get_price"], Random(seed), 3)
        assert [library.domain_of(name) for name in names] == ["shopping"] * 3
        assert "get_price" not in names
        assert len(set(distractors(["get_price"], Random(seed), 9))) == 9
