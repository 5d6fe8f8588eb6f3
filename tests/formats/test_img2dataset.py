"""What img2dataset wrote, as `tests/consumers/test_img2dataset.py` had it made, and what can have happened to it."""

import json
import shutil
from hashlib import sha256
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pictus.engine.events import Events
from pictus.errors import PictusError
from pictus.formats.img2dataset import Format
from pictus.record import Record
from pictus.steps import check, export, import_
from pictus.store.corpus import open_corpus
from tars import tar_of

DATA = Path(__file__).parent.parent / "data/formats/img2dataset"
JPG = b"\xff\xd8 and so on"


def read(path):
    rows = list(Format().read(path))
    records = [row for row in rows if isinstance(row, Record)]
    return records, [row for row in rows if not isinstance(row, Record)]


@pytest.fixture
def example(tmp_path):
    return Path(shutil.copytree(DATA / "example", tmp_path / "example"))


@pytest.mark.parametrize("mode", ["example", "files", "parquet"])
def test_each_mode_gives_what_was_got_and_sets_aside_what_was_not(mode):
    records, rejects = read(DATA / mode)
    assert {one.origin.key: one.facts.captions for one in records} == {
        "000000": ("A red field.",),
        "000001": ("Blue, and nothing else.",),
        "000011": (),
    }
    blue = next(one for one in records if one.origin.key == "000001")
    assert blue.media[0].url.endswith("/files/1.png")
    assert (blue.media[0].width, blue.media[0].height) == (16, 8)
    extra = json.loads(blue.facts.extra)
    assert {name: extra[name] for name in ("source", "original_width", "original_height")} == {
        "source": "s1",
        "original_width": 20,
        "original_height": 10,
    }
    assert [(one.reasons, json.loads(one.row)["url"].rpartition("/")[2]) for one in rejects] == [
        (("failed_to_resize: Image decoding error",), "broken.jpg"),
        (("failed_to_download: HTTP Error 404: Not Found",), "gone.jpg"),
    ]


def test_pictures_are_inside_or_stay_where_they_are():
    inside, _ = read(DATA / "parquet")
    assert all(one.media[0].data.startswith(b"\xff\xd8") for one in inside)
    beside, _ = read(DATA / "files")
    assert [one.media[0].path for one in beside] == ["00000/000000.jpg", "00000/000001.jpg", "00001/000011.jpg"]
    assert all(one.media[0].data is None and one.media[0].file.is_file() for one in beside)


def test_the_hash_of_what_was_downloaded_is_not_taken_for_that_of_the_smaller_picture():
    for one in read(DATA / "example")[0]:
        assert one.media[0].sha256 is None
        assert json.loads(one.facts.extra)["sha256"] != sha256(one.media[0].data).hexdigest()


def test_a_picture_that_the_table_has_and_the_archive_lacks_is_told_of(example):
    (example / "00000.tar").write_bytes(tar_of([("000001.jpg", JPG), ("000001.json", b"{}")]))
    records, rejects = read(example)
    assert [one.origin.key for one in records] == ["000001", "000011"]
    assert ("its picture is missing from the archive",) in [one.reasons for one in rejects]
    shutil.rmtree(example)
    shutil.copytree(DATA / "files", example)
    (example / "00000/000000.jpg").unlink()
    assert ("its picture is missing from the folder",) in [one.reasons for one in read(example)[1]]


def test_what_is_not_a_number_is_nothing(example):
    row = b'{"key": "000000", "url": "u", "similarity": NaN, "exif": "{\\"a\\": NaN}", "caption": "A dog."}'
    (example / "00000.tar").write_bytes(tar_of([("000000.jpg", JPG), ("000000.txt", b"A dog."), ("000000.json", row)]))
    one = read(example)[0][0]
    assert (one.facts.captions, one.facts.extra) == (("A dog.",), '{"exif":{"a":null}}')
    shutil.rmtree(example)
    shutil.copytree(DATA / "parquet", example)
    table = pa.table({"key": ["1"], "status": ["success"], "jpg": [JPG], "similarity": [float("nan")], "url": ["u"]})
    pq.write_table(table, example / "00000.parquet")
    assert read(example)[0][0].facts.extra is None


def test_a_shard_that_was_never_finished_is_told_of_and_read_as_far_as_it_goes(example):
    (example / "00001_stats.json").unlink()
    (example / "00001.parquet").write_bytes(b"PAR1")
    (example / "00001.tar").write_bytes((example / "00001.tar").read_bytes()[:1000])
    records, rejects = read(example)
    assert [one.origin.key for one in records] == ["000000", "000001"]
    first, second, third = [one.reasons[0] for one in rejects[1:]]
    assert first.startswith("this shard was never finished")
    assert second.startswith("the archive breaks off")
    assert third.startswith("the file cannot be read")


def test_a_folder_without_tables_is_not_its_output(tmp_path):
    assert not Format().sniff(tmp_path)
    with pytest.raises(PictusError, match="nothing that img2dataset wrote"):
        list(Format().read(tmp_path))


def test_a_corpus_is_made_of_it_and_exporting_to_it_is_refused_with_what_to_use(tmp_path):
    plan = import_.plan("img2dataset", DATA / "files", str(tmp_path / "corpus"))
    assert [text.split()[0] for text in plan.inputs] == ["00000.parquet", "00001.parquet"]
    corpus = import_.run(plan, Events())
    assert (corpus.summary["rows"], corpus.summary["rejected"]) == (3, 2)
    assert all(one.media[0].file.is_file() for one in open_corpus(str(tmp_path / "corpus")).records())
    assert check.check(str(DATA / "files"), only=("picture",)).what == "img2dataset folder files"
    with pytest.raises(PictusError, match="only read") as refused:
        export.plan(str(tmp_path / "corpus"), tmp_path / "out", "img2dataset")
    assert "webdataset" in refused.value.mend
    with pytest.raises(PictusError, match="only read"):
        Format().write(iter([]), tmp_path / "out")
