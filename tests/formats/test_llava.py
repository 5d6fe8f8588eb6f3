"""LLaVA's files, with what is odd in them."""

import json
from pathlib import Path

import pytest

from pictus import plugins
from pictus.record import Call, Media, Origin, Part, Reject, Tool, Turn, make_record

ASK, SAY = {"from": "human", "value": "<image>\nWhat?"}, {"from": "gpt", "value": "A mug."}
PLAIN = {"from": "human", "value": "Why?"}


def read(tmp_path, *rows):
    path = tmp_path / "some.json"
    path.write_text(json.dumps(rows))
    return list(plugins.load("formats", "llava").read(path, pictures=tmp_path / "pictures"))


def write(tmp_path, *records, **settings):
    path = tmp_path / "out.json"
    written = plugins.load("formats", "llava", settings).write(records, path)
    return written, json.loads(path.read_bytes())


def record(turns, *paths, **more):
    media = [Media(path=path, root="/pictures") for path in paths]
    return make_record(Origin(dataset="d", key="1"), media=media, turns=turns, **more)


def test_a_row_without_a_picture_and_with_other_keys(tmp_path):
    (row,) = read(tmp_path, {"id": "a_0", "model": "", "conversations": [PLAIN, SAY]})
    assert (row.media, row.origin.key, row.origin.dataset) == ((), "a_0", "some")


def test_ids_stay_text_and_a_row_without_one_is_known_by_its_place(tmp_path):
    first, second = read(tmp_path, {"id": 7, "conversations": [PLAIN, SAY]}, {"conversations": [PLAIN, SAY]})
    assert (first.origin.key, second.origin.key) == ("7", "some.json, row 2")


def test_several_pictures_and_addresses_are_read(tmp_path):
    ask = {"from": "human", "value": "<image><image>Same?"}
    (row,) = read(tmp_path, {"image": ["a.jpg", "https://x.example/b.jpg"], "conversations": [ask, SAY]})
    assert row.media == (
        Media(path="a.jpg", root=str(tmp_path / "pictures")),
        Media(url="https://x.example/b.jpg"),
    )


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"conversations": [PLAIN, SAY], "image": "a.jpg"}, "1 pictures and places for 0"),
        ({"conversations": [ASK, SAY]}, "0 pictures and places for 1"),
        ({"conversations": [ASK, SAY], "image": [5]}, "no name"),
        ({"conversations": [ASK, SAY], "image": "a\0.jpg"}, "no name"),
        ({"conversations": [ASK, SAY], "image": {"path": "a.jpg"}}, "no list"),
        ({"conversations": [SAY, PLAIN]}, "expected system or user"),
        ({"conversations": [PLAIN, PLAIN, SAY]}, "expected assistant"),
        ({"conversations": []}, "no turns"),
        ({"conversations": [{"from": "robot", "value": "a"}]}, "unknown role: 'robot'"),
        ({"conversations": [{"from": "human", "value": 5}]}, "no text"),
        ({"conversations": [PLAIN, SAY], "id": {"a": 1}}, "neither text nor number"),
        ([], "no object"),
    ],
)
def test_a_row_that_is_wrong_is_set_aside_and_the_rest_goes_on(tmp_path, row, words):
    reject, good = read(tmp_path, row, {"conversations": [PLAIN, SAY]})
    assert isinstance(reject, Reject) and words in reject.reasons[0]
    assert reject.where.startswith("some.json, row 1") and good.turns


def test_the_row_of_a_picture(tmp_path):
    one = record([Turn.of("user", "What?", images=1), Turn.of("assistant", "A mug.")], "coco/a.jpg")
    _, rows = write(tmp_path, one)
    assert rows == [{"id": one.id, "image": "coco/a.jpg", "conversations": [ASK, SAY]}]


def test_the_row_of_a_text_has_no_key_for_a_picture(tmp_path):
    _, ((row),) = write(tmp_path, record([Turn.of("user", "Why?"), Turn.of("assistant", "A mug.")]))
    assert "image" not in row


def test_what_is_lost_is_counted_by_record(tmp_path):
    turns = [Turn.of("system", "Be brief."), Turn.of("user", "<image> <image>"), Turn.of("assistant", "<image>")]
    written, _ = write(tmp_path, record(turns, tools=[Tool("look")]), record(turns))
    assert sorted(written.lost.values()) == [1, 2, 2]


TWO = [Turn.of("user", "Same?", images=2), Turn.of("assistant", "No.")]


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (record(TWO, "a.jpg", "b.jpg"), "many_images"),
        (record(TWO, "a.jpg"), "1 pictures and places for 2"),
        (record([]), "no turns"),
        (record([Turn.of("assistant", "a"), Turn.of("user", "b")]), "expected"),
        (record([Turn.of("user", "a"), Turn("assistant", (), (Call("1", "look", "{}"),))]), "calls tools"),
        (record([Turn.of("user", "a"), Turn("assistant", (Part("image"),))], "a.jpg"), "assistant holds a picture"),
        (record([Turn("user", (Part("motion"),)), Turn.of("assistant", "a")]), "motion"),
        (record([Turn.of("system", "a")]), "nobody but the system"),
    ],
)
def test_what_it_cannot_hold_is_refused_with_the_reason(tmp_path, one, words):
    written, rows = write(tmp_path, one)
    assert (written.rows, rows) == (0, [])
    assert words in written.rejected[0].reasons[0]


def test_several_pictures_are_a_list_where_that_is_asked_for(tmp_path):
    _, (row,) = write(tmp_path, record(TWO, "a.jpg", "b.jpg"), many_images=True)
    assert row["image"] == ["a.jpg", "b.jpg"]
    assert row["conversations"][0]["value"] == "<image>\n<image>\nSame?"


def moved(*turns, media=None):
    media = [Media(kind="motion", path="new_joints/7.npy", root="/motions")] if media is None else media
    return make_record(Origin(dataset="d", key="1"), media=media, turns=turns)


MOTION = Part("motion")


def test_a_motion_has_its_own_name_and_mark_and_is_read_back(tmp_path):
    turns = (
        Turn("user", (MOTION, Part("text", "What does the person do?"))),
        Turn.of("assistant", "The person walks."),
    )
    written, (row,) = write(tmp_path, moved(*turns))
    assert (written.lost, written.rejected) == ({}, ())
    assert row["motion"] == "new_joints/7.npy" and "image" not in row
    assert row["conversations"][0]["value"] == "<motion>\nWhat does the person do?"
    assert plugins.load("formats", "llava").sniff(tmp_path / "out.json")
    (back,) = plugins.load("formats", "llava").read(tmp_path / "out.json", pictures=Path("/motions"))
    assert (back.turns, back.media) == (turns, moved(*turns).media)


def test_a_picture_and_a_motion_stay_in_their_places(tmp_path):
    media = [Media(kind="motion", url="https://x.example/7.npy"), Media(path="a.jpg", root="/m")]
    turns = (Turn("user", (MOTION, Part("image"), Part("text", "The same?"))), Turn.of("assistant", "Yes."))
    _, (row,) = write(tmp_path, moved(*turns, media=media))
    assert row["conversations"][0]["value"] == "<motion>\n<image>\nThe same?"
    (back,) = plugins.load("formats", "llava").read(tmp_path / "out.json", pictures=Path("/m"))
    assert (back.turns, list(back.media)) == (turns, media)


def test_the_mark_of_a_motion_counts_only_where_one_is_named(tmp_path):
    ask = {"from": "human", "value": "<motion>\nWhat is this tag?"}
    (row,) = read(tmp_path, {"conversations": [ask, SAY]})
    assert (row.media, row.turns[0].text) == ((), "<motion>\nWhat is this tag?")
    written, (row,) = write(tmp_path, row)
    assert (row["conversations"][0], written.lost) == (ask, {})
    said = (Turn("user", (MOTION, Part("text", "A <motion>?"))), Turn.of("assistant", "Yes."))
    written, (row,) = write(tmp_path, moved(*said))
    assert row["conversations"][0]["value"] == "<motion>\nA ?"
    assert list(written.lost) == ["the literal text <motion>, which would be taken for the place of a medium"]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"motion": "a.npy"}, "it has 1 motions and places for 0"),
        ({"motion": ["a.npy"], "ask": "<motion>\nWhat?"}, "the name of a motion is no text, or no name"),
        ({"motion": "", "ask": "<motion>\nWhat?"}, "the name of a motion is no text, or no name"),
        ({"motion": "a.npy", "ask": "<motion><image>What?"}, "it has 0 pictures and places for 1"),
    ],
)
def test_a_row_whose_motion_and_mark_do_not_agree_is_set_aside(tmp_path, row, words):
    ask = {"from": "human", "value": row.pop("ask", "What?")}
    (reject,) = read(tmp_path, {**row, "conversations": [ask, SAY]})
    assert isinstance(reject, Reject) and reject.reasons == (words,)


def test_what_no_row_can_hold_is_refused_with_its_reason(tmp_path):
    two = [Media(kind="motion", path=f"{n}.npy") for n in "ab"]
    asked = Turn("user", (MOTION, MOTION, Part("text", "Which?")))
    sound = Turn("user", (Part("audio"), Part("text", "Who?")))
    say = Turn.of("assistant", "This.")
    some = [moved(asked, say, media=two), moved(sound, say, media=[Media(kind="audio", path="a.wav")])]
    written, rows = write(tmp_path, *some)
    assert rows == []
    assert [reject.reasons[0] for reject in written.rejected] == [
        "it has several motions, this format holds one",
        "it holds audio, and this format knows pictures and motions only",
    ]


@pytest.mark.parametrize("name", ["sharegpt", "openai"])
def test_formats_whose_trainers_know_no_motion_refuse_it_in_words(tmp_path, name):
    turns = (Turn("user", (MOTION, Part("text", "What?"))), Turn.of("assistant", "The person walks."))
    suffix = plugins.load_class("formats", name).suffixes[0]
    written = plugins.load("formats", name).write(iter([moved(*turns)]), tmp_path / f"x{suffix}")
    assert written.rows == 0
    assert written.rejected[0].reasons == ("it holds motion, and this format knows pictures only",)
