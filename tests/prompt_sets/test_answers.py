"""Models write as they like; what can be mended is mended, what cannot is refused with its reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictus.chat.reply import completion, read_reply
from pictus.prompt import Prompt
from pictus.prompt_sets.answers import Unusable, place_media, read_turns
from pictus.prompt_sets.model import Entry
from pictus.record import Turn

TALK = Entry(inputs=["captions"], split_user_assistant="===", stopwords=["Question:", "Answer:"])
TEXT = Entry(inputs=["captions"], instructions=["Describe.", "Tell me."], stopwords=["Answer:"])
PAIRS = [("What is it?", "A dog."), ("Where?", "On a chair.")]
PROMPT = Prompt(kind="x", seed=1)


def read(text, entry=TALK, finish="stop"):
    turns, mended = read_turns(PROMPT, entry, read_reply(completion(text, model="m", finish=finish)))
    assert [turn.role for turn in turns] == ["user", "assistant"] * (len(turns) // 2)
    words = [turn.text for turn in turns]
    return list(zip(words[::2], words[1::2], strict=True)), mended


@pytest.mark.parametrize(
    "text",
    [
        "Question: What is it?\n===\nAnswer: A dog.\n===\nQuestion: Where?\n===\nAnswer: On a chair.",
        "Question:\nWhat is it?\n===\nAnswer:\nA dog.\n===\nQuestion:\nWhere?\n===\nAnswer:\nOn a chair.\n===\n",
        "===\nWhat is it?\n===\nA dog.\n===\nWhere?\n===\nOn a chair.\n===",
        "**Question:** What is it?\n===\n**Answer:** A dog.\n===\n**Question**: Where?\n===\n**Answer**: On a chair.",
        "1. Question: What is it?\n=====\nAnswer: A dog.\n=====\n2. Question: Where?\n=====\nAnswer: On a chair.",
        "Question 1: What is it?\n---\nAnswer 1: A dog.\n---\nQuestion 2: Where?\n---\nAnswer 2: On a chair.",
        "```\nQuestion: What is it?\n===\nAnswer: A dog.\n===\nQuestion: Where?\n===\nAnswer: On a chair.\n```",
        "```text\nQ: What is it?\n===\nA: A dog.\n===\nQ: Where?\n===\nA: On a chair.\n```",
        "Question: What is it?\nAnswer: A dog.\n===\nQuestion: Where?\nAnswer: On a chair.",
        "Question: What is it?\nAnswer: A dog.\n\nQuestion: Where?\nAnswer: On a chair.",
        "user: What is it?\n===\nassistant: A dog.\n===\nuser: Where?\n===\nassistant: On a chair.",
        "Question: What is it? === Answer: A dog. === Question: Where? === Answer: On a chair.",
        "<think>Two.</think>\nQuestion: What is it?\n===\nAnswer: A dog.\n===\nQuestion: Where?\n===\nOn a chair.",
    ],
)
def test_every_way_to_write_the_same_conversation(text):
    assert read(text)[0] == PAIRS


def test_labels_inside_an_answer_belong_to_it():
    sign = "The sign says Question: Answer: yes"
    assert read(f"Question: What does it say?\n===\nAnswer: {sign}")[0] == [("What does it say?", sign)]
    lines = "There are two:\nAnswer: first\nAnswer: second"
    assert read(f"Question: What?\n===\nAnswer: {lines}")[0] == [("What?", lines)]


def test_an_unanswered_last_question_is_dropped_and_told():
    pairs, mended = read("Question: What is it?\n===\nAnswer: A dog.\n===\nQuestion: Where?")
    assert pairs == PAIRS[:1] and mended == ("trailing question",)


def test_of_an_answer_that_was_cut_the_last_part_is_dropped():
    text = "Question: What is it?\n===\nAnswer: A dog.\n===\nQuestion: Where?\n===\nAnswer: On a ch"
    pairs, mended = read(text, finish="length")
    assert pairs == PAIRS[:1] and "cut off" in mended
    with pytest.raises(Unusable, match="cut off"):
        read("A dog sits on a ch", TEXT, finish="length")
    with pytest.raises(Unusable):
        read("Question: What is", finish="length")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("  \n ", "empty"),
        ("===\n===", "nothing between"),
        ("A dog sits on a chair.", "fewer than 1"),
        ("Question: a?\n===\nQuestion: b?\n===\nAnswer: c\n===\nAnswer: d", "alternate"),
        ("Answer: a\n===\nQuestion: b?", "alternate"),
    ],
)
def test_what_cannot_be_mended_is_refused(text, reason):
    with pytest.raises(Unusable, match=reason):
        read(text)


def test_a_plain_text_answers_a_question_chosen_by_the_seed():
    assert read("Answer: A dog.\n\nIt sits.", TEXT)[0] == [("Tell me.", "A dog.\n\nIt sits.")]


def test_a_caption_before_the_questions_answers_a_question_of_its_own():
    entry = TALK.model_copy(update={"instructions": ["Describe."]})
    text = "Caption: A dog on a chair.\n===\nQuestion: Where?\n===\nAnswer: On a chair."
    assert read(text, entry)[0] == [("Describe.", "A dog on a chair."), PAIRS[1]]
    assert read(text.replace("Caption: ", ""), entry)[0][0] == ("Describe.", "A dog on a chair.")
    assert read("Question: Where?\n===\nAnswer: On a chair.", entry)[0] == PAIRS[1:]


def test_more_turns_than_wanted_are_cut_at_the_end():
    entry = Entry.model_validate({**TALK.model_dump(by_alias=True), "turns": {"least": 1, "most": 1}})
    assert read("a?\n===\nb\n===\nc?\n===\nd", entry)[0] == [("a?", "b")]
    entry = Entry.model_validate({**TALK.model_dump(by_alias=True), "turns": {"least": 3}})
    with pytest.raises(Unusable, match="fewer than 3"):
        read("a?\n===\nb\n===\nc?\n===\nd", entry)


ROWS = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {"question": {"type": "string"}, "answer": {"type": "string"}},
        "required": ["question", "answer"],
        "additionalProperties": False,
    },
}


def test_json_is_read_by_its_schema():
    entry = Entry.model_validate({"inputs": ["captions"], "answer": "json", "schema": ROWS})
    text = '[{"question": "What is it?", "answer": "A dog."}, {"question": "Where?", "answer": "On a chair."}]'
    assert read(text, entry)[0] == PAIRS
    pairs, mended = read(f"Here you are:\n{text}\nEnjoy!", entry)
    assert pairs == PAIRS and mended == ("words around the JSON",)
    for bad in ("no", '[{"question": "a"}]', '[{"question": "a", "answer": 1}]', '[{"question": "", "answer": "b"}]'):
        with pytest.raises(Unusable):
            read(bad, entry)
    free = {"type": "object", "properties": {"colour": {"type": "string"}}, "required": ["colour"]}
    entry = Entry.model_validate(
        {"inputs": ["captions"], "answer": "json", "schema": free, "instructions": ["Say it."]}
    )
    assert read('{"colour": "red"}', entry)[0] == [("Say it.", '{"colour":"red"}')]


def test_media_stand_in_the_first_turn_before_or_after_its_words():
    turns = (Turn.of("user", "What?"), Turn.of("assistant", "A dog."))
    orders = {tuple(part.type for part in place_media(turns, ("image",), seed)[0].parts) for seed in range(2)}
    assert orders == {("image", "text"), ("text", "image")}
    assert place_media(turns, (), 1) == turns


pieces = st.sampled_from(
    ["Question:", "Answer:", "===", "\n", " ", "**", "1.", "```", "dog", "?", "<think>", "</think>"]
)


@given(st.lists(pieces, max_size=30).map("".join) | st.text(max_size=60), st.sampled_from(["stop", "length"]))
def test_any_text_ends_in_whole_turns_or_is_refused(text, finish):
    for entry in (TALK, TEXT):
        try:
            pairs, _ = read(text, entry, finish)
        except Unusable as reason:
            assert str(reason)
        else:
            assert pairs and all(question and answer for question, answer in pairs)
            lines = [line.strip() for pair in pairs for words in pair for line in words.splitlines()]
            assert entry is TEXT or "===" not in lines


@given(st.lists(st.tuples(*(st.text("abc .,\n", min_size=1).filter(str.strip),) * 2), min_size=1, max_size=4))
def test_a_conversation_written_as_asked_is_read_as_written(pairs):
    text = "\n===\n".join(f"Question: {q}\n===\nAnswer: {a}" for q, a in pairs)
    assert read(text)[0] == [(q.strip(), a.strip()) for q, a in pairs]


@pytest.mark.parametrize("line", ["*" * 5000 + "x", "* " * 5000 + "x", "`*" * 5000 + "x", "- " * 5000 + "x"])
def test_a_model_that_repeats_itself_does_not_stop_the_run(line):
    """A pattern that tries every way to share the stars among its pieces takes hours for this."""
    assert read(f"Question: What?\n===\nAnswer: It is\n{line}")[0] == [("What?", f"It is\n{line}")]


@pytest.mark.parametrize(
    "line", ["===", "=====", "---", "***", "> ===", "**===**", "`===`", "  ===  ", "===\r", "*****"]
)
def test_every_line_that_separates(line):
    assert read(f"What?\n{line}\nA dog.")[0] == [("What?", "A dog.")]


@pytest.mark.parametrize("line", ["== =", "a ===", "=== a", "--", "**", "*", "> *", "```"])
def test_no_other_line_separates(line):
    assert read(f"What?\n===\nA dog.\n{line}\nIt sits.")[0] == [("What?", f"A dog.\n{line}\nIt sits.")]


def as_json(schema, **more):
    return Entry.model_validate({"inputs": ["captions"], "answer": "json", "schema": schema, **more})


@pytest.mark.parametrize(
    "text",
    ['{"question": "a", "answer": null}', '{"question": "a", "answer": {"b": 1}}', '[{"question": 1, "answer": "b"}]'],
)
def test_what_is_no_text_is_no_answer(text):
    with pytest.raises(Unusable, match="no text"):
        read(text, as_json({"type": "array" if text[0] == "[" else "object"}))


def test_json_of_any_kind_is_an_answer_where_it_was_asked_for():
    assert read('"red"', as_json({"type": "string"}, instructions=["Which?"]))[0] == [("Which?", '"red"')]
    assert read("5", as_json({"type": "integer"}, instructions=["How many?"]))[0] == [("How many?", "5")]
    with pytest.raises(Unusable, match="too deep"):
        read('{"a":' + "[" * 300 + "]" * 300 + "}", as_json({"type": "object"}, instructions=["Which?"]))


@pytest.mark.parametrize(
    ("schema", "what"),
    [
        ({"type": "object", "properties": ["a"]}, "no object"),
        ({"type": "object", "properties": {"a": {"type": "string", "pattern": "("}}}, "pattern"),
        ({"type": "object", "properties": {"a": {"type": "string", "minLength": "3"}}}, "no number"),
        ({"type": "object", "required": 5}, "not iterable"),
        ({"type": "thing"}, "unknown type"),
    ],
)
def test_a_broken_schema_is_told_before_anything_is_paid(schema, what):
    with pytest.raises(ValueError, match=what):
        as_json(schema)


def test_a_schema_may_say_more_than_is_checked():
    as_json({"type": "object", "properties": {"a": {"$ref": "#/$defs/a"}}, "$defs": {"a": {"type": "string"}}})


def test_a_schema_that_breaks_in_use_breaks_no_run():
    with pytest.raises(Unusable, match="cannot be used"):
        read('{"a": 1}', as_json({"type": "object", "properties": {"a": {"enum": 5}}}))


def test_a_conversation_where_one_text_was_asked_for_is_asked_again():
    with pytest.raises(Unusable, match="a conversation where one text"):
        read("Question: What?\n===\nAnswer: A dog.", TEXT)
    assert read("It says a === b on the wall.", TEXT)[0] == [("Tell me.", "It says a === b on the wall.")]
