"""Rows in columns are the rows that records would give, however odd they are."""

import json
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictus.errors import PictusError
from pictus.reading.llava_rows import LlavaRows
from pictus.reading.portions import array_portions
from pictus.record import NO_FACTS, Facts, Origin, Record, Reject
from pictus.store import columns, llava_batches
from pictus.store.llava_file import LlavaFile

ORIGINS = [Origin(dataset="some", key="", split="train"), Origin(dataset="some", key="", text_licence="MIT")]
ABOUT = Facts(extra='{"task":"a"}')
HOW = LlavaRows(
    "/pictures",
    lambda row: (ORIGINS[row.get("extra") is None], NO_FACTS if row.get("extra") is None else ABOUT),
    place=lambda name: f"below/{name}",
    url="url",
    may_begin_with_gpt=True,
    reads=("extra",),
)
NAMES = {"/pictures": "some"}

plain = st.text(max_size=6) | st.sampled_from(
    ["<image>", "a <image>\nb", "<image>\n", "\n<image>", '":', "\\", "é \u2028"]
)
first = st.one_of(plain, plain.map("<image>\n{}".format), plain.map("{}\n<image>".format))
junk = st.none() | st.integers() | st.booleans() | st.just([]) | st.just({"a": 1}) | plain
speakers = st.sampled_from(["human", "gpt"])


@st.composite
def talks(draw):
    texts = draw(st.lists(plain, max_size=4))
    said = [draw(first), *texts]
    return [{"from": ("human", "gpt")[number % 2], "value": text} for number, text in enumerate(said)]


odd_talks = st.lists(st.fixed_dictionaries({"from": speakers | junk, "value": plain | junk}), max_size=3) | junk
rows = st.fixed_dictionaries(
    {"id": st.text(max_size=3), "conversations": talks()},
    optional={"image": st.text(min_size=1, max_size=4), "url": plain, "extra": junk, "unread": junk},
)
odd_rows = st.fixed_dictionaries(
    {},
    optional={"id": junk, "conversations": talks() | odd_talks, "image": junk | st.just("http://a/b.jpg")}
    | {"motion": st.just("a.npy"), "url": junk},
)


def in_columns(file, count):
    batches, rejects = [], []
    for portion in file.portions(count):
        for found in file.batches(portion, NAMES):
            (rejects if isinstance(found, Reject) else batches).append(found)
    return pa.Table.from_batches(batches, columns.schema()), rejects


def as_records(file):
    found = list(file.records())
    records = [row for row in found if isinstance(row, Record)]
    return columns.encode(records, NAMES), [row for row in found if isinstance(row, Reject)]


@given(st.lists(rows | odd_rows | junk, max_size=12), st.integers(1, 5), st.floats(0, 1))
def test_columns_and_records_are_the_same(tmp_path_factory, some, count, share):
    path = tmp_path_factory.mktemp("l") / "rows.json"
    path.write_text(json.dumps(some, ensure_ascii=False), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(llava_batches, "_ODD_SHARE", share)
        table, rejects = in_columns(LlavaFile(path, HOW), count)
    expected, expected_rejects = as_records(LlavaFile(path, HOW))
    assert table.equals(pa.Table.from_batches([expected]))
    assert rejects == expected_rejects


def test_broken_rows_are_set_aside_with_their_places(tmp_path):
    good = json.dumps({"id": "a", "conversations": [{"from": "human", "value": "x"}, {"from": "gpt", "value": "y"}]})
    twice = good.replace('"id": "a"', '"id": "a", "id": "b"')
    path = tmp_path / "rows.json"
    path.write_text(f"[{good}, {{nope}}, {good}, {twice}, {good}]")
    table, rejects = in_columns(LlavaFile(path, HOW), 2)
    assert table.num_rows == 3
    assert [reject.where.partition(", byte")[0] for reject in rejects] == ["rows.json, row 2", "rows.json, row 4"]
    assert "not valid JSON" in rejects[0].reasons[0] and "`id` stands twice" in rejects[1].reasons[0]
    assert rejects == as_records(LlavaFile(path, HOW))[1]


GOOD = b'{"id": "a", "conversations": [{"from": "human", "value": "x"}, {"from": "gpt", "value": "\\u00e9\\/\\u0007"}]'


@pytest.mark.parametrize(
    "more",
    [
        b'"unread": {"a": 1, "a": 2}',
        b'"unread": NaN',
        b'"unread": %s' % (b"1" * 400),
        b'"unread": "\xff"',
        b'"\xff": 1',
        b'"unread": %s%s' % (b"[" * 100_000, b"]" * 100_000),
        b'"unread": "2020-01-01", "model": null',
        b'"image": null, "motion": null, "extra": null',
        b'"image": ["a.jpg"]',
        b'"i\\u0064": "b"',
        b'"extra": "\\ud800"',
        b'"extra": "\xed\xa0\x80"',
    ],
)
def test_what_parsers_do_not_agree_on_ends_as_records_have_it(tmp_path, more):
    path = tmp_path / "rows.json"
    path.write_bytes(b"[" + GOOD + b"}, " + GOOD + b", " + more + b"}, " + GOOD + b"}]")
    table, rejects = in_columns(LlavaFile(path, HOW), 3)
    expected, expected_rejects = as_records(LlavaFile(path, HOW))
    assert table.equals(pa.Table.from_batches([expected]))
    assert rejects == expected_rejects


def test_a_file_that_changes_while_it_is_read_is_told(tmp_path):
    path = tmp_path / "rows.json"
    path.write_text(json.dumps([{"id": str(number)} for number in range(100)]))
    file = LlavaFile(path, HOW)
    portions = list(file.portions(50))
    path.write_text("[]")
    with pytest.raises(PictusError, match="has changed"):
        list(file.batches(portions[1], NAMES))


def test_what_can_only_be_read_from_its_beginning_has_no_portions(tmp_path):
    lines = tmp_path / "rows.json"
    lines.write_text('{"id": "a", "conversations": [{"from": "human", "value": "x"}]}\n')
    assert array_portions(lines, 5) is None
    (record,) = LlavaFile(lines, HOW).records()
    assert record.origin.key == "a"
    packed = Path(f"{lines}.gz")
    packed.write_bytes(b"\x1f\x8b")
    assert array_portions(packed, 5) is None
