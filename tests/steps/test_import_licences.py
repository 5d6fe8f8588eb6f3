"""What an import says of the licence of pictures: of records without any, of those that name none, of all others."""

import json
from dataclasses import replace

import pytest

from pictus.engine.events import Events
from pictus.errors import PictusError
from pictus.record import Media, Origin, Turn, make_record
from pictus.steps import import_
from pictus.steps.licence import report
from pictus.store.columns import encode, with_no_picture

KNOWN = ("unknown", "per-item", "no-picture", "MIT")
TEXT_ONLY, PICTURED = {"image": None}, {"image": "a.jpg"}


def imported(root, *rows, **stated):
    spoken = [
        {"from": "human", "value": "What is it?"},
        {"from": "gpt", "value": "A mug."},
    ]
    made = []
    for number, row in enumerate(rows):
        pictured = row["image"] is not None
        asked = {"from": "human", "value": "<image>\nWhat is it?"} if pictured else spoken[0]
        made.append({"id": str(number), "conversations": [asked, spoken[1]]} | ({"image": "a.jpg"} if pictured else {}))
    (root / "rows.json").write_text(json.dumps(made))
    plan = import_.plan("llava", root / "rows.json", str(root / "corpus"), text_licence="MIT", **stated)
    return import_.run(plan, Events())


@pytest.mark.parametrize("use", ["commercial", "derivatives", "train"])
def test_a_record_without_a_picture_is_not_held_up_by_the_licence_of_one(tmp_path, use):
    told = report(imported(tmp_path, TEXT_ONLY, PICTURED), use)
    assert (told.permitted, told.unknown, told.refused) == (1, 1, 0)


def test_nobody_can_state_that_pictures_that_are_there_are_not(tmp_path):
    with pytest.raises(PictusError, match="no pictures"):
        imported(tmp_path, PICTURED, picture_licence="no-picture")


def test_what_a_file_says_of_pictures_that_are_not_there_or_are_is_set_right(tmp_path):
    origins = [Origin(dataset="d", key=one, picture_licence=one) for one in KNOWN]
    rows = [make_record(origin, turns=[Turn.of("user", "Hm?")]) for origin in origins]
    rows += [replace(row, media=(Media(url="https://example.org/a.jpg"),)) for row in rows]
    batch = with_no_picture(encode(rows, {}))
    by_columns = batch["origin"].field("picture_licence").to_pylist()
    assert by_columns == ["no-picture"] * 3 + ["MIT", "unknown", "per-item", "unknown", "MIT"]
    assert [import_._pictured(row).picture_licence for row in rows] == by_columns


def test_what_is_stated_of_pictures_holds_for_those_that_have_some(tmp_path):
    corpus = imported(tmp_path, TEXT_ONLY, PICTURED, picture_licence="CC-BY-2.0")
    assert {row[0] for row in corpus.summary["licences"]} == {"no-picture", "CC-BY-2.0"}
