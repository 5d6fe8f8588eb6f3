"""Ids are the same in every run and do not depend on pictures."""

from dataclasses import replace

import orjson
import pytest
from hypothesis import given

from pictus.record import Media, Origin, Turn, make_record, reject_record
from records import records, simple_record


def test_an_id_stays_what_it_is_in_all_versions():
    record = make_record(Origin(dataset="d", key="1"), turns=[Turn.of("user", "Why?"), Turn.of("assistant", "So.")])
    assert record.id == "1e35f9379e085efea0805ce518855cd1"


@given(records())
def test_pictures_and_licences_do_not_change_an_id(record):
    origin = replace(record.origin, picture_licence="MIT", address="https://elsewhere.example")
    again = make_record(origin, media=[Media(data=b"x")], turns=record.turns, tools=record.tools, facts=record.facts)
    assert again.id == record.id


@pytest.mark.parametrize("path", ["../secret.txt", "/etc/passwd", "a/../../secret.txt", "a/b/../../../x"])
def test_a_path_that_leads_out_of_the_pictures_is_no_file(tmp_path, path):
    assert Media(path=path, root=str(tmp_path / "pictures")).file is None


def test_a_path_inside_is_a_file_also_through_a_link(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/1.jpg").write_bytes(b"x")
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures/coco").symlink_to(tmp_path / "elsewhere")
    assert Media(path="coco/1.jpg", root=str(tmp_path / "pictures")).file.read_bytes() == b"x"
    whole = tmp_path / "elsewhere/1.jpg"
    assert Media(path=str(whole), root="/").file == whole


def test_content_split_and_key_change_an_id():
    record = simple_record()
    ids = {
        record.id,
        simple_record(1).id,
        make_record(replace(record.origin, split="val"), turns=record.turns, facts=record.facts).id,
        make_record(record.origin, turns=record.turns[:1], facts=record.facts).id,
    }
    assert len(ids) == 4


def test_a_record_set_aside_keeps_its_text_and_leaves_out_picture_bytes():
    reject = reject_record(simple_record(data=b"\xff\xd8"), ["too dark"], where="row 7")
    row = orjson.loads(reject.row)
    assert reject.reasons == ("too dark",)
    assert row["turns"][1]["parts"][0]["text"] == "A red dog."
    assert row["media"][0]["data"] is None
