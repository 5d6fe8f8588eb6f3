"""Refusals are found in many languages, and an answer that says what cannot be seen is none."""

import pytest

from pictus import plugins
from pictus.record import Call, Origin, Turn, make_record

REFUSALS = [
    "As an AI language model, I cannot see.",
    "I cannot see the image.",
    "I'm sorry, but I can't help with that.",
    "I’m sorry, I can't assist.",
    "Sorry, but no.",
    "I am unable to view the attached picture.",
    "I'm unable to provide an answer.",
    "No image was provided.",
    "Please upload the picture first.",
    "Without seeing the image, it is hard.",
    "I do not have access to the picture.",
    "Es tut mir leid, aber das geht nicht.",
    "Ich kann das Bild leider nicht sehen.",
    "Je suis désolé, mais je ne peux pas.",
    "Lo siento, pero no puedo ver la imagen.",
    "Как языковая модель, я не могу.",
    "很抱歉，我无法查看这张图片。",
    "申し訳ありませんが、画像を見ることができません。",
    "죄송합니다, 저는 이미지를 볼 수 없습니다.",
    "Desculpe, mas não posso ver a imagem.",
    "Mi dispiace, ma non posso.",
    "Het spijt me, maar ik kan de foto niet zien.",
    "عذرًا، لا أستطيع رؤية الصورة",
    "क्षमा करें, मैं यह चित्र नहीं देख सकता",
    "I am just a language model.",
    "I can't help with identifying people.",
    "I don't have enough information to say.",
    "I cannot identify the people in it.",
]
SMALL_TALK = [
    "Sure! Here is a description of it.",
    "It is a dog. I hope this helps!",
    "Let me know if you need more.",
    "Great question! It is a cat.",
    "Answer: a dog.",
    "It's blue.<|im_end|>",
    "Is there anything else I can help you with?",
]
BLANKS = [
    "...",
    "N/A",
    "",
    "[Your answer here]",
    "—",
]
ANSWERS = [
    "The man cannot see the ball.",
    "No, I cannot see a dog.",
    "I cannot see any cup.",
    'The sign says "I\'m sorry, but we are closed".',
    "The boy looks sorry.",
    "She is unable to reach the shelf.",
    "I cannot see the picture on the wall from here.",
    "No, there is no dog.",
    "There is no photo on the wall.",
    "A woman asks the waiter to please bring the bill.",
    "The robot acts as an assistant in the shop.",
    "Sure.",
    "Of course, the dog is larger.",
    "Yes",
    "3",
    "C",
    "A man without a helmet.",
    "It is hard to tell what time it is.",
    "The note reads: please provide exact change.",
    "He could not open the file cabinet.",
    "The question is whether the boat can pass.",
    "Here is a dog.",
    "I can see two cups.",
    "As a driver, she must watch the road.",
    "The price is $3.",
    "Three: two dogs and a cat.",
    "As an airplane lands, smoke rises.",
    "None.",
    "I can't tell the exact time, but it looks like morning.",
    "The player apologizes to the umpire.",
    "They hope this ride will be fun.",
    "The keeper feeds an ape without a glove.",
    "No pictures are hanging on the wall.",
    "-5",
    "The time is 10:30.",
    "Ich kann auf dem Bild einen Hund sehen.",
    "El hombre no puede ver la pelota.",
    "男人看不到球。",
]


def problems(*turns, **settings):
    record = make_record(Origin(dataset="d", key="1"), turns=[Turn.of("user", "What is it?"), *turns])
    return list(plugins.load("checks", "refusal", settings).problems(record))


@pytest.mark.parametrize("text", REFUSALS)
def test_a_refusal_is_found(text):
    assert problems(Turn.of("assistant", text))[0].startswith("a refusal instead")


@pytest.mark.parametrize("text", SMALL_TALK)
def test_small_talk_is_found_unless_it_is_allowed(text):
    assert problems(Turn.of("assistant", text))[0].startswith("an assistant at work")
    assert problems(Turn.of("assistant", text), small_talk=False) == []


@pytest.mark.parametrize("text", BLANKS)
def test_a_blank_is_no_answer(text):
    assert problems(Turn.of("assistant", text))[0].startswith("the answer is blank")


@pytest.mark.parametrize("text", ANSWERS)
def test_an_answer_is_no_refusal(text):
    assert problems(Turn.of("assistant", text)) == []


def test_a_question_may_say_anything_and_a_call_is_an_answer():
    assert problems(Turn.of("user", "I'm sorry, but I cannot see the image.")) == []
    assert problems(Turn("assistant", (), (Call("1", "look", "{}"),))) == []
