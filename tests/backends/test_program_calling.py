"""Conversations that call tools come in six cases, each of which the checks keep."""

import json
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pictus import plugins
from pictus.backends.program import Backend
from pictus.backends.program.calling import CASES
from pictus.demo.layout import plan_picture
from pictus.demo.world import describe
from pictus.prompt import Prompt
from pictus.record import Box, Facts, Media, Origin, make_record
from pictus.steps.generate import CHECKS
from pictus.tools import library
from pictus.tools.cases import SHARES
from records import facts as any_facts

DRAWN = [describe(plan_picture(number, 0)) for number in range(12)]
_POINT = Box(label="A", left=0.0, top=0.0, right=0.0, bottom=0.0)
ODD = Facts(
    boxes=(
        _POINT,
        _POINT,
        Box(label="\N{LATIN CAPITAL LETTER OPEN O}", left=0.0, top=0.0, right=1.0, bottom=1.0, is_group=False),
    )
)
FACTS = Facts(
    boxes=(
        Box(label="dog", left=0.05, top=0.6, right=0.2, bottom=0.8, is_group=False, attributes=("brown",), id="31"),
        Box(label="apple", left=0.3, top=0.65, right=0.4, bottom=0.75, is_group=False, id="32"),
        Box(label="apple", left=0.45, top=0.65, right=0.55, bottom=0.75, is_group=False, id="33"),
        Box(label="person", left=0.6, top=0.4, right=0.7, bottom=0.8, is_group=False),
        Box(label="person", left=0.8, top=0.4, right=0.9, bottom=0.8, is_group=False),
        Box(label="umbrella", left=0.5, top=0.05, right=0.6, bottom=0.15, is_group=False, attributes=("red",)),
        Box(label="clock", left=0.1, top=0.05, right=0.2, bottom=0.15, is_group=False),
        Box(label="carrot", left=0.75, top=0.05, right=0.9, bottom=0.15, is_group=False),
    ),
    present=("dog", "apple", "person", "umbrella", "clock", "carrot"),
    absent=("zebra", "toaster", "boat"),
    texts=("OPEN",),
)


def ask(facts, seed):
    (answer,) = Backend().answer_many([Prompt(kind="tools", facts=facts, seed=seed)])
    return answer


def answers(count=600):
    """Ask about a rich scene and about drawn ones."""
    prompts = [
        Prompt(kind="tools", facts=FACTS if seed % 2 else DRAWN[seed // 2 % len(DRAWN)], seed=seed * 7919)
        for seed in range(count)
    ]
    return [answer for answer in Backend().answer_many(prompts) if answer]


def record_of(answer):
    origin = Origin(dataset="made", key="1")
    media = [Media(path="1.png")]
    return make_record(origin, media=media, turns=answer.turns, tools=answer.tools, facts=answer.facts)


def extra(answer):
    return json.loads(answer.facts.extra)


def problems(answer):
    checks = [plugins.load("checks", name) for name in CHECKS if name != "calls"]
    checks.append(plugins.load("checks", "calls", {"needs_grounds": True}))
    return [problem for check in checks for problem in check.problems(record_of(answer))]


MADE = answers()


@pytest.mark.parametrize("case", CASES)
def test_each_case_is_made_and_passes_the_checks(case):
    made = [answer for answer in MADE if extra(answer)["case"] == case]
    assert len(made) > 20
    assert [problem for answer in made for problem in problems(answer)] == []
    for answer in made:
        assert [part.type for part in answer.turns[0].parts] == ["image", "text"]
        assert answer.turns[-1].role == "assistant" and answer.turns[-1].text
        names = [tool.name for tool in answer.tools]
        calls = [call for turn in answer.turns for call in turn.calls]
        assert len(set(names)) == len(names)
        assert {call.name for call in calls} <= set(names)
        assert len(extra(answer)["arguments"]) == sum(len(json.loads(call.arguments)) for call in calls)


@pytest.mark.parametrize(
    ("case", "roles"),
    [
        ("simple", {"user assistant tool assistant"}),
        ("multiple", {"user assistant tool assistant"}),
        ("parallel", {"user assistant tool tool assistant", "user assistant tool tool tool assistant"}),
        ("sequential", {"user assistant tool assistant tool assistant"}),
        ("irrelevance", {"user assistant"}),
        ("missing_argument", {"user assistant", "user assistant user assistant tool assistant"}),
    ],
)
def test_each_case_has_its_turns(case, roles):
    made = [answer for answer in MADE if extra(answer)["case"] == case]
    assert {" ".join(turn.role for turn in answer.turns) for answer in made} == roles
    offers = {len(answer.tools) for answer in made}
    assert offers == {1} if case == "simple" else max(offers) > 2
    if case == "multiple":
        assert min(offers) > 2
        places = Counter([tool.name for tool in one.tools].index(one.turns[1].calls[0].name) for one in made)
        assert places[0] < 0.5 * places.total()  # the tool to take does not stand first
    if case == "sequential":
        for answer in made:
            passed = [one for one in extra(answer)["arguments"] if one["from"] == "result"]
            assert passed and all(one["ref"].startswith("call_1/") for one in passed)


def test_tools_give_the_recorded_results_again_and_answers_speak_of_them():
    for answer in MADE:
        results = {turn.call_id: turn.text for turn in answer.turns if turn.role == "tool"}
        for call in (call for turn in answer.turns for call in turn.calls):
            assert json.loads(library.run(call, answer.facts)) == json.loads(results[call.id])
            assert "error" not in json.loads(results[call.id])
        told = json.loads(list(results.values())[-1]) if results else {}
        for key in ("result", "each", "converted", "translation", "colour", "sky"):
            if key in told:
                assert str(told[key]) in answer.turns[-1].text


def test_the_same_seed_gives_the_same_bytes_and_others_others():
    assert answers(40) == MADE[: len(answers(40))]
    assert len({answer.turns for answer in MADE}) > 0.9 * len(MADE)


def test_the_mix_is_as_told():
    count = 2000
    prompts = (Prompt(kind="tools", facts=FACTS, seed=seed) for seed in range(count))
    made = [answer for answer in Backend().answer_many(prompts) if answer]
    cases = Counter(extra(answer)["case"] for answer in made)
    assert sum(SHARES.values()) == pytest.approx(1)
    for case, share in SHARES.items():
        assert abs(cases[case] / count - share) < 4 * (share * (1 - share) / count) ** 0.5, cases
    called = Counter(call.name for answer in made for turn in answer.turns for call in turn.calls)
    assert called.keys() >= library.functions().keys() - {"fly_home"}  # every tool comes up
    assert called.most_common(1)[0][1] < 0.15 * called.total()
    questions = Counter(answer.turns[0].text for answer in made)
    assert questions.most_common(1)[0][1] < 0.01 * count


def test_nothing_is_called_absent_that_was_not_looked_for():
    facts = replace(FACTS, absent=("zebra",))
    for seed in range(400):
        answer = ask(facts, seed)
        if extra(answer)["case"] == "irrelevance" and "zebra" not in answer.turns[0].text:
            words = answer.turns[-1].text
            assert not words.startswith(("There is no", "I cannot see", "The picture does not", "I looked for"))
    never = replace(FACTS, absent=())
    assert not any("I looked for" in ask(never, seed).turns[-1].text for seed in range(400))


def test_one_of_several_is_pointed_at_by_its_place():
    cats = [Box(label="cat", left=at, top=0.5, right=at + 0.1, bottom=0.6, is_group=False) for at in (0.4, 0.1, 0.7)]
    wanted = {"leftmost": [0.1, 0.5, 0.2, 0.6], "rightmost": [0.7, 0.5, 0.8, 0.6]}
    found = Counter()
    for seed in range(300):
        answer = ask(Facts(boxes=tuple(cats), present=("cat",)), seed)
        for call in answer.turns[1].calls if extra(answer)["case"] == "simple" else ():
            arguments = json.loads(call.arguments)
            if "box" in arguments:
                (side,) = (one for one in wanted if f"the {one} cat" in answer.turns[0].text)
                assert arguments["box"] == wanted[side]
                found[side] += 1
    assert min(found["leftmost"], found["rightmost"]) > 5


def test_facts_that_carry_nothing_give_nothing():
    assert ask(Facts(), 1) is None
    assert ask(Facts(captions=("A dog.",), absent=("zebra",)), 1) is None


def test_what_extra_holds_is_kept():
    for before, kept in (
        ('{"lecture": "…"}', {"lecture": "…"}),
        ("[1]", {"extra": [1]}),
        ("words", {"extra": "words"}),
    ):
        answer = ask(replace(FACTS, extra=before), 5)
        assert kept.items() <= extra(answer).items()
        assert extra(answer).keys() == {*kept, "case", "arguments"}
        assert replace(answer.facts, extra=before) == replace(FACTS, extra=before)


@example(ODD, 171172)
@given(any_facts, st.integers(0, 2**48))
def test_any_facts_at_all_are_borne(facts, seed):
    answer = ask(facts, seed)
    assert answer is None or problems(answer) == []
