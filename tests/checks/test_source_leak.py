"""Leaks are found, and words that only look like one are not."""

import pytest

from pictus import plugins
from pictus.record import Origin, Turn, make_record


def problems(*said):
    turns = [Turn.of("assistant" if number % 2 else "user", text) for number, text in enumerate(said)]
    return list(plugins.load("checks", "source_leak").problems(make_record(Origin(dataset="d", key="1"), turns=turns)))


@pytest.mark.parametrize(
    "answer",
    [
        "The captions describe a dog on a couch.",
        "According to the description, two people are eating.",
        "Based on the provided information, it is raining.",
        "The bounding box of the cat lies on the left.",
        "As the caption says, it is a sunny day.",
        "The given coordinates show that the cup is on the left.",
        "The cat is at [0.123, 0.4, 0.5, 0.61].",
        "It was annotated as a truck.",
        "The dog is at [0, 0.2, 1, 0.4].",
        "The dog (0.12, 0.3, 0.5, 0.6) is big.",
        "It spans 0.123, 0.456, 0.789, 0.912 in the frame.",
        "From the description provided, a man runs.",
        "Given the information provided, he is sad.",
        "The image description states that it rains.",
        "The dog's coordinates suggest that it is on the left.",
        "The object detection results show a car.",
        "Although it is not mentioned in the captions, it is sunny.",
        "The sentences describe a dog.",
        "Based on the information, the man is a chef.",
        "Based on the information given, the dog is happy.",
        "Based on the captions, it is a dog.",
        "According to the caption, it is a park.",
        "The caption mentions two dogs.",
        "As mentioned in the caption, the man is old.",
        "From the captions, we can tell it is sunny.",
        "The provided description does not mention the weather.",
        "The given description says so.",
        "The given information does not say.",
        "The bounding boxes show that the dog is left of the cat.",
        "The coordinates of the dog are on the left.",
        "The dog is located at coordinates (0.3, 0.4).",
        "The dog's position is [0.12, 0.34].",
        "[0.1, 0.2, 0.3, 0.4]",
        "Judging from the bounding box coordinates, the cup is small.",
        "The image is captioned as a beach scene.",
        "The descriptions provided do not specify the colour.",
        "The context provided suggests it.",
        "The dataset labels this as a car.",
        "The annotation says it is a truck.",
        "The annotations show three people.",
        "According to the annotations, there are three.",
        "It is not specified in the descriptions.",
        "As described in the caption, he rides.",
        "As stated in the description, he rides.",
        "One of the captions says the dog sleeps.",
        "The first caption describes a dog.",
        "The object list includes a dog.",
        "The information provided indicates that it is noon.",
        "The provided captions are about a dog.",
        "With the given coordinates we see it is on the left.",
        "Given the bounding box, the dog is small.",
        "The detected objects include a dog and a cat.",
        "The text description mentions rain.",
        "No information is provided about the weather.",
        "The caption does not tell the time.",
        "The scene description mentions a lake.",
        "Per the caption, it rains.",
        "the box [0.10,0.20,0.30,0.40] holds a dog",
        "The metadata says it was taken in May.",
        "The image caption says a man rides.",
        "The ground truth is a dog.",
    ],
)
def test_a_leak_is_found(answer):
    assert problems("What is in the picture?", answer)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("What is in the picture?", "A man wearing a captain's hat."),
        ("What does the caption of the cartoon say?", "The caption says: never on a Monday."),
        ("Where is the cat? Give its box as coordinates.", "[0.123, 0.4, 0.5, 0.61]"),
        ("What is inside the region [0.1, 0.2, 0.3, 0.4]?", "A cat, at [0.1, 0.2, 0.3, 0.4]."),
        ("What is on the table?", "A box of chocolates (half empty) and a map."),
        ("Who gave the book?", "The woman has given the girl a book about information science."),
        ("What time is it?", "It is half past three (3.30)."),
        ("What is in the picture?", "A newspaper page; the caption below the photo reads 'Storm'."),
        ("What is in the picture?", "The page has handwritten annotations in the margin."),
        ("What is in the picture?", "The map is annotated with red arrows."),
        ("What is in the picture?", "A device that shows the coordinates of a hill."),
        ("What is in the picture?", "The scoreboard reads (0.5, 1.5)."),
        ("What is in the picture?", "According to the information on the sign, it is a zoo."),
        ("What is in the picture?", "A poster of a caption contest."),
        ("What is in the picture?", "The sentence on the board is about dogs."),
        ("What is in the picture?", "The captain of the ship waves."),
        ("What is in the picture?", "The information desk is on the left."),
        ("What is in the picture?", "He gives a detailed description of the car to the officer."),
        ("What is in the picture?", "The woman coordinates the team."),
        ("What is in the picture?", "The box contains oranges."),
        ("What is in the picture?", "A boxing ring with two boxers."),
        ("What is in the picture?", "The label on the bottle reads 'Cola'."),
        ("What is in the picture?", "The labels on the boxes are red."),
        ("What is in the picture?", "It provides shade for the people."),
        ("What is in the picture?", "The bus provides information about its route on the display."),
        ("What is in the picture?", "A sign with information for visitors stands at the gate."),
        ("What is in the picture?", "The man is given a cup."),
        ("What is in the picture?", "The text on the shirt says hello."),
        ("What is in the picture?", "Based on the shadows, it is noon."),
        ("What is in the picture?", "According to the sign, parking is forbidden."),
        ("What is in the picture?", "From the position of the sun, it is evening."),
        ("What is in the picture?", "A note is provided with the gift."),
        ("What is in the picture?", "The menu lists prices (4.50, 6.20)."),
        ("What is in the picture?", "The price is 0.50, 0.75."),
        ("What is in the picture?", "The GPS shows coordinates on its screen."),
        ("What is in the picture?", "The provided towels are white."),
        ("What is in the picture?", "The scene is described by its calm mood."),
        ("What is in the picture?", "Given the snow, it is cold."),
        ("What is in the picture?", "Given the context of a kitchen, it is likely dinner time."),
        ("What is in the picture?", "The data on the screen is in a table."),
        ("What is in the picture?", "The subtitles at the bottom are captions for the film."),
        ("What is in the picture?", "In the context of a wedding, the dress is white."),
        ("What is in the picture?", "The time is 10:30."),
        ("What is in the picture?", "The detail of the lace is fine."),
        ("What is in the picture?", "The picture does not provide enough detail to read the sign."),
        ("What is in the picture?", "It is not clear from the picture."),
        ("What is in the picture?", "The information board lists the trains."),
        ("Answer with a bounding box.", "The bounding boxes are [0.1, 0.2, 0.3, 0.4]."),
    ],
)
def test_a_near_miss_is_none(question, answer):
    assert problems(question, answer) == []


def test_what_was_asked_for_earlier_still_counts():
    assert problems("Is there a caption?", "Yes.", "What does it say?", "The caption says storm.") == []
    assert problems("Give its box.", "[0.1, 0.2, 0.3, 0.4]", "And the cat's?", "[0.2, 0.2, 0.3, 0.4]") == []


def test_who_asks_for_a_description_does_not_ask_for_its_source():
    assert problems("Give a description of the picture.", "The description mentions a dog.")
