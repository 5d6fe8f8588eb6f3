"""The first by id stays, whatever the order of coming."""

from dataclasses import replace
from random import Random

from pictus import plugins
from pictus.record import Media, Origin, Turn, make_record

LONG = (
    "A woman in a long coat walks two small dogs along a canal in the early morning, while behind her a boat with red "
    "sails passes under a stone bridge and some children wave to the crew from the other side of the water."
)


def record(name, picture, *said):
    turns = [Turn.of("assistant" if number % 2 else "user", text) for number, text in enumerate(said)]
    media = [Media(path=picture)] if picture else []
    return replace(make_record(Origin(dataset="d", key=str(picture)), media=media, turns=turns), id=name)


def dropped(*records, **settings):
    return dict(plugins.load("checks", "duplicates", settings).problems_of(iter(records)))


def test_the_same_question_about_a_picture_is_found():
    found = dropped(
        record("b", "1.jpg", "What is it?", "A dog."),
        record("a", "1.jpg", "What is it", "A brown dog."),
        record("c", "2.jpg", "What is it?", "A dog."),
    )
    assert found == {"b": 'the same was asked about this picture before: "a"'}


def test_one_new_question_is_enough_to_stay():
    one = record("a", "1.jpg", "What is it?", "A dog.", "Where?", "Here.")
    assert dropped(one, record("b", "1.jpg", "What is it?", "A dog.", "Why?", "So.")) == {}
    assert list(dropped(one, record("b", "1.jpg", "Where?", "There."))) == ["b"]


def test_long_texts_are_compared_across_pictures_and_short_ones_are_not():
    one, other = record("a", "1.jpg", "Describe it.", LONG), record("b", "2.jpg", "Describe it.", LONG + " Today.")
    assert list(dropped(one, other, across=40)) == ["b"]
    assert dropped(one, other, across=1000) == {}
    assert dropped(record("a", "1.jpg", "Is it?", "Yes, it is."), record("b", "2.jpg", "Is it?", "Yes, it is.")) == {}


def test_nearly_the_same_about_one_picture_is_found():
    said = "How many of the dogs that stand at the left side of the water look to the camera at this moment"
    one = record("a", "1.jpg", f"{said}?", "Two.")
    assert list(dropped(one, record("b", "1.jpg", f"{said} now?", "Two."))) == ["b"]
    assert dropped(one, record("b", "1.jpg", "What colour is the boat?", "Red.")) == {}


def test_pictures_are_the_same_by_content():
    one, other = (record(name, f"{name}.jpg", "What is it?", "A dog.") for name in "ab")
    assert dropped(one, other) == {}
    one, other = (replace(row, media=(replace(row.media[0], sha256="1"),)) for row in (one, other))
    assert list(dropped(one, other)) == ["b"]


def test_the_order_of_coming_changes_nothing():
    rows = [record(f"{n:03}", f"{n % 7}.jpg", f"What is {n % 5}?", LONG if n % 3 else "So.") for n in range(60)]
    first = dropped(*rows)
    Random(1).shuffle(rows)
    assert dropped(*rows) == first and first


def test_records_without_turns_are_no_duplicates():
    assert dropped(record("a", "1.jpg"), record("b", "1.jpg")) == {}
