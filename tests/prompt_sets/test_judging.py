"""What a judge is told, and what of its answers is taken."""

import orjson
import pytest

from pictus.chat.reply import completion, read_reply
from pictus.prompt_sets.answers import Unusable
from pictus.prompt_sets.judging import blind_prompt, pairs, quality_prompt, read_blind, read_quality, transcript
from pictus.prompt_sets.messages import Unfit
from pictus.record import Call, Facts, Media, Origin, Part, Tool, Turn, make_record
from records import simple_record

FINE = {"why": "Nothing is\nwrong.", "consistency": 5, "coherence": 4, "factuality": 3}


def said(value):
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    return read_reply(completion(text, model="m"))


def calling():
    turns = [
        Turn.of("user", "Where is the dog?", images=1),
        Turn("assistant", (), (Call("1", "find", '{"name": "dog"}'),)),
        Turn("tool", (Part("text", "left"),), (), "1", "find"),
        Turn.of("assistant", "On the left."),
        Turn.of("user", "Crop it."),
        Turn("assistant", (), (Call("2", "crop", "{}"),)),
    ]
    tools = [Tool("find", "Finds things.")]
    return make_record(Origin(dataset="made", key="1"), media=[Media(path="a.png")], turns=turns, tools=tools)


def test_blind_questions_carry_neither_pictures_nor_facts_nor_answers():
    prompt = blind_prompt(simple_record(7), seed=0)
    said = " ".join(turn.text for turn in prompt.messages)
    assert prompt.media == () and all(part.type == "text" for turn in prompt.messages for part in turn.parts)
    assert "What is number 7?" in said and "red" not in said and "dog" not in said
    assert orjson.loads(prompt.schema)["required"] == ["answer_1"]


def test_a_question_that_only_tools_answer_is_counted_and_not_asked():
    assert pairs(calling()) == [("Where is the dog?", "On the left."), ("Crop it.", "")]
    assert "Crop" not in blind_prompt(calling(), seed=0).messages[-1].text


def test_a_judge_reads_calls_and_what_came_back():
    assert transcript(calling()).split("\n\n") == [
        "Tool find: Finds things.",
        "User: Where is the dog?",
        'Assistant calls find({"name": "dog"})',
        "Result of find: left",
        "Assistant: On the left.",
        "User: Crop it.",
        "Assistant calls crop({})",
    ]


def test_a_judge_that_sees_gets_the_picture_and_another_gets_the_facts():
    record = simple_record(1)
    seeing, reading = (quality_prompt(record, see=see, seed=0) for see in (True, False))
    assert len(seeing.media) == 1 and [part.type for part in seeing.messages[-1].parts] == ["image", "text"]
    assert "surely not there: cat" not in seeing.messages[-1].text
    assert reading.media == () and "surely not there: cat" in reading.messages[-1].text
    for prompt in (seeing, reading):
        assert "Assistant: A red dog." in prompt.messages[-1].text


def test_without_a_picture_the_facts_are_told_and_without_both_nothing_is_asked():
    bare = make_record(Origin(dataset="made", key="1"), turns=simple_record().turns)
    told = make_record(bare.origin, turns=bare.turns, facts=Facts(captions=("A red dog.",)))
    assert "A red dog." in quality_prompt(told, see=True, seed=0).messages[-1].text
    with pytest.raises(Unfit, match="neither a picture"):
        quality_prompt(bare, see=True, seed=0)
    with pytest.raises(Unfit, match="no conversation"):
        quality_prompt(make_record(bare.origin), see=True, seed=0)


def test_facts_are_cut_to_a_small_window():
    facts = Facts(captions=tuple(f"Caption {n} tells of a dog." for n in range(200)))
    record = make_record(Origin(dataset="made", key="1"), turns=simple_record().turns, facts=facts)
    whole, cut = (quality_prompt(record, see=False, seed=0, context=context) for context in (None, 2048))
    assert len(cut.messages[-1].text) < len(whole.messages[-1].text) / 5
    assert "Assistant: A red dog." in cut.messages[-1].text
    with pytest.raises(Unfit, match="context"):
        quality_prompt(record, see=False, seed=0, context=1100)
    with pytest.raises(Unfit, match="context"):
        blind_prompt(record, seed=0, context=1100)


def test_a_model_without_a_system_role_is_told_the_same():
    prompt = quality_prompt(simple_record(1), see=True, seed=0, system_role=False)
    (turn,) = prompt.messages
    assert turn.role == "user" and "factuality" in turn.text and "A red dog." in turn.text


def test_scores_are_read_also_from_a_fence():
    prompt = quality_prompt(simple_record(1), see=True, seed=0)
    scores = read_quality(prompt, said(f"Here you are:\n{orjson.dumps(FINE).decode()}"))
    assert (scores.consistency, scores.coherence, scores.factuality) == (5, 4, 3)
    assert scores.why == "Nothing is wrong."
    assert read_quality(prompt, said(f"```json\n{orjson.dumps(FINE).decode()}\n```")) == scores


@pytest.mark.parametrize(
    "value",
    [
        "",
        "I would give it a 4.",
        {**FINE, "factuality": 6},
        {**FINE, "factuality": 0},
        {**FINE, "factuality": 3.5},
        {**FINE, "factuality": True},
        {**FINE, "factuality": "3"},
        {name: value for name, value in FINE.items() if name != "coherence"},
        [FINE],
        "null",
        '{"why": "cut',
    ],
)
def test_what_holds_no_scores_is_not_taken_for_some(value):
    with pytest.raises(Unusable):
        read_quality(quality_prompt(simple_record(1), see=True, seed=0), said(value) if value else said(" "))


def test_blind_answers_come_in_the_order_of_the_questions():
    turns = [turn for n in range(3) for turn in (Turn.of("user", f"Question {n}?"), Turn.of("assistant", f"{n}."))]
    prompt = blind_prompt(make_record(Origin(dataset="made", key="1"), turns=turns), seed=0)
    answers = {"answer_2": "two ", "answer_1": "one", "answer_3": "three"}
    assert read_blind(prompt, said(answers)) == ("one", "two", "three")
    with pytest.raises(Unusable):
        read_blind(prompt, said({"answer_1": "one"}))
