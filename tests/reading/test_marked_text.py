"""Marks in texts become places of pictures, and the other way round."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictus.reading.marked_text import parts_of, text_of
from pictus.reading.rows import BadRow
from pictus.record import Part, Turn

IMAGE = Part("image")
texts = st.text(st.sampled_from("ab\n <>"), max_size=6)
parts = st.lists(texts.map(lambda text: Part("text", text)) | st.just(IMAGE), max_size=5)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("<image>\nWhat?", (IMAGE, Part("text", "What?"))),
        ("What?\n<image>", (Part("text", "What?"), IMAGE)),
        ("<image>What?", (IMAGE, Part("text", "What?"))),
        ("Is <image> a cat?", (Part("text", "Is "), IMAGE, Part("text", " a cat?"))),
        ("<image>", (IMAGE,)),
        ("<image>\n<image>\nSame?", (IMAGE, IMAGE, Part("text", "Same?"))),
        ("What?", (Part("text", "What?"),)),
        ("", (Part("text", ""),)),
    ],
)
def test_marks_become_places(text, parts):
    assert parts_of(text) == parts


def wanted_of(parts):
    wanted = []
    for part in parts:  # neighbouring texts become one, and an empty one is nothing
        if part.type == "text" and wanted and wanted[-1].type == "text":
            wanted[-1] = Part("text", wanted[-1].text + part.text)
        elif part.text != "":
            wanted.append(part)
    return tuple(wanted) or (Part("text", ""),)


@given(parts)
def test_what_is_written_is_read_back(parts):
    lost = set()
    assert parts_of(text_of(Turn("user", tuple(parts)), lost)) == wanted_of(parts)
    assert not lost


@pytest.mark.parametrize("text", ["a <image> b", "<image>", "<ima<image>ge>", "<image><image>"])
def test_a_mark_that_was_text_is_left_out_and_named(text):
    lost = set()
    assert "<image>" not in text_of(Turn.of("user", text), lost)
    assert len(lost) == 1


def test_texts_that_together_look_like_a_mark_are_refused():
    with pytest.raises(BadRow):
        text_of(Turn("user", (Part("text", "<ima"), Part("text", "ge>"))), set())


BOTH = ("image", "motion")


@given(st.lists(texts.map(lambda text: Part("text", text)) | st.sampled_from([IMAGE, Part("motion")]), max_size=5))
def test_two_kinds_of_media_are_read_back_in_their_places(parts):
    lost = set()
    text = text_of(Turn("user", tuple(parts)), lost, marks=["<image>", "<motion>"], kinds=BOTH)
    assert parts_of(text, kinds=BOTH) == wanted_of(parts)
    assert not lost


def test_a_motion_is_refused_where_only_pictures_are_known():
    with pytest.raises(BadRow, match="it holds motion, and this format knows pictures only"):
        text_of(Turn("user", (Part("motion"), Part("text", "What?"))), set())
    assert parts_of("Is <motion> a word?") == (Part("text", "Is <motion> a word?"),)
