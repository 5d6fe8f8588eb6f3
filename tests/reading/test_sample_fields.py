"""A record as the files of a sample: whatever the types allow comes back whole."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given

from pictus.reading.rows import BadRow
from pictus.reading.sample_fields import fields_of
from pictus.reading.sample_records import sample_record
from pictus.reading.tar import Sample
from pictus.record import Media, Tool, Turn
from records import records, simple_record


def back(files):
    return sample_record(Sample("s.tar, byte 0", "1", files), Path("s.tar"), "s", "/pictures")


@given(record=records())
def test_any_record_comes_back_whole_with_its_id_facts_and_origin(record):
    """Media that have no bytes keep their names; those whose bytes are inside have no folder any more."""
    media = tuple(one if one.data or one.path or one.url else replace(one, url="u") for one in record.media)
    record = replace(record, media=media)
    bare = tuple(replace(one, root=None if one.data is not None else one.root) for one in media)
    is_inside = all(one.data is not None or one.path is None or one.kind == "motion" for one in media)
    if is_inside:
        assert back(fields_of(record, set(), embed=True)) == replace(record, media=bare)
    named = tuple(replace(one, data=None, url=one.url or "u") for one in media)
    record = replace(record, media=named)
    assert back(fields_of(record, set(), embed=False)) == record


@pytest.mark.parametrize(
    "changes",
    [
        {"turns": (Turn.of("user", "half \ud800"),)},
        {"tools": (Tool("look", "", "[1]"),)},
        {"media": (Media(data=b"x", path="a"), Media())},
    ],
)
def test_what_no_reader_of_json_would_take_is_refused_in_words(changes):
    with pytest.raises(BadRow):
        fields_of(replace(simple_record(data=b"x"), **changes), set(), embed=True)


def test_a_record_is_read_only_as_it_was_written():
    files = fields_of(simple_record(data=b"x"), set(), embed=True)
    for old, new in [
        (b'"left":0.1', b'"left":"0.1"'),
        (b'"role":"user"', b'"role":"dog"'),
        (b'"dataset":"made"', b'"x":"y"'),
    ]:
        assert old in files["json"]
        assert "it should be a record and is not" in back({**files, "json": files["json"].replace(old, new)}).reasons[0]
