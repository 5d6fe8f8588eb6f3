"""Tokens and labels over the templates of the known families: what is learned, and what must never be."""

import pickle
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learn.templates import FAMILIES, tokenizer_of
from pictus.errors import PictusError
from pictus.learn.step import IGNORED
from pictus.learn.tokens import Talk
from pictus.learn.tokens.template import VICUNA
from pictus.record import Call, Media, Part, Tool, Turn, make_record
from records import MADE, calling_chats, records
from tiny_models import needs

needs("torch", "transformers")

PLACES = 3  # of a picture
NAMES = sorted(FAMILIES)
CALLING = [name for name in NAMES if FAMILIES[name].tools]
TALKS = {}


def talk_of(name, *, most=100_000, plain=False, template=None):
    key = name, most, plain, template
    if key not in TALKS:
        tokenizer = tokenizer_of(name)
        image_id = tokenizer.convert_tokens_to_ids(FAMILIES[name].image)
        settings = {"image_id": image_id, "image_tokens": PLACES, "max_tokens": most}
        TALKS[key] = Talk(tokenizer, **settings, plain=plain, template=template)
    return TALKS[key]


def record_of(*turns, tools=()):
    places = sum(part.type == "image" for turn in turns for part in turn.parts)
    return make_record(MADE, media=[Media(path=f"{n}.png") for n in range(places)], turns=turns, tools=tools)


def laid(name, *turns, tools=(), **kinds):
    made = talk_of(name, **kinds).laid_out(record_of(*turns, tools=tools))
    assert not isinstance(made, str), made
    return made


def reason(name, *turns, tools=(), **kinds):
    why = talk_of(name, **kinds).laid_out(record_of(*turns, tools=tools))
    assert isinstance(why, str)
    return why


def spans(made):
    """Give the stretches that are learned, each as its tokens."""
    found, before = [], False
    for token, label in zip(made.tokens.tolist(), made.labels.tolist(), strict=True):
        assert label in (token, IGNORED)
        if label != IGNORED and not before:
            found.append([])
        before = label != IGNORED
        if before:
            found[-1].append(token)
    return found


def said(name, made):
    """Give what is learned as texts, without the tokens that end them."""
    tokenizer = tokenizer_of(name)
    return [tokenizer.decode([token for token in span if token not in specials(name)]) for span in spans(made)]


@cache
def specials(name):
    return {number for number, one in tokenizer_of(name).added_tokens_decoder.items() if one.special}


def marks_in(name, made):
    return [token for token in made.tokens.tolist() if token in specials(name)]


def user(text, images=0):
    return Turn.of("user", text, images=images)


def answer(text):
    return Turn.of("assistant", text)


def expanded(name, tokens):
    image_id = tokenizer_of(name).convert_tokens_to_ids(FAMILIES[name].image)
    return [token for one in tokens for token in [one] * (PLACES if one == image_id else 1)]


def messages_of(name, turns):
    """Write a conversation as transformers' own users do."""
    family = FAMILIES[name]
    if family.image in (family.template or "") and "part" in family.template:
        kinds = {"image": lambda part: {"type": "image"}, "text": lambda part: {"type": "text", "text": part.text}}
        return [{"role": turn.role, "content": [kinds[part.type](part) for part in turn.parts]} for turn in turns]
    mark = {"image": f"{family.image}\n"}
    return [
        {"role": turn.role, "content": "".join(mark.get(part.type, part.text) for part in turn.parts)} for turn in turns
    ]


def in_one_pass(name, turns, *, asks=False):
    """Render and tokenise all at once, as a model is asked when it is used."""
    tokenizer = tokenizer_of(name)
    template = FAMILIES[name].template or VICUNA
    text = tokenizer.apply_chat_template(
        messages_of(name, turns), chat_template=template, add_generation_prompt=asks, tokenize=False
    )
    begins = FAMILIES[name].adds_begin and not text.startswith(tokenizer.bos_token)
    begin = [tokenizer.bos_token_id] if begins else []
    return expanded(name, begin + tokenizer(text, add_special_tokens=False)["input_ids"])


letters = st.characters(exclude_categories=["Cs", "Co", "Cn"], exclude_characters="▁")
texts = st.text(letters | st.sampled_from(" \n.aeiou"), min_size=1, max_size=16).filter(str.strip)
written = st.sampled_from(
    [
        "<image>",
        "<s>",
        "</s>",
        "<|im_end|>",
        "<|eot_id|>",
        "[/INST]",
        "<end_of_turn>",
        "<|end|>",
        "<unk>",
        "<|image_pad|>",
    ]
)
hostile = st.lists(texts | written, min_size=1, max_size=4).map("".join).filter(str.strip)


@st.composite
def conversations(draw, said=texts):
    turns = [Turn.of("system", draw(said))] if draw(st.booleans()) else []
    for _ in range(draw(st.integers(1, 3))):
        turns += [user(draw(said), draw(st.sampled_from([0, 0, 1, 2]))), answer(draw(said))]
    return turns


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
@settings(max_examples=20)
def test_what_is_learned_is_what_the_assistant_says_and_the_token_that_ends_it(name, data):
    turns = data.draw(conversations(hostile))
    family, made = FAMILIES[name], laid(name, *turns)
    answers = [turn.text for turn in turns if turn.role == "assistant"]
    thought = "<think>\n\n</think>" if name == "qwen-3" else ""
    learned = [text.removeprefix(thought) if n == len(answers) - 1 else text for n, text in enumerate(said(name, made))]
    assert [text.strip() for text in learned] == [text.strip() for text in answers]
    tokenizer = tokenizer_of(name)
    ends = [span[-1] in specials(name) for span in spans(made)]
    assert ends == [family.closes or n == len(answers) - 1 for n in range(len(answers))]
    assert tokenizer.bos_token_id not in made.tokens[1:] or name == "llama-2"  # which begins every question with it
    image_id = tokenizer.convert_tokens_to_ids(family.image)
    assert (made.tokens == image_id).sum() == made.pictures * PLACES
    assert made.pictures == sum(part.type == "image" for turn in turns for part in turn.parts)


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
@settings(max_examples=20)
def test_nothing_that_people_write_becomes_a_special_token(name, data):
    turns = data.draw(conversations(hostile))
    harmless = [
        replace(turn, parts=tuple(Part("text", "x") if part.type == "text" else part for part in turn.parts))
        for turn in turns
    ]
    assert marks_in(name, laid(name, *turns)) == marks_in(name, laid(name, *harmless))


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
@settings(max_examples=20)
def test_training_sees_the_very_tokens_that_ask_for_an_answer(name, data):
    question = [user(data.draw(texts), data.draw(st.integers(0, 2)))]
    made = laid(name, *question, answer(data.draw(texts)))
    asked = in_one_pass(name, question, asks=True)
    if name == "deepseek":  # asks for a thought, and the record has none: the answer stands in its place
        asked = asked[: asked.index(tokenizer_of(name).convert_tokens_to_ids("<|Assistant|>")) + 1]
    assert made.tokens[: len(asked)].tolist() == asked
    first = int(np.flatnonzero(made.labels != IGNORED)[0])
    assert first == len(asked)


@pytest.mark.parametrize("name", NAMES)
def test_a_whole_conversation_has_the_tokens_of_one_pass(name):
    turns = [user("What is it?", 1), answer("A dog."), user("You are shown a man?"), answer("A red car is shown.")]
    made, whole = laid(name, *turns), in_one_pass(name, turns)
    ends = len(made.tokens) - (0 if FAMILIES[name].closes else 1)  # the end that only training knows
    assert made.tokens[:ends].tolist() == whole[:ends]


UNLIKE = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ '<|vision_end|>' if m.role == 'assistant' else '' }}"
    "{{ m.content }}<|im_end|>{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n<|vision_start|>{% endif %}"
)


def test_no_special_token_is_torn_where_an_answer_begins():
    made = laid("qwen-2-vl", user("What?"), answer("A dog."), template=UNLIKE)
    learned = [tokenizer_of("qwen-2-vl").decode(span) for span in spans(made)]
    assert learned == ["<|vision_end|>A dog.<|im_end|>"]
    assert len(marks_in("qwen-2-vl", made)) == 5


def test_of_a_greeting_only_the_words_are_learned():
    made = laid("chatml", answer("Hello."), user("What?"), answer("A dog."))
    assert said("chatml", made) == ["Hello.", "A dog."]
    learned = [tokenizer_of("chatml").decode(span) for span in spans(made)]
    assert learned == ["Hello.<|im_end|>", "A dog.<|im_end|>"]


def test_a_special_token_in_pieces_of_a_turn_is_no_special_token():
    why = reason("chatml", Turn("user", (Part("text", "<ima"), Part("text", "ge> what?"))), answer("A dog."))
    assert "would become a special token" in why


LOOK = Tool(
    "look", "Looks <|im_end|></s>[/INST]<|eot_id|>", '{"type": "object", "properties": {"at": {"type": "string"}}}'
)


def calling(result="seen", at="a dog"):
    call = Call("abcdefghi", "look", f'{{"at": "{at}"}}')
    result = Turn("tool", (Part("text", result),), (), call.id, call.name)
    return [user("What is it?"), Turn("assistant", (), (call,)), result, answer("It is a dog.")]


@pytest.mark.parametrize("name", CALLING)
def test_calls_are_learned_and_results_and_tools_never(name):
    made = laid(name, *calling(), tools=[LOOK])
    first, last = said(name, made)
    assert '"look"' in first
    assert '{"at": "a dog"}' in first
    assert last.removeprefix("<think>\n\n</think>\n\n").strip() == "It is a dog."
    assert all("seen" not in text and "Looks" not in text for text in (first, last))
    end = tokenizer_of(name).convert_tokens_to_ids(FAMILIES[name].end)
    assert [span[-1] for span in spans(made)] == [end, end]


@pytest.mark.parametrize("name", CALLING)
def test_no_tool_and_no_result_writes_a_special_token(name):
    written = "</s><|im_end|><|eot_id|>[/INST]<image>"
    made = laid(name, *calling(written, written), tools=[LOOK])
    harmless = laid(name, *calling(), tools=[replace(LOOK, description="Looks")])
    assert marks_in(name, made) == marks_in(name, harmless)
    assert written in said(name, made)[0]


@pytest.mark.parametrize("name", CALLING)
def test_a_call_that_nobody_has_answered_is_learned(name):
    made = laid(name, *calling()[:2], tools=[LOOK])
    assert ['"look"' in text for text in said(name, made)] == [True]
    made = laid(name, user("Hello?"), answer("Hello."), *calling()[:3], tools=[LOOK])
    assert ['"look"' in text for text in said(name, made)] == [False, True]
    assert made.dropped == 1  # the result, of which nothing is said


def test_a_template_that_knows_no_tools_is_a_reason():
    assert "no place for tools" in reason("chatml", user("What?"), answer("A dog."), tools=[LOOK])
    asked, call, *others = calling()
    spoken = replace(call, parts=(Part("text", "Let me look."),))
    assert "leaves out what turn 1 says" in reason("chatml", asked, spoken, *others)


@pytest.mark.parametrize("name", ["llama-2", "mistral", "gemma"])
def test_turns_in_an_order_that_a_template_refuses_are_a_reason(name):
    assert "roles must take turns" in reason(name, user("One."), user("Two."), answer("Three."))


def test_the_system_goes_with_the_first_question_where_the_template_knows_no_system():
    made = laid("gemma", Turn.of("system", "Be kind."), user("What?"), answer("A dog."))
    asked = in_one_pass("gemma", [user("Be kind.\n\nWhat?")], asks=True)
    assert made.tokens[: len(asked)].tolist() == asked


def test_the_thoughts_of_the_last_answer_are_learned_and_those_before_are_left_out():
    thinks = ["<think>\nhm\n</think>\n\nA dog.", "<think>\nwell\n</think>\n\nIt is red."]
    made = laid("qwen-3", user("What?"), answer(thinks[0]), user("And?"), answer(thinks[1]))
    assert said("qwen-3", made) == ["A dog.", thinks[1]]
    think = tokenizer_of("qwen-3").convert_tokens_to_ids("<think>")
    assert (made.tokens == think).sum() == 1


def test_a_picture_keeps_its_place_among_the_words():
    turn = Turn("user", (Part("text", "Is"), Part("image"), Part("text", "like"), Part("image")))
    made = laid("chatml", turn, answer("Yes."))
    image = "<image>" * PLACES
    assert f"user\nIs{image}\nlike\n{image}<|im_end|>" in tokenizer_of("chatml").decode(made.tokens)


def test_a_picture_of_the_assistant_is_not_learned():
    made = laid("chatml", user("Draw."), Turn("assistant", (Part("text", "Here:"), Part("image"))))
    image_id = tokenizer_of("chatml").convert_tokens_to_ids("<image>")
    assert (made.labels[made.tokens == image_id] == IGNORED).all()
    assert (made.tokens == image_id).sum() == PLACES


BLIND = (
    "{% for m in messages %}{% for part in m.content %}"
    "{% if part.type == 'text' %}{{ part.text }}{% elif m.role == 'user' %}<image>{% endif %}"
    "{% endfor %}{{ eos_token }}{% endfor %}"
)


def test_a_template_that_leaves_a_picture_out_is_a_reason():
    drawn = Turn("assistant", (Part("text", "Here:"), Part("image")))
    assert "shows 0 of its 1 pictures" in reason("llama-2", user("Draw."), drawn, template=BLIND)


LONG = [user("What is it?", 1), answer("A dog."), user("And this?", 2), answer("A red car. " * 5)]


def test_what_is_too_long_loses_whole_turns_and_their_pictures():
    whole = laid("chatml", *LONG)
    most = len(whole) - 1
    made = laid("chatml", *LONG, most=most)
    first = laid("chatml", *LONG[:2])
    assert made.tokens.tolist() == first.tokens.tolist()
    assert (made.pictures, made.dropped, made.is_cut) == (1, 2, False)
    pictures = [np.full((3, 2, 2), n, np.uint8) for n in range(3)]
    sample = talk_of("chatml", most=most).sample(record_of(*LONG), pictures)
    assert [one[0, 0, 0] for one in sample.pictures] == [0]
    assert talk_of("chatml", most=most).sample(record_of(*LONG), pictures[:1]).pictures[0] is pictures[0]


def test_the_first_answer_is_cut_at_a_token_and_its_end_not_learned():
    turns = [Turn.of("system", "Be kind."), user("What is it?", 1), answer("A red car and a dog. " * 9)]
    whole = laid("llama-3", *turns)
    made = laid("llama-3", *turns, user("And?"), answer("No."), most=len(whole) - 20)
    assert made.is_cut
    assert made.dropped == 2
    assert made.tokens.tolist() == whole.tokens[:-20].tolist()
    assert made.labels.tolist() == whole.labels[:-20].tolist()
    assert made.labels[-1] != tokenizer_of("llama-3").convert_tokens_to_ids("<|eot_id|>")


def test_what_cannot_be_shortened_is_a_reason():
    assert "its pictures alone take 30 tokens, of 20 that fit" in reason("chatml", user("?", 10), answer("A."), most=20)
    assert "its first question and answer take" in reason("chatml", user("why? " * 99, 1), answer("A dog."), most=40)
    assert "its first question and answer take" in reason("qwen-2", *calling()[:2], tools=[LOOK], most=290)


@given(turns=conversations(), most=st.sampled_from([16, 24, 40, 60, 90, 120]), name=st.sampled_from(NAMES))
def test_no_sample_is_longer_than_the_context_and_no_picture_is_torn(turns, most, name):
    made = talk_of(name, most=most).laid_out(record_of(*turns))
    if isinstance(made, str):
        assert "that fit" in made
        return
    assert len(made) == len(made.labels) <= most
    image_id = tokenizer_of(name).convert_tokens_to_ids(FAMILIES[name].image)
    assert (made.tokens == image_id).sum() == made.pictures * PLACES
    assert (made.labels[1:] != IGNORED).any()


def test_alone_there_are_the_picture_its_caption_and_the_end():
    shown = Turn("user", (Part("image"),))
    tokenizer = tokenizer_of("vicuna")
    made = laid("vicuna", shown, answer(" A dog.\n"), plain=True)
    caption = tokenizer("A dog.", add_special_tokens=False)["input_ids"]
    image_id, begin, end = tokenizer.convert_tokens_to_ids(["<image>", "<s>", "</s>"])
    assert made.tokens.tolist() == [begin, *[image_id] * PLACES, *caption, end]
    assert made.labels.tolist() == [IGNORED] * (PLACES + 1) + [*caption, end]
    assert "no picture with its caption alone" in reason("vicuna", user("What?", 1), answer("A."), plain=True)
    assert "nothing to learn" in reason("vicuna", shown, answer(" "), plain=True)
    cut = laid("vicuna", shown, answer("a red car " * 20), plain=True, most=20)
    assert len(cut) == 20
    assert cut.is_cut
    written = laid("vicuna", shown, answer("<image></s><s>"), plain=True)
    assert marks_in("vicuna", written) == [begin, *[image_id] * PLACES, end]


def test_records_that_teach_nothing_are_reasons():
    assert "nothing to learn" in reason("chatml", user("What?"))
    assert "nothing to learn" in reason("chatml", user("What?"), answer(""))
    talk = talk_of("chatml")
    lacks = make_record(MADE, media=[], turns=[user("What?", 1), answer("A dog.")])
    assert talk.laid_out(lacks) == "it has 0 pictures and 1 places for them"
    assert talk.length(lacks) == talk.sample(lacks, []) == talk.laid_out(lacks)
    motion = make_record(MADE, media=[Media(kind="motion")], turns=[Turn("user", (Part("motion"),)), answer("A walk.")])
    assert "does not take: motion" in talk.laid_out(motion)
    assert "could be opened" in talk.sample(
        record_of(user("What?", 2), answer("Dogs.")), [np.zeros((3, 1, 1), np.uint8)]
    )
    odd = Call("1", "two words", "{}")
    assert "no model can say" in reason("qwen-2", user("What?"), Turn("assistant", (), (odd,)))


@given(record=records() | calling_chats(), name=st.sampled_from(NAMES), plain=st.booleans())
def test_whatever_a_record_holds_it_becomes_a_sample_or_a_reason(record, name, plain):
    made = talk_of(name, plain=plain).laid_out(record)
    assert isinstance(made, str) or len(made) == len(made.labels)


def test_what_follows_the_last_answer_is_left_out():
    made = laid("chatml", user("What?", 1), answer("A dog."), user("And?", 1))
    assert made.tokens.tolist() == laid("chatml", user("What?", 1), answer("A dog.")).tokens.tolist()
    assert (made.pictures, made.dropped) == (1, 1)


def test_a_text_that_looks_like_a_slot_of_ours_stays_a_text():
    text = "\uf8e00\uf8e1 \uf8e2"
    assert said("chatml", laid("chatml", user(text), answer(f"A {text}"))) == [f"A {text}"]
    for sign in (text, "\uf8e00\uf8e1"):
        assert "private use" in reason("qwen-2", *calling(), tools=[replace(LOOK, description=sign)])
        assert "private use" in reason("qwen-2", *calling(at=sign), tools=[LOOK])
    assert "no JSON" in reason("qwen-2", *calling(), tools=[replace(LOOK, parameters="{")])


def test_a_talk_may_be_sent_to_another_process():
    talk = talk_of("llama-2")
    sent = pickle.loads(pickle.dumps(talk))
    record = record_of(*LONG)
    assert sent.laid_out(record).tokens.tolist() == talk.laid_out(record).tokens.tolist()
    assert talk.length(record) == len(talk.laid_out(record).tokens)


def test_a_tokenizer_that_cannot_be_used_is_an_error():
    tokenizer = tokenizer_of("chatml")
    with pytest.raises(PictusError, match="stands for no picture"):
        Talk(tokenizer, image_id=300, image_tokens=1, max_tokens=99)
    with pytest.raises(PictusError, match="does not show what a user says"):
        talk_of("chatml", template="hello")
    endless = pickle.loads(pickle.dumps(tokenizer_of("none")))
    endless.eos_token = None
    image_id = endless.convert_tokens_to_ids("<image>")
    for kinds in ({}, {"plain": True, "template": "x"}):
        with pytest.raises(PictusError, match="no token ends a text"):
            Talk(endless, image_id=image_id, image_tokens=1, max_tokens=99, **kinds)
