"""Captions become conversations: which text, in answer to what, and what has no place in a blend."""

import re
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictus import plugins
from pictus.errors import PictusError
from pictus.reading.rows import BadRow
from pictus.record import Call, Facts, Media, Narrative, Origin, Part, Record, Reject, Tool, Turn, make_record
from pictus.steps.blend import requests
from pictus.steps.blend.requests import requests_for
from pictus.steps.blend.spoken import conversation, spoken
from records import facts, lines, media, origins, records, simple_record, tuples

DATA = Path(__file__).parent.parent / "data/sources"
STYLES = ("plain", "asked")
PICTURE = Media(path="1.png", root="/pictures")
MOTION = Media(kind="motion", path="1.npy", root="/motions")
TABLES = {
    name: getattr(requests, name) for name in ("BRIEF", "SENTENCE", "OPEN", "DETAIL", "NARRATED", "SEVERAL", "MOTION")
}
EVERY = [request for table in TABLES.values() for request in table]

styles = st.sampled_from(STYLES)
numbers = st.integers(0, 2**40)
told = st.builds(
    lambda origin, media, facts, motions: make_record(origin, media=media, facts=replace(facts, motions=motions)),
    origins,
    tuples(media()),
    facts,
    tuples(lines),
)


def captioned(*captions, media=(PICTURE,), key="1", **others):
    return make_record(
        Origin(dataset="made", key=key, split="train", picture_licence="CC-BY-2.0", text_licence="CC-BY-4.0"),
        media=media,
        facts=Facts(captions=captions, **others),
    )


def answered(*turns, media=(PICTURE,), **others):
    return make_record(Origin(dataset="made", key="1"), media=media, turns=turns, **others)


def tidied(record):
    texts = (*record.facts.captions, *(one.text for one in record.facts.narratives), *record.facts.motions)
    return [" ".join(text.split()) for text in texts]


def problem_of(record, style):
    """Say why there is no conversation, as whoever only asks for its turns is told."""
    try:
        conversation(record, style)
    except BadRow as error:
        return str(error)
    return None


def reason(record, style):
    row = spoken(record, style)
    assert isinstance(row, Reject) and row.id == record.id
    assert problem_of(record, style) == row.reasons[0]
    return row.reasons[0]


@given(st.one_of(records(), told), styles, numbers, numbers)
def test_whatever_comes_is_answered_by_a_conversation_or_a_reason_and_always_the_same(record, style, seed, epoch):
    row = spoken(record, style, seed=seed, epoch=epoch)
    assert spoken(record, style, seed=seed, epoch=epoch) == row
    assert problem_of(record, style) == (row.reasons[0] if isinstance(row, Reject) else None)


@given(told, styles, numbers, numbers)
def test_the_answer_is_one_of_the_texts_and_each_medium_has_its_place(record, style, seed, epoch):
    row = spoken(record, style, seed=seed, epoch=epoch)
    if isinstance(row, Reject):
        return
    question, answer = row.turns
    assert (question.role, answer.role) == ("user", "assistant")
    assert answer.parts == (Part("text", answer.text),) and answer.text and answer.text in tidied(record)
    places = [part.type for part in question.parts if part.type != "text"]
    assert places == [medium.kind for medium in record.media] and row.media == record.media
    assert question.text in (EVERY if style == "asked" else [""])


@given(st.lists(lines, min_size=1, max_size=7), st.lists(lines, max_size=2), styles, numbers, st.integers(0, 50))
def test_each_text_is_used_once_before_any_comes_again(captions, spoken_ones, style, seed, start):
    record = captioned(*captions, narratives=tuple(Narrative(text=text) for text in spoken_ones))
    texts = set(tidied(record)) - {""}
    if not texts:
        assert reason(record, style) == "its captions are empty"
        return
    epochs = range(start, start + len(texts))
    assert Counter(spoken(record, style, seed=seed, epoch=epoch).turns[1].text for epoch in epochs) == Counter(texts)
    first, again = (spoken(record, "plain", seed=seed, epoch=epoch) for epoch in (start, start + len(texts)))
    assert first == again


def test_records_of_equal_captions_do_not_all_begin_with_the_same():
    captions = ("A red dog.", "A dog.", "One dog, red.", "There is a dog.")
    taken = Counter(spoken(captioned(*captions, key=str(key)), "plain").turns[1].text for key in range(400))
    assert set(taken) == set(captions) and min(taken.values()) > 60
    other = [spoken(captioned(*captions, key=str(key)), "plain", seed=1).turns[1].text for key in range(40)]
    assert other != [spoken(captioned(*captions, key=str(key)), "plain").turns[1].text for key in range(40)]


def test_requests_and_the_place_of_the_picture_change_with_record_seed_and_epoch():
    rows = [spoken(captioned("A red dog."), "asked", seed=seed, epoch=epoch) for seed in range(20) for epoch in (0, 1)]
    rows += [spoken(captioned("A red dog.", key=str(key)), "asked") for key in range(2000)]
    said = Counter(row.turns[0].text for row in rows)
    assert set(said) == set(requests_for("A red dog.", "written"))
    assert max(said.values()) < 3 * min(said.values()) + 30
    first = Counter(row.turns[0].parts[0].type for row in rows)
    assert set(first) == {"image", "text"} and min(first.values()) > 900
    assert len({row.turns[0].text for row in rows[:40:2]}) > 5 and rows[0].turns != rows[1].turns


def test_a_choice_stays_what_it_was_in_every_version():
    record = captioned("A red dog.", "A dog.", "One dog, red.")
    assert record.id == "5bf9d15549858c806cfde4bf187d76d4"
    row = spoken(record, "asked", seed=7, epoch=1)
    request, answer = row.turns
    assert request.parts == (Part("image"), Part("text", "What would you say this image shows?"))
    assert answer.text == "One dog, red."
    assert row.id == "f9908a0db8e0e9d242f4c495c3f64302"


def test_the_new_record_names_where_it_came_from_and_keeps_its_licences():
    record = captioned("  A red \n dog. ", present=("dog",), extra='{"masks":[1,2,3]}')
    row = spoken(record, "plain", seed=3)
    assert row.turns == (Turn("user", (Part("image"),)), Turn.of("assistant", "A red dog."))
    assert row.origin == replace(record.origin, made_by="pictus-phrasing-1, plain, seed 3", parents=(record.id,))
    assert row.facts == Facts() and row.id != record.id
    assert spoken(record, "asked").origin.kind == "asked"
    terms = replace(record, origin=replace(record.origin, model_terms="openai-output-terms"))
    assert spoken(terms, "plain").origin.model_terms == "openai-output-terms"


def test_a_record_with_turns_passes_unchanged_where_requests_are_wanted():
    record = simple_record()
    assert spoken(record, "asked", seed=4, epoch=9) is record
    question = answered(Turn.of("user", "What is it?", images=1))
    assert reason(question, "asked") == "no turn is the assistant's, so there is nothing to learn"
    talk = answered(Turn.of("user", "Hello."), Turn.of("assistant", "Good day."), media=())
    assert spoken(talk, "asked") is talk


def test_of_a_request_and_its_answer_plain_keeps_the_picture_and_the_answer():
    request = Turn("user", (Part("text", "Sum it up."), Part("image"), Part("text", "Please.")))
    row = spoken(answered(request, Turn.of("assistant", " A red dog.\n\nIt sleeps. ")), "plain")
    assert row.turns == (Turn("user", (Part("image"),)), Turn.of("assistant", "A red dog.\n\nIt sleeps."))
    assert row.origin.made_by == "pictus-phrasing-1, plain, seed 0"


@pytest.mark.parametrize(
    ("record", "why"),
    [
        (simple_record(), None),
        (
            answered(*[Turn.of("user", "What?", images=1), Turn.of("assistant", "That.")], *simple_record(1).turns),
            "it is a conversation and no caption: it has other turns than a request and its answer",
        ),
        (
            answered(Turn.of("user", "Hello."), Turn.of("assistant", "Good day."), media=()),
            "there is no picture and no motion",
        ),
        (
            answered(Turn.of("user", "Hello.", images=2), Turn.of("assistant", "Good day.")),
            "its media and the places for them differ",
        ),
        (answered(Turn.of("user", "What?", images=1), Turn.of("assistant", " \n")), "its answer is empty"),
        (
            answered(
                Turn.of("user", "What colour is it?", images=1),
                Turn.of("assistant", "red"),
                facts=Facts(answers=("red",)),
            ),
            "its answer is to a question, without which it would mean nothing",
        ),
        (
            answered(*simple_record().turns, facts=Facts(choices=("A red dog.", "A cat."))),
            "its answer is to a question, without which it would mean nothing",
        ),
        (
            answered(
                Turn.of("user", "Where is it?", images=1),
                Turn("assistant", (Part("text", "Let me see."),), (Call("c1", "find", "{}"),)),
                tools=[Tool("find")],
            ),
            "its answer is no text alone",
        ),
        (
            answered(Turn.of("user", "Draw it.", images=1), Turn("assistant", (Part("image"),)), media=[PICTURE] * 2),
            "its answer is no text alone",
        ),
    ],
)
def test_what_is_no_caption_is_refused_where_the_request_would_be_thrown_away(record, why):
    assert problem_of(record, "plain") == why
    if why:
        assert reason(record, "plain") == why


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize(
    ("record", "why"),
    [
        (captioned(), "nobody said what is to be seen: there is no caption"),
        (captioned(" ", "\n\t"), "its captions are empty"),
        (captioned("A red dog.", media=()), "there is no picture and no motion"),
        (captioned("A red dog.", media=[MOTION]), "nobody said what is to be seen: there is no caption"),
        (captioned(motions=("a person walks",)), "nobody said what is to be seen: there is no caption"),
        (captioned("A dog.", media=[PICTURE, MOTION]), "its media are neither all pictures nor all motions"),
        (captioned("A bark.", media=[Media(kind="audio")]), "its media are neither all pictures nor all motions"),
        (
            captioned(media=[MOTION] * 2, motions=("he walks",)),
            "it has several motions, and its sentences are about one",
        ),
    ],
)
def test_what_nobody_described_is_set_aside_with_a_reason_that_can_be_counted(record, why, style):
    assert reason(record, style) == why


def test_one_text_written_twice_counts_once():
    record = captioned("A dog.", " A  dog. ", "A red dog.")
    assert [spoken(record, "plain", epoch=epoch).turns[1].text for epoch in range(4)].count("A dog.") == 2


def test_a_request_is_true_of_the_text_that_answers_it():
    def tables(text, manner="written", **others):
        offered = set(requests_for(text, manner, **others))
        found = {name for name, table in TABLES.items() if set(table) <= offered}
        assert offered == {request for name in found for request in TABLES[name]}
        return found

    assert tables("old map folded") == {"BRIEF", "OPEN"}
    assert tables("An old map lies on a desk.") == {"BRIEF", "SENTENCE", "OPEN"}
    assert tables("An old map. It lies on a desk.") == tables("一张旧地图。它在桌子上。") == {"OPEN"}
    assert tables("一张旧地图在桌子上。") == {"BRIEF", "SENTENCE", "OPEN"}
    assert tables("An old map lies on a desk, " * 8) == {"OPEN"}
    assert tables("An old map lies on a desk. " * 20) == tables("一张旧地图在桌子上。" * 20) == {"DETAIL"}
    assert tables("In this image I can see a map.", "narrated") == {"NARRATED"}
    assert tables("a person walks", "motion") == {"MOTION"}
    assert tables("Two maps.", pictures=2) == {"SEVERAL"}


def test_there_are_many_requests_and_each_stands_once():
    assert len({request.lower() for request in EVERY}) == len(EVERY)
    assert len(requests_for("A dog.", "written")) >= 40 and len(TABLES["DETAIL"]) >= 40 and len(TABLES["MOTION"]) >= 15
    assert len(requests_for("dog", "written")) >= 40


@pytest.mark.parametrize("name", TABLES)
def test_requests_are_plain_sentences_that_fit_every_picture(name):
    for request in TABLES[name]:
        words = re.findall(r"[a-z']+", request.lower())
        assert re.fullmatch(r"[A-Z][A-Za-z ,:?'.-]*[a-z][.?]", request), request
        assert 4 <= len(words) <= 16 or request == "Describe the motion.", request
        assert all(one != other for one, other in pairwise(words)), request
        assert "  " not in request and not re.search(r" [,:.?]|[,:](?! )", request), request
        # The picture may be a drawing or a page, and stand before the words or after them.
        assert not {"photo", "photograph", "scene", "above", "below", "following", "next"} & set(words), request
        about = {"motion"} & set(words) if name != "MOTION" else {"picture", "image"} & set(words)
        assert not about or request.startswith("Help me picture"), request
        for sentence in re.findall(r"[^.?:]+[.?:]", request):
            asks = sentence.split()[0].lower() in {"what", "which", "how", "can", "could"}
            assert not asks or sentence.endswith("?"), request


def test_requests_about_several_pictures_never_speak_of_one():
    assert not any(re.search(r"\b(picture|image)\b", request) for request in TABLES["SEVERAL"])
    assert all(re.search(r"\b(pictures|images)\b", request) for request in TABLES["SEVERAL"])


def read(name):
    """Read all that the small data of a source holds."""
    source = plugins.load("sources", name)
    found = []
    for split in source.splits or source.splits_in(DATA / name):
        try:
            source.files(DATA / name, split)
        except PictusError:
            continue
        found += [row for row in source.records(DATA / name, split) if isinstance(row, Record)]
    assert found
    return found


@pytest.mark.parametrize(
    "name", ["cc12m", "cc3m", "coco2017", "humanml3d", "laion400m", "lcs558k", "sbu", "sharegpt4v_pt"]
)
def test_captions_of_datasets_go_through_both_styles(name):
    for record in read(name):
        rows = [spoken(record, style, seed=1) for style in STYLES]
        texts = tidied(record) or [turn.text for turn in record.turns if turn.role == "assistant"]
        if isinstance(rows[0], Reject):
            assert not texts and {row.reasons[0] for row in rows} == {
                "nobody said what is to be seen: there is no caption"
            }
            continue
        for row in rows:
            assert row.media == record.media and row.turns[-1].text in texts
        assert not rows[0].turns[0].text and rows[1].turns[0].text


def test_of_several_pictures_each_has_its_place_and_the_request_is_about_all():
    for seed in range(20):
        request, answer = spoken(captioned("Two dogs.", media=[PICTURE] * 2), "asked", seed=seed).turns
        assert [part.type for part in request.parts].count("image") == 2 and answer.text == "Two dogs."
        assert request.text in TABLES["SEVERAL"]


def test_narratives_and_captions_of_one_picture_each_get_a_fitting_request():
    record = captioned("A dog.", narratives=(Narrative(text="In this picture there is a dog."),))
    for epoch in range(2):
        request, answer = spoken(record, "asked", epoch=epoch).turns
        assert (request.text in TABLES["NARRATED"]) == (answer.text != "A dog.")


SILENT = "nobody said what is to be seen: there is no caption"
TALK = "it is a conversation and no caption: it has other turns than a request and its answer"


@pytest.mark.parametrize(
    ("name", "style", "outcomes"),
    [
        ("openimages_v7", "asked", {None: 2, SILENT: 1}),  # narratives, but not of all
        ("visual_genome", "plain", {None: 1, SILENT: 2}),  # one phrase is about the whole picture
        ("llava_instruct_150k", "plain", {None: 2, TALK: 1}),
        ("llava_instruct_150k", "asked", {None: 3}),
        ("sa1b", "asked", {SILENT: 3}),
        ("alpaca_gpt4", "plain", {"there is no picture and no motion": 3}),
        ("alpaca_gpt4", "asked", {None: 3}),
    ],
)
def test_datasets_that_hold_more_or_less_than_captions_give_what_they_have(name, style, outcomes):
    assert Counter(problem_of(record, style) for record in read(name)) == outcomes
