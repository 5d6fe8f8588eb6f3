"""Which rows of a batch stand: told by whole columns where it can be, and always as each record alone would tell."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpora import talk
from pictus.errors import PictusError
from pictus.reading.rows import BadRow
from pictus.record import Facts, Media, Origin, Turn, make_record
from pictus.report.reasons import reason_code
from pictus.stages import Part
from pictus.steps.blend.sieve import SAID_COLUMNS, sieve_of, sifted
from pictus.steps.blend.spoken import conversation
from pictus.steps.blend.tokens import estimated_tokens
from pictus.store.columns import encode
from records import calling_chats, chats, records, simple_record

PICTURE = Media(path="1.png", root="/pictures")


def batch_of(found):
    roots = {medium.root: "root" for record in found for medium in record.media if medium.root is not None}
    return encode(found, roots)


def sift(found, part=None, stage="instruct", captions="asked"):
    return sifted(batch_of(found), sieve_of(part or Part(corpus="c"), stage, captions))


def alone(record, captions):
    """Say of a record alone why it is left out, or None."""
    pictures = [medium for medium in record.media if medium.kind == "image"]
    if any(medium.path is None and medium.data is None for medium in pictures):
        return "a picture of it is only an address: it was not fetched"
    try:
        conversation(record, captions)
    except BadRow as error:
        return reason_code(str(error))
    return None


@given(st.lists(st.one_of(records(), chats(), calling_chats()), max_size=8), st.sampled_from(["plain", "asked"]))
def test_columns_tell_what_the_records_alone_would(found, captions):
    told = sift(found, captions=captions)
    reasons = [alone(record, captions) for record in found]
    assert told.stands.tolist() == [reason is None for reason in reasons]
    assert told.left_out == Counter(filter(None, reasons))
    standing = [record for record, reason in zip(found, reasons, strict=True) if reason is None]
    assert told.pictures == sum(medium.kind == "image" for record in standing for medium in record.media)
    assert told.licences.total() == len(standing)


@given(st.lists(chats(), min_size=1, max_size=20))
def test_tokens_of_columns_are_about_those_of_the_records(found):
    told = sift(found)
    standing = [record for record, stands in zip(found, told.stands, strict=True) if stands]
    texts = sum(len(turn.parts) for record in standing for turn in record.turns)
    assert told.tokens == pytest.approx(sum(map(estimated_tokens, standing)), abs=1 + texts / 2)


def test_a_caption_is_counted_as_the_conversation_that_it_becomes():
    record = make_record(Origin(dataset="made", key="1"), media=[PICTURE], facts=Facts(captions=("A red dog.",)))
    plain, asked = sift([record], captions="plain"), sift([record])
    assert plain.tokens < asked.tokens and plain.stands.all() and asked.stands.all()


def test_a_licence_keeps_only_rows_that_it_permits_to_use_so():
    free = talk(1, text_licence="CC0-1.0", picture_licence="CC0-1.0")
    rows = [free, talk(2, text_licence="CC-BY-NC-4.0", picture_licence="CC0-1.0"), talk(3)]
    told = sift(rows, Part(corpus="c", require="commercial"))
    assert told.stands.tolist() == [True, False, False]
    reasons = sorted(told.left_out)
    assert reasons[0].startswith("licence: `CC-BY-NC-4.0` does not permit commercial use")
    assert reasons[1].startswith("licence: `unknown` leaves open") and told.left_out.total() == 2
    assert told.licences == Counter({("CC0-1.0", "CC0-1.0", "none"): 1})


def test_a_stage_keeps_rows_of_datasets_that_are_meant_for_it():
    rows = [talk(1, dataset="llava_mix665k"), talk(2, dataset="lcs558k"), talk(3, dataset="nobody knows")]
    told = sift(rows, Part(corpus="c", stage="instruct"))
    assert told.stands.tolist() == [True, False, False]
    assert told.left_out == Counter(
        {"stage: lcs558k is not for instruct": 1, "stage: nobody says what the dataset nobody knows is for": 1}
    )


def test_to_align_takes_a_picture_and_one_that_is_here():
    rows = [simple_record(1), talk(2), talk(3, media=(Media(url="https://pictures.example/1.jpg"),))]
    told = sift(rows, stage="align", captions="asked")
    assert told.stands.tolist() == [True, False, False]
    assert told.left_out == Counter(
        {
            "it has no picture, and to align is to learn what pictures show": 1,
            "a picture of it is only an address: it was not fetched": 1,
        }
    )


def test_a_check_leaves_out_what_it_finds_fault_with_and_its_name_is_told():
    rows = [talk(1, words="Yes."), talk(2, words="A red dog runs."), talk(3, words="No.")]
    told = sift(rows, Part(corpus="c", checks={"answer_length": {"minimum": 3}}))
    assert told.stands.tolist() == [False, True, False]
    ((reason, count),) = told.left_out.items()
    assert reason.startswith("answer_length: ") and count == 2


def test_a_check_that_needs_all_rows_at_once_is_refused():
    with pytest.raises(PictusError, match="needs all rows at once"):
        sieve_of(Part(corpus="c", checks={"duplicates": {}}), "instruct", "asked")


def test_a_conversation_in_which_nobody_answers_teaches_nothing():
    silent = make_record(Origin(dataset="made", key="1"), turns=[Turn.of("user", "Hello?")])
    told = sift([silent, talk(1)])
    assert told.stands.tolist() == [False, True]
    assert list(told.left_out) == ["no turn is the assistant's, so there is nothing to learn"]


def test_neither_pixels_nor_boxes_are_read_where_words_are_enough():
    sieve = sieve_of(Part(corpus="c"), "instruct", "asked")
    assert "images" not in sieve.columns and not any("boxes" in column for column in SAID_COLUMNS)
    assert "images" in sieve_of(Part(corpus="c", checks={"picture": {}}), "instruct", "asked").columns
