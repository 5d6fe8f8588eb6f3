"""Rows of addresses become what records of them would be, however odd their texts are."""

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from pictus.record import Facts, Media, Origin, Record, Reject, make_record
from pictus.store import columns
from pictus.store.url_batches import records_of, url_batches, url_rows

ORIGIN = Origin(dataset='a "list"', split="train", key="", picture_licence="unknown", text_licence="CC-BY-4.0")


def told(place):
    return f"rows, row {place}", "the row"


def read(**known):
    return list(records_of(url_batches(url_rows(**known), ORIGIN, told)))


@given(
    st.lists(
        st.tuples(
            st.text(min_size=1),
            st.text(),
            st.one_of(st.none(), st.integers(1, 2**31 - 1)),
            st.one_of(st.none(), st.sampled_from(["CC-BY-2.0", "CC0-1.0"])),
            st.one_of(st.none(), st.text()),
        ),
        max_size=5,
    )
)
def test_ids_and_contents_are_those_of_records(rows):
    keys, captions, widths, licences, extras = ([row[place] for row in rows] for place in range(5))
    found = read(
        url=pa.array(["http://a.example/1"] * len(rows), pa.string()),
        caption=pa.array(captions, pa.string()),
        key=pa.array(keys, pa.string()),
        width=pa.array(widths, pa.int32()),
        licence=pa.array(licences, pa.string()),
        extra=pa.array(extras, pa.string()),
    )
    expected = [
        make_record(
            Origin(
                dataset='a "list"',
                split="train",
                key=key,
                picture_licence=licence or "unknown",
                text_licence="CC-BY-4.0",
            ),
            media=(Media(url="http://a.example/1", width=width),),
            facts=Facts(captions=(" ".join(caption.split()),), extra=extra),
        )
        for key, caption, width, licence, extra in rows
        if caption.split()
    ]
    assert [row for row in found if isinstance(row, Record)] == expected
    assert len(found) == len(rows)


def test_the_columns_are_those_of_records_to_the_byte():
    rows = url_rows(
        url=pa.array(["https://a.example/1.jpg"] * 3),
        caption=pa.array(["one", "two", 'th"ree']),
        key=pa.array(list("abc")),
    )
    (batch,) = url_batches(rows, ORIGIN, told)
    assert batch.equals(columns.encode(list(columns.decode(batch, {})), {}))
    batch.validate(full=True)


def test_what_lacks_an_address_or_a_caption_is_set_aside_with_all_its_reasons():
    urls = [
        b"ftp://a.example/1",
        None,
        b" HTTPS://a.example/2 ",
        b"http://",
        b"http://a.example/\xff",
        b"http://a.example/3",
    ]
    captions = [b"one", b" \t\xe2\x80\xa8", b"a\xe3\x80\x80b  c ", None, b"four", b"f\xfcnf"]
    found = read(url=pa.array(urls), caption=pa.array(captions), key=pa.array(list("abcdef")))
    (kept,) = (row for row in found if isinstance(row, Record))
    assert (kept.media[0].url, kept.facts.captions, kept.origin.key) == ("HTTPS://a.example/2", ("a b c",), "c")
    address, caption = "it has no address that begins with http:// or https://", "it has no caption"
    assert {row.where: row.reasons for row in found if isinstance(row, Reject)} == {
        "rows, row 0": (address,),
        "rows, row 1": (address, caption),
        "rows, row 3": (address, caption),
        "rows, row 4": ("it is not UTF-8 text",),
        "rows, row 5": ("it is not UTF-8 text",),
    }


def test_nothing_comes_of_nothing():
    assert read(url=pa.array([], pa.string()), caption=pa.array([], pa.string()), key=pa.array([], pa.string())) == []
