"""SBU's captions: both forms of the list give the same rows, whatever stands in a caption."""

import gzip
import json
from pathlib import Path

import pytest

from pictus import plugins
from pictus.errors import PictusError
from pictus.record import Record, Reject

DATA = Path(__file__).parent.parent / "data/sources/sbu"
URLS, CAPTIONS = "SBU_captioned_photo_dataset_urls.txt", "SBU_captioned_photo_dataset_captions.txt"


def read(root):
    return list(plugins.load("sources", "sbu").records(root, "train"))


def write_lines(folder, urls, captions):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / URLS).write_bytes(urls)
    (folder / CAPTIONS).write_bytes(captions)


def write_arrays(path, urls, users, captions):
    path.write_text(json.dumps({"image_urls": urls, "user_ids": users, "captions": captions}))


def captions_of(rows):
    return [row.facts.captions[0] for row in rows if isinstance(row, Record)]


def test_the_arrays_belong_together_by_number():
    rows = read(DATA)
    assert captions_of(rows) == ["Old gate near the mill", 'View from my "window"', "Tom & his dog"]
    assert [row.origin.author for row in rows] == ["11111111@N00", "22222222@N01", "11111111@N00"]
    assert [row.media[0].url[-5:] for row in rows] == ["1.jpg", "2.jpg", "3.jpg"]


def test_a_caption_may_hold_what_other_programs_take_for_the_end_of_a_line(tmp_path):
    said = ["one\u2028still one", "two\x0cstill two", "three\x85still\x0bthree\x1c.", "four\rstill four"]
    urls = "".join(f"http://photos.example/{number}.jpg\n" for number in range(4))
    write_lines(tmp_path / "dataset", urls.encode(), "\n".join(said).encode())
    rows = read(tmp_path)
    assert captions_of(rows) == [" ".join(text.split()) for text in said]
    assert [row.origin.key for row in rows] == ["1", "2", "3", "4"]


def test_entities_are_turned_into_signs_as_often_as_they_were_escaped(tmp_path):
    said = ["a &quot;b&quot;", "c &amp;amp; d", "&amp;lt;3", "5 &amp;amp;lt; 6", "R&D", "&eacute;t&#233;"]
    write_arrays(tmp_path / "sbu-captions-all.json", ["http://p.example/1"] * 6, ["x"] * 6, said)
    assert captions_of(read(tmp_path)) == ['a "b"', "c & d", "<3", "5 < 6", "R&D", "été"]


def test_bytes_that_are_no_text_are_replaced_and_that_is_noted(tmp_path):
    write_lines(tmp_path, b"http://p.example/1\nhttp://p.example/2\n", b"gr\xfcn\n" + "résumé \ufffd\n".encode())
    one, other = read(tmp_path)
    assert one.facts.captions == ("gr\ufffdn",) and "replaced" in json.loads(one.facts.extra)["note"]
    assert other.facts.captions == ("résumé \ufffd",) and other.facts.extra is None


@pytest.mark.parametrize("lines", [True, False])
def test_lists_that_are_not_equally_long_are_refused_before_a_row_is_read(tmp_path, lines):
    if lines:
        write_lines(tmp_path, b"http://p.example/1\nhttp://p.example/2\n", b"one\ntwo\nthree")
    else:
        urls = ["http://p.example/1", "http://p.example/2"]
        write_arrays(tmp_path / "sbu-captions-all.json", urls, ["x", "y"], ["one", "two", "three"])
    with pytest.raises(PictusError, match=r"2.*3"):
        next(iter(plugins.load("sources", "sbu").records(tmp_path, "train")))


def test_odd_rows_are_set_aside_and_the_others_keep_their_place(tmp_path):
    urls = ["http://p.example/1", "no address", None, "http://p.example/4", "http://p.example/5"]
    write_arrays(
        tmp_path / "sbu-captions-all.json", urls, [None, "x", "x", "x", "x"], ["one", "two", "three", " ", "five"]
    )
    rows = read(tmp_path)
    assert [row.origin.key for row in rows if isinstance(row, Record)] == ["1", "5"]
    rejects = [row for row in rows if isinstance(row, Reject)]
    assert [row.where for row in rejects] == [f"sbu-captions-all.json, row {number}" for number in (2, 3, 4)]
    assert rejects[-1].reasons == ("it has no caption",)


def test_files_may_be_packed_or_still_in_the_archive(tmp_path):
    (tmp_path / "sbu").mkdir()
    (tmp_path / "sbu/sbu-captions-all.json.gz").write_bytes(
        gzip.compress((DATA / "sbu-captions-all.json").read_bytes())
    )
    assert read(tmp_path) == read(DATA)
    (tmp_path / "other").mkdir()
    (tmp_path / "other/sbu-captions-all.tar.gz").write_bytes(b"")
    with pytest.raises(PictusError, match="not unpacked"):
        read(tmp_path / "other")
